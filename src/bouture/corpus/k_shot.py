"""Small training sets with k mentions of each label, as few-shot studies draw them: greedy, with a cap (LLM-DA).

What is published: Yang and Katiyar (EMNLP 2020, arXiv 2010.02405) sample greedily, the rarest label first, until
each label has k mentions; LLM-DA (Ye et al. 2024, arXiv 2402.14568) does so with a cap relaxed to 1.25 k mentions
a label, because a document taken for one label brings mentions of others. Left open there, and decided here:

- What is counted is mentions. A label with fewer than k in the corpus is reported (`short`). It is served
  with what it has: after the others and within the cap, or, where the cap cannot be held, before them.
- A greedy draw can run into the cap where another draw would not. The search then takes its last choices
  back, for at most `STEPS` documents tried; then it begins again with the documents of fewest mentions
  first, which leave most room. Without a solution in that time, the set with the least excess is taken,
  greedily, and the labels above the cap are reported (`over`); `proven` says that there was none.
- Documents that prove unnecessary are given back. Documents without a mention are never drawn: add your
  own share of them where the task has such.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from random import Random

import msgspec

from bouture.corpus.document import Document
from bouture.errors import ExperimentError

MOST = 1.25
"""A sample may hold at most this times k mentions of a label (LLM-DA)."""
STEPS = 2000
"""Documents tried in either order before a sample within the cap is given up."""


class KShot(msgspec.Struct, frozen=True):
    """A k-shot sample and what it could not satisfy."""

    documents: tuple[Document, ...]
    """In the order of the corpus."""
    counts: dict[str, int]
    """Mentions of each label in the sample, by label."""
    short: tuple[str, ...]
    """Labels of which the corpus has fewer than k mentions."""
    over: tuple[str, ...]
    """Labels above the cap."""
    proven: bool
    """Whether `over` was proved unavoidable: every possible sample was considered."""


def k_shot(
    documents: Sequence[Document], k: int, rng: Random, most: float = MOST
) -> list[Document]:
    """At least `k` mentions of each label, at most `most` * `k` where the documents allow it.

    `sample_k_shot` also tells which labels fall short and which are above the cap.

    Raises:
        ExperimentError: k < 1, `most` < 1, or an id used twice.
    """
    return list(sample_k_shot(documents, k, rng, most).documents)


def sample_k_shot(documents: Sequence[Document], k: int, rng: Random, most: float = MOST) -> KShot:
    """A k-shot sample of `documents`, and what it could not satisfy.

    Every label with at least `k` mentions has `k` or more. None of them has more than `most` * `k`,
    but those in `over`.

    Args:
        documents: with unique ids.
        k: mentions wanted of each label, at least 1.
        rng: decides the draw.
        most: the cap over k, at least 1; 1.25 in LLM-DA.

    Raises:
        ExperimentError: k < 1, `most` < 1, or an id used twice.
    """
    _check(documents, k, most)
    draw = _Draw([Counter(m.label for m in d.mentions()) for d in documents], k, most, rng)
    chosen, proven = draw.within_cap(draw.order)
    if chosen is None and not proven:
        chosen, proven = draw.within_cap(sorted(draw.order, key=lambda i: draw.held[i].total()))
    full = draw.least_excess() if chosen is None else draw.filled(draw.needed(chosen, keep=()))
    chosen = draw.needed(full, keep=draw.scarce)
    have = draw.counts(chosen)
    return KShot(
        documents=tuple(documents[i] for i in sorted(chosen)),
        counts=dict(sorted(have.items())),
        short=tuple(sorted(label for label, n in draw.available.items() if n < k)),
        over=tuple(sorted(label for label, n in have.items() if n > draw.cap)),
        proven=proven,
    )


class _Draw:
    """One draw: documents by number, as counts of labels, in the order in which they are tried."""

    def __init__(self, held: list[Counter[str]], k: int, most: float, rng: Random) -> None:
        self.held = held
        self.k = k
        self.cap = most * k
        self.available: Counter[str] = sum(held, Counter())
        self.order = [i for i, counts in enumerate(held) if counts]
        rng.shuffle(self.order)
        rarest_first = sorted(self.available, key=lambda label: (self.available[label], label))
        self.wanted = [label for label in rarest_first if self.available[label] >= k]
        self.scarce = [label for label in rarest_first if self.available[label] < k]

    def counts(self, chosen: Sequence[int]) -> Counter[str]:
        """Mentions of each label in some documents."""
        return sum((self.held[i] for i in chosen), Counter())

    def within_cap(self, order: Sequence[int]) -> tuple[list[int] | None, bool]:
        """Documents with k of each label and none above the cap; and whether all possibilities were seen.

        Depth first, in greedy order: the label lacking that is rarest, the documents that have it in
        the order given. A document passed over is out of reach until the choice before it is taken back,
        so that no set is met twice.
        """
        have: Counter[str] = Counter()
        out: set[int] = set()
        path: list[
            tuple[int, list[int], Iterator[int]]
        ] = []  # chosen, passed over since, next ones
        level: tuple[list[int], Iterator[int]] | None = ([], self._fitting(order, have, out))
        for _ in range(STEPS):
            if level is None:
                break
            passed, following = level
            found = next(following, None)
            if found is None:
                out.difference_update(passed)
                level = None
                if path:
                    taken, passed, following = path.pop()
                    have.subtract(self.held[taken])
                    passed.append(taken)
                    level = (passed, following)
                continue
            out.add(found)
            have.update(self.held[found])
            path.append((found, passed, following))
            if self._lacking(have) is None:
                return [chosen for chosen, _, _ in path], False
            level = ([], self._fitting(order, have, out))
        return (None, level is None) if self.wanted else ([], False)

    def _lacking(self, have: Counter[str]) -> str | None:
        return next((label for label in self.wanted if have[label] < self.k), None)

    def _fitting(self, order: Sequence[int], have: Counter[str], out: set[int]) -> Iterator[int]:
        """Documents with the label that is lacking, that push no label above the cap."""
        label = self._lacking(have)
        if label is None:
            return
        for i in order:
            counts = self.held[i]
            if label in counts and i not in out and self._fits(have, counts):
                yield i

    def _fits(self, have: Counter[str], more: Counter[str]) -> bool:
        return all(have[label] + n <= self.cap for label, n in more.items())

    def least_excess(self) -> list[int]:
        """Documents with k of each label, or all there are, each the one with the least excess over the cap."""
        chosen: list[int] = []
        have: Counter[str] = Counter()
        for label in [*self.scarce, *self.wanted]:
            while have[label] < min(self.k, self.available[label]):
                holders = [i for i in self.order if label in self.held[i] and i not in chosen]
                best = min(holders, key=lambda i: self._excess(have, self.held[i]))
                chosen.append(best)
                have.update(self.held[best])
        return chosen

    def _excess(self, have: Counter[str], more: Counter[str]) -> float:
        """Mentions above the cap, over all labels, that a document adds."""
        return sum(max(0.0, have[x] + n - max(self.cap, have[x])) for x, n in more.items())

    def needed(self, chosen: list[int], keep: Sequence[str]) -> list[int]:
        """The chosen documents without those that no label needs to have its k, or, of `keep`, what it has.

        The first chosen is looked at first.
        """
        have = self.counts(chosen)
        least = dict.fromkeys(self.wanted, self.k) | {label: have[label] for label in keep}
        left = list(chosen)
        for i in chosen:
            if all(have[x] - n >= least.get(x, 0) for x, n in self.held[i].items()):
                left.remove(i)
                have.subtract(self.held[i])
        return left

    def filled(self, chosen: list[int]) -> list[int]:
        """With more documents for the labels that cannot reach k, where no label passes the cap."""
        have = self.counts(chosen)
        for label in self.scarce:
            for i in self.order:
                if label in self.held[i] and i not in chosen and self._fits(have, self.held[i]):
                    chosen = [*chosen, i]
                    have.update(self.held[i])
        return chosen


def _check(documents: Sequence[Document], k: int, most: float) -> None:
    if k < 1:
        raise ExperimentError(f"k is {k}", hint="ask for at least one mention of each label")
    if most < 1:
        raise ExperimentError(f"the cap is {most} k", hint="give 1 or more; LLM-DA takes 1.25")
    twice = [id for id, n in Counter(document.id for document in documents).items() if n > 1]
    if twice:
        raise ExperimentError(f"document id {twice[0]!r} is used twice", hint="make ids unique")
