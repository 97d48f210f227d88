"""Fidelity: a document is faithful to itself; each planted loss, change and addition is found and named."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.corpus.fidelity import compare
from bouture.corpus.issue import Severity, worst
from bouture.corpus.markup import from_markup
from documents import documents

SOURCE = from_markup(
    'Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e> a parlé. '
    '<e id="E2" t="LIEU">Kiev</e> tient.\n\nE1 | SITUE_A | E2',
    id="s",
)


def found(markup: str) -> list[tuple[str, str]]:
    made = from_markup(markup, id="m")
    issues = compare(SOURCE, made)
    assert all(issue.code == "F3" and issue.place.document == "m" for issue in issues)
    return [(issue.severity.value, issue.message) for issue in issues]


@given(documents())
def test_a_document_is_faithful_to_itself(document):
    assert compare(document, document, polarity=True) == []


@settings(max_examples=150)
@given(documents(extras=False), st.data())
def test_a_planted_loss_is_a_reject_one_way_and_an_addition_the_other(document, data):
    free = [
        e
        for e in document.entities
        if not any(e.id in (r.head, r.tail) for r in document.relations)
    ]
    if not free:
        return
    gone = data.draw(st.sampled_from(free))
    left = tuple(e for e in document.entities if e is not gone)
    less = msgspec.structs.replace(document, entities=left)
    lost, added = compare(document, less), compare(less, document)
    assert worst(lost) is Severity.REJECT and worst(added) is Severity.REVIEW
    assert {i.place.entity for i in lost} == {i.place.entity for i in added} == {gone.id}
    assert sum(i.evidence["times"] for i in lost) == len(gone.spans)


@pytest.mark.parametrize(
    ("markup", "issues"),
    [
        (
            '<e id="E2" t="LIEU">KIEV</e>, a dit le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e>.\n\nE1 | SITUE_A | E2',
            [],
        ),
        (
            'Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e> a parlé.\n\nE1 | SITUE_A | E2',
            [("reject", "lost: the mention “Kiev” (E2, LIEU), 1 time(s)")],
        ),
        (
            'Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kyïv</e></e> ; <e id="E2" t="LIEU">Kiev</e>.\n\nE1 | SITUE_A | E2',
            [
                (
                    "reject",
                    "changed: the mention “maire de Kiev” (E1, FONCTION) has become “maire de Kyïv”",
                ),
                ("reject", "changed: the mention “Kiev” (E2, LIEU) has become “Kyïv”"),
            ],
        ),
        (
            'Le <e id="E1" t="FONCTION">maire de <e id="E2" t="SITE">Kiev</e></e> ; <e id="E2" t="SITE">Kiev</e>.\n\nE1 | SITUE_A | E2',
            [("reject", "changed: entity E2 (“Kiev”) is SITE, it was LIEU")],
        ),
        (
            'Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e> ; <e id="E2" t="LIEU">Kiev</e>, <e id="E9" t="LIEU">Lviv</e>.\n\nE1 | SITUE_A | E2\nE9 | SITUE_A | E2',
            [
                ("review", "added: the mention “Lviv” (E9, LIEU), 1 time(s)"),
                ("review", "added: the relation E9 | SITUE_A | E2"),
            ],
        ),
        (
            'Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e> ; <e id="E2" t="LIEU">Kiev</e>.\n\nE2 | SITUE_A | E1',
            [("reject", "reversed: the relation E1 | SITUE_A | E2")],
        ),
        (
            'Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e> ; <e id="E2" t="LIEU">Kiev</e>.',
            [("reject", "lost: the relation E1 | SITUE_A | E2")],
        ),
    ],
)
def test_what_is_lost_changed_and_added_is_named(markup, issues):
    assert found(markup) == issues


def test_french_messages():
    [issue, *_] = compare(SOURCE, Document("m", "Kiev", (Entity("E2", "LIEU", (Span(0, 4),)),)))
    assert issue.message_fr == "perdue : la mention « maire de Kiev » (E1, FONCTION), 1 fois"


def attack(text: str, id: str) -> Document:
    """`text` with a relation from « armée » to « ville », which both occur in it."""
    ends = [
        Entity(name, "L", (Span(text.index(word), text.index(word) + len(word)),))
        for name, word in (("E1", "armée"), ("E2", "ville"))
    ]
    return Document(id, text, tuple(ends), (Relation("E1", "ATTAQUE", "E2"),))


@pytest.mark.parametrize(
    ("before", "after", "cues"),
    [
        ("L’armée n’a pas visé la ville.", "L’armée a visé la ville.", ["négation"]),
        ("L’armée a visé la ville.", "L’armée aurait visé la ville.", ["hypothèse"]),
        ("L’armée dément avoir visé la ville.", "L’armée a visé la ville.", ["négation"]),
        ("L’armée n’a pas visé la ville.", "Aucun tir de l’armée sur la ville.", []),
        ("L’armée a visé la ville.", "Des tirs de l’armée sur la ville.", []),
        ("L’armée a visé la ville. Rien n’est sûr.", "L’armée a visé la ville. Tout est flou.", []),
        (
            "L’armée a visé la ville. On n’en sait pas plus.",
            "L’armée n’a rien dit de la ville.",
            [],
        ),
    ],
)
def test_polarity_of_a_relation_that_turns_goes_to_review(before, after, cues):
    source, made = attack(before, "s"), attack(after, "m")
    issues = compare(source, made, polarity=True)
    assert [issue.evidence["cue_fr"] for issue in issues] == cues
    assert all((i.code, i.severity) == ("L8", Severity.REVIEW) for i in issues)
    assert compare(source, made) == []


def test_a_self_loop_is_no_reversal_of_itself():
    entity = Entity("E1", "P", (Span(0, 4),))
    source = Document("s", "Kiev", (entity,), (Relation("E1", "G", "E1"),))
    made = Document("m", "Kiev", (entity,))
    assert [i.message for i in compare(source, made)] == ["lost: the relation E1 | G | E1"]
