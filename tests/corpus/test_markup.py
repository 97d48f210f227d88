"""The inline markup: whatever a document holds survives writing and reading; faults are named with their line."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.corpus.markup import from_markup, to_markup
from bouture.errors import LossError, MarkupError

PIECES = st.sampled_from(
    ["<", ">", "&", '"', "'", "|", " | ", "\n", "\r\n", "\n\n", " ", "\u00a0", "\u202f", "🇺🇦", "é",
     "e\u0301", "E1 | R | E2", "\nA | B | C", '<e id="E1" t="X">', "</e>", "&lt;", "&#124;", "&amp;amp;",
     "&x;", "a", "Kiev", "\u2028", "\x85", "\x00", "```"]
)  # fmt: skip
TEXTS = (
    st.lists(PIECES | st.text(max_size=5), max_size=12)
    .map("".join)
    .filter(lambda text: text.encode("utf-8", "ignore").decode() == text)
)
NAMES = st.sampled_from(["E1", "E2", "LIEU", "a b", " x ", "|", "&", '"', "<>", "é", "\n", "&#1;"])


def nested(spans: Iterable[Span]) -> list[Span]:
    """The spans of the list that cross none of those kept before them."""
    kept: list[Span] = []
    for span in spans:
        if not any(span.crosses(other) for other in kept):
            kept.append(span)
    return kept


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any document whose mentions do not cross."""
    text = draw(TEXTS)
    if not text:
        return Document("d", text)
    ends = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    pairs = draw(st.lists(ends.filter(lambda p: p[0] != p[1]), max_size=6))
    spans = nested(Span(min(p), max(p)) for p in pairs)
    clusters: dict[str, dict[Span, None]] = {}
    for span in spans:
        clusters.setdefault(draw(NAMES), {})[span] = None
    entities = tuple(Entity(i, draw(NAMES), tuple(found)) for i, found in clusters.items())
    if not entities:
        return Document("d", text)
    ids = st.sampled_from([entity.id for entity in entities])
    relations = draw(st.lists(st.builds(Relation, ids, NAMES, ids), max_size=4, unique=True))
    return Document("d", text, entities, tuple(relations))


def canonical(document: Document) -> tuple[object, ...]:
    """What the markup carries, whatever the order of entities and mentions."""
    entities = {(e.id, e.label, tuple(sorted(e.spans))) for e in document.entities}
    return document.id, document.text, entities, document.relations


@settings(max_examples=400, deadline=None)
@given(documents())
def test_reading_gives_back_what_was_written(document: Document) -> None:
    assert canonical(from_markup(to_markup(document), id="d")) == canonical(document)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_string_is_read_or_refused_with_a_reason(string: str) -> None:
    try:
        document = from_markup(string)
    except MarkupError as error:
        assert error.hint
    else:
        assert canonical(from_markup(to_markup(document))) == canonical(document)


def test_the_notation_reads_as_in_the_guide() -> None:
    text = "Le commandant de la 72e brigade a démissionné."
    document = Document(
        "d",
        text,
        (Entity("E1", "FONCTION", (Span(3, 31),)), Entity("E2", "UNITE", (Span(20, 31),))),
        (Relation("E1", "COMMANDE", "E2"),),
    )
    written = (
        'Le <e id="E1" t="FONCTION">commandant de la <e id="E2" t="UNITE">72e brigade</e></e> a démissionné.'
        "\n\nE1 | COMMANDE | E2"
    )
    assert to_markup(document) == written
    assert from_markup(written, id="d") == document
    assert from_markup(written.replace("\n\n", "\n") + "\n\n", id="d") == document


def test_mentions_of_one_entity_share_its_id_and_a_relation_may_loop() -> None:
    read = from_markup('<e id="E1" t="P">Elle</e>, <e id="E1" t="P">la ministre</e>\nE1 | FEM | E1')
    assert read.entities == (Entity("E1", "P", (Span(0, 4), Span(6, 17))),)
    assert read.relations == (Relation("E1", "FEM", "E1"),)


def test_a_line_of_text_that_looks_like_a_relation_stays_text() -> None:
    document = Document("d", "LE DIRECT\nE1 | EST | E2")
    assert to_markup(document) == "LE DIRECT\nE1 &#124; EST &#124; E2"
    assert from_markup(to_markup(document), id="d") == document


def test_crossing_mentions_are_named() -> None:
    spans = (Entity("E1", "A", (Span(0, 5),)), Entity("E2", "B", (Span(3, 8),)))
    with pytest.raises(LossError, match=r"'Kiev ' \(E1, 0-5\) × 'v Lvi' \(E2, 3-8\)") as caught:
        to_markup(Document("doc-7", "Kiev Lviv", spans))
    assert caught.value.document == "doc-7"


@pytest.mark.parametrize(
    ("string", "line", "said"),
    [
        ('a\n<e id="E1" t="X">b', 2, "never closed"),
        ("a\nb</e>", 2, "closes nothing"),
        ('<e id="E1" t="X"></e>', 1, "without text"),
        ('<e id="" t="X">a</e>', 1, "needs an id and a label"),
        ('<e id="E1">a</e>', 1, "cannot read"),
        ("<e id='E1' t='X'>a</e>", 1, "cannot read"),
        ("R&D", 1, "cannot read"),
        ("a < b", 1, "cannot read"),
        ("a\n\n&nbsp;", 3, "not a character"),
        ("&#55296;", 1, "not a character"),
        ('<e id="E1" t="X">a</e> <e id="E1" t="Y">b</e>', 1, "first and 'Y' here"),
        ('<e id="E1" t="X"><e id="E1" t="X">a</e></e>', 1, "tagged twice"),
        ('<e id="E1" t="X">a</e>\nE1 | R | E2', 2, "no mention has the id 'E2'"),
        ('<e id="E1" t="X">a</e>\nE1 |  | E1', 2, "without a label"),
        ('<e id="E1" t="X">a</e>\nE1 | R | E1\nE1 | R | E1', 3, "stated twice"),
        ('<e id="E1" t="X">a</e>\nE1 | R | E1\nfin', 3, "text after a relation line"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line_and_what_to_do(string: str, line: int, said: str) -> None:
    with pytest.raises(MarkupError, match=said) as caught:
        from_markup(string)
    assert caught.value.line == line
    assert caught.value.hint
