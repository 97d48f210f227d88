"""The rounds of a mixture in a run folder: `rounds.json`, and what became of them."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from bouture.augment.ledger import Ledger
from bouture.augment.outcome import Status
from bouture.corpus.document import Document
from bouture.errors import RunFolderError
from bouture.recipe.build import Study
from bouture.strategies.planner.course import Begun, Course
from bouture.strategies.planner.mixture import Mixture, Outcomes, Round

FILE = "rounds.json"
USABLE = (Status.ACCEPTED, Status.REPAIRED)


def read_course(run: Path) -> Course:
    """The rounds that have begun in a run folder; none when nothing has.

    Raises:
        RunFolderError: the file is damaged.
    """
    file = run / FILE
    try:
        return Course(msgspec.json.decode(file.read_bytes(), type=tuple[Begun, ...]))
    except FileNotFoundError:
        return Course()
    except (msgspec.DecodeError, OSError) as error:
        hint = "remove it: the rounds are planned again from the recipe and the ledger"
        raise RunFolderError(f"the rounds cannot be read: {error}", hint=hint, path=file) from None


def basis_of(study: Study) -> str:
    """What a round is planned from, besides the corpus and what became of earlier rounds."""
    recipe = study.recipe
    assert recipe.mixture is not None  # asked of mixtures only
    weights = [[use.label, recipe.mixture.shares.get(use.label, 1.0)] for use in recipe.strategies]
    stated = recipe.mixture.model_dump(exclude={"shares"})
    return json.dumps([stated, weights, recipe.seed, len(study.train), len(study.raw)])


def begun(planned: Round, study: Study) -> Begun:
    """A planned round as it is written down."""
    return Begun(planned.number, basis_of(study), planned.wanted, planned.jobs)


def standing(study: Study, ledger: Ledger) -> Course:
    """The rounds that have begun, less those nobody has worked on and that would now be planned otherwise."""
    course, basis = study.course, basis_of(study)
    while course.rounds:
        last = course.rounds[-1]
        if last.basis == basis or any(ledger.statuses(job.id) for job in last.jobs):
            return course
        course = course.upto(len(course.rounds) - 1)
    return course


def outcomes_of(course: Course, mixture: Mixture, ledger: Ledger | None) -> Outcomes:
    """What became of the rounds so far, for the one to come.

    A job that had no answer, or has none yet, says nothing of its strategy and is not counted as asked.
    """
    jobs = course.jobs
    if ledger is None:
        return Outcomes(jobs)
    asked: dict[str, int] = {}
    accepted: dict[str, int] = {}

    def usable() -> Iterator[Document]:
        for job in jobs:
            found = list(ledger.outcomes([job.id]))
            if not found or any(outcome.status is Status.FAILED for outcome in found):
                continue
            asked[job.strategy] = asked.get(job.strategy, 0) + 1
            kept = [o.document for o in found if o.status in USABLE and o.document is not None]
            accepted[job.strategy] = accepted.get(job.strategy, 0) + bool(kept)
            yield from kept

    made = mixture.count(usable())
    return Outcomes(jobs, asked, accepted, made)


def seen(study: Study) -> tuple[Course, Outcomes]:
    """The rounds of a run folder and what became of them, without opening it for writing."""
    assert study.mixture is not None  # asked of mixtures only
    file = study.recipe.run / "ledger.jsonl"
    if not file.exists():
        return Course(), Outcomes()
    with closing(Ledger(file, writing=False)) as ledger:
        course = standing(study, ledger)
        return course, outcomes_of(course, study.mixture, ledger)
