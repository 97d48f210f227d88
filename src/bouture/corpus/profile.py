"""Knowing a corpus before growing it: counts, lengths, nesting, ambiguity, gaps, and probable annotation errors."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from math import log2
from typing import TypeVar

from bouture.corpus.annotation_errors import probable_errors
from bouture.corpus.candidates import ELIDED
from bouture.corpus.document import Document, Mention
from bouture.corpus.guide import Guide
from bouture.corpus.normalise import APOSTROPHES, fold
from bouture.corpus.profile_records import (
    AmbiguousSurface,
    Distribution,
    Gaps,
    LabelCount,
    LabelPair,
    Profile,
    RelationCount,
    Shares,
    Signature,
)
from bouture.corpus.tokens import sentences, tokenize

__all__ = ["Profile", "profile"]

T = TypeVar("T", str, tuple[str, str], tuple[str, str, str])

RARE = 20
"""A label with fewer mentions (or relations) is rare: its F1 can be measured no better than within ±20 points."""

BARS = 20
"""At most so many bars in a histogram."""

_STRAIGHT = str.maketrans(APOSTROPHES, "'" * len(APOSTROPHES))


def profile(documents: Sequence[Document], guide: Guide | None = None) -> Profile:
    """What the corpus is like; with a guide, also what the guide has and the corpus lacks."""
    read = [_Read(document) for document in documents]
    surfaces = _surfaces(read)
    signatures = _signatures(read)
    labels = _labels(read)
    relation_labels = _relation_labels(read)
    pairs = _pairs(read)
    return Profile(
        documents=len(read),
        characters=sum(len(r.document.text) for r in read),
        tokens=sum(r.tokens for r in read),
        sentences=sum(r.sentences for r in read),
        entities=sum(len(r.document.entities) for r in read),
        mentions=sum(len(r.mentions) for r in read),
        relations=sum(len(r.document.relations) for r in read),
        per_document=_per_document(read),
        mentions_per_entity=distribution([len(e.spans) for r in read for e in r.document.entities]),
        labels=labels,
        relation_labels=relation_labels,
        signatures=signatures,
        nesting=_ranked_pairs(pairs["nesting"]),
        same_span=_ranked_pairs(pairs["same_span"]),
        crossing=_ranked_pairs(pairs["crossing"]),
        ambiguous=_ambiguous(surfaces),
        gaps=_gaps(labels, relation_labels, signatures, guide),
        shares=_shares(read, surfaces),
        issues=tuple(probable_errors(documents)),
    )


def distribution(values: Sequence[int]) -> Distribution | None:
    """Mean, quartiles (linear interpolation) and histogram of some counts; None when there are none."""
    if not values:
        return None
    ordered = sorted(values)
    low, high = ordered[0], ordered[-1]
    width = max(1, -(-(high - low + 1) // BARS))
    counts = Counter((value - low) // width for value in ordered)
    bars = tuple(
        (low + i * width, low + (i + 1) * width - 1, counts[i])
        for i in range((high - low) // width + 1)
    )
    q1, median, q3 = (_quantile(ordered, q) for q in (0.25, 0.5, 0.75))
    return Distribution(sum(ordered) / len(ordered), low, q1, median, q3, high, bars)


class _Read:
    """One document with what several figures need."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.mentions = document.mentions()
        self.surfaces = [fold(m.text) for m in self.mentions]
        tokens = tokenize(document.text)
        self._token_starts = [t.start for t in tokens]
        self.tokens = len(tokens)
        bounds = [s.start for s in sentences(document.text)]
        self.sentences = len(bounds)
        self._sentences_of: dict[str, set[int]] = {}
        for mention in self.mentions:
            number = bisect_right(bounds, mention.start)
            self._sentences_of.setdefault(mention.entity, set()).add(number)

    def length(self, mention: Mention) -> int:
        """Tokens that start inside a mention, at least 1."""
        first = bisect_right(self._token_starts, mention.start - 1)
        return max(1, bisect_right(self._token_starts, mention.end - 1) - first)

    def together(self, head: str, tail: str) -> bool:
        """Whether two entities are ever mentioned in a common sentence."""
        return not self._sentences_of[head].isdisjoint(self._sentences_of[tail])


def _quantile(ordered: Sequence[int], q: float) -> float:
    position = q * (len(ordered) - 1)
    i = int(position)
    above = ordered[min(i + 1, len(ordered) - 1)]
    return ordered[i] + (above - ordered[i]) * (position - i)


def _per_document(read: list[_Read]) -> dict[str, Distribution]:
    columns = {
        "characters": [len(r.document.text) for r in read],
        "tokens": [r.tokens for r in read],
        "sentences": [r.sentences for r in read],
        "entities": [len(r.document.entities) for r in read],
        "mentions": [len(r.mentions) for r in read],
        "relations": [len(r.document.relations) for r in read],
    }
    found = {name: distribution(values) for name, values in columns.items()}
    return {name: one for name, one in found.items() if one is not None}


def _labels(read: list[_Read]) -> tuple[LabelCount, ...]:
    mentions: Counter[str] = Counter()
    tokens: Counter[str] = Counter()
    entities: Counter[str] = Counter()
    holders: Counter[str] = Counter()
    surfaces: dict[str, set[str]] = {}
    for r in read:
        entities.update(e.label for e in r.document.entities)
        holders.update({e.label for e in r.document.entities})
        for mention, surface in zip(r.mentions, r.surfaces, strict=True):
            mentions[mention.label] += 1
            tokens[mention.label] += r.length(mention)
            surfaces.setdefault(mention.label, set()).add(surface)
    total = mentions.total()
    return tuple(
        LabelCount(
            label=label,
            mentions=n,
            entities=entities[label],
            documents=holders[label],
            share=n / total,
            surfaces=len(surfaces[label]),
            tokens=tokens[label] / n,
            mentions_per_entity=n / entities[label],
        )
        for label, n in ranked(mentions)
    )


def _relation_labels(read: list[_Read]) -> tuple[RelationCount, ...]:
    counts: Counter[str] = Counter()
    holders: Counter[str] = Counter()
    across: Counter[str] = Counter()
    loops: Counter[str] = Counter()
    for r in read:
        holders.update({relation.label for relation in r.document.relations})
        for relation in r.document.relations:
            counts[relation.label] += 1
            across[relation.label] += not r.together(relation.head, relation.tail)
            loops[relation.label] += relation.head == relation.tail
    total = counts.total()
    return tuple(
        RelationCount(label, n, holders[label], n / total, across[label], loops[label])
        for label, n in ranked(counts)
    )


def _signatures(read: list[_Read]) -> tuple[Signature, ...]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for r in read:
        labels = r.document.labels()
        counts.update((labels[x.head], x.label, labels[x.tail]) for x in r.document.relations)
    return tuple(Signature(*triple, n) for triple, n in ranked(counts))


def _pairs(read: list[_Read]) -> dict[str, Counter[tuple[str, str]]]:
    """Label pairs of mentions that nest, share a span, or cross; pairs on one span in alphabetical order."""
    found: dict[str, Counter[tuple[str, str]]] = {
        "nesting": Counter(),
        "same_span": Counter(),
        "crossing": Counter(),
    }
    for r in read:
        for i, outer in enumerate(r.mentions):
            for inner in r.mentions[i + 1 :]:
                if inner.start >= outer.end:
                    break
                if (inner.start, inner.end) == (outer.start, outer.end):
                    first, second = sorted((outer.label, inner.label))
                    found["same_span"][first, second] += 1
                elif inner.end <= outer.end:
                    found["nesting"][outer.label, inner.label] += 1
                else:
                    found["crossing"][outer.label, inner.label] += 1
    return found


def _ranked_pairs(counts: Counter[tuple[str, str]]) -> tuple[LabelPair, ...]:
    return tuple(LabelPair(*pair, n) for pair, n in ranked(counts))


def _surfaces(read: list[_Read]) -> dict[str, Counter[str]]:
    """Mentions of each folded string, by label."""
    found: dict[str, Counter[str]] = {}
    for r in read:
        for mention, surface in zip(r.mentions, r.surfaces, strict=True):
            found.setdefault(surface, Counter())[mention.label] += 1
    return found


def _ambiguous(surfaces: dict[str, Counter[str]]) -> tuple[AmbiguousSurface, ...]:
    several = [(s, counts) for s, counts in surfaces.items() if len(counts) > 1]
    several.sort(key=lambda item: (-item[1].total(), item[0]))
    return tuple(
        AmbiguousSurface(surface, dict(ranked(counts)), _entropy(counts))
        for surface, counts in several
    )


def _entropy(counts: Counter[str]) -> float:
    total = counts.total()
    return -sum(n / total * log2(n / total) for n in counts.values())


def _gaps(
    labels: tuple[LabelCount, ...],
    relations: tuple[RelationCount, ...],
    signatures: tuple[Signature, ...],
    guide: Guide | None,
) -> Gaps:
    rare_labels = tuple(x.label for x in labels if x.mentions < RARE)
    rare_relations = tuple(x.label for x in relations if x.relations < RARE)
    if guide is None:
        return Gaps(rare_labels, rare_relations)
    seen = {x.label for x in labels}
    seen_relations = {x.label for x in relations}
    seen_signatures = {(s.head, s.label, s.tail) for s in signatures}
    unseen = []
    for label, relation in guide.relations.items():
        for head, tail in sorted(relation.type.ends):
            met = (head, label, tail) in seen_signatures
            turned = relation.type.symmetric and (tail, label, head) in seen_signatures
            if not met and not turned:
                unseen.append(Signature(head, label, tail, 0))
    return Gaps(
        rare_labels,
        rare_relations,
        tuple(label for label in guide.entities if label not in seen),
        tuple(label for label in guide.relations if label not in seen_relations),
        tuple(unseen),
    )


def _shares(read: list[_Read], surfaces: dict[str, Counter[str]]) -> Shares:
    mentions = sum(len(r.mentions) for r in read)
    relations = [(r, x) for r in read for x in r.document.relations]
    nested = same = elided = 0
    for r in read:
        inside, twins = _inside_and_twins(r.mentions)
        nested, same = nested + inside, same + twins
        straight = r.document.text.translate(_STRAIGHT)
        elided += sum(
            ELIDED.search(straight, max(0, m.start - 8), m.start) is not None for m in r.mentions
        )
    ambiguous = sum(counts.total() for counts in surfaces.values() if len(counts) > 1)
    return Shares(
        documents_without_entity=_part(sum(not r.mentions for r in read), len(read)),
        documents_without_relation=_part(sum(not r.document.relations for r in read), len(read)),
        relations_across_sentences=_part(
            sum(not r.together(x.head, x.tail) for r, x in relations), len(relations)
        ),
        nested_mentions=_part(nested, mentions),
        same_span_mentions=_part(same, mentions),
        ambiguous_mentions=_part(ambiguous, mentions),
        unseen_surfaces=(_unseen(read[::2], read[1::2]) + _unseen(read[1::2], read[::2])) / 2,
        elided_mentions=_part(elided, mentions),
    )


def _inside_and_twins(mentions: tuple[Mention, ...]) -> tuple[int, int]:
    """Mentions strictly inside another, and mentions that share their span; both from reading order."""
    spans = Counter((m.start, m.end) for m in mentions)
    twins = sum(n for n in spans.values() if n > 1)
    inside, reach = 0, -1
    for (_, end), n in sorted(spans.items(), key=lambda item: (item[0][0], -item[0][1])):
        inside += n if end <= reach else 0
        reach = max(reach, end)
    return inside, twins


def _unseen(known: list[_Read], asked: list[_Read]) -> float:
    seen = {(s, m.label) for r in known for m, s in zip(r.mentions, r.surfaces, strict=True)}
    pairs = [(s, m.label) for r in asked for m, s in zip(r.mentions, r.surfaces, strict=True)]
    return _part(sum(pair not in seen for pair in pairs), len(pairs))


def _part(some: int, whole: int) -> float:
    return some / whole if whole else 0.0


def ranked(counts: "Counter[T]") -> list[tuple[T, int]]:
    """Most frequent first, then in alphabetical order."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
