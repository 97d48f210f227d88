"""A run on Ray: answers are fetched in rounds by workers, then everything is read in order in this process.

Each round asks the next unanswered request of every dialogue. The driver alone holds the store, the budget and
the checks, so what is made is what one process makes.
"""

import sys
from collections.abc import Callable, Iterable, Iterator

from bouture.augment.events import Heard, Notice, OnEvent
from bouture.augment.folder import RunFolder
from bouture.augment.rounds import pending
from bouture.augment.stopping import Stopping
from bouture.augment.talk import Work
from bouture.errors import AnswerMissing, ProviderError, RunStopped
from bouture.llm.budget.booking import Booking, Held
from bouture.llm.budget.meter import Meter
from bouture.llm.client import Client, Patience
from bouture.llm.messages import Request, Response
from bouture.llm.ray.answers import Answered, answers
from bouture.llm.ray.session import RayPlan, on_ray
from bouture.llm.ray.worker import WorkerSpec
from bouture.recipe.build import Study
from bouture.recipe.models import provider_of, provider_options
from bouture.verbs.asking import flow_of, learnt_wording

Answers = Callable[[Iterable[Request | None], WorkerSpec, RayPlan], Iterable[Answered]]
"""The map in the middle of a round."""


class Fetched:
    """A provider behind which nobody is asked any more: it knows why the workers have brought no answer."""

    name = "fetched"
    contacts: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.failed: dict[str, ProviderError] = {}
        self.stopped: RunStopped | None = None

    async def ask(self, request: Request) -> Response:
        """Raises why there is no answer.

        Raises:
            RunStopped: the run was stopped, or a cap of the budget reached, before it was asked.
            ProviderError: what a worker has met.
        """
        if self.stopped is not None and request.key not in self.failed:
            raise self.stopped
        raise self.failed.get(request.key, AnswerMissing("no worker has answered this request"))

    async def close(self) -> None:
        """Nothing to let go of."""


class Rounds:
    """Fetches answers until nothing is pending, a cap is reached, or somebody asks to stop.

    Args:
        study: whose models are asked.
        folder: where the answers go.
        meter: the budget.
        stopping: looked at before each request is handed out.
        on_event: told of answers, and of what servers do not take.
    """

    def __init__(
        self,
        study: Study,
        folder: RunFolder,
        meter: Meter,
        stopping: Stopping,
        on_event: OnEvent,
    ) -> None:
        self._study = study
        self._folder = folder
        self._meter = meter
        self._stopping = stopping
        self._on_event = on_event
        self._books = Booking(meter, folder.store)
        self._held: dict[str, Held] = {}
        self._again: dict[str, int] = {}
        """Requests that failed and are asked in the next round -> how often already."""
        self._heard = self._taken = self._retries = 0
        self.fetched = Fetched()

    def client(self) -> Client:
        """For the loop: the store, and behind it why there is no answer."""
        patience = Patience(give_up_after=sys.maxsize)  # The workers have been patient already.
        made = Client(self.fetched, self._folder.store, retries=0, patience=patience)
        made.stats.asked, made.stats.retries = self._heard, self._retries
        return made

    def fetch(self, work: Work) -> None:
        """Asks all that is pending, round by round, on Ray.

        Raises:
            MissingExtraError: Ray is not installed.
            ProviderError: no request can be answered; what has come in is stored.
        """
        recipe = self._study.recipe
        for name in self._study.asked:
            provider_of(
                recipe, name
            )  # A missing key, or a host away from here: told before Ray starts.
        self._stopping.watched = True
        try:
            with on_ray(recipe.ray or RayPlan()):
                self.fetch_with(work, answers)
        finally:
            self._stopping.leave()

    def fetch_with(self, work: Work, ask: Answers) -> None:
        """The rounds, with any map from requests to answers."""
        taken = -1
        while self.fetched.stopped is None and self._taken > taken:
            taken = self._taken
            for name in self._study.asked:
                if self.fetched.stopped is None:
                    self._round(name, work, ask)

    def _round(self, name: str, work: Work, ask: Answers) -> None:
        recipe = self._study.recipe
        section, plan = recipe.asked[name], recipe.ray or RayPlan()
        # With a budget each try is the driver's, for it alone knows what may still be spent.
        retries = 0 if self._meter.counting else section.retries
        spec = WorkerSpec(
            section.provider,
            provider_options(recipe, name).model_dump(mode="json", exclude_unset=True),
            flow_of(section),
            retries=retries,
            learnt=tuple(self._folder.store.learnt(section.name)),
        )
        for one in ask(self._requests(section.name, work), spec, plan):
            self._take(one, section.retries - retries)

    def _requests(self, model: str, work: Work) -> Iterator[Request | None]:
        """What may be asked now; None while the budget waits for what is on its way."""
        for one in pending(work, self._folder):
            request = one.request
            if request.model != model or request.key in self.fetched.failed:
                continue
            try:
                if self._stopping.reason:
                    raise self._stopping.error()
                if self._meter.counting:
                    while (room := self._meter.offer(request)) is None:
                        yield None
                    self._held[request.key] = held = Held(request.key, room)
                    self._books.sending(held)
            except RunStopped as stopped:
                self.fetched.stopped = stopped
                return
            yield request

    def _take(self, one: Answered, tries: int) -> None:
        """Stores an answer; a failure that may pass is left for the next round, `tries` times."""
        self._taken += 1
        self._retries += one.retries
        held = self._held.pop(one.key, None)
        if one.response is not None:
            if held is not None:
                self._books.answered(held, one.response.usage)
            self._folder.store.put(one.request, one.response)
            self._heard += 1
        elif one.failure is not None:
            if held is not None:
                self._books.failed(held, one.failure.perhaps_billed)
            again = self._again.get(one.key, 0)
            if one.failure.kind == "unreachable" and again < tries:
                self._again[one.key] = again + 1
                self._retries += 1
            else:
                self.fetched.failed[one.key] = one.failure.error()
        for fact in one.learnt:
            self._folder.store.learn(one.request.model, fact)
            self._on_event(Notice(learnt_wording(fact)))
        self._on_event(Heard(self._heard))
