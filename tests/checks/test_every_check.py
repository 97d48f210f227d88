"""What holds for all checks: the grammar of the family, silence on gold's copies, no crash on anything."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from bouture.checks.catalog import CHECKS, DEFAULT_CHECKS
from bouture.checks.check import Check, Reference
from bouture.corpus.document import Document
from bouture.corpus.issue import Issue
from bouture.corpus.schema import Schema
from bouture.errors import UnknownNameError
from checks.makers import doc, local, reference
from documents import corpora

GOLD = [
    doc("g1", "Hier, [Volodymyr Zelensky|PERSONNE] a visité [Boutcha|LIEU].", "e1 VISITE e2"),
    doc("g2", "Le ministre [Olaf Scholz|PERSONNE] est arrivé à [Berlin|LIEU].", "e1 VISITE e2"),
    doc("g3", "Rien de nouveau ce matin sur le front, selon plusieurs témoins."),
]


def built(name: str, known: Reference) -> Check:
    member = CHECKS.load(name)
    check: Check = member(known, member.Options())
    return check


@pytest.mark.parametrize("name", DEFAULT_CHECKS)
def test_the_name_is_that_of_the_catalogue_and_thresholds_are_json(name: str) -> None:
    for gold in ([], GOLD):
        check = built(name, reference(gold))
        assert check.name == name
        assert b"null" not in msgspec.json.encode(check.thresholds)
        assert all(isinstance(value, float | int) for value in check.thresholds.values())


@pytest.mark.parametrize("name", DEFAULT_CHECKS)
def test_the_duplicate_control_is_never_touched(name: str) -> None:
    check = built(name, reference(GOLD))
    for sample in range(3):
        for source in GOLD:
            copy = msgspec.structs.replace(
                source, id=f"{source.id}~duplicate~{sample}", origin=local(source.id, "duplicate")
            )
            assert check(copy) == []
            check.kept(copy)


@pytest.mark.parametrize("name", [name for name in DEFAULT_CHECKS if name != "language"])
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(corpora(), corpora())
def test_any_document_can_be_asked_about(
    name: str, gold: list[Document], new: list[Document]
) -> None:
    check = built(name, Reference(gold, Schema.learn(gold), held_out=gold[:1]))
    for document in new:
        for issue in check(document):
            assert isinstance(issue, Issue)
            assert issue.message and issue.message_fr and issue.place.document == document.id
            msgspec.json.encode(issue)
        check.kept(document)


@pytest.mark.parametrize("name", DEFAULT_CHECKS)
def test_answers_do_not_depend_on_the_order_of_gold(name: str) -> None:
    forwards, backwards = (built(name, reference(gold)) for gold in (GOLD, GOLD[::-1]))
    assert forwards.thresholds == backwards.thresholds
    odd = doc("x", "The [Kremlin|ARME] said “nothing at all of that was ever true.", "e1 VISITE e1")
    assert forwards(odd) == backwards(odd)


def test_a_language_that_cannot_be_told_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'fr'"):
        built("language", Reference(GOLD, Schema.learn(GOLD), language="fra"))


def test_unknown_check_lists_the_known_ones() -> None:
    with pytest.raises(KeyError, match="near_duplicates"):
        CHECKS.load("near_duplicate")
