"""A server in a process of its own that repeats each question after a while, and counts how often each came.

    python counting_server.py SECONDS [KEY]

It prints its port, then the counts as JSON when its standard input ends. With KEY, other keys get a
401. A question that begins with `refuse` gets a 400.
"""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiohttp import web


async def serve(seconds: float, key: str) -> None:
    """Until the standard input ends."""
    asked: Counter[str] = Counter()

    async def answer(request: web.Request) -> web.StreamResponse:
        question = (await request.json())["messages"][-1]["content"]
        asked[question] += 1
        if key and request.headers.get("Authorization") != f"Bearer {key}":
            return web.json_response({"error": {"message": "wrong key"}}, status=401)
        if question.startswith("refuse"):
            return web.json_response({"error": {"message": "not this"}}, status=400)
        await asyncio.sleep(seconds)
        choice = {"message": {"content": question}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 3, "completion_tokens": 2}
        return web.json_response({"model": "m-1", "choices": [choice], "usage": usage})

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    sys.stdout.write(json.dumps(asked))
    await runner.cleanup()


class Counting:
    """A server that runs; `asked` ends it."""

    def __init__(self, seconds: float, key: str) -> None:
        command = [sys.executable, str(Path(__file__)), str(seconds), key]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.base_url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/v1"

    def asked(self) -> "Counter[str]":
        """How often each question came."""
        said, _ = self.process.communicate(timeout=10)
        return Counter(json.loads(said))


@contextmanager
def counting(seconds: float = 0.0, key: str = "") -> Iterator[Counting]:
    """A server, ended in any case."""
    server = Counting(seconds, key)
    try:
        yield server
    finally:
        server.process.kill()
        server.process.wait()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]), sys.argv[2]))
