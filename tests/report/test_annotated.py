"""Highlighted documents: the text is kept, elements nest, colours are stable."""

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.report.annotated import annotated, changed, colours, highlighted
from documents import documents


def plain(markup: str) -> str:
    """The text without elements and labels."""
    without = re.sub(r'<b class="t">.*?</b>', "", markup, flags=re.DOTALL)
    return html.unescape(re.sub(r"</?(?:span|mark|strong)[^>]*>", "", without))


def depth_ends_at_zero(markup: str) -> bool:
    depth = 0
    for closing in re.findall(r"<(/?)span", markup):
        depth += -1 if closing else 1
        if depth < 0:
            return False
    return depth == 0


def test_golden() -> None:
    document = Document(
        "d",
        "Le maire de <Kiev> 😀 & l’Onu",
        (
            Entity("E1", "FONCTION", (Span(3, 18),)),
            Entity("E2", "LIEU", (Span(13, 17),)),
            Entity("E3", "ORG", (Span(25, 28),)),
        ),
        (Relation("E1", "DIRIGE", "E2"),),
    )
    shown = annotated(document, colours(["ORG", "LIEU", "FONCTION"]), (Span(0, 2), Span(13, 17)))
    assert shown.html == (
        '<mark>Le</mark> <span class="m l0 h1" data-e="E1">maire de &lt;'
        '<span class="m l1 h0" data-e="E2"><mark>Kiev</mark><b class="t">LIEU</b></span>'
        '&gt;<b class="t">FONCTION</b></span> 😀 &amp; l’'
        '<span class="m l2 h0" data-e="E3">Onu<b class="t">ORG</b></span>'
    )
    assert shown.arcs == '[["E1","DIRIGE","E2"]]'
    (line,) = shown.relations
    assert line.head == ("maire de <Kiev>", "FONCTION", "l0")
    assert line.tail == ("Kiev", "LIEU", "l1")


def test_crossing_mentions_are_cut_and_labelled_once() -> None:
    document = Document(
        "d", "abcdef", (Entity("1", "A", (Span(0, 4),)), Entity("2", "B", (Span(2, 6),)))
    )
    shown = annotated(document, colours("AB")).html
    assert shown == (
        '<span class="m l0 h1" data-e="1">ab<span class="m l1 h0" data-e="2">cd</span>'
        '<b class="t">A</b></span><span class="m l1 h0 again" data-e="2">ef<b class="t">B</b></span>'
    )


@given(documents(), st.data())
def test_the_text_is_kept_and_elements_nest(document: Document, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(document.text)), max_size=4, unique=True)))
    marked = [Span(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    shown = highlighted(document.text, document.mentions(), {}, marked)
    if "<b class" not in document.text:
        assert plain(shown) == document.text
    assert depth_ends_at_zero(shown)
    assert shown.count('<b class="t">') == len(document.mentions())


@given(st.lists(st.text(min_size=1), min_size=1))
def test_colours_do_not_depend_on_order(labels: list[str]) -> None:
    assert colours(labels) == colours(list(reversed(labels)))
    assert set(colours(labels)) == set(labels)


@given(st.text(), st.text())
def test_changes_are_stretches_of_each_text(source: str, made: str) -> None:
    lost, new = changed(source, made)
    assert all(span.end <= len(source) for span in lost)
    assert all(span.end <= len(made) for span in new)
    assert changed(source, source) == ((), ())


def test_changes() -> None:
    lost, new = changed("Le maire de Kiev a parlé.", "Hier, le maire de Kiev s’est tu.")
    assert [("Le maire de Kiev a parlé.")[s.start : s.end] for s in lost] == ["a parlé"]
    assert [("Hier, le maire de Kiev s’est tu.")[s.start : s.end] for s in new] == [
        "Hier,",
        "s’est tu",
    ]
