"""Which mention of one annotation answers to which of another: the one matcher behind every agreement figure."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from bouture.corpus.document import Document, Mention


class Pair(NamedTuple):
    """A mention of each annotation, or of one only."""

    a: Mention | None
    b: Mention | None

    @property
    def same_span(self) -> bool:
        return self.a is not None and self.b is not None and self.a.span == self.b.span

    @property
    def same_label(self) -> bool:
        return self.a is not None and self.b is not None and self.a.label == self.b.label


def align(a: Document, b: Document) -> list[Pair]:
    """Every mention of both documents in exactly one pair, in reading order.

    One to one, the closest first: same span and label, same span, same label and the longest
    overlap, the longest overlap. Swapping the documents swaps the pairs.
    """
    left, right = list(a.mentions()), list(b.mentions())
    pairs = _equal(left, right, lambda m: (m.start, m.end, m.label))
    pairs += _equal(left, right, lambda m: (m.start, m.end))
    pairs += _overlapping(left, right)
    pairs += [Pair(mention, None) for mention in left]
    pairs += [Pair(None, mention) for mention in right]
    return sorted(pairs, key=_place)


def _equal(
    left: list[Mention], right: list[Mention], key: Callable[[Mention], Hashable]
) -> list[Pair]:
    """Pairs with the same key; what is paired leaves the lists."""
    waiting: dict[Hashable, list[Mention]] = defaultdict(list)
    for mention in right:
        waiting[key(mention)].append(mention)
    pairs = []
    for mention in list(left):
        if waiting[key(mention)]:
            other = waiting[key(mention)].pop(0)
            pairs.append(Pair(mention, other))
            left.remove(mention)
            right.remove(other)
    return pairs


def _overlapping(left: list[Mention], right: list[Mention]) -> list[Pair]:
    candidates = [(x, y) for x in left for y in right if x.span.overlaps(y.span)]
    pairs = []
    for x, y in sorted(candidates, key=_closeness):
        if x in left and y in right:
            pairs.append(Pair(x, y))
            left.remove(x)
            right.remove(y)
    return pairs


def _closeness(pair: tuple[Mention, Mention]) -> tuple[object, ...]:
    """Least for the closest; the same whichever annotation comes first."""
    x, y = pair
    shared = min(x.end, y.end) - max(x.start, y.start)
    return x.label != y.label, -shared, len(x.text) + len(y.text), sorted((x[2:4], y[2:4]))


def _place(pair: Pair) -> tuple[int, int, str]:
    mentions: Sequence[Mention] = [m for m in pair if m is not None]
    first = min(mentions, key=lambda m: (m.start, -m.end, m.label))
    return first.start, -first.end, first.label
