"""What may enter a pool: new in the corpus, allowed by the guide's coded rules, and with nothing inside that gold would annotate."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal, TypeAlias

from bouture.corpus.document import Document, remembered
from bouture.corpus.guide import Guide
from bouture.corpus.label_aliases import resolve
from bouture.corpus.normalise import fold
from bouture.corpus.rule_codes import breaks
from bouture.corpus.tokens import folded_tokens
from bouture.strategies.dialogue import Materials
from bouture.strategies.french.facts import Kind

Reason: TypeAlias = Literal["gold", "guide", "nested", "kind"]
NESTING = 0.05
"""Share of gold mentions of a shape with another mention inside from which that shape is not taken."""


LINKS = frozenset(
    ["d", "de", "du", "des", "à", "au", "aux", "en", "pour", "sur", "of", "for", "in", "at", "to"]
)
"""Words that join a complement to a noun: what may be a mention of its own (« maire de Lviv »)."""


class Admission:
    """Decides whether a new mention of a label may be put into a document without more annotation.

    A mention that gold knows, under any label, brings nothing new, or is ambiguous (34 % of the
    mentions of TextMine have a surface seen with several labels, science X-2). A mention that holds
    another one (« aéroport d’Hostomel ») would leave it unannotated, the worst noise there is (X-4):
    refused when it contains a gold surface of a label that its own may hold, or, of several words, when
    gold mentions of its label written like it (capital first, capital later, with a complement or
    without) hold another one in 5 % of the cases. One
    that the model itself says is a person is no place, and the other way round, where the label has one
    of the usual names.
    """

    def __init__(self, materials: Materials) -> None:
        self._guide = materials.guide
        self._nesting = _inner_labels(materials)
        self._gold: set[str] = set()
        self._surfaces: dict[str, set[tuple[str, ...]]] = {}
        shapes: Counter[tuple[str, bool, bool, bool]] = Counter()
        holding: Counter[tuple[str, bool, bool, bool]] = Counter()
        for document in materials.gold:
            held_by = holders(document)
            for number, mention in enumerate(document.mentions()):
                key = (mention.label, *_shape(mention.text))
                shapes[key] += 1
                holding[key] += number in held_by
                self._gold.add(fold(mention.text))
                self._surfaces.setdefault(mention.label, set()).add(folded_tokens(mention.text))
        self._holds = {key for key in shapes if holding[key] >= NESTING * shapes[key]}
        self._seen = set(shapes)

    def refuses(self, label: str, surface: str, kind: Kind = "") -> Reason | None:
        """Why the mention may not be used; None when it may. `kind`: what it is said to be."""
        if fold(surface) in self._gold:
            return "gold"
        if kind and _is_of_another_kind(label, kind):
            return "kind"
        if self._guide is not None and _breaks_a_rule(self._guide, label, surface):
            return "guide"
        return "nested" if self._may_hold(label, surface) else None

    def _may_hold(self, label: str, surface: str) -> bool:
        inner = self._nesting.get(label)
        if not inner:
            return False
        tokens = folded_tokens(surface)
        known = {tokens[i:j] for i in range(len(tokens)) for j in range(i + 1, len(tokens) + 1)}
        if any(not known.isdisjoint(self._surfaces.get(label, ())) for label in inner):
            return True
        if len(tokens) == 1:
            return False
        key = (label, *_shape(surface))
        return key in self._holds or key not in self._seen


def _inner_labels(materials: Materials) -> dict[str, set[str]]:
    pairs = set(materials.schema.nesting)
    if materials.guide is not None:
        pairs |= materials.guide.nesting
    found: dict[str, set[str]] = {}
    for outer, inner in pairs:
        found.setdefault(outer, set()).add(inner)
    return found


@remembered
def holders(document: Document) -> frozenset[int]:
    """Numbers of the mentions that hold one of another entity, or share their span with one."""
    mentions = document.mentions()
    found = set[int]()
    for number, outer in enumerate(mentions):
        for later in range(number + 1, len(mentions)):
            inner = mentions[later]
            if inner.start >= outer.end:
                break
            if inner.end <= outer.end and inner.entity != outer.entity:
                found.add(number)
                if inner.span == outer.span:
                    found.add(later)
    return frozenset(found)


def _is_of_another_kind(label: str, kind: Kind) -> bool:
    """Whether a label, by its name, is one of places and the kind a person, or the other way round."""
    if kind == "person":
        return resolve(label, ["LOC"]) == "LOC"
    return resolve(label, ["PERSON"]) == "PERSON"


def _shape(surface: str) -> tuple[bool, bool, bool]:
    """Whether the first word has a capital, whether a later one has, and whether a complement follows."""
    words: Sequence[str] = surface.replace("’", " ").replace("'", " ").split()
    capitals = [word[:1].isupper() for word in words]
    linked = not LINKS.isdisjoint(word.lower() for word in words[1:])
    return capitals[0] if capitals else False, any(capitals[1:]), linked


def _breaks_a_rule(guide: Guide, label: str, surface: str) -> bool:
    entity = guide.entities.get(label)
    rules = (*guide.rules, *(entity.rules if entity else ()))
    return any(breaks(code, surface, guide.language) for rule in rules for code in rule.codes)
