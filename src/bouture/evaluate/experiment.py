"""Does it help? Gold alone against gold with new documents, paired, over several seeds, with the duplicate control.

For each size and seed one gold sample is drawn, the same for every arm; each arm adds its documents
to it, a model is trained and tested on the same test documents. Everything is counted by document,
so that seeds and documents can be resampled.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from pydantic import ValidationError

from bouture.corpus.document import Document
from bouture.errors import ExperimentError, UnknownNameError
from bouture.evaluate import notes
from bouture.evaluate.arms import DUPLICATE, NONE, ORACLE, RESERVED, Draw, Pool, TrainingSet
from bouture.evaluate.catalog import LEARNERS
from bouture.evaluate.comparing import Comparer, Measured, cell
from bouture.evaluate.evaluation import Evaluation, Event, Fitted, Note, Planned
from bouture.evaluate.leaks import refuse_leaks
from bouture.evaluate.scores import GOLD, PREDICTED, CORRECT
from bouture.evaluate.settings import LEAST_SEEDS, Settings
from bouture.evaluate.statistics import draw, expected_detectable
from bouture.evaluate.verdict import judge
from bouture.evaluate.workers import Fit, Tested, run_all


class Plan(NamedTuple):
    """What will be run."""

    sizes: tuple[int, ...]
    arms: tuple[str, ...]
    sets: dict[tuple[int, str], tuple[TrainingSet, ...]]
    """(size, arm) -> training set of each seed. An arm with nothing to add at a size is not there."""
    wanted: dict[int, int]
    notes: tuple[Note, ...]


def evaluate(
    train: Sequence[Document],
    test: Sequence[Document],
    synthetic: Sequence[Document],
    settings: Settings,
    on_event: Callable[[Event], None] | None = None,
) -> Evaluation:
    """Run the impact experiment and say what may be concluded from it.

    `on_event` is told when it begins (`Planned`, with the minimum detectable effect) and after
    each fit (`Fitted`). The result depends on the documents and the settings alone, not on the
    number of processes.

    Raises:
        LeakError: a test document is, visibly, among what is trained on.
        ExperimentError: too few seeds or no duplicate control and not `exploratory`; nothing to
            train on, to test on or to compare; an unknown arm; ids used twice.
        UnknownNameError: no such learner.
    """
    began = time.monotonic()
    tell = on_event or (lambda event: None)
    pool = Pool.of(train, synthetic)
    plan = _plan(pool, test, settings)
    refuse_leaks(train, test, synthetic)
    labels, units = _labels(pool.documents, test, settings.task)
    if not units:
        raise ExperimentError(
            f"the test documents hold no gold {settings.task}", hint="choose other test documents"
        )
    announced = expected_detectable(units, len(test), settings.seeds)
    measured = _measure(plan, pool, test, labels, (settings, announced, tell))
    rng = np.random.default_rng(0)
    resamples = draw(settings.seeds, len(test), settings.bootstrap, rng)
    comparer = Comparer(measured, resamples, rng)
    comparisons = [*comparer.comparisons("micro"), *comparer.comparisons("macro")]
    per_label = comparer.label_deltas(labels)
    return Evaluation(
        task=settings.task,
        metric=settings.metric,
        learner=settings.learner_name,
        sizes=plan.sizes,
        seeds=tuple(range(settings.seeds)),
        factor=settings.factor,
        arms=plan.arms,
        train_documents=len(train),
        test_documents=len(test),
        test_units=units,
        synthetic_documents={name: len(n) for name, n in pool.strategies.items()},
        cells=tuple(cell(m) for m in measured),
        comparisons=tuple(comparisons),
        per_label=tuple(per_label),
        gold_equivalents=tuple(comparer.gold_equivalents(settings.metric)),
        minimum_detectable_effect=announced,
        worthwhile=settings.worthwhile,
        exploratory=settings.exploratory,
        notes=plan.notes,
        verdict=judge(comparisons, per_label, plan.sizes, settings),
        seconds=time.monotonic() - began,
    )


def _plan(pool: Pool, test: Sequence[Document], settings: Settings) -> Plan:
    """Every training set of the experiment, and what the reader must know about them."""
    _refuse_empty(pool, test)
    arms = _arms(pool, settings)
    sizes, said = _sizes(pool.gold, settings)
    _refuse_careless(arms, settings)
    sets: dict[tuple[int, str], tuple[TrainingSet, ...]] = {}
    wanted = {}
    for size in sizes:
        draws = [Draw(pool, size, seed, settings.factor) for seed in range(settings.seeds)]
        wanted[size] = draws[0].wanted
        for arm in arms:
            drawn = tuple(one.training_set(arm) for one in draws)
            if arm == NONE or any(training_set.added for training_set in drawn):
                sets[size, arm] = drawn
    said += notes.about(pool, sizes, arms, settings)
    said += notes.shortfalls(sets, sizes, arms, wanted)
    return Plan(sizes, arms, sets, wanted, tuple(said))


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
    ordered = tuple(arm for arm in known if arm in (NONE, *settings.arms))
    return ordered


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
            hint="give synthetic documents, or ask for the arm oracle",
        )
    if settings.exploratory:
        return
    if settings.seeds < LEAST_SEEDS:
        raise ExperimentError(
            f"{settings.seeds} seeds cannot tell a gain from luck",
            hint=f"use at least {LEAST_SEEDS}, or exploratory=True, and claim nothing",
        )
    if DUPLICATE not in arms:
        raise ExperimentError(
            "the duplicate control is missing",
            hint="a gain that copies of gold bring too is none: add the arm duplicate, or set "
            "exploratory=True, and claim nothing",
        )


def _labels(
    pool: Iterable[Document], test: Sequence[Document], task: str
) -> tuple[tuple[str, ...], int]:
    """Every label of the task, and the number of gold units in the test documents."""

    def of(document: Document) -> list[str]:
        if task == "relations":
            return [relation.label for relation in document.relations]
        return [entity.label for entity in document.entities for _ in entity.spans]

    units = sum(len(of(document)) for document in test)
    return tuple(sorted({label for d in (*pool, *test) for label in of(d)})), units


def _measure(
    plan: Plan,
    pool: Pool,
    test: Sequence[Document],
    labels: tuple[str, ...],
    how: tuple[Settings, float, Callable[[Event], None]],
) -> list[Measured]:
    """Fit every distinct training set once and lay out the counts by size and arm."""
    settings, announced, tell = how
    factory = LEARNERS.load(settings.learner_name)
    if factory.task != settings.task:
        raise ExperimentError(
            f"the learner {settings.learner_name!r} learns {factory.task}, not {settings.task}",
            hint="leave `learner` empty for the default one",
        )
    try:
        factory.Options(**settings.options)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ExperimentError(
            f"option {'.'.join(map(str, first['loc']))} of the learner "
            f"{settings.learner_name!r}: {first['msg']}",
            hint=f"its options are {', '.join(sorted(factory.Options.model_fields))}",
        ) from None
    uses: dict[Fit, list[tuple[int, str]]] = {}
    for (size, arm), drawn in plan.sets.items():
        for seed, training_set in enumerate(drawn):
            uses.setdefault(Fit(training_set, seed if factory.seeded else 0), []).append(
                (size, arm)
            )
    tell(Planned(len(uses), announced, plan.notes))
    results: dict[Fit, Tested] = {}
    bench = (settings.learner_name, settings.options, pool.documents, tuple(test), labels)
    for fit, tested in run_all(bench, list(uses), settings.processes):
        results[fit] = tested
        total = tested.counts.table.sum(axis=(0, 1))
        f1 = 2 * total[CORRECT] / max(total[PREDICTED] + total[GOLD], 1)
        served = tuple(dict.fromkeys(arm for _, arm in uses[fit]))
        tell(Fitted(len(results), len(uses), served, uses[fit][0][0], fit.seed, float(f1)))
    measured = []
    for (size, arm), drawn in plan.sets.items():
        tested_sets = [
            results[Fit(one, seed if factory.seeded else 0)] for seed, one in enumerate(drawn)
        ]
        measured.append(
            Measured(
                size=size,
                arm=arm,
                wanted=0 if arm == NONE else plan.wanted[size],
                added=tuple(one.added for one in drawn),
                table=np.stack([tested.counts.table for tested in tested_sets]),
                seen=tuple(tested.seen for tested in tested_sets if tested.seen),
            )
        )
    return measured
