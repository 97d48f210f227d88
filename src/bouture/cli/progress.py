"""Progress bars: draws the events of a run and of an experiment on standard error."""

from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from bouture.augment.events import Ended, Event, JobDone, Notice, Started
from bouture.cli.console import err
from bouture.evaluate.evaluation import Event as EvaluationEvent
from bouture.evaluate.evaluation import Fitted, Planned


class Progress:
    """A context in which events are drawn; silent when `quiet`, plain lines when not on a terminal."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[said]}"),
            console=err,
            disable=quiet or not err.is_terminal,
            transient=True,
        )
        self._task = self._bars.add_task("", total=None, said="", visible=False)
        self._kept: dict[str, int] = {}

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
            case Started(jobs, done):
                if done:
                    self._say(f"continuing: {done} of {jobs} documents are done")
                self._bars.update(
                    self._task, description="documents", total=jobs, completed=done, visible=True
                )
            case JobDone(statuses=statuses, done=done):
                for status in statuses:
                    self._kept[status.value] = self._kept.get(status.value, 0) + 1
                said = ", ".join(f"{n} {status}" for status, n in self._kept.items())
                self._bars.update(self._task, completed=done, said=said)
            case Notice(wording):
                self._say(wording.en)
            case Ended():
                self._bars.update(self._task, visible=False)

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
