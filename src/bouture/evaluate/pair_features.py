"""What the pair model sees of two entities: labels, order, distance, words between, heads, nesting."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from bouture.corpus.document import Document, Entity, Span
from bouture.corpus.tokens import sentences, tokenize

BETWEEN = 8
"""Most words between two mentions that are looked at one by one."""
DISTANCES = (0, 1, 2, 3, 5, 8, 12, 20, 40, 80)
"""Lower bounds of the classes of distance, in tokens."""


class _Placed(NamedTuple):
    """A mention with its tokens [first, last] and its sentence."""

    span: Span
    first: int
    last: int
    sentence: int


class _Reading(NamedTuple):
    """A document as the features see it."""

    words: list[str]
    mentions: dict[str, list[_Placed]]
    covered: list[str]
    """For each token the label of an entity over it, or nothing."""


def pair_features(document: Document) -> tuple[list[tuple[str, str]], list[list[str]]]:
    """Every ordered pair of entity ids, each with itself included, and the features of each pair."""
    reading = _read(document)
    alone = {entity.id: _entity(entity, reading) for entity in document.entities}
    pairs, described = [], []
    for head in document.entities:
        for tail in document.entities:
            pairs.append((head.id, tail.id))
            if head.id == tail.id:
                described.append([f"loop:{f}" for f in (*alone[head.id], *_near(head, reading))])
                continue
            described.append(_pair(head, tail, reading, alone))
    return pairs, described


def _read(document: Document) -> _Reading:
    tokens = tokenize(document.text)
    starts = [token.start for token in tokens]
    ends = [token.end for token in tokens]
    sentence_starts = [sentence.start for sentence in sentences(document.text)]
    covered = [""] * len(tokens)
    mentions: dict[str, list[_Placed]] = {}
    for entity in document.entities:
        placed = []
        for span in sorted(entity.spans):
            first = min(max(bisect_right(starts, span.start) - 1, 0), max(len(tokens) - 1, 0))
            last = max(first, min(bisect_left(ends, span.end), len(tokens) - 1))
            placed.append(_Placed(span, first, last, bisect_right(sentence_starts, span.start)))
            covered[first : last + 1] = [entity.label] * (last + 1 - first) if tokens else []
        mentions[entity.id] = placed
    words = [document.text[token.start : token.end].lower() for token in tokens]
    return _Reading(words, mentions, covered)


def _entity(entity: Entity, reading: _Reading) -> list[str]:
    """What one entity is: label, head word and edges of its longest mention, number of mentions."""
    placed = max(reading.mentions[entity.id], key=lambda m: (len(m.span), -m.span.start))
    words = reading.words[placed.first : placed.last + 1]
    features = [f"t={entity.label}", f"n={min(len(entity.spans), 4)}"]
    if words:
        features += [f"first={words[0]}", f"last={words[-1]}", f"last3={words[-1][-3:]}"]
    return features


def _near(entity: Entity, reading: _Reading) -> list[str]:
    """The words of every mention and the word on each side of it."""
    features: set[str] = set()
    for placed in reading.mentions[entity.id]:
        features.update(f"has={word}" for word in reading.words[placed.first : placed.last + 1])
        features.add(f"before={_word(reading.words, placed.first - 1)}")
        features.add(f"after={_word(reading.words, placed.last + 1)}")
    return sorted(features)


def _word(words: Sequence[str], index: int) -> str:
    return words[index] if 0 <= index < len(words) else "edge"


def _pair(head: Entity, tail: Entity, reading: _Reading, alone: dict[str, list[str]]) -> list[str]:
    types = f"{head.label}>{tail.label}"
    one, other = _closest(reading.mentions[head.id], reading.mentions[tail.id])
    gap = _gap(one, other)
    order = "head first" if one.first < other.first else "tail first"
    if gap < 0:
        order = "head inside" if other.span.contains(one.span) else "tail inside"
    distance = f"d={bisect_right(DISTANCES, gap)}"
    apart = min(abs(one.sentence - other.sentence), 3)
    features = [
        f"types={types}",
        f"order={order}",
        distance,
        f"sentences={apart}",
        f"{types}|{order}|sentences={apart}",
        f"{types}|{distance}",
        f"{types}|together={_together(head, tail, reading)}",
        f"pair={_head_word(alone[head.id])}|{_head_word(alone[tail.id])}",
    ]
    features += [f"h:{feature}" for feature in alone[head.id]]
    features += [f"t:{feature}" for feature in alone[tail.id]]
    features += [f"{types}|h:{alone[head.id][-1]}", f"{types}|t:{alone[tail.id][-1]}"]
    if gap >= 0:
        features += _between(one, other, reading, order)
    return features


def _closest(heads: Sequence[_Placed], tails: Sequence[_Placed]) -> tuple[_Placed, _Placed]:
    return min(
        ((one, other) for one in heads for other in tails),
        key=lambda pair: (max(_gap(*pair), -1), pair[0].first, pair[1].first),
    )


def _gap(one: _Placed, other: _Placed) -> int:
    """Tokens between two mentions; negative when they share one."""
    return max(one.first, other.first) - min(one.last, other.last) - 1


def _together(head: Entity, tail: Entity, reading: _Reading) -> int:
    """In how many sentences both are mentioned, up to 3."""
    shared = {m.sentence for m in reading.mentions[head.id]} & {
        m.sentence for m in reading.mentions[tail.id]
    }
    return min(len(shared), 3)


def _head_word(features: Sequence[str]) -> str:
    return features[-2] if len(features) > 2 else ""


def _between(one: _Placed, other: _Placed, reading: _Reading, order: str) -> list[str]:
    left, right = sorted((one, other), key=lambda placed: placed.first)
    inside = range(left.last + 1, right.first)
    features = [
        f"{order}|before={_word(reading.words, left.first - 1)}",
        f"{order}|after={_word(reading.words, right.last + 1)}",
        f"between entities={any(reading.covered[left.last + 1 : right.first])}",
    ]
    if len(inside) <= BETWEEN:
        words = [reading.covered[i] or reading.words[i] for i in inside]
        features.append(f"{order}|path={' '.join(words)}")
        features += [f"{order}|b={word}" for word in sorted(set(words))]
    else:
        edges = [*list(inside)[:3], *list(inside)[-3:]]
        words = [reading.covered[i] or reading.words[i] for i in edges]
        features += [f"{order}|far={word}" for word in sorted(set(words))]
    return features
