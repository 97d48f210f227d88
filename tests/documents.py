"""Hypothesis strategies for documents as nasty as real ones: import with `from documents import documents`."""

from typing import Any

from hypothesis import strategies as st

from bouture.corpus.document import Document, Entity, Mask, Origin, Relation, Span
from bouture.corpus.issue import Issue, Place, Severity

LABELS = ("PERSONNE", "ORGANISATION", "LIEU", "GRADE", "DATE-HEURE", "Unité_militaire")
RELATION_LABELS = ("DIRIGE", "SITUÉ_À", "GENDER_MALE", "part-of")

PIECES = st.sampled_from(
    [
        "Le général Zaloujny",
        "l’armée",
        "d'Ukraine",
        " ",
        "  ",
        " à ",
        "72e brigade",
        "« Kiev\u00a0»",
        "\u202f: ",
        ", ",
        ".",
        "\n",
        "\r\n",
        "\r",
        "\t",
        '"',
        '""',
        "\\",
        "\\n",
        "é",
        "e\u0301",
        "😀",
        "👨‍👩‍👧",
        "𝒜",
        "\u2028",
        "\x85",
        "\x0c",
        "\x00",
        "\ufeff",
        "<e id=",
        "&amp;",
        "#",
        "# id = x",
        "T1\tX 0 1",
        ";",
        "[]",
        "{}",
        "-DOCSTART-",
    ]
)


def texts(min_size: int = 0) -> st.SearchStrategy[str]:
    """Texts with emoji, CRLF, both Unicode forms, no-break spaces, quotes, tabs, and what formats use as syntax."""
    wild = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    return st.lists(st.one_of(PIECES, wild), min_size=min_size, max_size=6).map("".join)


def ids() -> st.SearchStrategy[str]:
    """Ids as corpora have them, and worse."""
    wild = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
    return st.one_of(st.sampled_from(["e1", "E3", "T1", "0", "12", "tm25-1/a", "é à"]), wild)


ISSUE = Issue(
    "M07",
    Severity.REPAIRED,
    "unclosed tag",
    "balise non fermée",
    Place(document="d", start=0, end=3),
    {"score": 0.5, "rule": "PER-B1", "seen": ["é", None, True]},
)
ORIGINS = (
    Origin(strategy="duplicate"),
    Origin(
        strategy="rewrite",
        sources=("tm25-1", "é\n"),
        demonstrations=("a",),
        sample=3,
        requests=("ab12", "cd34"),
        model="mistral-small",
        parameters={"p": 0.3, "nested": {"names": ["«\u00a0x\u00a0»", "\r\n"], "none": None}},
        issues=(ISSUE,),
    ),
)
"""Where documents came from: the least and the most that an origin says."""
METAS: tuple[dict[str, Any], ...] = (
    {},
    {"date": "2022-02-24"},
    {"": [1, -2.5, 1e300, True, None, {"k\r\n": "😀\u2028"}], "id": 3, "text": "autre"},
)
"""What files carry for others."""


@st.composite
def spans(draw: st.DrawFn, length: int) -> Span:
    """A span inside a text of `length` >= 1 code points."""
    start = draw(st.integers(0, length - 1))
    return Span(start, draw(st.integers(start + 1, length)))


@st.composite
def masks(draw: st.DrawFn, length: int, entities: list[str]) -> Mask:
    """Masks of a text, mostly none."""
    if draw(st.integers(0, 3)):
        return Mask()
    stretches = draw(st.lists(spans(length), max_size=2, unique=True)) if length else []
    end = st.sampled_from(entities or [""])
    pairs = draw(st.lists(st.tuples(end, end), max_size=2)) if entities else []
    return Mask(tuple(stretches), tuple(pairs))


@st.composite
def documents(
    draw: st.DrawFn,
    *,
    id: st.SearchStrategy[str] | None = None,
    text: st.SearchStrategy[str] | None = None,
    max_entities: int = 4,
    extras: bool = True,
) -> Document:
    """Documents with several mentions, nesting, equal spans, crossings, self-loops; with `extras` also meta, origin and mask."""
    words = draw(text if text is not None else texts())
    entity_ids = draw(st.lists(ids(), max_size=max_entities, unique=True)) if words else []
    entities = tuple(
        Entity(
            name,
            draw(st.sampled_from(LABELS)),
            tuple(draw(st.lists(spans(len(words)), min_size=1, max_size=3, unique=True))),
        )
        for name in entity_ids
    )
    relations: tuple[Relation, ...] = ()
    if entity_ids:
        end = st.sampled_from(entity_ids)
        relation = st.builds(Relation, end, st.sampled_from(RELATION_LABELS), end)
        relations = tuple(draw(st.lists(relation, max_size=4, unique=True)))
    return Document(
        draw(id if id is not None else ids()),
        words,
        entities,
        relations,
        draw(st.sampled_from((None, None, *ORIGINS))) if extras else None,
        draw(st.sampled_from(METAS)) if extras else {},
        draw(masks(len(words), entity_ids)) if extras else Mask(),
    )


def corpora(max_size: int = 2) -> st.SearchStrategy[list[Document]]:
    """Lists of documents with different ids."""
    return st.lists(documents(), max_size=max_size, unique_by=lambda document: document.id)
