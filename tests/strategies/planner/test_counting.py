"""Registers, cells and edge cases: every mention, relation and document is counted once, and by name."""

import time
from collections import Counter

import pytest
from hypothesis import given

from bouture import from_markup
from bouture.corpus.document import Document, Entity, Origin, Relation, Span
from bouture.corpus.register import REGISTERS, register_name, register_of
from bouture.corpus.schema import RelationType, Schema
from bouture.strategies.planner.cells import Cell, Counting, possible
from bouture.strategies.planner.edge_cases import EDGES, EdgeCases
from documents import corpora, texts


@pytest.mark.parametrize(
    ("text", "register"),
    [
        ("5\u00a0h\u00a042 — Plusieurs explosions ont été entendues à Kiev.", "live"),
        ("7h10. L’armée de l’air affirme avoir abattu cinq avions.", "live"),
        ("Mis à jour à 9\u00a0h\u00a015. Des chars ont franchi la frontière.", "live"),
        ("14:05 Shelling resumes near Kherson.", "live"),
        ("24 soldats sont morts.", "brief"),
        ("KIEV, 24 fév 2022 (AFP) — Des explosions ont retenti.", "dispatch"),
        ("LVIV (Reuters) - Shelling resumed.", "dispatch"),
        ("Alerte aérienne à Kharkiv ! 🚨 Restez à l’abri.", "message"),
        ("Les sirènes retentissent #Kharkiv", "message"),
        ("Situation :\n- Nord : calme\n- Sud : tirs\n- Est : tirs", "list"),
        ("Unité : 72e brigade\nLieu : Bakhmout\nEffectif : 300", "list"),
        ("«\u00a0Nous nous défendrons jusqu’au bout\u00a0», a déclaré le président.", "speech"),
        ("Un premier paragraphe.\n\nUn deuxième.\n\nUn troisième.", "article"),
        ("Un mot. " * 200, "article"),
        ("Des chars ont franchi la frontière.", "brief"),
        ("", "brief"),
    ],
)
def test_the_register_is_told_from_the_layout(text: str, register: str) -> None:
    assert register_of(Document("d", text)) == register
    assert all(register_name(register))


@given(texts())
def test_every_text_has_a_register(text: str) -> None:
    assert register_of(Document("d", text)) in REGISTERS


@pytest.mark.parametrize("piece", ["«", "“", '"', "<", "\n", " \n", "a:", "#", "1h", "(AFP"])
def test_a_megabyte_of_anything_is_read_through(piece: str) -> None:
    document = Document("d", piece * (1_000_000 // len(piece)))
    started = time.process_time()
    Counting([], Schema((), {})).of(document)
    assert time.process_time() - started < 20


def test_the_register_is_that_of_the_named_key() -> None:
    document = Document("d", "7h10. Rien.", meta={"genre": "dépêche", "empty": " "})
    assert register_of(document, "genre") == "dépêche"
    assert register_of(document, "empty") == register_of(document, "absent") == "live"
    assert register_name("dépêche") == ("dépêche", "dépêche")


@given(corpora(max_size=3))
def test_everything_is_counted_once(gold: list[Document]) -> None:
    schema = Schema.learn(gold)
    counting = Counting(gold, schema)
    numbers = counting.all(gold)
    totals: Counter[str] = Counter()
    for cell, n in numbers.cells.items():
        totals[cell.kind] += n
        assert n > 0
        assert numbers.each(cell) >= 1
        assert 1 <= numbers.holders[cell] <= numbers.documents == len(gold)
    assert totals["label"] == sum(len(document.mentions()) for document in gold)
    assert totals["relation"] == sum(len(document.relations) for document in gold)
    assert totals["no_entity"] == sum(not document.entities for document in gold)
    cells = possible(counting, numbers)
    assert set(numbers.cells) <= set(cells)
    assert len(set(cells)) == len(cells)
    assert all(said.strip() for cell in cells for said in cell.name)


def _pair(text: str, first: str, second: str, relation: tuple[str, str, str]) -> Document:
    spans = [Span(text.index(part), text.index(part) + len(part)) for part in (first, second)]
    entities = tuple(Entity(f"E{n}", "LIEU", (span,)) for n, span in enumerate(spans, 1))
    return Document("d", text, entities, (Relation(*relation),))


def test_order_and_distance_of_relations() -> None:
    ends = frozenset({("LIEU", "LIEU")})
    schema = Schema(
        ("LIEU",),
        {"DANS": RelationType("DANS", ends), "PRÈS": RelationType("PRÈS", ends, symmetric=True)},
    )
    one, two = "Kiev est en Ukraine.", "Voici Kiev. Nous sommes en Ukraine."
    for text, relation, parts in (
        (one, ("E1", "DANS", "E2"), ("DANS", "head", "inside")),
        (one, ("E2", "DANS", "E1"), ("DANS", "tail", "inside")),
        (two, ("E1", "DANS", "E2"), ("DANS", "head", "across")),
        (two, ("E2", "PRÈS", "E1"), ("PRÈS", "either", "across")),
        (one, ("E1", "DANS", "E1"), ("DANS", "loop")),
    ):
        document = _pair(text, "Kiev", "Ukraine", relation)
        found = Counting([document], schema).of(document)
        assert found[Cell("relation", parts)] == 1, parts


def test_relations_go_across_sentences_only_where_gold_does() -> None:
    document = _pair("Kiev est en Ukraine.", "Kiev", "Ukraine", ("E1", "DANS", "E2"))
    counting = Counting([document], Schema.learn([document]))
    parts = {c.parts for c in possible(counting, counting.all([document])) if c.kind == "relation"}
    assert parts == {("DANS", "head", "inside"), ("DANS", "tail", "inside")}


def test_a_rule_counts_where_an_origin_says_so() -> None:
    told = Origin("guide_rules", parameters={"rule": "PER-I1", "polarity": "negative"})
    counting = Counting([], Schema((), {}))
    assert counting.of(Document("d", "Rien.", origin=told))[Cell("rule", ("PER-I1", "negative"))]
    for odd in ({"rule": 3, "polarity": "negative"}, {"rule": "PER-I1", "polarity": "maybe"}, {}):
        document = Document("d", "Rien.", origin=Origin("x", parameters=odd))
        assert not [cell for cell in counting.of(document) if cell.kind == "rule"]


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ('<e id="E1" t="ORG">mairie de <e id="E2" t="LIEU">Kiev</e></e>', "nested"),
        ('<e id="E1" t="PER">Igor et Anna</e> dorment', "coordinated"),
        ('<e id="E1" t="ORG">ONU</e> et <e id="E1" t="ORG">Nations unies</e>', "several surfaces"),
        ('<e id="E1" t="LIEU">Kiev</e> ne cède pas', "cue"),
        ("ALERTE à l’est", "capitals"),
        ("Il est mort la veille", "relative time"),
        (
            '<e id="E1" t="PER">Anna</e> à <e id="E2" t="LIEU">Kiev</e>\nE1 | VIT | E2\nE1 | NÉE | E2',
            "several relations",
        ),
    ],
)
def test_edge_cases_are_told(markup: str, shown: str) -> None:
    plain = from_markup('<e id="E1" t="LIEU">Kiev</e> et <e id="E2" t="PER">Anna</e> dorment')
    assert shown in EdgeCases([plain]).of(from_markup(markup))
    assert shown not in EdgeCases([plain]).of(plain)


def test_edge_cases_that_depend_on_gold() -> None:
    gold = [
        from_markup(f'<e id="E1" t="{label}">Moscou</e> et <e id="E2" t="LIEU">Kiev</e>', id=label)
        for label in ("LIEU", "ORG")
    ]
    edges = EdgeCases(gold)
    assert "ambiguous" in edges.of(gold[0])
    assert "new surface" not in edges.of(gold[0])
    new = from_markup('<e id="E1" t="LIEU">Kharkiv</e>', id="new")
    assert "new surface" in edges.of(new)
    assert "ambiguous" not in edges.of(new)
    long = from_markup('<e id="E1" t="LIEU">la petite ville de Kiev</e>', id="long")
    assert "long" in edges.of(long) and "long" not in edges.of(new)


def test_every_register_and_case_has_a_name_in_both_languages() -> None:
    for wording in (*REGISTERS.values(), *EDGES.values()):
        assert wording.en.strip() and wording.fr.strip() and wording.en != wording.fr
