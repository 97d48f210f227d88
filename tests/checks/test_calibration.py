"""Thresholds: the promise is on gold, whatever the scores are."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bouture.checks.calibration import (
    HARD,
    SOFT,
    Rate,
    finite,
    lower_bound,
    rate,
    surprise,
    tolerated,
    upper_bound,
)
from bouture.corpus.issue import Severity

scores = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300)
alphas = st.sampled_from([0.0, HARD, SOFT, 0.02, 0.1, 0.5])


@given(scores, alphas)
def test_at_most_alpha_of_gold_exceeds_the_upper_bound_and_no_lower_one_would_do(
    values: list[float], alpha: float
) -> None:
    bound = upper_bound(values, alpha)
    assert sum(v > bound for v in values) <= alpha * len(values)
    lower = [v for v in values if v < bound]
    if lower:
        assert sum(v > max(lower) for v in values) > alpha * len(values)


@given(scores, alphas)
def test_the_lower_bound_is_the_mirror_image(values: list[float], alpha: float) -> None:
    bound = lower_bound(values, alpha)
    assert sum(v < bound for v in values) <= alpha * len(values)
    assert bound == -upper_bound([-v for v in values], alpha)


def test_without_gold_nothing_is_exceeded_and_the_record_is_json() -> None:
    thresholds = {"a": upper_bound([]), "b": 1.0}
    assert thresholds["a"] == float("inf")
    assert json.dumps(finite(thresholds), allow_nan=False) == '{"b": 1.0}'


@given(
    st.sampled_from([Severity.NOTE, Severity.REVIEW, Severity.REJECT]),
    st.integers(1, 2000),
    st.data(),
)
def test_gold_is_never_rejected_nor_reviewed_more_often_than_promised(
    worst: Severity, total: int, data: st.DataObject
) -> None:
    known = Rate(data.draw(st.integers(0, total)), total)
    severity = tolerated(worst, known)
    if severity is Severity.REJECT:
        assert worst is Severity.REJECT and known.share <= HARD
    if severity is Severity.REVIEW:
        assert known.share <= SOFT
    if not known.times:
        assert severity is worst


def test_rate_counts() -> None:
    assert rate([True, False, True]) == Rate(2, 3)
    assert rate([]).share == 0.0


@given(st.integers(0, 50), st.integers(50, 5000), st.integers(1, 20))
def test_surprise_falls_with_what_was_seen_and_grows_with_the_evidence(
    count: int, total: int, kinds: int
) -> None:
    assert surprise(count, total, kinds) > surprise(count + 1, total, kinds)
    assert surprise(count, total + 1, kinds) > surprise(count, total, kinds)
