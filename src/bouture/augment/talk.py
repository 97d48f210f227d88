"""One job under way: the dialogue of a strategy with a model, driven a turn at a time, without any I/O."""

import random
from collections.abc import Callable, Mapping, Sequence

import msgspec

from bouture.augment.outcome import Exchange
from bouture.augment.stopping import Stopping
from bouture.augment.summary import Account
from bouture.checks.check import Check
from bouture.corpus.document import Document, Origin
from bouture.corpus.issue import Issue
from bouture.errors import DocumentError, MarkupError, RecipeError
from bouture.llm.client import Answering
from bouture.llm.messages import Request, Response
from bouture.strategies.dialogue import Declined, Dialogue, Strategy
from bouture.strategies.planning import Job


class Work(msgspec.Struct, frozen=True):
    """What is to be done, as objects."""

    sources: Mapping[str, Document]
    jobs: Sequence[Job]
    strategies: Mapping[str, Strategy]
    checks: Sequence[Check] = ()
    """Fresh ones for each run: what earlier runs kept is told to them again."""
    client: Answering | None = None
    """None when no strategy asks a model."""
    unanswered_wait: bool = False
    """Jobs without an answer stay pending rather than fail: when stored answers are read again."""
    account: Callable[[], Account] | None = None
    """What was spent so far; None when no model is asked."""
    stopping: Stopping = msgspec.field(default_factory=Stopping)
    seed: int = 13
    window: int = 64
    """Jobs begun and not yet committed; when the client asks many at once, four times as many."""

    @property
    def most_begun(self) -> int:
        """How far jobs may run ahead of the one to commit next, so that a slow one idles nobody."""
        return max(self.window, 4 * self.client.concurrency if self.client else 0)


class Made(msgspec.Struct, frozen=True):
    """What came out of a dialogue, before the checks."""

    documents: tuple[Document, ...] = ()
    issues: tuple[Issue, ...] = ()
    """Why it declined."""
    error: str = ""
    answer: str = ""
    exchanges: tuple[Exchange, ...] = ()
    waits: bool = False
    """It has no answer yet and is left for another time."""


class Talk:
    """One dialogue under way: what was asked and answered so far.

    Raises:
        RecipeError: the job names a source or a strategy that is not there.
    """

    def __init__(self, work: Work, job: Job) -> None:
        if job.source not in work.sources or job.strategy not in work.strategies:
            raise RecipeError(f"the job {job.id!r} names an unknown document or strategy")
        self.job = job
        self.exchanges: list[Exchange] = []
        self.answer = ""
        strategy = work.strategies[job.strategy]
        self._dialogue = _begin(strategy, work.sources[job.source], job.rng(work.seed))

    def start(self) -> Request | Made:
        """The first request, or what the dialogue made without any."""
        return self._go(None)

    def hear(self, request: Request, response: Response) -> Request | Made:
        """Hands the dialogue an answer; the next request, or what it made."""
        asked = "" if request.model == response.model else request.model
        exchange = Exchange(request.key, response.model, response.usage, response.seconds, asked)
        self.exchanges.append(exchange)
        self.answer = response.text
        return self._go(response)

    def fail(self, error: Exception, *issues: Issue) -> Made:
        """Ends the dialogue without a document."""
        self._dialogue.close()
        return self._made(error=str(error), issues=issues)

    def wait(self) -> Made:
        """Leaves the dialogue for another time."""
        self._dialogue.close()
        return Made(waits=True)

    def _go(self, response: Response | None) -> Request | Made:
        try:
            request = next(self._dialogue) if response is None else self._dialogue.send(response)
        except StopIteration as end:
            return self._made(documents=self._named(end.value or []))
        except Declined as declined:
            return self._made(issues=declined.issues, answer=declined.answer or self.answer)
        except (DocumentError, MarkupError) as error:
            return self._made(error=str(error))
        except Exception as error:
            error.add_note(f"while making {self.job.id}")
            raise
        return msgspec.structs.replace(request, sample=self.job.sample)

    def _made(
        self,
        documents: Sequence[Document] = (),
        issues: tuple[Issue, ...] = (),
        error: str = "",
        answer: str | None = None,
    ) -> Made:
        said = self.answer if answer is None else answer
        return Made(tuple(documents), issues, error, said, tuple(self.exchanges))

    def _named(self, documents: Sequence[Document]) -> list[Document]:
        """The documents with their ids, and with what of their origin only the loop knows."""
        job = self.job
        named = []
        for index, document in enumerate(documents):
            origin = document.origin or Origin(job.strategy, (job.source,))
            origin = msgspec.structs.replace(
                origin,
                sample=job.sample,
                requests=tuple(exchange.key for exchange in self.exchanges),
                model=self.exchanges[-1].model if self.exchanges else origin.model,
            )
            id = job.id if index == 0 else f"{job.id}#{index + 1}"
            named.append(msgspec.structs.replace(document, id=id, origin=origin))
        return named


def _begin(strategy: Strategy, document: Document, rng: random.Random) -> Dialogue:
    """The dialogue; what calling the strategy raises is raised by its first turn, as all else."""
    return (yield from strategy(document, rng))
