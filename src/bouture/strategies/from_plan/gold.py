"""What gold says of documents, as smoothed statistics to draw plans from (science A.4.2-A.4.4, X-1)."""

import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import msgspec

from bouture.corpus.document import Document
from bouture.corpus.tokens import sentences
from bouture.strategies.dialogue import Materials
from bouture.strategies.from_plan.choice import Choice
from bouture.strategies.from_plan.leaning import partners
from bouture.strategies.from_plan.plan import Layout, MentionKind
from bouture.strategies.from_plan.relations import LAPLACE, Relations, Role
from bouture.strategies.from_plan.units import (
    Bearer,
    Key,
    Reading,
    bearers,
    by_label,
    lower_words,
    weights_by_surface,
)


class Theme(NamedTuple):
    """A gold document as a set of entities that go together, with what it states among them."""

    id: str
    bearers: tuple[Bearer, ...]
    facts: tuple[tuple[Key, str, Key], ...]


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
        self._wanted = materials.wanted
        self.tempering = tempering
        self._labels = materials.schema.entities
        documents = [d for d in materials.gold if d.entities]
        self.relations = Relations(
            documents, materials.schema, materials.wanted, tempering, not_invented
        )
        lower = lower_words(materials.gold)
        reading = Reading(materials.schema, materials.guide, materials.language, lower)
        themes = [self._theme(document, reading) for document in documents]
        known = [one for theme in themes for one in theme.bearers]
        self.themes = Choice(themes, [self._weight(theme) for theme in themes])
        self._count_sizes(documents)
        self.partners = partners(documents)
        self._shelve(by_label(known), pool)
        self._suitable: dict[tuple[str, Role], Choice[Bearer]] = {}

    def wanted(self, label: str) -> float:
        """How much a label is wanted."""
        return self._wanted.label(label)

    def size(self, count: int, rng: random.Random) -> int:
        """A number of entities for a text of `count` sentences: that of a gold document about as long, ± 1."""
        near = self._sizes[min(self._sizes, key=lambda known: (abs(known - count), known))]
        return max(1, rng.choice(near) + rng.choice((-1, 0, 0, 1)))

    def kinds(self, label: str, rng: random.Random) -> tuple[MentionKind, ...]:
        """The kinds of the mentions of an entity: those of one of the label in gold, rare ones more often."""
        return self._kinds[label].draw(rng) if label in self._kinds else (MentionKind.FULL,)

    def shelf(self, label: str, role: Role | None = None) -> Choice[Bearer]:
        """Who can stand for a label: all, or those that suit a role."""
        if role is None or label not in self.shelves:
            return self.shelves.get(label, _NOBODY)
        key = label, role
        if key not in self._suitable:
            self._suitable[key] = self.shelves[label].among(
                lambda one: self.relations.suits(label, one.main.surface, role)
            )
        return self._suitable[key]

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
        for label in self._labels:
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

    def roomy(self, layout: Layout, mentions: Sequence[str]) -> Layout:
        """The layout with at least as many words and sentences as gold needs for so many mentions."""
        named = sum(len(mention.split()) for mention in mentions)
        words = round(named * self._wordiness)
        if words <= layout.words and layout.sentences:
            return layout
        words = max(words, layout.words)
        sentences = max(layout.sentences, round(words / self._pace), 1)
        return msgspec.structs.replace(layout, words=words, sentences=sentences)

    def _count_words(self, documents: Sequence[Document]) -> None:
        """Words for a word within a mention (lower quartile), and words in a sentence (upper quartile)."""
        ratios, paces = [3.0], [25.0]
        for document in documents:
            words = len(document.text.split())
            named = sum(len(mention.text.split()) for mention in document.mentions())
            ratios.append(words / named)
            paces.append(words / max(1, len(sentences(document.text))))
        self._wordiness = max(1.5, sorted(ratios)[len(ratios) // 4])
        self._pace = sorted(paces)[3 * len(paces) // 4]

    def _count_sizes(self, documents: Sequence[Document]) -> None:
        self._count_words(documents)
        self._sizes: dict[int, list[int]] = {}
        for document in documents:
            length = max(1, len(sentences(document.text)))
            self._sizes.setdefault(length, []).append(len(document.entities))
        self._sizes = self._sizes or {1: [1]}


_NOBODY: Choice[Bearer] = Choice((), ())
