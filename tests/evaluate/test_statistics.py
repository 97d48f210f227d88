"""Statistics: laws of symmetry, scipy as oracle, coverage by simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap

from bouture.evaluate.statistics import (
    Interval,
    compare,
    detectable,
    draw,
    estimate,
    estimated,
    expected_detectable,
    holm,
    label_replicates,
    randomisation_p,
    replicates,
    spread,
)


def table(rng, seeds=5, documents=30, labels=3, rate=0.6):
    """Counts of an arm that finds each gold unit with probability `rate`, and as many wrong ones."""
    gold = np.broadcast_to(
        np.random.default_rng(7).integers(1, 6, (documents, labels)), (seeds, documents, labels)
    )
    correct = rng.binomial(gold, rate)
    return np.stack([correct, gold, gold], axis=-1)


@pytest.mark.parametrize("average", ["micro", "macro"])
def test_differences_are_antisymmetric_and_zero_for_identical_arms(average):
    rng = np.random.default_rng(1)
    resamples = draw(5, 30, 400, rng)
    a = estimated(table(rng), average, resamples)
    b = estimated(table(rng, rate=0.5), average, resamples)
    forth, back = compare(a, b), compare(b, a)
    assert forth.delta == -back.delta
    assert (forth.low, forth.high) == pytest.approx((-back.high, -back.low))
    assert compare(a, a) == Interval(0, 0, 0)
    assert spread(a, a).total == 0


def test_order_of_the_documents_does_not_matter_to_the_estimate():
    a = table(np.random.default_rng(1))
    assert estimate(a, "micro") == pytest.approx(estimate(a[:, ::-1], "micro"))


def test_one_seed_agrees_with_scipy_on_a_simple_mean():
    # With one unit predicted and one gold in each document, micro F1 is the mean of `correct`.
    rng = np.random.default_rng(3)
    correct = rng.binomial(1, 0.6, 60)
    counts = np.ones((1, 60, 1, 3), dtype=int)
    counts[0, :, 0, 0] = correct
    ours = replicates(counts, "micro", draw(1, 60, 20_000, rng))
    theirs = bootstrap(
        (correct,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(4)
    )
    low, high = np.quantile(ours, [0.025, 0.975])
    assert (low, high) == pytest.approx(tuple(theirs.confidence_interval), abs=0.02)
    assert np.std(ours) == pytest.approx(theirs.standard_error, rel=0.03)


def test_resampled_tables_are_what_repeating_the_documents_gives():
    rng = np.random.default_rng(5)
    a = table(rng, seeds=3, documents=10)
    resamples = draw(3, 10, 5, rng)
    for k, value in enumerate(replicates(a, "macro", resamples)):
        repeated = np.repeat(a, resamples.documents[k], axis=1)
        repeated = np.repeat(repeated, resamples.seeds[k], axis=0)
        assert value == pytest.approx(estimate(repeated, "macro"))


def test_a_label_that_is_not_drawn_has_no_replicate():
    a = np.zeros((2, 4, 2, 3), dtype=int)
    a[:, :, 0, :] = 1
    a[:, 0, 1, :] = 1  # the second label lives in one document only
    resamples = draw(2, 4, 50, np.random.default_rng(0))
    drawn = label_replicates(a, resamples)
    assert (np.isnan(drawn[:, 1]) == (resamples.documents[:, 0] == 0)).all()
    assert not np.isnan(drawn[:, 0]).any()


def arms_of_a_world(rng, gain, seeds=8, documents=40):
    """Two arms with effects of seed and of document, as in an experiment; true difference `gain`."""
    document = rng.normal(0, 0.08, (1, documents, 1))
    arms = []
    for extra in (gain, 0.0):
        seed = rng.normal(0, 0.02, (seeds, 1, 1))
        own = rng.normal(0, 0.04, (1, documents, 1))
        rate = np.clip(0.6 + extra + document + seed + own, 0.01, 0.99)
        correct = rng.binomial(10, rate)
        whole = np.full_like(correct, 10)
        arms.append(np.stack([correct, whole, whole], axis=-1))
    return arms


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(11)
    worlds, covered = 300, 0
    for _ in range(worlds):
        a, b = arms_of_a_world(rng, 0.03)
        resamples = draw(8, 40, 300, rng)
        found = compare(*(estimated(arm, "micro", resamples) for arm in (a, b)))
        covered += found.low <= 0.03 <= found.high
    # 95 % asked; 300 worlds tell it within about 3 points either way.
    assert 0.915 <= covered / worlds <= 0.99


def test_randomisation_is_small_for_a_true_difference_and_calibrated_without_one():
    rng = np.random.default_rng(12)
    a, b = table(rng, rate=0.7), table(rng, rate=0.5)
    assert randomisation_p(a, b, "micro", 499, rng) == 1 / 500
    assert randomisation_p(a, a, "micro", 199, rng) == 1.0
    p_values = []
    for _ in range(200):
        one = table(rng, seeds=1)
        p_values.append(randomisation_p(one, table(rng, seeds=1), "micro", 99, rng))
    assert 0.01 <= np.mean(np.array(p_values) <= 0.05) <= 0.10
    assert 0.4 <= np.mean(p_values) <= 0.6


def test_randomisation_is_symmetric_up_to_the_draws():
    rng = np.random.default_rng(13)
    a, b = table(rng, rate=0.62), table(rng, rate=0.6)
    forth = randomisation_p(a, b, "macro", 999, np.random.default_rng(1))
    back = randomisation_p(b, a, "macro", 999, np.random.default_rng(1))
    assert forth == back


def test_holm_on_a_known_example():
    # Holm 1979: step-down, monotone, capped at 1.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holm_never_lowers_a_p_value_and_keeps_the_order(p_values):
    adjusted = holm(p_values)
    assert all(q >= p for p, q in zip(p_values, adjusted, strict=True))
    by_p = [q for _, q in sorted(zip(p_values, adjusted, strict=True))]
    assert by_p == sorted(by_p)
    if p_values:
        assert min(adjusted) == pytest.approx(min(1, len(p_values) * min(p_values)))


@pytest.mark.parametrize(("spans", "half_width"), [(300, 0.038), (1000, 0.021), (3000, 0.012)])
def test_the_resolution_of_a_test_set_is_that_of_the_table(spans, half_width):
    many_seeds = 100_000
    sampling = expected_detectable(spans, spans, many_seeds) * 2.5 / detectable(1) * 1.96
    assert sampling == pytest.approx(half_width, rel=0.02)


def test_more_data_and_more_seeds_detect_smaller_effects():
    few = expected_detectable(1000, 100, 5)
    assert expected_detectable(4000, 400, 5) < few
    assert expected_detectable(1000, 100, 10) < few
    assert expected_detectable(1000, 10, 5) > few
    assert expected_detectable(1000, 100, 1) == 1.0


@pytest.mark.parametrize(("seeds", "half_width"), [(3, 0.025), (5, 0.0124), (10, 0.0072)])
def test_the_part_of_the_seeds_is_that_of_the_table(seeds, half_width):
    seeding = expected_detectable(10**9, 10**9, seeds) / detectable(1) * 1.96
    assert seeding == pytest.approx(half_width, rel=0.02)
