"""The rounds of a mixture in a run folder: `rounds.json`, and what became of them."""

import json
from collections import Counter
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


def asked_again(study: Study) -> Course:
    """The rounds that have begun, as they were asked: their answers are read under the recipe as it is now."""
    basis = basis_of(study)
    return Course(tuple(msgspec.structs.replace(one, basis=basis) for one in study.course.rounds))


def standing(study: Study, ledger: Ledger) -> Course:
    """The rounds that have begun, less those nobody has worked on and that would now be planned otherwise."""
    course, basis = study.course, basis_of(study)
    while course.rounds:
        last = course.rounds[-1]
        if last.basis == basis or any(ledger.statuses(job.id) for job in last.jobs):
            return course
        course = course.upto(len(course.rounds) - 1)
    return course


def outcomes_of(course: Course, mixture: Mixture, ledger: Ledger) -> Outcomes:
    """What became of the rounds so far, for the one to come.

    A job that had no answer, or has none yet, says nothing of its strategy and is not counted as
    asked. One whose documents begin like too many others is asked and not accepted, so that a strategy
    with a favourite phrase loses calls (science A.8.2-3: “accepted & useful”, any template 1 %).
    """
    jobs = course.jobs
    asked: Counter[str] = Counter()
    kept: dict[str, list[str]] = {}
    favourites = mixture.favourites()

    def usable() -> Iterator[Document]:
        for job in jobs:
            found = list(ledger.outcomes([job.id]))
            if not found or any(outcome.status is Status.FAILED for outcome in found):
                continue
            asked[job.strategy] += 1
            for outcome in found:
                if outcome.status in USABLE and outcome.document is not None:
                    kept.setdefault(job.id, []).append(outcome.document.id)
                    favourites.add(outcome.document)
                    yield outcome.document

    made = mixture.count(usable())
    beyond = {id for one in favourites.templates() for id in one.documents}
    accepted = Counter(job.strategy for job in jobs if {*kept.get(job.id, ())} - beyond)
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
