"""What a corpus is counted by: label × register × length, relation × direction × distance, rules, edge cases, negatives."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

import msgspec

from bouture.corpus.document import Document, Entity, Relation
from bouture.corpus.guide import Guide, to_complete
from bouture.corpus.issue import Wording
from bouture.corpus.register import register_name, register_of
from bouture.corpus.schema import Schema
from bouture.corpus.tokens import sentences, tokenize
from bouture.strategies.planner.edge_cases import EDGES, EdgeCases

Kind = Literal["label", "relation", "rule", "edge", "no_entity", "no_relation"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NEGATIVES: tuple[Kind, ...] = ("no_entity", "no_relation")
"""Texts that hold nothing to find: wanted in the proportion of gold, neither less nor more (science A.8.3, X-6)."""

LENGTHS = {
    "short": Wording("short", "court"),
    "medium": Wording("medium", "moyen"),
    "long": Wording("long", "long"),
}
WAYS = {
    "head": Wording("head first", "tête d’abord"),
    "tail": Wording("tail first", "queue d’abord"),
    "loop": Wording("of an entity with itself", "d’une entité avec elle-même"),
    "either": Wording("either order", "ordre indifférent"),
}
DISTANCES = {
    "inside": Wording("one sentence", "même phrase"),
    "across": Wording("across sentences", "d’une phrase à l’autre"),
}
POLARITIES = {
    "positive": Wording("applies", "s’applique"),
    "negative": Wording("does not apply", "ne s’applique pas"),
}
WITHOUT = {
    "no_entity": Wording("texts without entity", "textes sans entité"),
    "no_relation": Wording(
        "texts with entities and no relation", "textes avec entités et sans relation"
    ),
}


class Cell(msgspec.Struct, frozen=True, order=True):
    """One thing that is counted, e.g. `label`, ("LIEU", "live", "short")."""

    kind: Kind
    parts: tuple[str, ...]

    @property
    def name(self) -> Wording:
        """What it is called: « LIEU · direct horodaté · court »."""
        first, *rest = self.parts
        match self.kind:
            case "label":
                said = [register_name(rest[0]), LENGTHS[rest[1]]]
            case "relation":
                said = [WAYS[rest[0]], *(DISTANCES[part] for part in rest[1:])]
            case "rule":
                said = [POLARITIES[rest[0]]]
            case "edge":
                return EDGES[first]
            case _:
                return WITHOUT[self.kind]
        en, fr = (" · ".join((first, *words)) for words in zip(*said, strict=True))
        return Wording(en, fr)


class Numbers(NamedTuple):
    """How many documents were counted, and how much of each cell they hold."""

    documents: int = 0
    cells: Mapping[Cell, int] = MappingProxyType({})
    holders: Mapping[Cell, int] = MappingProxyType({})
    """Documents that hold any of a cell."""

    def each(self, cell: Cell) -> float:
        """How much of a cell a document that holds it brings on average, at least 1."""
        return self.cells.get(cell, 0) / self.holders[cell] if self.holders.get(cell) else 1.0


class Counting:
    """Counts cells in the terms of one gold corpus: its lengths, its registers, its surfaces.

    Mentions are counted for labels, relations for relations, documents for all else. A document of
    up to the first third of gold's lengths in tokens is short, up to the second third medium.

    Args:
        gold: what bounds and registers are learnt from.
        schema: labels and relations that can occur.
        guide: whose finished rules are counted; none without it.
        register: key of `meta` that names the register; told from the layout when empty.
    """

    def __init__(
        self,
        gold: Sequence[Document],
        schema: Schema,
        guide: Guide | None = None,
        register: str = "",
    ) -> None:
        self.schema, self._key = schema, register
        self.rules = tuple(
            rule.id
            for _, rule in (guide.all_rules() if guide else ())
            if not to_complete(rule.text)
        )
        self._edges = EdgeCases(gold)
        lengths = sorted(len(tokenize(document.text)) for document in gold)
        last = max(0, len(lengths) - 1)
        self.bounds = (
            tuple(lengths[round(last * part)] for part in (1 / 3, 2 / 3)) if gold else (0, 0)
        )

    def place(self, document: Document) -> tuple[str, str]:
        """(register, length) of a document."""
        tokens = len(tokenize(document.text))
        short, medium = self.bounds
        length = "short" if tokens <= short else "medium" if tokens <= medium else "long"
        return register_of(document, self._key), length

    def of(self, document: Document) -> Counter[Cell]:
        """How much of each cell one document holds."""
        place = self.place(document)
        found: Counter[Cell] = Counter()
        for entity in document.entities:
            found[Cell("label", (entity.label, *place))] += len(entity.spans)
        found.update(self._relations(document))
        found.update(Cell("edge", (name,)) for name in self._edges.of(document))
        if not document.entities:
            found[Cell("no_entity", ("",))] = 1
        elif self.schema.relations and not document.relations and len(document.entities) > 1:
            found[Cell("no_relation", ("",))] = 1
        if (rule := _rule_of(document)) is not None:
            found[rule] += 1
        return found

    def all(self, documents: Iterable[Document]) -> Numbers:
        """The same over several documents."""
        total: Counter[Cell] = Counter()
        holders: Counter[Cell] = Counter()
        number = 0
        for document in documents:
            number += 1
            found = self.of(document)
            total.update(found)
            holders.update(found.keys())
        return Numbers(number, total, holders)

    def _relations(self, document: Document) -> list[Cell]:
        if not document.relations:
            return []
        by_id = {entity.id: entity for entity in document.entities}
        starts = [sentence.start for sentence in sentences(document.text)]
        return [self._relation(relation, by_id, starts) for relation in document.relations]

    def _relation(
        self, relation: Relation, by_id: dict[str, Entity], starts: Sequence[int]
    ) -> Cell:
        if relation.head == relation.tail:
            return Cell("relation", (relation.label, "loop"))
        head, tail = by_id[relation.head], by_id[relation.tail]
        known = self.schema.relations.get(relation.label)
        if known is not None and known.symmetric:
            way = "either"
        else:
            first, second = (min(one.spans) for one in (head, tail))
            way = "head" if first <= second else "tail"
        places = [{bisect_right(starts, span.start) for span in e.spans} for e in (head, tail)]
        distance = "across" if places[0].isdisjoint(places[1]) else "inside"
        return Cell("relation", (relation.label, way, distance))


def _rule_of(document: Document) -> Cell | None:
    """The rule of the guide that a document was made to show, as its origin says."""
    if document.origin is None:
        return None
    rule, polarity = (document.origin.parameters.get(key) for key in ("rule", "polarity"))
    if isinstance(rule, str) and polarity in POLARITIES:
        return Cell("rule", (rule, polarity))
    return None


def possible(counting: Counting, gold: Numbers) -> list[Cell]:
    """Every cell that can be asked for: those of gold, and those that the schema and the guide add.

    A label gets the registers and lengths that gold has; a relation both orders, across sentences only
    where gold goes across at all. Edge cases and negatives that gold never shows are not asked for.
    """
    found = set(gold.cells)
    places = sorted({cell.parts[1:] for cell in gold.cells if cell.kind == "label"})
    found |= {Cell("label", (x, *place)) for x in counting.schema.entities for place in places}
    across = any(cell.kind == "relation" and cell.parts[-1] == "across" for cell in gold.cells)
    for label, known in counting.schema.relations.items():
        if known.reflexive:
            found.add(Cell("relation", (label, "loop")))
            continue
        ways = ("either",) if known.symmetric else ("head", "tail")
        for way in ways:
            for distance in ("inside", "across") if across else ("inside",):
                found.add(Cell("relation", (label, way, distance)))
    found |= {Cell("rule", (id, polarity)) for id in counting.rules for polarity in POLARITIES}
    return sorted(found, key=lambda cell: (KINDS.index(cell.kind), cell.parts))
