"""S5, S6, L1: labels against gold, repeated surfaces, forgotten mentions."""

import msgspec

from bouture.checks.completeness import Completeness
from bouture.checks.document_consistency import DocumentConsistency
from bouture.checks.schema_labels import SchemaLabels
from bouture.checks.surface_statistics import Gazetteer, SurfaceStatistics
from bouture.checks.type_consistency import TypeConsistency
from bouture.corpus.document import Origin
from bouture.corpus.issue import Severity
from checks.makers import doc, local, reference

GOLD = [
    doc(
        f"g{i}",
        f"Le {i % 28 + 1} [mars|MOIS], [Kiev|LIEU] tient. Un [T-{i + 10}|MATERIEL] brûle près de [Kiev|LIEU], "
        "dit le témoin de la gare.",
    )
    for i in range(60)
]


def test_a_label_that_gold_never_gives_a_known_surface_goes_to_review() -> None:
    check = TypeConsistency(reference(GOLD), TypeConsistency.Options())
    (issue,) = check(doc("new", "Ici [Kiev|PERSONNE] parle."))
    assert (issue.code, issue.severity) == ("S5", Severity.REVIEW)
    assert (issue.evidence["seen"], issue.evidence["total"]) == (0, 120)
    assert issue.evidence["score"] > issue.evidence["threshold"]
    assert check(doc("new", "Ici [Kiev|LIEU] et [Lviv|PERSONNE].")) == []


def test_a_label_of_its_source_is_not_held_against_a_document() -> None:
    odd = doc("odd", "Ici [Kiev|PERSONNE] parle.")
    check = TypeConsistency(reference([*GOLD, odd]), TypeConsistency.Options())
    assert check(msgspec.structs.replace(odd, id="odd~x", origin=local("odd"))) == []


def test_a_surface_annotated_here_and_not_there_goes_to_review_at_its_place() -> None:
    check = DocumentConsistency(reference(GOLD), DocumentConsistency.Options())
    made = doc("new", "[Lviv|LIEU] tient. On se bat à Lviv.")
    (issue,) = check(made)
    assert (issue.code, issue.severity) == ("S6", Severity.REVIEW)
    assert issue.place.start is not None and made.text[issue.place.start :] == "Lviv."
    assert check(doc("new", "[Lviv|LIEU] tient. On se bat à [Lviv|LIEU].")) == []


def test_a_forgotten_mention_is_found_by_gazetteer_and_pattern() -> None:
    check = Completeness(reference(GOLD), Completeness.Options())
    (known,) = check(doc("new", "Hier encore, Kiev tenait."))
    assert (known.code, known.severity) == ("L1", Severity.REVIEW)
    assert known.evidence["detectors"] == "gazetteer" and known.evidence["rate"] == 1.0
    (pattern,) = check(doc("new", "Un BM-21 brûle."))
    assert pattern.evidence["detectors"] == "equipment"
    twice = check(doc("new", "Un T-12 brûle."))
    assert [i.evidence["mention"] for i in twice] == ["T-12"]
    assert check(doc("new", "La gare brûle, dit le témoin.")) == []


def test_two_detectors_on_one_place_make_one_finding() -> None:
    gold = [*GOLD, doc("x", "Un [T-12|MATERIEL]."), doc("y", "Un [T-12|MATERIEL].")]
    check = Completeness(reference(gold), Completeness.Options())
    (issue,) = check(doc("new", "Un T-12 brûle."))
    assert issue.evidence["detectors"] == "equipment, gazetteer"


def test_a_surface_that_gold_often_leaves_is_not_looked_for() -> None:
    gold = [*GOLD, *(doc(f"x{i}", "La gare de [Kiev|LIEU] et Kiev.") for i in range(60))]
    check = Completeness(reference(gold), Completeness.Options())
    assert check(doc("new", "Hier encore, Kiev tenait.")) == []


def test_patterns_that_gold_does_not_annotate_are_not_looked_for() -> None:
    gold = [doc(f"g{i}", f"À {i % 24}:15, [Kiev|LIEU] tient.") for i in range(30)]
    check = Completeness(reference(gold), Completeness.Options())
    assert check(doc("new", "À 12:45, [Kiev|LIEU] tient.")) == []


def test_statistics_without_a_document_are_those_of_the_others() -> None:
    all, rest = SurfaceStatistics(GOLD), SurfaceStatistics(GOLD[1:]).without(None)
    left = all.without(GOLD[0])
    for form in ("Kiev", "mars", "T-10", "T-11"):
        assert left.annotated(form) == rest.annotated(form)
        assert left.documents(form) == rest.documents(form)
        assert left.rate(form) == rest.rate(form)


def test_the_gazetteer_takes_the_longest_and_respects_words_and_mentions() -> None:
    made = doc("new", "La [ville de Kiev|LIEU], la mer Noire, Kievan, Mer et la mer.")
    found = Gazetteer(["Kiev", "mer", "mer Noire"]).uncovered(made)
    assert [form for form, _ in found] == ["mer Noire", "mer"]


def test_open_concepts_are_not_held_against_the_schema() -> None:
    gold = [doc(f"g{n}", "[Kiev|LIEU] tient.") for n in range(4)]
    checks = [Check(reference(gold), Check.Options()) for Check in (SchemaLabels, TypeConsistency)]
    made = doc("new", "[Kiev|capitale] tient.")
    free = msgspec.structs.replace(
        made, origin=Origin("open_annotation", parameters={"labels": "open"})
    )
    assert [check(free) for check in checks] == [[], []]
    assert checks[0](made) != []
