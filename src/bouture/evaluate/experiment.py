"""Does it help? Gold alone against gold with new documents, paired, over several seeds, with the duplicate control.

For each size and seed one gold sample is drawn, the same for every arm; each arm adds its documents
to it, a model is trained and tested on the same test documents. Everything is counted by document,
so that seeds and documents can be resampled.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from pydantic import ValidationError

from bouture.corpus.document import Document
from bouture.errors import ExperimentError
from bouture.evaluate import notes
from bouture.evaluate.arms import NONE, Pool, Remake, TrainingSet
from bouture.evaluate.catalog import LEARNERS
from bouture.evaluate.comparing import Comparer, Measured, cell
from bouture.evaluate.evaluation import Evaluation, Event, Fitted, Planned
from bouture.evaluate.leaks import find_leaks, refuse_leaks
from bouture.evaluate.planning import Plan, lay_out
from bouture.evaluate.scores import score
from bouture.evaluate.settings import Settings
from bouture.evaluate.statistics import draw, expected_detectable
from bouture.evaluate.verdict import Basis, judge
from bouture.evaluate.workers import Fit, Tested, run_all


class Question(NamedTuple):
    """What is asked: everything but how it is run."""

    settings: Settings
    pool: Pool
    test: tuple[Document, ...]
    labels: tuple[str, ...]
    """Every label of the task, in the order of the tables of counts."""
    units: int
    """Gold mentions or relations in the test documents."""


LEAST_PERMUTATIONS = 2000
"""Behind each p-value: with a few hundred and several arms, Holm's 5 % could not be reached."""


def evaluate(
    train: Sequence[Document],
    test: Sequence[Document],
    synthetic: Sequence[Document],
    settings: Settings,
    on_event: Callable[[Event], None] | None = None,
    remake: Remake | None = None,
) -> Evaluation:
    """Run the impact experiment and say what may be concluded from it.

    `on_event` is told when it begins (`Planned`, with the minimum detectable effect) and after
    each fit (`Fitted`). The result depends on the documents and the settings alone, not on the
    number of processes.

    `remake` makes the documents of local strategies again from each gold sample that is smaller than
    the corpus: a lexicon of the whole corpus would bring gold from outside the sample.

    Raises:
        LeakError: a test document is, visibly, among what is trained on.
        ExperimentError: too few seeds or no duplicate control and not `exploratory`; nothing to
            train on, to test on or to compare; ids used twice; wrong options of the learner.
        UnknownNameError: no such learner or arm.
    """
    began = time.monotonic()
    pool = Pool.of(train, synthetic)
    plan = lay_out(pool, test, settings, remake and _without_leaks(remake, test))
    pool = plan.pool
    refuse_leaks(train, test, synthetic)
    question = _question(pool, test, settings)
    announced = expected_detectable(question.units, len(test), settings.seeds)
    measured, dropped = _measure(plan, question, announced, on_event or _tell_nobody)
    rng = np.random.default_rng(0)
    comparer = Comparer(
        measured,
        draw(settings.seeds, len(test), settings.bootstrap, rng),
        max(settings.bootstrap, LEAST_PERMUTATIONS),
        rng,
    )
    comparisons = [*comparer.comparisons("micro"), *comparer.comparisons("macro")]
    per_label = comparer.label_deltas(question.labels)
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
        test_units=question.units,
        synthetic_documents={name: len(numbers) for name, numbers in pool.strategies.items()},
        cells=tuple(cell(m) for m in measured),
        comparisons=tuple(comparisons),
        per_label=tuple(per_label),
        gold_equivalents=tuple(comparer.gold_equivalents(settings.metric)),
        minimum_detectable_effect=announced,
        worthwhile=settings.worthwhile,
        exploratory=settings.exploratory,
        notes=(*plan.notes, *notes.unlearnable(dropped)),
        verdict=judge(
            comparisons,
            per_label,
            plan.sizes,
            settings,
            test=Basis(
                sum(bool(_unit_labels(document, settings.task)) for document in test),
                question.units,
                len(train),
                pool.bounded(),
                notes.repeated_arms(plan.sets),
            ),
        ),
        seconds=time.monotonic() - began,
    )


def _without_leaks(remake: Remake, test: Sequence[Document]) -> Remake:
    """Documents made again that happen to hold test text are left out: they came about by chance."""

    def make(sample: Sequence[Document], seed: int) -> list[Document]:
        made = list(remake.make(sample, seed))
        leaking = {leak.through for leak in find_leaks(sample, test, made)}
        return [document for document in made if document.id not in leaking]

    return remake._replace(make=make)


def _tell_nobody(event: Event) -> None:
    """Progress that nobody follows."""


def _question(pool: Pool, test: Sequence[Document], settings: Settings) -> Question:
    test_labels = [label for document in test for label in _unit_labels(document, settings.task)]
    if not test_labels:
        raise ExperimentError(
            f"the test documents hold no gold {settings.task}", hint="choose other test documents"
        )
    known = {label for d in pool.documents for label in _unit_labels(d, settings.task)}
    labels = tuple(sorted(known.union(test_labels)))
    return Question(settings, pool, tuple(test), labels, len(test_labels))


def _unit_labels(document: Document, task: str) -> Iterable[str]:
    """The label of each unit that is scored."""
    if task == "relations":
        return [relation.label for relation in document.relations]
    return [entity.label for entity in document.entities for _ in entity.spans]


def _measure(
    plan: Plan, question: Question, announced: float, tell: Callable[[Event], None]
) -> tuple[list[Measured], int]:
    """Every arm at every size, measured; and the most mentions a model could not learn.

    Each distinct training set is fitted once.
    """
    settings = question.settings
    seeded = _learner(settings).seeded

    def fit_of(training_set: TrainingSet, seed: int) -> Fit:
        return Fit(training_set, seed if seeded else 0)

    uses: dict[Fit, list[tuple[int, str, int]]] = {}
    for (size, arm), drawn in plan.sets.items():
        for seed, training_set in enumerate(drawn):
            uses.setdefault(fit_of(training_set, seed), []).append((size, arm, seed))
    tell(Planned(len(uses), announced, plan.notes))
    bench = (
        settings.learner_name,
        settings.options,
        question.pool.documents,
        question.test,
        question.labels,
    )
    results: dict[Fit, Tested] = {}
    for fit, tested in run_all(bench, list(uses), settings.processes):
        results[fit] = tested
        size, arm, seed = uses[fit][0]
        f1 = score(tested.counts).f1
        tell(Fitted(len(results), len(uses), size, arm, seed, f1))
    measured = []
    for (size, arm), drawn in plan.sets.items():
        outcomes = [results[fit_of(one, seed)] for seed, one in enumerate(drawn)]
        measured.append(
            Measured(
                size=size,
                arm=arm,
                wanted=0 if arm == NONE else plan.wanted[size],
                added=tuple(one.added for one in drawn),
                table=np.stack([tested.counts.table for tested in outcomes]),
                seen=tuple(tested.seen for tested in outcomes if tested.seen),
            )
        )
    return measured, max(tested.dropped for tested in results.values())


def _learner(settings: Settings) -> type[Any]:
    """The class of the learner, after a look at its task and at its options."""
    name = settings.learner_name
    factory = LEARNERS.load(name)
    if factory.task != settings.task:
        raise ExperimentError(
            f"the learner {name!r} learns {factory.task}, not {settings.task}",
            hint="leave `learner` empty for the default one",
        )
    try:
        factory.Options(**settings.options)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ExperimentError(
            f"option {'.'.join(map(str, first['loc']))} of the learner {name!r}: {first['msg']}",
            hint=f"its options are {', '.join(sorted(factory.Options.model_fields))}",
        ) from None
    return factory
