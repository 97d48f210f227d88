"""A run on Ray makes the documents of a run in one process, and goes on where it was stopped."""

import importlib.util
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from bouture.augment.folder import RunFolder
from bouture.augment.loop import run
from bouture.augment.rounds import pending
from bouture.augment.talk import Work
from bouture.corpus.document import Document, Origin
from bouture.corpus.issue import Issue, Severity, Wording
from bouture.llm.client import Client
from bouture.llm.flow.lane import Flow
from bouture.llm.http.openai import OpenAICompatible
from bouture.llm.messages import Message, Request
from bouture.llm.ray.answers import answers
from bouture.llm.ray.session import RayPlan, on_ray
from bouture.llm.ray.worker import WorkerSpec
from bouture.llm.recorded import Recorded
from bouture.strategies.dialogue import Dialogue
from bouture.strategies.planning import plan_jobs
from llm.counting_server import counting

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("ray") is None,
        reason='Ray is not installed: pip install "bouture[ray]"',
    ),
]
JOBS = 60
SEEN = Wording("seen before", "déjà vu")


class TwoTurns:
    """Asks, and asks again about the answer."""

    name = "two_turns"

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        first = yield Request((Message("user", f"{document.text} {rng.random():.6f}"),), "m")
        second = yield Request((Message("user", f"again: {first.text[:12]}"),), "m")
        return [Document("x", second.text, origin=Origin(self.name))]


class Unseen:
    """A check with a memory: what it says depends on the order of the documents."""

    name = "unseen"
    thresholds: dict[str, float] = {}

    def __init__(self) -> None:
        self.texts: set[str] = set()

    def __call__(self, document: Document) -> list[Issue]:
        seen = document.text in self.texts
        return [Issue.of("D01", Severity.REJECT, SEEN)] if seen else []

    def kept(self, document: Document) -> None:
        self.texts.add(document.text)


def work(client: Client) -> Work:
    # Sources come in pairs that begin alike, so that second questions are asked twice.
    sources = {f"d{n}": Document(f"d{n}", f"question {n // 2:03}") for n in range(JOBS)}
    jobs = plan_jobs(list(sources), [("two_turns", 1)])
    return Work(sources, jobs, {"two_turns": TwoTurns()}, checks=(Unseen(),), client=client)


async def in_one_process(base_url: str, folder: Path) -> None:
    provider = OpenAICompatible(OpenAICompatible.Options(base_url=base_url))
    with RunFolder(folder) as opened:
        client = Client(provider, opened.store, flow=Flow(most=7))
        await run(work(client), opened)
        await client.close()


def rounds(planned: Work, folder: RunFolder, base_url: str) -> Iterator[int]:
    """Asks what is pending until nothing is; yields how many answers each round brought."""
    plan, spec = RayPlan(batch=4, concurrency=8), WorkerSpec("openai", {"base_url": base_url})
    while True:
        heard = 0
        for one in answers((p.request for p in pending(planned, folder)), spec, plan):
            assert one.response is not None, one.error
            folder.store.put(one.request, one.response)
            heard += 1
            yield heard
        if not heard:
            return


async def test_two_workers_make_the_documents_of_one_process_also_after_a_stop(
    tmp_path: Path,
) -> None:
    with counting(0.005) as server:
        await in_one_process(server.base_url, tmp_path / "one")
        alone = server.asked()
    with counting(0.005) as server, on_ray(RayPlan()):
        with RunFolder(tmp_path / "ray") as opened:
            client = Client(Recorded(Recorded.Options()), opened.store)
            assert len(list(islice(rounds(work(client), opened, server.base_url), 20))) == 20
        with RunFolder(tmp_path / "ray") as opened:
            client = Client(Recorded(Recorded.Options()), opened.store)
            assert list(rounds(work(client), opened, server.base_url))
            summary = await run(work(client), opened)
        asked = server.asked()
    assert (summary.accepted, summary.rejected) == (JOBS // 2, JOBS // 2)
    for name in ("accepted.jsonl", "rejected.jsonl"):
        assert (tmp_path / "ray" / name).read_bytes() == (tmp_path / "one" / name).read_bytes()
    assert asked.keys() == alone.keys()
    # The stop cost what was on its way, and nothing that was stored.
    assert sum(asked.values()) - sum(alone.values()) <= RayPlan(batch=4, concurrency=8).ahead * 4
