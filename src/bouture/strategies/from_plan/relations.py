"""Which facts gold states: between which labels, of whom, how many and how far apart (science A.4.3, A.4.4, X-3)."""

import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec

from bouture.corpus.document import Document, Relation
from bouture.corpus.normalise import fold
from bouture.corpus.schema import Schema
from bouture.corpus.tokens import sentences
from bouture.strategies.from_plan.choice import Choice
from bouture.strategies.wanted import Wanted

LAPLACE = 0.5
"""Added to each count (Krichevsky-Trofimov): what gold does not show stays possible."""
BOTH_WAYS = 0.5
"""Share of the pairs of a relation that gold states in both directions from which plans do so too.

A symmetric relation of a guide, or any that a learnt schema does not know to be asymmetric.
"""
USUAL = 0.9
"""Share of gold heads that have no more tails of a relation than a head of a plan may have."""


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


class Relations:
    """Statistics of the relations between different entities, weighted by what is wanted.

    Args:
        tempering: counts of relations are raised to this power, so that rare ones come more often.
        not_invented: relations that are drawn between no entities but those that gold relates so.
    """

    def __init__(
        self,
        documents: Sequence[Document],
        schema: Schema,
        wanted: Wanted,
        tempering: float,
        not_invented: Collection[str],
    ) -> None:
        self.schema = schema
        """With the relations that gold states both ways made symmetric, if it is learnt."""
        self._wanted = wanted
        self._tempering = tempering
        self._not_invented = not_invented
        self._densities = [
            sum(r.head != r.tail for r in d.relations) / len(d.entities) for d in documents
        ] or [0.0]
        self._count_patterns(documents)
        self._count_distances(documents)
        self._count_roles(documents)
        unwanted = [r for r in self.schema.relations if not wanted.relation(r)]
        self.unwanted = frozenset(unwanted)

    def density(self, entities: int, rng: random.Random) -> int:
        """A number of facts for so many entities: in the proportion of a gold document's."""
        return round(rng.choice(self._densities) * entities)

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

    def most(self, relation: str) -> int:
        """How many tails of a relation one head has at most, in nine of ten cases; 1 or more."""
        return self._most.get(relation, 1)

    def of_pair(self, head: str, tail: str) -> Choice[str]:
        """Relations that can go from one label to the other."""
        return self.pairs.get((head, tail), _NOTHING)

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
            flat = (totals[label] + LAPLACE) ** (self._tempering - 1)
            for head, tail in sorted(ends):
                if type.transitive and head == tail:
                    continue  # which town lies in which region is knowledge, not news
                both = self._wanted.label(head) * self._wanted.label(tail)
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
        """In which ends of which relations the entities called by each surface are; how many tails a head has."""
        self._roles: dict[tuple[str, str], set[Role]] = {}
        fans: dict[str, list[int]] = {}
        for document in documents:
            tails = Counter((r.head, r.label) for r in document.relations if r.head != r.tail)
            for (_, label), times in tails.items():
                fans.setdefault(label, []).append(times)
            roles: dict[str, set[Role]] = {}
            for relation in document.relations:
                roles.setdefault(relation.head, set()).add(Role(relation.label, True))
                roles.setdefault(relation.tail, set()).add(Role(relation.label, False))
            for mention in document.mentions():
                key = mention.label, fold(mention.text)
                self._roles.setdefault(key, set()).update(roles.get(mention.entity, ()))
        self._most = {
            label: sorted(found)[int(USUAL * (len(found) - 1))] for label, found in fans.items()
        }

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
