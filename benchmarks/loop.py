"""What bouture itself costs: client CPU for a request, jobs a second without a model, and going on after a stop.

python benchmarks/loop.py [--requests 2000] [--jobs 10000]
"""

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bouture.augment.folder import RunFolder
from bouture.augment.loop import run
from bouture.augment.talk import Work
from bouture.corpus.document import Document, Entity, Origin, Span
from bouture.llm.client import Client
from bouture.llm.http.openai import OpenAICompatible
from bouture.llm.messages import Message, Request, Response, Usage
from bouture.llm.store.answers import AnswerStore
from bouture.strategies.dialogue import Dialogue
from bouture.strategies.planning import plan_jobs

SERVE = """
from aiohttp import web
async def answer(request):
    body = await request.json()
    text = body["messages"][-1]["content"]
    return web.json_response({"model": "fake", "choices": [{"message": {"content": text}}],
                              "usage": {"prompt_tokens": 9, "completion_tokens": 9}})
async def main():
    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()
import asyncio
asyncio.run(main())
"""
PROMPT = "Réécris cette brève. " * 100
TEXT = "Le président Zelensky s’est exprimé à Kiev lundi soir, selon l’agence. " * 10


class Local:
    """Shuffles words: no model."""

    name = "local"

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        words = document.text.split()
        rng.shuffle(words)
        entity = Entity("E1", "MOT", (Span(0, 2),))
        return [Document("x", " ".join(words), (entity,), origin=Origin(self.name))]
        yield


class Rewrite:
    """One question."""

    name = "rewrite"

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        messages = (Message("system", PROMPT), Message("user", f"{document.id} {document.text}"))
        response = yield Request(messages, "fake", {"temperature": 0.7})
        return [Document("x", response.text, origin=Origin(self.name))]


def work(jobs: int, name: str, client: Client | None = None) -> Work:
    sources = {f"d{n}": Document(f"d{n}", TEXT) for n in range(jobs)}
    strategies = {"local": Local(), "rewrite": Rewrite()}
    return Work(sources, plan_jobs(list(sources), [(name, 1)]), strategies, client=client)


@asynccontextmanager
async def server() -> AsyncIterator[str]:
    process = subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.terminate()
        process.wait()


async def requests(number: int, folder: Path) -> None:
    async with server() as base_url:
        for concurrency in (1, 32):
            provider = OpenAICompatible(OpenAICompatible.Options(base_url=base_url))
            with RunFolder(folder / f"http{concurrency}") as opened:
                client = Client(provider, opened.store, concurrency=concurrency)
                planned = work(number, "rewrite", client)
                wall, cpu = time.perf_counter(), time.process_time()
                await run(planned, opened)
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
                await client.close()
            print(
                f"requests, concurrency {concurrency:2}: {cpu / number * 1e3:.2f} ms client CPU and "
                f"{wall / number * 1e3:.2f} ms wall a request, whole path ({number} requests)"
            )
        provider = OpenAICompatible(OpenAICompatible.Options(base_url=base_url))
        cpu = time.process_time()
        for n in range(number):
            await provider.ask(Request((Message("system", PROMPT), Message("user", f"{n} {TEXT}"))))
        print(
            f"provider alone: {(time.process_time() - cpu) / number * 1e3:.2f} ms client CPU a request"
        )
        await provider.close()


async def local(jobs: int, folder: Path) -> None:
    planned = work(jobs, "local")
    with RunFolder(folder / "local") as opened:
        started = time.perf_counter()
        await run(planned, opened)
        print(
            f"local strategy: {jobs / (time.perf_counter() - started):,.0f} jobs a second ({jobs} jobs)"
        )
    started = time.perf_counter()
    with RunFolder(folder / "local") as opened:
        await run(planned, opened)
    print(f"the same again, all done: {time.perf_counter() - started:.2f} s")


def store(answers: int, folder: Path) -> None:
    path = folder / "answers.sqlite"
    with AnswerStore(path) as opened:
        started = time.perf_counter()
        keys = []
        for n in range(answers):
            request = Request((Message("system", PROMPT), Message("user", f"{n} {TEXT}")))
            keys.append(request.key)
            opened.put(request, Response(TEXT, usage=Usage(700, 300)))
        put = (time.perf_counter() - started) / answers
        started = time.perf_counter()
        for key in keys:
            opened.get(key)
        got = (time.perf_counter() - started) / answers
    started = time.perf_counter()
    AnswerStore(path).close()
    print(
        f"store: put {put * 1e6:.0f} µs, get {got * 1e6:.0f} µs, opened and checked in "
        f"{time.perf_counter() - started:.2f} s ({answers} answers, {path.stat().st_size / 1e6:.0f} MB)"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--jobs", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(requests(options.requests, Path(name)))
        asyncio.run(local(options.jobs, Path(name)))
        store(options.jobs, Path(name))
