"""A Document that exists is valid; anything else is refused with a reason."""

import pytest
from hypothesis import given

from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.corpus.schema import Schema, nested_labels
from bouture.errors import DocumentError
from documents import documents

KIEV = Entity("E1", "LIEU", (Span(0, 4),))


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 3), (4, 3)])
def test_spans_are_half_open_and_not_empty(start: int, end: int) -> None:
    with pytest.raises(DocumentError, match="empty, reversed or negative"):
        Span(start, end)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Document("", "Kiev"), "needs an id"),
        (lambda: Document("d", "Ki", (KIEV,)), "after the text"),
        (lambda: Document("d", "Kiev", (KIEV, KIEV)), "used twice"),
        (lambda: Document("d", "Kiev", (KIEV,), (Relation("E1", "R", "E9"),)), "does not exist"),
        (lambda: Document("d", "Kiev", (KIEV,), (Relation("E1", "R", "E1"),) * 2), "given twice"),
        (lambda: Document("d", "Kiev \ud800"), "surrogate"),
        (lambda: Entity("E1", "LIEU", ()), "no mention"),
        (lambda: Entity("E1", "", (Span(0, 1),)), "needs an id and a label"),
        (lambda: Entity("E1", "LIEU", (Span(0, 1), Span(0, 1))), "same mention twice"),
    ],
)
def test_what_is_not_valid_is_refused(make: object, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        make()  # type: ignore[operator]


def test_offsets_are_code_points() -> None:
    document = Document("d", "🇺🇦 à Kiev", (Entity("E1", "LIEU", (Span(5, 9),)),))
    assert [m.text for m in document.mentions()] == ["Kiev"]


@given(documents())
def test_mentions_read_as_the_text_does(document: Document) -> None:
    found = document.mentions()
    assert len(found) == sum(len(e.spans) for e in document.entities)
    assert all(m.text == document.text[m.start : m.end] for m in found)
    assert list(found) == sorted(found, key=lambda m: (m.start, -m.end, m.label, m.entity))


@given(documents())
def test_a_learnt_schema_allows_what_it_was_learnt_from(document: Document) -> None:
    schema = Schema.learn([document])
    labels = document.labels()
    assert set(labels.values()) == set(schema.entities)
    assert all(schema.allows(labels[r.head], r.label, labels[r.tail]) for r in document.relations)
    brute = {
        (a.label, b.label)
        for i, a in enumerate(document.mentions())
        for b in document.mentions()[i + 1 :]
        if a.entity != b.entity and a.span.contains(b.span)
    }
    assert nested_labels(document) == brute
