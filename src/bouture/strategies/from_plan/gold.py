"""What gold says of documents, as smoothed statistics to draw plans from (science A.4.2-A.4.4, X-1, X-3)."""

import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import Generic, NamedTuple, TypeVar

import msgspec

from bouture.corpus.document import Document, Relation
from bouture.corpus.normalise import fold
from bouture.corpus.schema import Schema
from bouture.corpus.tokens import sentences
from bouture.strategies.dialogue import Materials
from bouture.strategies.from_plan.plan import MentionKind
from bouture.strategies.from_plan.units import (
    Bearer,
    Key,
    Reading,
    bearers,
    by_label,
    lower_words,
    weights_by_surface,
)

LAPLACE = 0.5
"""Added to each count (Krichevsky-Trofimov): what gold does not show stays possible."""
BOTH_WAYS = 0.5
"""Share of the pairs of a relation that gold states in both directions from which plans do so too.

A symmetric relation of a guide, or any that a learnt schema does not know to be asymmetric.
"""

Item = TypeVar("Item")


class Choice(Generic[Item]):
    """Items drawn by weight, in logarithmic time; empty when no weight is above 0."""

    __slots__ = ("_sums", "items")

    def __init__(self, items: Sequence[Item], weights: Iterable[float]) -> None:
        pairs = [(i, w) for i, w in zip(items, weights, strict=True) if w > 0]
        self.items = tuple(item for item, _ in pairs)
        self._sums = list(accumulate(weight for _, weight in pairs))

    def __bool__(self) -> bool:
        return bool(self.items)

    def among(self, chosen: Callable[[Item], bool]) -> "Choice[Item]":
        """The items that are chosen, with the weights they have here."""
        weights = [b - a for a, b in pairwise((0.0, *self._sums))]
        kept = [(i, w) for i, w in zip(self.items, weights, strict=True) if chosen(i)]
        return Choice([item for item, _ in kept], [weight for _, weight in kept])

    def draw(self, rng: random.Random) -> Item:
        """One item; `IndexError` when there is none."""
        at = bisect_right(self._sums, rng.random() * self._sums[-1])
        return self.items[min(at, len(self.items) - 1)]


class Theme(NamedTuple):
    """A gold document as a set of entities that go together, with what it states among them."""

    id: str
    bearers: tuple[Bearer, ...]
    facts: tuple[tuple[Key, str, Key], ...]


class Role(NamedTuple):
    """One end of a relation."""

    relation: str
    is_head: bool
    names_too: bool = False
    """Whether a proper name suits it only where gold has that name in it, as descriptions do."""


class Pattern(NamedTuple):
    """A relation label with the labels of its ends."""

    head: str
    label: str
    tail: str


class Gold:
    """Statistics of the training documents, weighted by what is wanted.

    Counts of labels and relations are raised to the power `tempering` (A.8: 1/2), so that rare ones
    come more often than in gold, then multiplied by their weight in `materials.wanted`; what weighs
    0 is not here at all.

    Args:
        pool: further names by label.
        not_invented: relations that are drawn between no entities but those that gold relates so.
    """

    def __init__(
        self,
        materials: Materials,
        tempering: float,
        pool: Mapping[str, Sequence[Bearer]],
        not_invented: Collection[str] = (),
    ) -> None:
        self._not_invented = not_invented
        self.schema: Schema = materials.schema
        self._wanted = materials.wanted
        self.tempering = tempering
        documents = [d for d in materials.gold if d.entities]
        lower = lower_words(materials.gold)
        reading = Reading(materials.schema, materials.guide, materials.language, lower)
        themes = [self._theme(document, reading) for document in documents]
        self._count_sizes(documents)
        self._count_patterns(documents)
        self._count_distances(documents)
        self._count_roles(documents)
        known = [one for theme in themes for one in theme.bearers]
        self.themes = Choice(themes, [self._weight(theme) for theme in themes])
        self._shelve(by_label(known), pool)
        unwanted = [r for r in self.schema.relations if not self._wanted.relation(r)]
        self.unwanted = frozenset(unwanted)

    def wanted(self, label: str) -> float:
        """How much a label is wanted."""
        return self._wanted.label(label)

    def size(self, count: int, rng: random.Random) -> int:
        """A number of entities for a text of `count` sentences: that of a gold document about as long, ± 1."""
        near = self._sizes[min(self._sizes, key=lambda known: (abs(known - count), known))]
        return max(1, rng.choice(near) + rng.choice((-1, 0, 0, 1)))

    def density(self, entities: int, rng: random.Random) -> int:
        """A number of facts for so many entities: in the proportion of a gold document's."""
        return round(rng.choice(self._densities) * entities)

    def kinds(self, label: str, rng: random.Random) -> tuple[MentionKind, ...]:
        """The kinds of the mentions of an entity: those of one of the label in gold, rare ones more often."""
        return self._kinds[label].draw(rng) if label in self._kinds else (MentionKind.FULL,)

    def apart(self, relation: str) -> float:
        """How often the ends of a relation never share a sentence in gold; smoothed towards all relations."""
        return self._apart.get(relation, self._apart_all)

    def suits(self, label: str, surface: str, role: Role) -> bool:
        """Whether an entity so called can be this end of a relation, as far as gold tells.

        A description says what it describes, and an evacuation attacks nobody: it suits where gold
        has an entity of this label and surface in the role. So does a name, if the role asks for it.
        """
        if not (role.names_too or surface[:1].islower()):
            return True
        known = self._roles.get((label, fold(surface)), ())
        return Role(role.relation, role.is_head) in known

    def shelf(self, label: str, role: Role | None = None) -> Choice[Bearer]:
        """Who can stand for a label: all, or those that suit a role."""
        if role is None or label not in self.shelves:
            return self.shelves.get(label, _NOBODY)
        key = label, role
        if key not in self._suitable:
            self._suitable[key] = self.shelves[label].among(
                lambda one: self.suits(label, one.main.surface, role)
            )
        return self._suitable[key]

    def of_pair(self, head: str, tail: str) -> "Choice[str]":
        """Relations that can go from one label to the other."""
        return self.pairs.get((head, tail), _NOTHING)

    def _theme(self, document: Document, reading: Reading) -> Theme:
        found = [one for one in bearers(document, reading) if self._is_wanted(one)]
        keys = {one.key for one in found}
        keys |= {part.key for one in found for unit in one.units for part in unit.parts}
        facts = (
            ((document.id, r.head), r.label, (document.id, r.tail)) for r in document.relations
        )
        return Theme(
            document.id, tuple(found), tuple(f for f in facts if f[0] in keys and f[2] in keys)
        )

    def _is_wanted(self, one: Bearer) -> bool:
        labels = {one.label, *(part.label for unit in one.units for part in unit.parts)}
        return all(self.wanted(label) > 0 for label in labels)

    def _weight(self, theme: Theme) -> float:
        """How much a document has of what is wanted: 1 when all weighs 1."""
        weights = [self.wanted(one.label) for one in theme.bearers]
        weights += [self._wanted.relation(label) for _, label, _ in theme.facts]
        return sum(weights) / len(weights) if theme.bearers else 0.0

    def _shelve(
        self, known: Mapping[str, Sequence[Bearer]], pool: Mapping[str, Sequence[Bearer]]
    ) -> None:
        """Who can stand for a label; which labels are drawn; which mentions an entity has."""
        self.shelves: dict[str, Choice[Bearer]] = {}
        labels: dict[str, float] = {}
        self._kinds: dict[str, Choice[tuple[MentionKind, ...]]] = {}
        for label in self.schema.entities:
            own, added = list(known.get(label, ())), list(pool.get(label, ()))
            if not self.wanted(label) or not (own or added):
                continue
            weights = weights_by_surface(own, self.tempering) + [1.0] * len(added)
            weights = [w * self._of_facts(one) for w, one in zip(weights, own + added, strict=True)]
            self.shelves[label] = Choice(own + added, weights)
            labels[label] = (len(own) + LAPLACE) ** self.tempering * self.wanted(label)
            profiles = Counter(tuple(unit.kind for unit in one.units) for one in own)
            if profiles:
                self._kinds[label] = Choice(list(profiles), map(float, profiles.values()))
        self.labels = Choice(list(labels), labels.values())

    def _of_facts(self, one: Bearer) -> float:
        """What is wanted of the facts that come with an entity; never 0, a fact can stay out."""
        weights = [self._wanted.relation(label) for _, label, _ in one.facts]
        return max(weights, default=1.0) or 1.0

    def _count_sizes(self, documents: Sequence[Document]) -> None:
        self._sizes: dict[int, list[int]] = {}
        for document in documents:
            length = max(1, len(sentences(document.text)))
            self._sizes.setdefault(length, []).append(len(document.entities))
        self._sizes = self._sizes or {1: [1]}
        self._densities = [
            sum(r.head != r.tail for r in d.relations) / len(d.entities) for d in documents
        ] or [0.0]

    def _count_patterns(self, documents: Sequence[Document]) -> None:
        """Which relations hold between which labels, and how often such a pair is related."""
        seen: Counter[Pattern] = Counter()
        met: Counter[tuple[str, str]] = Counter()
        twice: Counter[str] = Counter()
        for document in documents:
            labels = document.labels()
            stated = set(document.relations)
            each = Counter(labels.values())
            for head, times in each.items():
                for tail, others in each.items():
                    met[head, tail] += times * (others - (head == tail))
            for r in document.relations:
                if r.head != r.tail:
                    seen[Pattern(labels[r.head], r.label, labels[r.tail])] += 1
                    twice[r.label] += Relation(r.tail, r.label, r.head) in stated
        totals: Counter[str] = Counter()
        for pattern, times in seen.items():
            totals[pattern.label] += times
        often = {
            label
            for label, type in self.schema.relations.items()
            if twice[label] > BOTH_WAYS * max(1, totals[label]) and not type.asymmetric
        }
        if not self.schema.hard:
            self.schema = _symmetric(self.schema, often)
        types = self.schema.relations
        self.both_ways = frozenset(label for label in often if types[label].symmetric)
        self._weigh(seen, met, totals)

    def _weigh(
        self,
        seen: Counter[Pattern],
        met: Counter[tuple[str, str]],
        totals: Counter[str],
    ) -> None:
        """Patterns that the schema allows, each by its tempered count; and by pair of labels, by its rate."""
        weights: dict[Pattern, float] = {}
        pairs: dict[tuple[str, str], dict[str, float]] = {}
        for label, type in self.schema.relations.items():
            if type.reflexive or not self._wanted.relation(label) or label in self._not_invented:
                continue
            ends = set(type.ends)
            if type.symmetric:
                ends |= {pair[::-1] for pair in type.ends}
            flat = (totals[label] + LAPLACE) ** (self.tempering - 1)
            for head, tail in sorted(ends):
                both = self.wanted(head) * self.wanted(tail)
                count = seen[Pattern(head, label, tail)] + LAPLACE
                weight = count * flat * self._wanted.relation(label)
                weights[Pattern(head, label, tail)] = weight * both
                rate = weight / (met[head, tail] + 1)
                if both > 0:
                    pairs.setdefault((head, tail), {})[label] = rate
        self.patterns = Choice(list(weights), weights.values())
        self.pairs = {ends: Choice(list(found), found.values()) for ends, found in pairs.items()}
        self.related: dict[str, dict[str, float]] = {}
        """Head label -> tail label -> how often such a pair is related in gold, times what is wanted."""
        for (head, tail), found in pairs.items():
            self.related.setdefault(head, {})[tail] = sum(found.values())

    def _count_roles(self, documents: Sequence[Document]) -> None:
        """In which ends of which relations the entities called by each surface are."""
        self._roles: dict[tuple[str, str], set[Role]] = {}
        self._suitable: dict[tuple[str, Role], Choice[Bearer]] = {}
        for document in documents:
            roles: dict[str, set[Role]] = {}
            for relation in document.relations:
                roles.setdefault(relation.head, set()).add(Role(relation.label, True))
                roles.setdefault(relation.tail, set()).add(Role(relation.label, False))
            for mention in document.mentions():
                key = mention.label, fold(mention.text)
                self._roles.setdefault(key, set()).update(roles.get(mention.entity, ()))

    def _count_distances(self, documents: Sequence[Document]) -> None:
        """How often no sentence names both ends of a relation."""
        apart: Counter[str] = Counter()
        total: Counter[str] = Counter()
        for document in documents:
            bounds = [span.end for span in sentences(document.text)]
            where = {
                e.id: {bisect_right(bounds, span.start) for span in e.spans}
                for e in document.entities
            }
            for r in document.relations:
                if r.head != r.tail:
                    total[r.label] += 1
                    apart[r.label] += not where[r.head] & where[r.tail]
        everything = total.total()
        self._apart_all = apart.total() / everything if everything else 0.0
        self._apart = {
            label: (apart[label] + self._apart_all) / (times + 1) for label, times in total.items()
        }


def _symmetric(schema: Schema, labels: Collection[str]) -> Schema:
    """A learnt schema in which these relations are symmetric, between the labels seen both ways round."""
    replace = msgspec.structs.replace
    relations = {
        label: replace(
            type, symmetric=True, ends=frozenset(p for p in type.ends if p[::-1] in type.ends)
        )
        if label in labels
        else type
        for label, type in schema.relations.items()
    }
    return replace(schema, relations=relations)


_NOTHING: Choice[str] = Choice((), ())
_NOBODY: Choice[Bearer] = Choice((), ())
