"""Which strategy can fill which cells, and the mixture that a new recipe starts from (science A.8.5)."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from bouture.corpus.issue import Wording
from bouture.strategies.planner.cells import KINDS, Cell, Kind


class Serving(NamedTuple):
    """What a strategy can make more of."""

    kinds: tuple[Kind, ...]
    plans: bool
    """It chooses itself what to write about; else it makes more only of what its source holds."""
    raw: bool = False
    """Its sources are texts that nobody has annotated."""
    only: tuple[tuple[Kind, str], ...] = ()
    """Of these kinds no other cells than those whose first part is named."""

    def fills(self, cell: Cell) -> bool:
        """Whether it makes more of a cell, where it has a source for it."""
        if cell.kind not in self.kinds:
            return False
        named = [part for kind, part in self.only if kind == cell.kind]
        return not named or cell.parts[0] in named


HELD: tuple[Kind, ...] = ("label", "relation", "edge")
"""What a document made from another holds because its source does."""

SERVES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "entity_list": ("label",),
        "relation_triples": ("label", "relation"),
        "document_graph": ("label", "relation", "edge:several surfaces", "edge:several relations"),
        "attributes": ("label",),
        "guide_rules": ("rule",),
        "type_flip": ("edge:ambiguous",),
        "relation_flip": ("relation",),
        "unrelated_pair": ("no_relation",),
        "no_entity": ("no_entity",),
    }
)
"""What bouture's own strategies that plan their text can fill; those of other packages say so themselves:
`serves = ("label", "edge:nested")` on the class. What is not said is what the source holds."""


def serving_of(member: type[Any], name: str = "") -> Serving:
    """What a strategy of the catalogue can fill. A kind that is not known is left out.

    Args:
        member: the class; `serves` (kinds of cells, or `kind:first part`) and `sources` (`"raw"`) are
            read where it has them.
        name: its name in the catalogue.
    """
    raw = getattr(member, "sources", "") == "raw"
    stated = getattr(member, "serves", None) or SERVES.get(name)
    if stated is None:
        return Serving(HELD, plans=False, raw=raw)
    pairs = [str(one).partition(":") for one in stated]
    kinds = tuple(kind for kind in KINDS if kind in {first for first, _, _ in pairs})
    only = tuple(
        (kind, part) for kind in kinds for first, _, part in pairs if first == kind and part
    )
    return Serving(kinds, plans=True, raw=raw, only=only)


class Family(NamedTuple):
    """Strategies that share a part of the calls."""

    title: Wording
    share: float
    """Of all calls, 0 to 1."""
    strategies: tuple[tuple[str, ...], ...]
    """Each with the one that stands in for it where it does not exist."""


FAMILIES = (
    Family(
        Wording("a plan first, then the text", "un plan d’abord, puis le texte"),
        0.40,
        (("entity_list",), ("relation_triples",), ("document_graph",)),
    ),
    Family(
        Wording("the corpus rewritten", "le corpus réécrit"),
        0.20,
        (("context_rewriting", "rewrite"), ("entity_replacement", "mention_replacement")),
    ),
    Family(Wording("the rules of the guide", "les règles du guide"), 0.15, (("guide_rules",),)),
    Family(
        Wording("counterfactuals and unrelated pairs", "contrefactuels et paires sans relation"),
        0.10,
        (("type_flip",), ("relation_flip",), ("unrelated_pair",)),
    ),
    Family(
        Wording("texts without entity, texts to annotate", "textes sans entité, textes à annoter"),
        0.15,
        (("no_entity",), ("closed_annotation",)),
    ),
)
"""The default mixture for 50 to 200 documents, science A.8.5."""

NEEDS: Mapping[str, str] = MappingProxyType(
    {
        "relation_triples": "relations",
        "document_graph": "relations",
        "relation_flip": "relations",
        "unrelated_pair": "relations",
        "guide_rules": "guide",
        "closed_annotation": "raw",
    }
)
"""What the corpus must have for a strategy to work."""


class Part(NamedTuple):
    """One strategy of a mixture."""

    strategy: str
    share: float
    family: Wording


def default_mixture(known: Iterable[str], has: Iterable[str]) -> list[Part]:
    """The mixture of A.8.5 with the strategies that exist; shares add up to 1, to rounding.

    Args:
        known: names in the catalogue.
        has: which of `relations`, `guide`, `raw` the corpus has.

    What a family cannot use goes to the others, in proportion.
    """
    catalogue, there = set(known), set(has)
    chosen: list[tuple[Family, list[str]]] = []
    for family in FAMILIES:
        names = [next((n for n in choice if n in catalogue), "") for choice in family.strategies]
        names = [n for n in names if n and NEEDS.get(n, "") in {"", *there}]
        if names:
            chosen.append((family, names))
    whole = sum(family.share for family, _ in chosen)
    return [
        Part(name, round(family.share / whole / len(names), 3), family.title)
        for family, names in chosen
        for name in names
    ]
