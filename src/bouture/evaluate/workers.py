"""Fits and tests many training sets, in this process or in several; the results do not depend on how many."""

import multiprocessing
import os
import pickle
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, NamedTuple

from bouture.corpus.document import Document
from bouture.errors import ExperimentError
from bouture.evaluate.arms import TrainingSet
from bouture.evaluate.catalog import LEARNERS
from bouture.evaluate.scores import (
    Counts,
    SeenCounts,
    known_surfaces,
    mention_counts,
    relation_counts,
    seen_counts,
)


class Fit(NamedTuple):
    """One model to train and test."""

    training_set: TrainingSet
    seed: int


class Tested(NamedTuple):
    """What came of it."""

    counts: Counts
    seen: SeenCounts | None
    """For entities only."""
    dropped: int
    """Training mentions the model could not learn."""


class Bench:
    """The learner, the documents it may learn from and those it is tested on."""

    def __init__(
        self,
        learner: str,
        options: dict[str, Any],
        pool: Sequence[Document],
        test: Sequence[Document],
        labels: Sequence[str],
    ) -> None:
        factory = LEARNERS.load(learner)
        self.learner = factory(factory.Options(**options))
        self.pool = pool
        self.test = test
        self.labels = labels

    def run(self, fit: Fit) -> Tested:
        """Train on the set, predict the test documents, count."""
        gold, weights, extra = fit.training_set
        documents = [self.pool[number] for number in (*gold, *extra)]
        model = self.learner.fit(documents, [*weights, *([1] * len(extra))], fit.seed)
        if self.learner.task == "relations":
            related = [model.predict(document) for document in self.test]
            return Tested(relation_counts(self.test, related, self.labels), None, 0)
        found = [model.predict(document.text) for document in self.test]
        known = known_surfaces(self.pool[number] for number in gold)
        counts = mention_counts(self.test, found, self.labels)
        return Tested(counts, seen_counts(self.test, found, known), model.dropped)


def run_all(
    bench_of: tuple[Any, ...], fits: Sequence[Fit], processes: int
) -> Iterator[tuple[Fit, Tested]]:
    """Each fit with its result, in the order they finish; `bench_of` are the arguments of `Bench`.

    Raises:
        ExperimentError: a process died.
    """
    workers = min(processes or usable_cores(), len(fits))
    if workers <= 1:
        bench = Bench(*bench_of)
        for fit in fits:
            yield fit, bench.run(fit)
        return
    # Spawned, not forked: the caller may have threads (a progress bar) that a fork would break.
    context = multiprocessing.get_context("spawn")
    largest_first = sorted(fits, key=lambda fit: -_cost(fit))
    with (
        tempfile.TemporaryDirectory(prefix="bouture-") as folder,
        ProcessPoolExecutor(workers, context, _set_up, (_saved(bench_of, folder),)) as executor,
    ):
        waiting = {executor.submit(_run, fit): fit for fit in largest_first}
        try:
            for future in as_completed(waiting):
                yield waiting[future], future.result()
        except BrokenProcessPool:
            raise ExperimentError(
                "a process of the experiment died",
                hint="too little memory? try processes=1. In a script of your own, keep what starts "
                'the experiment under `if __name__ == "__main__":`',
            ) from None
        finally:
            executor.shutdown(cancel_futures=True)


def usable_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cost(fit: Fit) -> int:
    gold, weights, extra = fit.training_set
    return sum(weights) + len(gold) + 2 * len(extra)


# The one variable of a worker process: its bench, set once when the process starts, so that
# documents are sent once and features are computed once.
_bench: list[Bench] = []


def _saved(bench_of: tuple[Any, ...], folder: str) -> Path:
    """The arguments in a file: handed over directly, they are written to a pipe that nobody empties
    when a process dies at its start, and the caller waits for ever.
    """
    path = Path(folder) / "bench.pickle"
    path.write_bytes(pickle.dumps(bench_of))
    return path


def _set_up(saved: Path) -> None:
    _bench[:] = [Bench(*pickle.loads(saved.read_bytes()))]


def _run(fit: Fit) -> Tested:
    return _bench[0].run(fit)
