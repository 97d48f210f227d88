"""Verbs that measure: evaluate (does it help?), agree (two annotations), check (one corpus against gold)."""

import hashlib
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from pydantic import ValidationError

from bouture import formats
from bouture.checks.catalog import CHECKS, DEFAULT_CHECKS
from bouture.checks.check import Reference
from bouture.corpus.document import Document, Origin
from bouture.corpus.guide_reader import read_guide
from bouture.corpus.issue import Issue
from bouture.corpus.schema import Schema
from bouture.errors import RecipeError, UsageError
from bouture.evaluate.arms import Remake
from bouture.evaluate.evaluation import Evaluation, Event
from bouture.evaluate.experiment import evaluate as run_experiment
from bouture.evaluate.settings import Settings
from bouture.recipe.sections import EvaluateSection
from bouture.review.agreement import Agreement
from bouture.review.agreement import agree as measure_agreement
from bouture.verbs.session import RecipeLike, study_of
from bouture.verbs.session import Settings as Overrides

Corpus = str | Path | Sequence[Document]
OnEvent = Callable[[Event], None]


def evaluate(
    train: Corpus,
    test: Corpus,
    synthetic: Corpus | Sequence[str | Path],
    *,
    on_event: OnEvent | None = None,
    **settings: Any,
) -> Evaluation:
    """Trains with and without the new documents, with the duplicate control, and says what may be concluded.

    Args:
        train: gold documents, or the file they are in.
        test: gold documents to measure on, never among the sources of the new ones.
        synthetic: new documents, a file, or several files (one arm each, when they do not say
            which strategy made them).
        on_event: told before the first fit and after each.
        settings: see `bouture.evaluate.settings.Settings`: task, sizes, seeds, arms, factor, metric…

    Raises:
        LeakError: a test document is among the sources, or its text among the training data.
        ExperimentError: fewer than five seeds, or no duplicate control.
        UsageError: an unknown setting, or a value out of range.
    """
    try:
        wanted = Settings(**settings)
    except ValidationError as error:
        said = "; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors(include_url=False))
        raise UsageError(said, hint="docs/recipe.md, section `evaluate`, gives ranges") from None
    return run_experiment(
        _documents(train), _documents(test), _synthetic(synthetic), wanted, on_event
    )


def _documents(corpus: Corpus) -> Sequence[Document]:
    return formats.read(corpus) if isinstance(corpus, str | Path) else corpus


def _synthetic(given: Corpus | Sequence[str | Path]) -> Sequence[Document]:
    if isinstance(given, str | Path):
        return formats.read(given)
    found: list[Document] = []
    for item in given:
        if isinstance(item, Document):
            found.append(item)
        else:
            arm = Origin(strategy=Path(item).stem)
            found += [d if d.origin else d.with_origin(arm) for d in formats.read(item)]
    return found


class Evaluated(msgspec.Struct, frozen=True):
    """`evaluation.json` of a run folder."""

    digest: str
    """Of the documents and settings: an unchanged experiment is not run again."""
    evaluations: tuple[Evaluation, ...]


def evaluate_run(
    recipe: RecipeLike,
    settings: Overrides = None,
    on_event: OnEvent | None = None,
    *,
    processes: int = 1,
) -> tuple[Evaluation, ...]:
    """The impact experiments that a recipe asks for, on what its run has accepted; kept in the run folder.

    Empty when the recipe has no `evaluate` section or nothing was accepted. `processes` counts where
    the recipe leaves it open; more than one needs `if __name__ == "__main__":` in a script.
    """
    study = study_of(recipe, settings)
    wanted = study.recipe.evaluate
    accepted = study.recipe.run / "accepted.jsonl"
    if wanted is None or not accepted.exists():
        return ()
    synthetic = formats.read(accepted, "jsonl")
    held_out = study.test if wanted.part == "test" else study.dev
    if not held_out:
        raise RecipeError(
            f"evaluate.part: the recipe has no `corpus.{wanted.part}`",
            hint="name the file of gold documents to measure on",
        )
    if not synthetic:
        return ()
    digest = hashlib.sha256(
        msgspec.json.encode(
            [
                study.train,
                held_out,
                synthetic,
                wanted.model_dump(mode="json", exclude={"processes"}),
            ],
            order="sorted",
        )
    ).hexdigest()
    file = study.recipe.run / "evaluation.json"
    known = read_evaluations(study.recipe.run)
    if known is None or known.digest != digest:
        evaluations = tuple(
            run_experiment(
                study.train,
                held_out,
                synthetic,
                settings_of_task(wanted, task, processes),
                on_event,
                Remake(study.local, study.made_again),
            )
            for task in wanted.tasks
            if task == "entities" or any(document.relations for document in study.train)
        )
        known = Evaluated(digest, evaluations)
        file.write_bytes(msgspec.json.format(msgspec.json.encode(known), indent=1))
    return known.evaluations


def read_evaluations(run: Path) -> Evaluated | None:
    """What `evaluation.json` of a run folder holds; None when there is none that can be read."""
    try:
        return msgspec.json.decode((run / "evaluation.json").read_bytes(), type=Evaluated)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def settings_of_task(wanted: EvaluateSection, task: str, processes: int) -> Settings:
    """The settings of one experiment, from the recipe's section."""
    learner = {str(name): use for name, use in wanted.learners.items()}.get(task)
    given = wanted.model_dump(exclude={"part", "tasks", "learners"})
    if learner is not None:
        given |= {"learner": learner.use, "options": learner.options}
    given["processes"] = wanted.processes or processes
    return Settings(task=task, **given)


def agree(a: Corpus, b: Corpus, seed: int = 13) -> Agreement:
    """Agreement of two annotations of the same documents: strict and partial F1, relations, confusions.

    `seed` is that of the bootstrap by document behind the intervals.
    """
    return measure_agreement(_documents(a), _documents(b), rng=random.Random(seed))


def check(
    corpus: Corpus,
    gold: Corpus,
    *,
    held_out: Corpus = (),
    guide: str | Path | None = None,
    language: str = "fr",
    checks: Sequence[str] | None = None,
) -> list[tuple[Document, list[Issue]]]:
    """Every check on every document of a corpus, calibrated on `gold`.

    Args:
        corpus: the documents to look at, however they were made.
        gold: documents to compare with; never the ones to look at.
        held_out: dev and test documents that must not have leaked into `corpus`.
        guide: annotation guide; without it the schema is learnt from `gold`.
        language: `fr` or `en`.
        checks: names from the catalogue; the default ones when None.
    """
    reading = read_guide(guide) if guide else None
    known = _documents(gold)
    reference = Reference(
        gold=known,
        schema=reading.schema() if reading else Schema.learn(known),
        guide=reading,
        held_out=_documents(held_out),
        language=language,
    )
    members = [CHECKS.load(name) for name in (checks or DEFAULT_CHECKS)]
    asked = [member(reference, member.Options()) for member in members]
    found: list[tuple[Document, list[Issue]]] = []
    for document in _documents(corpus):
        issues = [issue for one in asked for issue in one(document)]
        for one in asked:
            one.kept(document)
        found.append((document, issues))
    return found
