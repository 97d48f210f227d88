"""Lays out an experiment before it is run: sizes, arms, training sets; refuses one that could show nothing."""

from collections.abc import Sequence
from typing import NamedTuple

from bouture.corpus.document import Document
from bouture.errors import ExperimentError, UnknownNameError
from bouture.evaluate import notes
from bouture.evaluate.arms import (
    DUPLICATE,
    NONE,
    ORACLE,
    RESERVED,
    Draw,
    Pool,
    Remake,
    TrainingSet,
)
from bouture.evaluate.evaluation import Note
from bouture.evaluate.settings import LEAST_SEEDS, Settings


class Plan(NamedTuple):
    """What will be run."""

    sizes: tuple[int, ...]
    arms: tuple[str, ...]
    sets: dict[tuple[int, str], tuple[TrainingSet, ...]]
    """(size, arm) -> training set of each seed. An arm with nothing to add at a size is not there."""
    wanted: dict[int, int]
    notes: tuple[Note, ...]
    pool: Pool
    """With the documents made again for the smaller sizes."""


def lay_out(
    pool: Pool, test: Sequence[Document], settings: Settings, remake: Remake | None = None
) -> Plan:
    """Every training set of the experiment, and what the reader must know about them.

    Raises:
        ExperimentError: too few seeds or no duplicate control and not `exploratory`; nothing to
            train on, to test on or to compare; ids used twice.
        UnknownNameError: an arm that these documents do not allow.
    """
    _refuse_empty(pool, test)
    arms = _arms(pool, settings)
    sizes, said = _sizes(pool.gold, settings)
    _refuse_careless(arms, settings)
    if remake is not None:
        pool = pool.made_again(sizes, settings.seeds, remake)
    sets: dict[tuple[int, str], tuple[TrainingSet, ...]] = {}
    wanted = {}
    for size in sizes:
        draws = [Draw(pool, size, seed, settings.factor) for seed in range(settings.seeds)]
        wanted[size] = draws[0].wanted
        for arm in arms:
            drawn = tuple(one.training_set(arm) for one in draws)
            if arm == NONE or any(training_set.added for training_set in drawn):
                sets[size, arm] = drawn
    said += notes.about(pool, sizes, settings)
    said += notes.shortfalls(sets, wanted, arms)
    said += notes.repeated(sets)
    return Plan(sizes, arms, sets, wanted, tuple(said), pool)


def _refuse_empty(pool: Pool, test: Sequence[Document]) -> None:
    if not pool.gold or not test:
        missing = "training" if not pool.gold else "test"
        raise ExperimentError(f"there are no {missing} documents", hint="give at least one")
    for documents in (pool.documents, test):
        seen: set[str] = set()
        for document in documents:
            if document.id in seen:
                raise ExperimentError(
                    "this id is used by two documents",
                    hint="sources and samples are followed by id: give each document its own",
                    document=document.id,
                )
            seen.add(document.id)


def _arms(pool: Pool, settings: Settings) -> tuple[str, ...]:
    for name in pool.strategies:
        if name in RESERVED:
            raise ExperimentError(
                f"synthetic documents say they were made by a strategy called {name!r}",
                hint=f"{', '.join(RESERVED)} name arms of every experiment: rename the strategy",
            )
    if not settings.arms:
        return pool.arms()
    known = (*pool.arms(), ORACLE)
    for name in settings.arms:
        if name not in known:
            raise UnknownNameError("arm", name, known)
    return tuple(arm for arm in known if arm in (NONE, *settings.arms))


def _sizes(gold: int, settings: Settings) -> tuple[tuple[int, ...], list[Note]]:
    asked = [gold if size == "all" else size for size in settings.sizes]
    possible = tuple(sorted({size for size in asked if size <= gold}))
    if not possible:
        raise ExperimentError(
            f"every size asked for is larger than the {gold} training documents",
            hint=f"ask for sizes up to {gold}, or `all`",
        )
    too_large = sorted({size for size in asked if size > gold})
    return possible, [notes.too_large(too_large, gold)] if too_large else []


def _refuse_careless(arms: tuple[str, ...], settings: Settings) -> None:
    """The safeguards without which an experiment shows nothing."""
    if len(arms) < 2 or arms == (NONE, DUPLICATE):
        raise ExperimentError(
            "there is nothing to compare",
            hint="give synthetic documents and name their arms, or ask for the arm oracle (other "
            "gold documents instead of synthetic ones)",
        )
    if settings.exploratory:
        return
    if settings.seeds < LEAST_SEEDS:
        raise ExperimentError(
            f"{settings.seeds} seeds cannot tell a gain from luck",
            hint=f"use at least {LEAST_SEEDS}, or --exploratory (exploratory=True), and claim nothing",
        )
    if DUPLICATE not in arms:
        raise ExperimentError(
            "the duplicate control is missing",
            hint="a gain that copies of gold bring too is none: add the arm duplicate, or set "
            "--exploratory (exploratory=True), and claim nothing",
        )
