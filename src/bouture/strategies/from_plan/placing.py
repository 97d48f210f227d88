"""Spreads the mentions of a draft over sentences so that every fact can be told in one sentence or across, as gold does."""

import random
from collections.abc import Collection, Sequence

from bouture.corpus.document import Relation
from bouture.strategies.from_plan.draft import Draft, DraftMention
from bouture.strategies.from_plan.gold import Gold
from bouture.strategies.from_plan.plan import MentionKind

CROWD = 1.5
"""How much fuller than the average a sentence may become for the sake of a fact."""


def place(draft: Draft, count: int, gold: Gold, rng: random.Random) -> None:
    """Gives each mention of the draft a sentence from 1 to `count`.

    Facts are taken in a drawn order; for each it is drawn, as often as gold has it, whether one
    sentence is to name both ends. Where it is, mentions that have no place yet are put together if
    there is room. The rest is spread evenly, and the fullest form of an entity comes first.
    """
    _Placing(draft, count, rng).all(list(draft.facts.stated), gold)


class _Placing:
    def __init__(self, draft: Draft, count: int, rng: random.Random) -> None:
        self._draft = draft
        self._rng = rng
        total = sum(map(len, draft.mentions.values()))
        self._held = [0] * (count + 1)
        self._room = max(2, int(CROWD * total / count) + 1)
        self._where: dict[str, set[int]] = {}
        self._free: dict[str, list[DraftMention]] = {}
        for mention in (m for mentions in draft.mentions.values() for m in mentions):
            for name in mention.names:
                self._free.setdefault(name, []).append(mention)

    def all(self, facts: list[Relation], gold: Gold) -> None:
        self._rng.shuffle(facts)
        for fact in facts:
            if fact.head == fact.tail:
                continue
            if self._rng.random() >= gold.relations.apart(fact.label):
                self._together(fact.head, fact.tail)
            else:
                self._apart(fact.head, fact.tail)
        for mentions in self._draft.mentions.values():
            for mention in mentions:
                if not mention.sentence:
                    self._put(mention, self._emptiest())
            _fullest_first(mentions)

    def _together(self, head: str, tail: str) -> None:
        here, there = self._where.get(head, set()), self._where.get(tail, set())
        if here & there:
            return
        first, second = self._next(head), self._next(tail)
        if first is not None and second is not None and not here and not there:
            sentence = self._emptiest()
            self._put(first, sentence)
            self._put(second, sentence)
            return
        for mention, sentences in ((second, here), (first, there)):
            open_ = [s for s in sorted(sentences) if self._held[s] < self._room]
            if mention is not None and open_:
                self._put(mention, self._rng.choice(open_))
                return

    def _apart(self, head: str, tail: str) -> None:
        """Puts the first mention of either, if it has no place yet, where the other is not."""
        for one, other in ((head, tail), (tail, head)):
            mention = None if self._where.get(one) else self._next(one)
            if mention is not None and other not in mention.names:
                taken = self._where.get(other, set())
                self._put(mention, self._emptiest(but=taken))

    def _next(self, entity: str) -> DraftMention | None:
        return next((m for m in self._free.get(entity, ()) if not m.sentence), None)

    def _emptiest(self, but: Collection[int] = ()) -> int:
        """One of the sentences with the fewest mentions, outside `but` if there is any."""
        held = self._held
        left = [n for n in range(1, len(held)) if n not in but] or range(1, len(held))
        least = min(held[n] for n in left)
        return self._rng.choice([n for n in left if held[n] == least])

    def _put(self, mention: DraftMention, sentence: int) -> None:
        if mention.sentence:
            return
        mention.sentence = sentence
        self._held[sentence] += 1
        for name in mention.names:
            self._where.setdefault(name, set()).add(sentence)


def _fullest_first(mentions: Sequence[DraftMention]) -> None:
    """Of the places of an entity the first is that of its full form."""
    places = sorted(mention.sentence for mention in mentions)
    order = sorted(mentions, key=lambda mention: mention.kind is not MentionKind.FULL)
    for mention, sentence in zip(order, places, strict=True):
        mention.sentence = sentence
