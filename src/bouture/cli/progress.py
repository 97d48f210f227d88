"""Progress bars: draws the events of a run and of an experiment on standard error."""

import time
from collections.abc import Callable
from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from bouture.augment.events import Ended, Event, Heard, JobDone, Notice, Started
from bouture.augment.summary import Account
from bouture.cli.console import err
from bouture.evaluate.evaluation import Event as EvaluationEvent
from bouture.evaluate.evaluation import Fitted, Planned

LOOK_EVERY_S = 0.5
"""Seconds between two looks at what was spent."""
TELL_EVERY_S = 60.0
"""Seconds between two lines where there is no terminal."""


class Progress:
    """A context in which events are drawn; silent when `quiet`, plain lines when not on a terminal."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(bar_width=8),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[said]}"),
            console=err,
            disable=quiet or not err.is_terminal,
            transient=True,
        )
        self._task = self._bars.add_task("", total=None, said="", visible=False)
        self._kept: dict[str, int] = {}
        self._account: Callable[[], Account] | None = None
        self._first: Account | None = None
        self._before = 0
        self._looked = 0.0
        self._said = ""
        self._told = time.monotonic()

    def __enter__(self) -> "Progress":
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def __call__(self, event: Event) -> None:
        """An event of a run."""
        match event:
            case Started(jobs, done, account):
                self._account, self._before = account, done
                if done:
                    self._say(f"continuing: {done} of {jobs} documents are done")
                self._bars.update(
                    self._task, description="documents", total=jobs, completed=done, visible=True
                )
            case JobDone(statuses=statuses, done=done):
                for status in statuses:
                    self._kept[status.value] = self._kept.get(status.value, 0) + 1
                said = self._outcomes() + self._spending(done, event.jobs)
                self._bars.update(self._task, completed=done, said=said)
                self._tell(f"{done:,} of {event.jobs:,} documents: {said}")
            case Heard(answers):
                self._bars.update(
                    self._task, description="answers", completed=answers, visible=True
                )
            case Notice(wording):
                self._say(wording.en)
            case Ended():
                self._bars.update(self._task, visible=False)

    def _spending(self, done: int, jobs: int) -> str:
        """What was spent, and what it comes to when the rest costs as much a document; twice a second at most."""
        now = time.monotonic()
        if self._account is not None and now - self._looked > LOOK_EVERY_S:
            self._looked = now
            spent = self._account()
            if self._first is None:
                self._first = spent
            if spent.cost is None:
                self._said = f" · {spent.tokens:,} tok." if spent.tokens else ""
            else:
                new = spent.cost - (self._first.cost or 0.0)
                ahead = new * (jobs - done) / max(1, done - self._before)
                self._said = f" · {spent.cost:.2f} of ~{spent.cost + ahead:.2f} {spent.currency}"
        return self._said

    def _outcomes(self) -> str:
        """How many are kept, to review, out: short, for a line of eighty characters."""
        kept = self._kept.get("accepted", 0) + self._kept.get("repaired", 0)
        review = self._kept.get("review", 0)
        out = sum(self._kept.values()) - kept - review
        return f"{kept:,} kept {review:,} review {out:,} out"

    def _tell(self, line: str) -> None:
        """A plain line now and then where nothing can be drawn: a night's log stays readable."""
        now = time.monotonic()
        if not self._bars.console.is_terminal and now - self._told > TELL_EVERY_S:
            self._told = now
            self._say(line)

    def evaluation(self, event: EvaluationEvent) -> None:
        """An event of an impact experiment."""
        match event:
            case Planned(fits=fits, minimum_detectable_effect=least):
                self._say(
                    f"impact: {fits} models to train; "
                    f"a difference below {100 * least:.1f} points of F1 may go unseen"
                )
                self._bars.update(
                    self._task, description="models", total=fits, completed=0, said="", visible=True
                )
            case Fitted(done=done, f1=f1, arm=arm):
                said = f"{arm}: F1 {100 * f1:.1f}"
                self._bars.update(self._task, completed=done, said=said)

    def _say(self, text: str) -> None:
        if not self.quiet:
            self._bars.console.print(text, markup=False)
