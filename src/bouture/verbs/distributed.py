"""A run on Ray: answers are fetched in rounds by workers, then everything is read in order in this process.

Each round asks the next unanswered request of every dialogue. The driver alone holds the store, the budget and
the checks, so what is made is what one process makes.
"""

from collections.abc import Iterator

from bouture.augment.events import Heard, OnEvent
from bouture.augment.folder import RunFolder
from bouture.augment.rounds import pending
from bouture.augment.stopping import Stopping
from bouture.augment.talk import Work
from bouture.errors import AnswerMissing, ProviderError, RunStopped
from bouture.llm.booking import Booking, Held
from bouture.llm.budget import Meter
from bouture.llm.client import Client
from bouture.llm.messages import Request, Response
from bouture.llm.ray_map import Answered, answers
from bouture.llm.ray_session import RayPlan, on_ray
from bouture.llm.ray_worker import WorkerSpec
from bouture.recipe.build import Study
from bouture.recipe.models import provider_of, provider_options
from bouture.verbs.asking import flow_of


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
    """Fetches answers until nothing is pending, a cap is reached, or somebody asks to stop."""

    def __init__(self, study: Study, folder: RunFolder, meter: Meter) -> None:
        self._study = study
        self._folder = folder
        self._meter = meter
        self._books = Booking(meter, folder.store)
        self._held: dict[str, Held] = {}
        self._heard = 0
        self.fetched = Fetched()

    def client(self) -> Client:
        """For the loop: the store, and behind it why there is no answer."""
        return Client(self.fetched, self._folder.store, retries=0)

    def fetch(self, work: Work, stopping: Stopping, on_event: OnEvent) -> None:
        """Asks all that is pending, round by round.

        Raises:
            MissingExtraError: Ray is not installed.
            ProviderError: no request can be answered; what has come in is stored.
        """
        plan = self._study.recipe.ray or RayPlan()
        with on_ray(plan):
            while self.fetched.stopped is None:
                before = self._heard + len(self.fetched.failed)
                for name in self._study.asked:
                    self._round(name, plan, work, stopping, on_event)
                if self._heard + len(self.fetched.failed) == before:
                    return

    def _round(
        self, name: str, plan: RayPlan, work: Work, stopping: Stopping, on_event: OnEvent
    ) -> None:
        recipe, store = self._study.recipe, self._folder.store
        section = recipe.asked[name]
        provider_of(
            recipe, name
        )  # a missing key or a host away from here is told before anything starts
        options = provider_options(recipe, name).model_dump(mode="json", exclude_unset=True)
        learnt = tuple(store.learnt(section.name))
        flow = flow_of(section)
        spec = WorkerSpec(section.provider, options, flow, retries=section.retries, learnt=learnt)
        for one in answers(self._requests(section.name, work, stopping), spec, plan):
            self._take(one)
            on_event(Heard(self._heard))

    def _requests(self, model: str, work: Work, stopping: Stopping) -> Iterator[Request | None]:
        """What may be asked now; None while the budget waits for what is on its way."""
        for one in pending(work, self._folder):
            request = one.request
            if request.model != model or request.key in self.fetched.failed:
                continue
            try:
                if stopping.reason:
                    raise RunStopped(stopping.reason)
                if self._meter.counting:
                    while (room := self._meter.offer(request)) is None:
                        yield None
                    self._held[request.key] = held = Held(request.key, room)
                    self._books.sending(held)
            except RunStopped as stopped:
                self.fetched.stopped = stopped
                return
            yield request

    def _take(self, one: Answered) -> None:
        held = self._held.pop(one.key, None)
        if one.response is not None:
            if held is not None:
                self._books.answered(held, one.response.usage)
            self._folder.store.put(one.request, one.response)
            self._heard += 1
        elif one.failure is not None:
            if held is not None:
                self._books.failed(held, one.failure.perhaps_billed)
            self.fetched.failed[one.key] = one.failure.error()
        for fact in one.learnt:
            self._folder.store.learn(one.request.model, fact)
