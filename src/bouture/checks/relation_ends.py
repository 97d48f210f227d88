"""S2: does each relation join labels that it may join?"""

import math
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from bouture.checks.calibration import finite, rate, surprise, tolerated, upper_bound
from bouture.checks.check import Reference
from bouture.checks.provenance import Sources
from bouture.corpus.document import Document, Relation
from bouture.corpus.issue import Issue, Place, Severity, Wording

STATED = Wording(
    "{relation} may not go from {head} to {tail}, says the guide",
    "selon le guide, {relation} ne peut pas aller de {head} à {tail}",
)
UNSEEN = Wording(
    "{relation} goes from {head} to {tail}: {seen} of {total} times in gold",
    "{relation} va de {head} à {tail} : {seen} fois sur {total} dans le corpus annoté",
)

Pattern = tuple[str, str, str]
"""Head label, relation label, tail label."""


class Weighed(NamedTuple):
    """One relation, how surprising its pattern is, and how much more usual the reverse is."""

    relation: Relation
    pattern: Pattern
    seen: int
    total: int
    surprise: float
    reversal: float


class RelationEnds:
    """Ends that the guide forbids are rejected; ends that gold never shows are weighed.

    Patterns learnt from 50 gold documents miss 8 % of the valid ones (science X-3), so an unseen
    pattern alone says little. Two things are weighed: its surprise, -log of its add-one smoothed
    probability given the relation, which is large only for relations seen often; and its reversal,
    log((r + 1) / (s + 1)) for a pattern that gold has s times and turned round r times. The
    thresholds are what 99 % of gold documents do not exceed, each weighed without its own relations.
    """

    name = "relation_ends"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

    def __init__(self, reference: Reference, options: Options) -> None:
        self._schema = reference.schema
        self._sources = Sources(reference.gold)
        self._patterns = Counter(p for d in reference.gold for _, p in patterns(d))
        self._totals: Counter[str] = Counter()
        self._kinds = Counter(relation for _, relation, _ in self._patterns)
        for (_, relation, _), times in self._patterns.items():
            self._totals[relation] += times
        if self._schema.hard:
            known = rate(any(self._forbidden(d)) for d in reference.gold)
            self._severity = tolerated(Severity.REJECT, known)
            self.thresholds = {"gold share": known.share}
        else:
            weighed = [self._weigh(document, own=document) for document in reference.gold]
            self._surprise = upper_bound(
                [max((w.surprise for w in d), default=0.0) for d in weighed]
            )
            self._reversal = upper_bound(
                [max((w.reversal for w in d), default=0.0) for d in weighed]
            )
            self.thresholds = finite({"surprise": self._surprise, "reversal": self._reversal})

    def __call__(self, document: Document) -> list[Issue]:
        inherited = self._sources.inherited(document, lambda d: {p for _, p in patterns(d)})
        if self._schema.hard:
            return [
                self._issue(document, relation, pattern)
                for relation, pattern in self._forbidden(document)
                if pattern not in inherited
            ]
        return [
            Issue.of(
                "S2",
                Severity.REVIEW,
                UNSEEN,
                _place(document, weighed.relation),
                head=weighed.pattern[0],
                relation=weighed.pattern[1],
                tail=weighed.pattern[2],
                seen=weighed.seen,
                total=weighed.total,
                surprise=round(weighed.surprise, 3),
                threshold=round(self._surprise, 3),
                reversal=round(weighed.reversal, 3),
                reversal_threshold=round(self._reversal, 3),
            )
            for weighed in self._weigh(document)
            if weighed.pattern not in inherited
            and (weighed.surprise > self._surprise or weighed.reversal > self._reversal)
        ]

    def kept(self, document: Document) -> None:
        """Remembers nothing."""

    def _forbidden(self, document: Document) -> Iterator[tuple[Relation, Pattern]]:
        for relation, pattern in patterns(document):
            if pattern[1] in self._schema.relations and not self._schema.allows(*pattern):
                yield relation, pattern

    def _issue(self, document: Document, relation: Relation, pattern: Pattern) -> Issue:
        head, label, tail = pattern
        place = _place(document, relation)
        return Issue.of("S2", self._severity, STATED, place, head=head, relation=label, tail=tail)

    def _weigh(self, document: Document, own: Document | None = None) -> list[Weighed]:
        """Every relation with its surprise; `own` is a gold document whose patterns are set aside.

        Totals stay those of all gold: an unseen pattern must weigh the same in gold and elsewhere.
        """
        left_out = Counter(pattern for _, pattern in patterns(own)) if own else Counter()
        found = []
        for relation, pattern in patterns(document):
            seen = self._patterns[pattern] - left_out[pattern]
            total = self._totals[relation.label]
            turned = pattern[::-1]
            back = self._patterns[turned] - left_out[turned]
            weight = surprise(seen, total, self._kinds[relation.label])
            reversal = math.log((back + 1) / (seen + 1))
            found.append(Weighed(relation, pattern, seen, total, weight, reversal))
        return found


def patterns(document: Document) -> Iterator[tuple[Relation, Pattern]]:
    """Each relation with its pattern."""
    labels = document.labels()
    for relation in document.relations:
        yield relation, (labels[relation.head], relation.label, labels[relation.tail])


def _place(document: Document, relation: Relation) -> Place:
    said = f"{relation.head} | {relation.label} | {relation.tail}"
    return Place(document=document.id, relation=said)
