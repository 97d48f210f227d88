"""A drafted guide parses, agrees with the gold it was learnt from, and shows real annotation."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.corpus.guide_check import check_guide
from bouture.corpus.guide_draft import draft_guide
from bouture.corpus.guide_reader import guide_problems, parse_guide
from bouture.corpus.issue import Severity
from bouture.corpus.markup import from_markup
from bouture.errors import GuideError

LABELS = st.sampled_from(["LIEU", "UNITE", "military unit", "UNI-2", "é", "#X"])
TEXTS = st.sampled_from(
    ["Le maire de Kiev parle de la ville.", "A | B | C est une ligne.\nUne autre phrase, ici <b> & là.",
     "« Un mot », dit-il — <!-- non --> puis `code` **gras**.", "Trop court", "- [GEN-B1] une puce ? Exemple : rien ici."]
)  # fmt: skip


@st.composite
def corpora(draw: st.DrawFn) -> list[Document]:
    return [draw(_document(f"d{number}")) for number in range(draw(st.integers(0, 4)))]


@st.composite
def _document(draw: st.DrawFn, id: str) -> Document:
    text = draw(TEXTS)
    ends = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))
    pairs = draw(st.lists(ends.filter(lambda p: p[0] < p[1]), max_size=5, unique=True))
    entities = tuple(Entity(f"T{n}", draw(LABELS), (Span(*pair),)) for n, pair in enumerate(pairs))
    if not entities:
        return Document(id, text)
    ids = st.sampled_from([entity.id for entity in entities])
    triples = st.builds(Relation, ids, st.sampled_from(["VERS", "a lieu", "R_1"]), ids)
    return Document(id, text, entities, tuple(draw(st.lists(triples, max_size=5, unique=True))))


@settings(max_examples=120, deadline=None)
@given(corpora(), st.sampled_from(["fr", "en"]))
def test_a_draft_parses_and_gold_agrees_with_it(documents: list[Document], language: str) -> None:
    text = draft_guide(documents, language)
    assert guide_problems(text) == []
    guide = parse_guide(text)
    labels = {e.label for d in documents for e in d.entities}
    assert set(guide.entities) == (labels or {"LABEL"})
    issues = check_guide(guide, documents)
    assert not [i for i in issues if i.severity is Severity.REJECT], issues
    assert not [i for i in issues if i.code in ("G36", "G35", "G34", "G22", "G23", "G25")]


def test_the_draft_in_full() -> None:
    document = from_markup(
        'Le <e id="T8" t="FONCTION">maire de <e id="T9" t="LIEU">Kiev</e></e> dort. Puis\nla suite sans rien.'
        "\n\nT8 | SITUE_A | T9"
    )
    assert draft_guide([document], "fr") == (
        """---
title: Guide d’annotation
language: fr
version: "0.1"
---

# Guide d’annotation

Ébauche tirée du corpus annoté (documents : 1). Remplacez chaque « À COMPLÉTER », relisez chaque exemple, puis lancez `bouture guide check`.

## Règles générales
**Imbrication.** FONCTION ⊃ LIEU

- [GEN-B1] À COMPLÉTER : où commence et où finit une mention.
- [GEN-B2] La mention exclut le déterminant (observé sur 2 mentions). `code: no_determiner`
- [GEN-B3] Un pronom n’est jamais une mention (observé sur 2 mentions). `code: no_pronoun`

## Entités

### FONCTION
<!-- mentions : 1, dans 1 document(s) ; les plus fréquentes : maire de Kiev (1) -->
**Définition.** À COMPLÉTER : ce que désigne FONCTION.

- [FON-I1] À COMPLÉTER : ce qui est annoté FONCTION.
  - Exemple : Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e> dort.
    E1 | SITUE_A | E2
- [FON-E1] À COMPLÉTER : ce qui n’est pas annoté FONCTION, avec un contre-exemple.

### LIEU
<!-- mentions : 1, dans 1 document(s) ; les plus fréquentes : Kiev (1) -->
**Définition.** À COMPLÉTER : ce que désigne LIEU.

- [LIE-I1] À COMPLÉTER : ce qui est annoté LIEU.
  - Exemple : Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e> dort.
    E1 | SITUE_A | E2
- [LIE-E1] À COMPLÉTER : ce qui n’est pas annoté LIEU, avec un contre-exemple.

## Relations

### SITUE_A
<!-- relations : 1, dans 1 document(s) ; extrémités et axiomes observés, à confirmer -->
**Définition.** À COMPLÉTER : ce que désigne SITUE_A.
**Extrémités.** FONCTION → LIEU
**Direction.** À COMPLÉTER : ce qu’est la tête, ce qu’est la queue.
**Axiomes.** irréflexive ; asymétrique

- [SIT-I1] À COMPLÉTER : ce qui, dans le texte, appelle SITUE_A.
  - Exemple : Le <e id="E1" t="FONCTION">maire de <e id="E2" t="LIEU">Kiev</e></e> dort.
    E1 | SITUE_A | E2
"""
    )


def test_a_label_that_a_guide_cannot_write_is_an_error() -> None:
    with pytest.raises(GuideError, match="cannot be written"):
        draft_guide([Document("d", "Kiev", (Entity("E1", "A;B", (Span(0, 4),)),))])
    with pytest.raises(GuideError, match="no guide in"):
        draft_guide([], "de")


@pytest.mark.shared
@pytest.mark.parametrize("corpus", ["textmine2025/train", "re3d/train", "crossner_politics/train"])
def test_real_corpora_are_drafted(shared: Path, corpus: str) -> None:
    lines = (shared / "data" / f"{corpus}.jsonl").read_text(encoding="utf-8").splitlines()
    documents = [_gold(json.loads(line)) for line in lines[:60]]
    text = draft_guide(documents, "fr")
    assert guide_problems(text) == []
    issues = check_guide(parse_guide(text), documents)
    assert not [i for i in issues if i.severity is Severity.REJECT]
    assert text.count("Exemple :") >= 5


def _gold(raw: dict[str, list[dict[str, str]]]) -> Document:
    entities = {
        e["id"]: Entity(e["id"], e["label"], (Span(int(e["start"]), int(e["end"])),))
        for e in raw["entities"]
    }
    relations = dict.fromkeys(
        Relation(r["head"], r["label"], r["tail"]) for r in raw.get("relations", [])
    )
    return Document(str(raw["id"]), str(raw["text"]), tuple(entities.values()), tuple(relations))
