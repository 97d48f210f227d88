"""Verdicts: each decision from the comparisons that call for it, in good English and French."""

import re

import pytest

from bouture.evaluate.evaluation import Comparison, Decision, LabelDelta
from bouture.evaluate.settings import Settings
from bouture.evaluate.verdict import Basis, judge, points

SETTINGS = Settings(task="entities")


def comparison(delta, half_width, against, arm="rewrite", size=50, p_holm=None, seed_share=0.6):
    low, high = delta - half_width, delta + half_width
    p = 0.001 if low > 0 or high < 0 else 0.4
    error = half_width / 1.96
    return Comparison(
        size=size,
        arm=arm,
        against=against,
        metric="micro",
        delta=delta,
        low=low,
        high=high,
        p=p,
        p_holm=p if p_holm is None else p_holm,
        error_seeds=error * seed_share,
        error_documents=error * (1 - seed_share**2) ** 0.5,
        detectable=2.8 * error,
    )


def both(none, duplicate, half_width=0.005, **more):
    return [
        comparison(none, half_width, "none", **more),
        comparison(duplicate, half_width, "duplicate", **more),
    ]


def verdict(comparisons, labels=(), sizes=(50,), settings=SETTINGS):
    return judge(comparisons, labels, sizes, settings, test=Basis(50, 300, 100))


@pytest.mark.parametrize(
    ("comparisons", "decision"),
    [
        (both(0.03, 0.02), Decision.AUGMENT),
        (both(0.03, 0.0), Decision.DO_NOT_AUGMENT),
        (both(0.0, 0.0), Decision.DO_NOT_AUGMENT),
        (both(-0.03, -0.03), Decision.DO_NOT_AUGMENT),
        (both(0.03, 0.02, half_width=0.03), Decision.CANNOT_TELL),
        (both(0.0, 0.0, half_width=0.03), Decision.CANNOT_TELL),
        # no gain seen, and no large one possible; a small one seen, and a larger one possible
        (both(0.002, -0.002, half_width=0.016), Decision.DO_NOT_AUGMENT),
        (both(0.002, 0.002, half_width=0.016), Decision.CANNOT_TELL),
        # established, but under the gain worth having
        (both(0.004, 0.004, half_width=0.001), Decision.DO_NOT_AUGMENT),
        # the intervals would do, Holm does not
        (both(0.03, 0.03, p_holm=0.2), Decision.CANNOT_TELL),
        # the duplicate control gains: nobody adopts a control
        ([comparison(0.05, 0.01, "none", arm="duplicate")], Decision.CANNOT_TELL),
        ([comparison(0.05, 0.01, "none")], Decision.CANNOT_TELL),
    ],
)
def test_each_decision(comparisons, decision):
    assert verdict(comparisons).decision == decision


def test_one_good_arm_among_bad_ones_is_the_answer():
    found = verdict([*both(-0.03, -0.03, arm="noise"), *both(0.03, 0.02, arm="good")])
    assert (found.decision, found.arm) == (Decision.AUGMENT, "good")


def test_the_largest_size_decides_and_the_others_are_told():
    found = verdict([*both(0.05, 0.04, size=50), *both(0.0, 0.0, size=400)], sizes=(50, 400))
    assert found.decision == Decision.DO_NOT_AUGMENT
    assert found.text.endswith("At the other sizes: with 50, augment with “rewrite”.")
    assert found.text_fr.endswith("avec 50, augmentez avec «\u00a0rewrite\u00a0».")


def test_the_words_of_a_gain():
    found = verdict(both(0.031, 0.0234))
    assert found.text == (
        "With 50 gold documents: augment with “rewrite”. Micro F1: +3.1\u00a0points over gold "
        "alone (95% interval +2.6 to +3.6) and +2.3\u00a0points over the duplicate control (95% "
        "interval +1.8 to +2.8). Both gains are established (95% intervals above 0, and "
        "p < 0.05 after Holm’s correction)."
    )
    assert found.text_fr == (
        "Avec 50 documents annotés\u00a0: augmentez avec «\u00a0rewrite\u00a0». Micro-F1\u00a0: "
        "+3,1\u00a0points par rapport aux documents annotés seuls (intervalle à 95\u00a0%\u00a0: "
        "de +2,6 à +3,6) et +2,3\u00a0points par rapport au témoin par duplication (intervalle à "
        "95\u00a0%\u00a0: de +1,8 à +2,8). Les deux gains sont établis (intervalles à "
        "95\u00a0% au-dessus de 0, et p < 0,05 après correction de Holm)."
    )


def test_not_knowing_says_what_would_settle_it():
    seeds = verdict(both(0.03, 0.028, half_width=0.03, seed_share=0.95))
    assert re.search("about 14 seeds instead of 5", seeds.text)
    assert re.search("environ 14 graines au lieu de 5", seeds.text_fr)
    data = verdict(both(0.01, 0.01, half_width=0.04))
    assert re.search(r"about \d+ times as many test documents", data.text)
    assert "duplication" in verdict([comparison(0.05, 0.01, "none")]).text_fr
    assert "declared beforehand" in verdict(both(0.03, 0.03, p_holm=0.2)).text


def test_labels_are_named_only_when_every_control_agrees_on_the_gain():
    def label(name, against, direction):
        return LabelDelta(50, "rewrite", against, name, 9, 0.5, 0.1, 0.0, 0.2, direction)

    labels = [
        label("LIEU", "none", "improved"),
        label("LIEU", "duplicate", "improved"),
        label("DATE", "none", "improved"),
        label("DATE", "duplicate", "unclear"),
        label("UNITE", "none", "unclear"),
        label("UNITE", "duplicate", "degraded"),
    ]
    found = verdict(both(0.03, 0.02), labels)
    assert found.by_size[0].improved == ("LIEU",)
    assert found.by_size[0].degraded == ("UNITE",)
    assert re.search("Types améliorés .*: LIEU. Types dégradés .*: UNITE.", found.text_fr)


def test_no_arm_at_all():
    assert verdict([]).text == (
        "With 50 gold documents: no arm had documents to add; nothing can be said."
    )


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0.0234, "+2.3\u00a0points", "+2,3\u00a0points"),
        (-0.01, "−1.0\u00a0point", "−1,0\u00a0point"),
        (0.015, "+1.5\u00a0points", "+1,5\u00a0point"),
        (-0.0001, "+0.0\u00a0points", "+0,0\u00a0point"),
    ],
)
def test_points(value, english, french):
    assert (points(value, 0), points(value, 1)) == (english, french)


def test_french_has_its_no_break_spaces():
    for comparisons in (both(0.03, 0.02), both(0, 0), both(0, 0, half_width=0.05), both(-1, -1)):
        text = verdict([*comparisons, *both(0.0, 0.0, size=80)], sizes=(50, 80)).text_fr
        assert not re.search(r" [:;?!»%]|« |'", text)


@pytest.mark.parametrize("test", [(9, 300), (50, 29)])
def test_too_few_test_documents_decide_nothing(test: tuple[int, int]) -> None:
    verdict = judge([], [], [100], Settings(task="entities"), test=Basis(*test, 100))
    assert verdict.decision is Decision.CANNOT_TELL
    assert str(test[0]) in verdict.text_fr and str(test[1]) in verdict.text


def test_several_seeds_that_are_one_experiment_claim_nothing():
    gains = both(0.05, 0.05, 0.02, arm="llm", size=100)
    settings = Settings(task="entities")
    free = judge(gains, [], [100], settings, test=Basis(50, 300, 100))
    assert free.decision is Decision.AUGMENT
    repeated = Basis(50, 300, 100, repeated=frozenset({(100, "llm")}))
    held = judge(gains, [], [100], settings, test=repeated)
    assert held.decision is Decision.CANNOT_TELL
    assert "une seule expérience" in held.text_fr
    bounded = Basis(50, 300, 200, bounded=frozenset({"llm"}))
    assert judge(gains, [], [100], settings, test=bounded).decision is Decision.CANNOT_TELL
