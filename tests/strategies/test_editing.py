"""Edits: exact shifting of mentions, refusal of what would cut one, no fusion of tokens."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bouture.corpus.document import Document, Mask, Span
from bouture.corpus.markup import to_markup
from bouture.errors import DocumentError
from bouture.strategies.editing import Edit, apply, apply_to_tokens, cuts
from documents import documents
from strategies.driving import gold

[ZALOUJNY] = gold(
    'Le <e id="E1" t="F">chef de l’<e id="E2" t="O">état-major</e></e>, <e id="E3" t="P">Zaloujny</e>, parle.\n\nE3 | EXERCE | E1'
)


@given(documents())
def test_no_edit_changes_nothing(document):
    assert apply(document, []) is document


@settings(max_examples=150)
@given(documents(extras=False), st.data())
def test_edits_that_cut_no_mention_touch_only_the_text_they_replace(document, data):
    bounds = sorted(data.draw(st.sets(st.integers(0, len(document.text)), max_size=6)))
    edits = [
        Edit(a, b, data.draw(st.text("é xy", max_size=4)) or "z")
        for a, b in zip(bounds[::2], bounds[1::2], strict=False)
    ]
    edits = [edit for edit in edits if not cuts(document, edit)]
    made = apply(document, edits)
    assert made.relations == document.relations
    for before, after in zip(document.entities, made.entities, strict=True):
        for old, new in zip(before.spans, after.spans, strict=True):
            said = document.mention_text(old)
            for edit in sorted(edits, reverse=True):
                if old.start <= edit.start and edit.end <= old.end:
                    said = said[: edit.start - old.start] + edit.text + said[edit.end - old.start :]
            assert made.mention_text(new) == said


def test_nested_mentions_move_along():
    made = apply(ZALOUJNY, [Edit(0, 2, "Notre"), Edit(3, 7, "patron"), Edit(13, 23, "armée")])
    assert to_markup(made) == (
        'Notre <e id="E1" t="F">patron de l’<e id="E2" t="O">armée</e></e>, '
        '<e id="E3" t="P">Zaloujny</e>, parle.\n\nE3 | EXERCE | E1'
    )


def test_inner_mentions_get_the_place_the_edit_gives_them():
    [e1, e2] = (ZALOUJNY.entity(id).spans[0] for id in ("E1", "E2"))
    inner = ((e1, Span(0, 16)), (e2, Span(9, 16)))
    made = apply(ZALOUJNY, [Edit(e1.start, e1.end, "maire de Kharkiv", inner)])
    assert [m.text for m in made.mentions()] == ["maire de Kharkiv", "Kharkiv", "Zaloujny"]


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(5, 14, "x")],  # begins before the inner mention, ends inside it
        [Edit(0, 5, "x")],
        [Edit(0, 2, "x"), Edit(1, 2, "y")],
        [Edit(4, 4, "x")],
    ],
)
def test_edits_that_cut_a_mention_overlap_or_are_empty_are_refused(edits):
    with pytest.raises(DocumentError, match="edit"):
        apply(ZALOUJNY, edits)


def test_an_edit_that_would_fuse_tokens_is_left_out_and_its_group_with_it():
    [document] = gold("La brigade 300 est à Kiev et la ville tient.")
    fusing, other = Edit(3, 10, "24"), Edit(21, 25, "Lviv")
    assert apply_to_tokens(document, [fusing, other]).text == (
        "La brigade 300 est à Lviv et la ville tient."
    )
    tied = [fusing._replace(group="E1"), other._replace(group="E1"), Edit(32, 37, "place")]
    assert apply_to_tokens(document, tied).text == "La brigade 300 est à Kiev et la place tient."


@given(documents(extras=True), st.data())
def test_masked_stretches_keep_what_they_hold_and_take_in_edits_they_touch(
    document: Document, data: st.DataObject
) -> None:
    if not document.text:
        return
    start = data.draw(st.integers(0, len(document.text) - 1))
    edit = Edit(start, data.draw(st.integers(start + 1, len(document.text))), "neuf")
    bare = Document(document.id, document.text, mask=Mask(document.mask.spans))
    made = apply(bare, [edit])
    for old, new in zip(bare.mask.spans, made.mask.spans, strict=True):
        inside = old.contains(Span(edit.start, edit.end))
        if not old.overlaps(Span(edit.start, edit.end)):
            assert made.mention_text(new) == bare.mention_text(old)
        else:
            assert "neuf" in made.mention_text(new)
        if inside:
            before = bare.text[old.start : edit.start]
            assert made.mention_text(new) == before + "neuf" + bare.text[edit.end : old.end]
