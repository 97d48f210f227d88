"""A real OpenAI-compatible server on the loopback interface that does what a script says, and remembers what it was asked."""

import asyncio
import json
import random
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from aiohttp import web

Answering = Callable[[dict[str, Any]], str]


def echo(body: dict[str, Any]) -> str:
    """Repeats the last message."""
    return str(body["messages"][-1]["content"])


class Status:
    """Answers with an HTTP status, and a `Retry-After` header when given."""

    def __init__(self, status: int, body: str = "", retry_after: str = "") -> None:
        self.status, self.body, self.retry_after = status, body, retry_after

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        return web.Response(status=self.status, text=self.body, headers=headers)


class Body:
    """Answers 200 with these bytes, whatever they are."""

    def __init__(self, body: str) -> None:
        self.body = body

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text=self.body, content_type="application/json")


class Hang:
    """Answers too late."""

    def __init__(self, seconds: float = 5.0) -> None:
        self.seconds = seconds

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(self.seconds)
        return web.Response(text="too late")


class Cut:
    """Drops the connection in the middle of the body."""

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"choices": [')
        assert request.transport is not None
        request.transport.close()
        return response


class Redirect:
    """Sends the client elsewhere."""

    def __init__(self, location: str) -> None:
        self.location = location

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": self.location})


Step = Status | Body | Hang | Cut | Redirect | None
"""None: an ordinary answer."""


class FakeServer:
    """`async with FakeServer() as server:` then speak to `server.base_url`.

    `script` is used up first, one step a request; then every request is answered by `answering`,
    after `slow_s` seconds on average.
    """

    def __init__(self, answering: Answering = echo, slow_s: float = 0.0) -> None:
        self.answering = answering
        self.slow_s = slow_s
        self.rng = random.Random(0)
        self.script: deque[Step] = deque()
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answered: list[str] = []
        """Last messages whose answers were sent whole."""
        self.at_once = 0
        self.most_at_once = 0

    @property
    def asked(self) -> "Counter[str]":
        """How often each question (its last message) came in."""
        return Counter(body["messages"][-1]["content"] for body in self.bodies)

    async def __aenter__(self) -> "FakeServer":
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.base_url = f"http://127.0.0.1:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            step = self.script.popleft() if self.script else None
            if step is not None:
                return await step(request)
            await asyncio.sleep(self.rng.uniform(0, 2 * self.slow_s))
            self.answered.append(body["messages"][-1]["content"])
            return web.json_response(completion(self.answering(body)))
        finally:
            self.at_once -= 1


def completion(text: str, finish_reason: str = "stop") -> dict[str, Any]:
    """A whole answer in the dialect."""
    return {
        "model": "fake-1",
        "choices": [
            {"message": {"role": "assistant", "content": text}, "finish_reason": finish_reason}
        ],
        "usage": {"prompt_tokens": 7, "completion_tokens": len(text.split())},
    }


def completion_text(text: str, finish_reason: str = "stop") -> str:
    """The same as a string."""
    return json.dumps(completion(text, finish_reason))
