"""Which document each call starts from: one that suits the cell, the least used first, none in more than 2 % of calls."""

import heapq
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import ceil

from bouture.corpus.document import Document
from bouture.strategies.planner.cells import Cell, Counting
from bouture.strategies.planning import Job

MOST_OF_ONE = 0.02
"""Largest share of the calls that start from one document (A.6), where there are documents enough."""

Holders = Mapping[Cell | tuple[str, str], Sequence[str]]
"""Ids of documents by the cells that they hold, and by their register and length."""


def holders_of(documents: Iterable[Document], counting: Counting) -> Holders:
    """Which documents hold what."""
    holders: dict[Cell | tuple[str, str], list[str]] = {}
    for document in documents:
        holders.setdefault(counting.place(document), []).append(document.id)
        for cell in counting.of(document):
            holders.setdefault(cell, []).append(document.id)
    return holders


class Sources:
    """Hands out source documents, and remembers how often each was.

    Args:
        documents: what calls may start from.
        holders: which of them hold what; see `holders_of`.
        calls: of the whole run, for the cap.
        rng: the order among documents used equally often.
    """

    def __init__(
        self, documents: Sequence[Document], holders: Holders, calls: int, rng: random.Random
    ) -> None:
        self._ids = [document.id for document in documents]
        order = rng.sample(range(len(documents)), len(documents))
        self._rank = dict(zip(self._ids, order, strict=True))
        self._uses: Counter[str] = Counter()
        self._samples: Counter[tuple[str, str]] = Counter()
        pool = max(1, len(documents))
        self.most = max(1, ceil(MOST_OF_ONE * calls), ceil(calls / pool))
        self._holders = holders
        self._heaps: dict[Cell | tuple[str, str] | None, list[tuple[int, int, str]]] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def used(self, job: Job) -> None:
        """Counts a job of an earlier round."""
        self._uses[job.source] += 1
        key = (job.source, job.strategy)
        self._samples[key] = max(self._samples[key], job.sample + 1)

    def job(self, strategy: str, cell: Cell | None = None) -> Job:
        """The next job of a strategy for a cell.

        It starts from the least used of the documents that hold the cell; else, for a label, of those
        with the register and length of the cell; else, or once these have been used up, of all.
        """
        place = (cell.parts[1], cell.parts[2]) if cell and cell.kind == "label" else None
        for wanted in (cell, place, None):
            source = self._next(wanted) if wanted or wanted is None else None
            if source is not None:
                break
        assert source is not None  # `most` leaves room for every call
        job = Job(source, strategy, self._samples[source, strategy])
        self.used(job)
        return job

    def _next(self, wanted: Cell | tuple[str, str] | None) -> str | None:
        """The least used holder below the cap; of all documents, the least used in any case."""
        heap = self._heaps.get(wanted)
        if heap is None:
            ids = self._ids if wanted is None else self._holders.get(wanted, [])
            heap = [(self._uses[id], self._rank[id], id) for id in ids]
            heapq.heapify(heap)
            self._heaps[wanted] = heap
        while heap:
            uses, rank, id = heap[0]
            now = self._uses[id]
            if uses == now:
                return id if uses < self.most or wanted is None else None
            heapq.heapreplace(heap, (now, rank, id))
        return None


def in_order(
    jobs: Sequence[Job], strategies: Sequence[str], documents: Mapping[str, int]
) -> list[Job]:
    """Strategy by strategy, sample by sample, in the order of the documents: as `plan_jobs` does."""
    places = {name: number for number, name in enumerate(strategies)}
    return sorted(jobs, key=lambda job: (places[job.strategy], job.sample, documents[job.source]))
