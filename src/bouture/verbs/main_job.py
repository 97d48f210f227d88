"""The verb `run`: make the documents, measure whether they help, write the report."""

from pathlib import Path
from typing import NamedTuple

from bouture.augment.events import OnEvent, ignore
from bouture.augment.stopping import Stopping
from bouture.augment.summary import Summary
from bouture.evaluate.evaluation import Evaluation
from bouture.verbs.measure import OnEvent as OnFit
from bouture.verbs.measure import evaluate_run
from bouture.verbs.reporting import refuse_language, report_run
from bouture.verbs.session import RecipeLike, Settings
from bouture.verbs.study import augment


class Listeners(NamedTuple):
    """Who is told what happens; the library itself prints nothing."""

    run: OnEvent = ignore
    experiment: OnFit | None = None
    stopping: Stopping | None = None
    """Through which somebody may ask the run to stop in good order."""


class Run(NamedTuple):
    """What the main job has done."""

    summary: Summary
    """The counts: requested = accepted + repaired + review + rejected + failed + pending."""
    evaluations: tuple[Evaluation, ...]
    """One for each task of the recipe's `evaluate` section."""
    report: Path


def run(
    recipe: RecipeLike,
    settings: Settings = None,
    listeners: Listeners = Listeners(),
    *,
    language: str | None = None,
    processes: int = 1,
    replay: bool = False,
) -> Run:
    """The main job. The same call continues what was stopped: nothing answered is asked again.

    Args:
        recipe: what to do; its `run` names the folder that everything is written to.
        settings: overrides of the recipe, e.g. `{"strategies.rewrite.limit": "20"}`.
        listeners: told what happens.
        language: of the report, `fr` or `en`; the recipe's when None.
        processes: of the experiment, where the recipe leaves it open; 0 for every usable core.

        replay: nothing is asked: stored answers are read again under the recipe as it is now.

    A cap of the budget ends the asking in good order (`summary.stopped`); what was made is measured.

    Raises:
        RunStopped: somebody asked to stop; nothing is measured then, and the same call continues.
        RecipeError, FormatError, GuideError: what is wrong, and where.
        ProviderError: no request can be answered; what is done is kept.
        RunFolderError: the run folder is in use, of another recipe, or damaged.
        LeakError: a document to measure on is among what the new ones were made from.
    """
    if language is not None:
        refuse_language(language)
    stopping = listeners.stopping
    summary = augment(recipe, settings, listeners.run, replay=replay, stopping=stopping)
    if stopping is not None and stopping.reason:
        raise stopping.error()
    evaluations = evaluate_run(recipe, settings, listeners.experiment, processes=processes)
    return Run(summary, evaluations, report_run(recipe, settings, language))
