"""A plan while it is being drawn: takes over entities and facts as long as they agree with what is there."""

import random
from collections.abc import Mapping, Sequence

from bouture.corpus.document import Relation
from bouture.corpus.normalise import fold
from bouture.strategies.from_plan.facts import Facts
from bouture.strategies.from_plan.gold import Gold
from bouture.strategies.from_plan.leaning import Partner
from bouture.strategies.from_plan.plan import MentionKind, Nested
from bouture.strategies.from_plan.relations import Role
from bouture.strategies.from_plan.units import Bearer, Key, Part, Unit

CANDIDATES = 4
"""Entities looked at for one that can be named in the ways drawn."""


class DraftMention:
    """A mention with the entities named in it: its own and those nested."""

    __slots__ = ("kind", "names", "nested", "sentence", "surface")

    def __init__(self, owner: str, unit: Unit, nested: tuple[Nested, ...]) -> None:
        self.kind, self.surface, self.nested = unit.kind, unit.surface, nested
        self.names = frozenset((owner, *(inner.entity for inner in nested)))
        self.sentence = 0


class Draft:
    """Entities, their mentions and facts; a surface names one of them only.

    Args:
        keep: folded surface -> chance that an entity with it is taken when it is drawn (1 when not
            named): what keeps any surface below its cap.
    """

    def __init__(self, gold: Gold, rng: random.Random, keep: Mapping[str, float]) -> None:
        self._gold = gold
        self._rng = rng
        self._keep = keep
        self.labels: dict[str, str] = {}
        self.mentions: dict[str, list[DraftMention]] = {}
        known = gold.relations
        self.facts = Facts(known.schema, self.labels, known.both_ways, known.unwanted)
        self.sources: dict[str, None] = {}
        self._keys: dict[Key, str] = {}
        self._owners: dict[str, str] = {}
        self.surfaces: dict[str, str] = {}
        """Entity -> what it is called first."""
        self._said_by_name: set[tuple[str, str]] = set()
        self.nested: set[tuple[str, str]] = set()
        """(outer, inner) entities: what the one says of the other is not ours to decide."""

    def __len__(self) -> int:
        return len(self.labels)

    def partner(self, key: Key) -> Partner | None:
        """What a gold entity leans on, if it does."""
        return self._gold.partners.get(key)

    def id_of(self, key: Key) -> str | None:
        """The entity of the plan that a gold entity has become."""
        return self._keys.get(key)

    def invent(self, fact: Relation) -> bool:
        """Whether a fact that gold does not know could be added.

        What an entity says by its own name (« maire de Lviv ») is not said of another entity, and a
        head has no more tails than is usual in gold.
        """
        if (fact.head, fact.label) in self._said_by_name:
            return False
        if self.facts.tails(fact.head, fact.label) >= self._gold.relations.most(fact.label):
            return False
        return self.facts.add(fact)

    def suits(self, entity: str, role: Role) -> bool:
        """Whether an entity can be this end of a relation by what it is called."""
        return self._gold.relations.suits(self.labels[entity], self.surfaces[entity], role)

    def plausible(self, fact: Relation, *, names_too: bool) -> bool:
        """Whether both ends suit their roles."""
        ends = ((fact.head, True), (fact.tail, False))
        return all(self.suits(end, Role(fact.label, head, names_too)) for end, head in ends)

    def possible(self, head: str, tail: str) -> list[Relation]:
        """The facts that schema and names allow from one entity to another."""
        labels = self._gold.relations.of_pair(self.labels[head], self.labels[tail]).items
        facts = (Relation(head, label, tail) for label in labels)
        return [fact for fact in facts if self.plausible(fact, names_too=False)]

    def new(
        self,
        label: str,
        kinds: Sequence[MentionKind] | None = None,
        role: Role | None = None,
    ) -> str | None:
        """An entity of the label that is not here yet, or None when none can be found.

        One that leans on another comes only for a `role`. It is named once, in full, or in the `kinds` as far as the entity is known to be: the first
        of a few that can be named in all of them. With a `role`, it is one that suits it.
        """
        shelf = self._gold.shelf(label, role)
        if not shelf:
            return None
        best: Bearer | None = None
        for _ in range(CANDIDATES):
            one = shelf.draw(self._rng)
            alone = role is None and one.key in self._gold.partners
            if alone or one.key in self._keys or not self._spared(one):
                continue
            best = best or one
            if kinds is None or set(kinds) <= {unit.kind for unit in one.units}:
                best = one
                break
        if best is None:
            return None
        return self.add(best, [best.main] if kinds is None else _named(best, kinds, self._rng))

    def take(self, bearer: Bearer, *, whole: bool) -> str | None:
        """An entity of the theme, with all its mentions or the main one; None when it may not come."""
        return self.add(bearer, _units(bearer, whole)) if self.willing(bearer) else None

    def willing(self, bearer: Bearer) -> bool:
        """Whether the draw lets an entity of the theme come, by how much it is wanted and its names come."""
        weight = self._gold.wanted(bearer.label)
        return (weight >= 1 or self._rng.random() < weight) and self._spared(bearer)

    def fits(self, bearer: Bearer, *, whole: bool) -> bool:
        """Whether the names of an entity are free."""
        return self._coming(bearer, _units(bearer, whole)) is not None

    def add(self, bearer: Bearer, units: Sequence[Unit]) -> str | None:
        """The id of the entity, or None when its names are those of another; its facts come along."""
        found = self._coming(bearer, units)
        if found is None:
            return None
        coming, id, kept = found
        self._commit(coming, bearer)
        self.surfaces.setdefault(id, bearer.main.surface)
        for mention in kept:
            for inner in mention.nested:
                self.surfaces.setdefault(inner.entity, mention.surface[inner.start : inner.end])
        self.mentions[id] += kept
        self.nested |= {(id, inner.entity) for m in kept for inner in m.nested}
        for one, label, other in bearer.facts:
            if one in self._keys and other in self._keys:
                head, tail = self._keys[one], self._keys[other]
                if self.facts.add(Relation(head, label, tail)):
                    self._said_by_name.add((head, label))
        return id

    def _coming(
        self, bearer: Bearer, units: Sequence[Unit]
    ) -> "tuple[_Coming, str, list[DraftMention]] | None":
        """What the entity would bring; None when it is here, or its names are those of another."""
        known = self._keys.get(bearer.key)
        if known is not None and self.mentions[known]:
            return None
        coming = _Coming(self._keys, self._owners, self.labels)
        id = coming.entity(bearer.key, bearer.label)
        kept: list[DraftMention] = []
        for unit in units:
            nested = coming.unit(id, unit)
            if nested is not None:
                kept.append(DraftMention(id, unit, nested))
            elif unit.kind is not MentionKind.PRONOUN:
                return None
        return coming, id, kept

    def _commit(self, coming: "_Coming", bearer: Bearer) -> None:
        self._keys.update(coming.keys)
        self._owners.update(coming.owners)
        for id, label in coming.labels.items():
            self.labels[id] = label
            self.mentions.setdefault(id, [])
        if bearer.source:
            self.sources[bearer.source] = None

    def _spared(self, bearer: Bearer) -> bool:
        """Whether the draw may take the entity, given how often its names come."""
        if not self._keep:
            return True
        chance = min((self._keep.get(name, 1.0) for name in bearer.names), default=1.0)
        return chance >= 1 or self._rng.random() < chance


def _units(bearer: Bearer, whole: bool) -> Sequence[Unit]:
    return bearer.units if whole else [bearer.main]


class _Coming:
    """What an addition would change; nothing is changed until all of it is known to fit."""

    def __init__(
        self, keys: Mapping[Key, str], owners: Mapping[str, str], labels: Mapping[str, str]
    ) -> None:
        self._before = keys, owners, labels
        self.keys: dict[Key, str] = {}
        self.owners: dict[str, str] = {}
        self.labels: dict[str, str] = {}

    def entity(self, key: Key, label: str) -> str:
        """The id of a gold entity: the one it has, or the next."""
        known, _, labels = self._before
        id = known.get(key) or self.keys.get(key)
        if id is None:
            id = f"E{len(labels) + len(self.labels) + 1}"
            self.labels[id] = label
        self.keys[key] = id
        return id

    def unit(self, id: str, unit: Unit) -> tuple[Nested, ...] | None:
        """The mentions nested in a unit, by entities of the plan; None when a name is another's."""
        if not self._own(fold(unit.surface), id):
            return None
        nested = []
        for part in unit.parts:
            name = fold(unit.surface[part.start : part.end])
            inner = self._inner(part, name, whole=name == fold(unit.surface))
            if inner is None or inner == id:
                return None
            nested.append(Nested(inner, part.start, part.end))
        return tuple(nested)

    def _inner(self, part: Part, name: str, *, whole: bool) -> str | None:
        """The entity of a nested mention: known by its gold entity, or by the same name and label."""
        keys, owners, labels = self._before
        owner = owners.get(name) or self.owners.get(name)
        known = keys.get(part.key) or self.keys.get(part.key)
        if known is None and owner is not None and not whole:
            same = (labels.get(owner) or self.labels.get(owner)) == part.label
            if same:
                self.keys[part.key] = owner
                return owner
            return None
        id = known or self.entity(part.key, part.label)
        return id if whole or self._own(name, id) else None

    def _own(self, name: str, id: str) -> bool:
        """Whether the name is this entity's, from now on or already."""
        owner = self._before[1].get(name) or self.owners.setdefault(name, id)
        return owner == id


def _named(bearer: Bearer, kinds: Sequence[MentionKind], rng: random.Random) -> list[Unit]:
    """Mentions of an entity in the kinds drawn; a kind that it is not known by is left out."""
    own: dict[MentionKind, list[Unit]] = {}
    for unit in bearer.units:
        own.setdefault(unit.kind, []).append(unit)
    main = bearer.main
    chosen = [
        main if kind is MentionKind.FULL else rng.choice(own[kind])
        for kind in kinds
        if kind in own or kind is MentionKind.FULL
    ]
    return chosen if main in chosen else [main, *chosen]
