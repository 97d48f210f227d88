"""A server that fails as it is told, and a whole run against it: documents tagged, sent, answered and read back."""

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from bouture.augment.folder import RunFolder, read_outcomes
from bouture.augment.loop import run
from bouture.augment.outcome import Outcome
from bouture.augment.summary import Summary
from bouture.augment.talk import Work
from bouture.corpus.document import Document, Entity, Span
from bouture.corpus.markup import to_markup
from bouture.corpus.markup_reader import read_markup
from bouture.llm.client import Client, Patience
from bouture.llm.http.openai import OpenAICompatible
from bouture.llm.messages import Message, Request
from bouture.strategies.dialogue import Declined, Dialogue
from bouture.strategies.planning import plan_jobs
from llm.fake_server import FakeServer, Step

Faults = Callable[[dict[str, Any]], Step]
"""The body of a request -> how it fails; None: it is answered."""


class FaultyServer(FakeServer):
    """Fails where `faults` says so; repeats the question everywhere else."""

    def __init__(self, faults: Faults = lambda body: None) -> None:
        super().__init__()
        self.faults = faults
        self.failed = 0

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        return self

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        step = self.faults(body)
        if step is None:
            return await super()._answer(request)
        self.failed += 1
        self.bodies.append(body)
        return await step(request)


class Repeat:
    """Asks for the tagged text as it is, and reads the answer as every strategy does."""

    name = "repeat"

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        response = yield Request((Message("user", to_markup(document)),), "fake")
        reading = read_markup(
            response.text, id=document.id, schema=None, finish_reason=response.finish_reason
        )
        if reading.document is None:
            raise Declined(*reading.issues, answer=response.text)
        return [reading.document]


def source(number: int) -> Document:
    """Document number `number`, with one mention."""
    text = f"Le rapport numéro {number} parle de Kiev."
    return Document(
        f"d{number:04}", text, (Entity("E1", "LIEU", (Span(len(text) - 5, len(text) - 1),)),)
    )


def number_of(body: Mapping[str, Any]) -> int:
    """The number of the document that a request asks for."""
    return int(str(body["messages"][-1]["content"]).split()[3])


async def repeat(folder: Path, server: FakeServer, sources: int, **given: Any) -> Summary:
    """The whole run.

    Args:
        given: `concurrency` and `retries` of the client; the rest are options of the provider.
    """
    concurrency, retries = given.pop("concurrency", 4), given.pop("retries", 3)
    documents = [source(number) for number in range(sources)]
    provider = OpenAICompatible(
        OpenAICompatible.Options(base_url=server.base_url, **{"timeout_s": 5, **given})
    )
    with RunFolder(folder, "seed: 5\n", "five") as opened:
        client = Client(
            provider,
            opened.store,
            concurrency=concurrency,
            retries=retries,
            patience=Patience(first_s=0.001, rng=random.Random(1)),
        )
        work = Work(
            sources={document.id: document for document in documents},
            jobs=plan_jobs([document.id for document in documents], [("repeat", 1)]),
            strategies={"repeat": Repeat()},
            client=client,
        )
        try:
            return await run(work, opened)
        finally:
            await client.close()


def by_source(folder: Path) -> dict[str, Outcome]:
    """The one outcome of each document."""
    found = list(read_outcomes(folder))
    outcomes = {outcome.source: outcome for outcome in found}
    assert len(outcomes) == len(found)
    return outcomes
