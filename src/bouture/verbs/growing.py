"""A run in rounds: each is planned from what became of those before it, written down when it begins, and then done."""

import asyncio
from collections.abc import Callable, Iterator, Sequence

import msgspec

from bouture.augment.events import Ended, Event, JobDone, Notice, OnEvent, Started
from bouture.augment.loop import STALE
from bouture.augment.summary import Summary
from bouture.corpus.issue import Wording
from bouture.strategies.planner.caps import Excess
from bouture.strategies.planner.course import Begun, Course
from bouture.strategies.planner.mixture import Mixture
from bouture.verbs.asking import account_of
from bouture.verbs.course import FILE, USABLE, asked_again, begun, outcomes_of, standing
from bouture.verbs.session import Session

BEGINNINGS = Wording(
    "accepted documents begin alike too often: {said}",
    "débuts trop fréquents parmi les textes retenus : {said}",
)
SURFACES = Wording(
    "accepted documents mention too often: {said}",
    "mentions trop fréquentes parmi les textes retenus : {said}",
)
TIMES = Wording(
    "“{what}” {count} times (at most {most})", "« {what} » {count} fois ({most} au plus)"
)
SHOWN = 3
"""Favourites that are named, the most frequent first."""

OneRun = Callable[[Session, OnEvent], Summary]


def grow(opened: Session, one_run: OneRun, on_event: OnEvent) -> Summary:
    """Does the rounds of a mixture that are not done yet.

    A round begins when the one before has an outcome for every job; jobs that had no answer are
    asked again by the next run and do not hold up the rounds. Whatever stops it, the files of the
    folder hold what all rounds have made, and the same call continues.

    Args:
        one_run: does one round: `augment` without rounds.
    """
    course = _standing(opened)
    told = _Told(opened, on_event)
    try:
        number = 0
        while True:
            number += 1
            if number > len(course.rounds):
                following = _begin(opened, course)
                if following is None:
                    break
                course = following
            if all(opened.folder.ledger.done(job.id) for job in course.rounds[number - 1].jobs):
                continue
            now = _at(opened, course, number)
            told.begin(len(now.before))
            summary = one_run(now.renewed() if told.ended else now, told)
            told.end(summary)
            if summary.stopped or summary.pending:
                break
    finally:
        if not told.ended and opened.client is not None:
            asyncio.run(opened.client.close())
        summary = told.settle(course)
    return summary


def _standing(opened: Session) -> Course:
    """The rounds to do; a replay keeps them all, whatever the recipe has become: what was asked was asked."""
    if not opened.replaying:
        return standing(opened.study, opened.folder.ledger)
    course = asked_again(opened.study)
    if (
        course != opened.study.course
    ):  # Written first: a replay that is killed loses no round either.
        opened.folder.write(FILE, course.rounds)
    return course


def at_last(opened: Session, beginning: bool = False) -> Session:
    """The session in its last round; outside mixtures, as it is.

    Args:
        beginning: when all jobs of the last round have an outcome, the next one begins.
    """
    if opened.study.mixture is None:
        return opened
    ledger = opened.folder.ledger
    course = standing(opened.study, ledger)
    waiting = any(not ledger.statuses(job.id) for one in course.rounds[-1:] for job in one.jobs)
    if beginning and not waiting:
        course = _begin(opened, course) or course
    return _at(opened, course, len(course.rounds)) if course.rounds else opened


def _begin(opened: Session, course: Course) -> Course | None:
    """Plans the next round and writes it down; None when nothing is left to ask."""
    mixture = _mixture(opened)
    so_far = outcomes_of(course, mixture, opened.folder.ledger)
    planned = mixture.round(len(course.rounds) + 1, so_far)
    if planned is None or not planned.jobs:
        return None
    following = course.then(begun(planned, opened.study))
    opened.folder.write(FILE, following.rounds)
    return following


def _mixture(opened: Session) -> Mixture:
    assert opened.study.mixture is not None  # asked of mixtures only
    return opened.study.mixture


def _at(opened: Session, course: Course, number: int) -> Session:
    """The session in one of its rounds: its jobs, and its strategies as they were told then."""
    now: Begun = course.rounds[number - 1]
    study = opened.study._replace(
        jobs=list(now.jobs), strategies=opened.study.told(now.wanted), course=course
    )
    return opened._replace(study=study, before=course.upto(number - 1).jobs)


def _favourites(opened: Session, course: Course) -> Iterator[Notice]:
    """What accepted documents begin with, or mention, more often than the caps allow."""
    favourites = _mixture(opened).favourites()
    for outcome in opened.folder.outcomes(course.jobs):
        if outcome.status in USABLE and outcome.document is not None:
            favourites.add(outcome.document)
    for wording, found in (
        (BEGINNINGS, favourites.templates()),
        (SURFACES, favourites.surfaces()),
    ):
        if found:
            yield Notice(
                Wording(_said(wording.en, TIMES.en, found), _said(wording.fr, TIMES.fr, found))
            )


def _said(sentence: str, times: str, found: Sequence[Excess]) -> str:
    named = [
        times.format(what=o.what.replace("' ", "’"), count=o.count, most=o.most)
        for o in found[:SHOWN]
    ]
    return sentence.format(said=", ".join(named) + (", …" if len(found) > SHOWN else ""))


class _Told:
    """The events of the rounds as those of one run, and their counts as one."""

    def __init__(self, opened: Session, on_event: OnEvent) -> None:
        self._opened, self._on_event = opened, on_event
        self._calls = _mixture(opened).terms.calls
        self._earlier = 0
        self._noticed: set[str] = {STALE.en}
        """Jobs of other rounds are no stale ones; and what was said once is known."""
        self._complete = False
        self._account = (
            account_of(opened.study.recipe, opened.folder.store) if opened.study.asked else None
        )
        self.ended: list[Summary] = []
        """The counts of the rounds that this process has worked on."""

    def begin(self, earlier: int) -> None:
        """A round begins, with so many jobs in those before it."""
        self._complete = False
        if not self.ended:
            self._on_event(Started(self._calls, earlier, self._account))
        self._earlier = earlier

    def end(self, summary: Summary) -> None:
        """A round is over, or stopped before its end."""
        self.ended.append(summary)

    def __call__(self, event: Event) -> None:
        """An event of one round."""
        match event:
            case Started():
                pass
            case JobDone(done=done):
                done += self._earlier
                self._on_event(msgspec.structs.replace(event, done=done, jobs=self._calls))
            case Notice(wording):
                if wording.en not in self._noticed:
                    self._noticed.add(wording.en)
                    self._on_event(event)
            case Ended(complete=complete):
                self._complete = complete
            case _:
                self._on_event(event)

    def settle(self, course: Course) -> Summary:
        """Writes the files of the folder from all rounds; their counts."""
        folder = self._opened.folder
        summary = folder.settle(course.jobs)
        if self._account is not None:
            spent = self._account()
            summary.lost, summary.cost, summary.currency = spent.lost, spent.cost, spent.currency
            summary.unread = max(0, spent.requests - summary.requests)
        for one in self.ended:
            summary.asked += one.asked
            summary.from_store += one.from_store
            summary.retries += one.retries
            summary.seconds = round(summary.seconds + one.seconds, 3)
            summary.stopped, summary.stopped_fr = one.stopped, one.stopped_fr
        folder.write_summary(summary)
        if self.ended:
            for notice in _favourites(self._opened, course):
                self._on_event(notice)
        self._on_event(Ended(summary, self._complete or not self.ended))
        return summary
