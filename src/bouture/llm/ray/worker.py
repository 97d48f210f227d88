"""What runs inside a Ray worker: a batch of requests in, a batch of answers out, through one lane to a model.

A pure map: a worker knows no store, no budget and no Document. It reads the key from its own environment;
what travels to it names the variable only.
"""

import asyncio
import random
from typing import Any

import msgspec

from bouture.errors import (
    AnswerMissing,
    ProviderError,
    RequestRefused,
    ServerUnreachable,
)
from bouture.llm.catalog import PROVIDERS
from bouture.llm.flow.lane import Flow, Lane
from bouture.llm.flow.patience import Patience
from bouture.llm.messages import Request, Response
from bouture.llm.provider import Learning, Learnt, Provider

HOPELESS = "hopeless"
"""The kind of a failure that concerns every request."""


class WorkerSpec(msgspec.Struct, frozen=True):
    """How a worker makes its provider; it travels to other machines and holds no key."""

    provider: str
    """Name in the catalogue of providers."""
    options: dict[str, Any] = {}
    """As in a recipe: what `Options` of the provider takes (time-outs are among them)."""
    flow: Flow = Flow()
    """Limits of ONE worker: see `shared`."""
    patience: Patience = Patience()
    retries: int = 5
    learnt: tuple[Learnt, ...] = ()
    """What earlier runs have learnt of the server."""

    def shared(self, workers: int) -> "WorkerSpec":
        """The same with its limits a minute divided among this many workers, rounded down, at least 1."""

        def part(limit: int | None) -> int | None:
            return None if limit is None else max(1, limit // workers)

        flow = msgspec.structs.replace(
            self.flow,
            requests_per_minute=part(self.flow.requests_per_minute),
            tokens_per_minute=part(self.flow.tokens_per_minute),
        )
        return msgspec.structs.replace(self, flow=flow)


class Failure(msgspec.Struct, frozen=True):
    """An error on its way from a worker to the driver."""

    kind: str
    """`unreachable`, `refused`, `missing`; `hopeless`: it concerns every request."""
    message: str
    hint: str = ""
    filtered: bool = False
    perhaps_billed: bool = False

    @classmethod
    def of(cls, error: ProviderError) -> "Failure":
        kinds = (
            (ServerUnreachable, "unreachable"),
            (RequestRefused, "refused"),
            (AnswerMissing, "missing"),
        )
        kind = next((name for kind, name in kinds if isinstance(error, kind)), HOPELESS)
        return cls(
            kind,
            error.message,
            error.hint,
            getattr(error, "filtered", False),
            getattr(error, "perhaps_billed", False),
        )

    def error(self) -> ProviderError:
        """The same error, to be raised on this side."""
        if self.kind == "unreachable":
            unreachable = ServerUnreachable(self.message, hint=self.hint)
            unreachable.perhaps_billed = self.perhaps_billed
            return unreachable
        if self.kind == "refused":
            refused = RequestRefused(self.message, hint=self.hint)
            refused.filtered = self.filtered
            return refused
        kind = AnswerMissing if self.kind == "missing" else ProviderError
        return kind(self.message, hint=self.hint)


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one request of a batch."""

    position: int
    """In the batch, from 0."""
    response: Response | None = None
    failure: Failure | None = None
    learnt: tuple[Learnt, ...] = ()
    """News of the server, with the first answer after they were learnt."""
    retries: int = 0
    """Tries after the first that the worker made since its last answer."""


class Asker:
    """Asks the requests of a batch at once; one lane, and one event loop, as long as the worker lives.

    An error that concerns every request is answered to all that follow, without asking.
    """

    def __init__(self, spec: WorkerSpec) -> None:
        self._spec = spec
        self._lane: Lane | None = None
        self._news: list[Learnt] = []
        self._told_retries = 0
        self._hopeless: Failure | None = None

    async def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        """`number` and `batch` of one row to `number` and `said` of one row."""
        requests = msgspec.json.decode(batch["batch"][0], type=list[Request])
        asked = [self._ask(position, request) for position, request in enumerate(requests)]
        said = await asyncio.gather(*asked)
        return {"number": batch["number"], "said": [msgspec.json.encode(said)]}

    async def _ask(self, position: int, request: Request) -> Said:
        if self._hopeless is not None:
            return Said(position, failure=self._hopeless)
        try:
            if self._lane is None:
                self._lane = self._open()
            response = await self._lane.ask(request)
        except ProviderError as error:
            failure = Failure.of(error)
            if failure.kind == HOPELESS:
                self._hopeless = failure
            return self._tell(Said(position, failure=failure))
        return self._tell(Said(position, response))

    def _open(self) -> Lane:
        spec = self._spec
        kind = PROVIDERS.load(spec.provider)
        provider: Provider = kind(kind.Options.model_validate(spec.options))
        if isinstance(provider, Learning):
            provider.remember(spec.learnt)
            provider.on_learnt = self._news.append
        # Its own generator: workers that waited the same time would come back at the same time.
        patience = msgspec.structs.replace(spec.patience, rng=random.Random())
        return Lane(provider, spec.flow, patience, spec.retries)

    def _tell(self, said: Said) -> Said:
        """The same, with what happened since the last answer."""
        retries = self._lane.stats.retries if self._lane else 0
        news, self._news[:] = tuple(self._news), ()
        new, self._told_retries = retries - self._told_retries, retries
        return msgspec.structs.replace(said, learnt=news, retries=new)
