"""A real OpenAI-compatible server on the loopback interface that does what a script says, and remembers what it was asked."""

import asyncio
import gzip
import json
import random
import ssl
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

from aiohttp import web

Answering = Callable[[dict[str, Any]], str]
Refusing = Callable[[dict[str, Any]], tuple[int, str] | None]


def echo(body: dict[str, Any]) -> str:
    """Repeats the last message."""
    return str(body["messages"][-1]["content"])


class Status:
    """Answers with an HTTP status, and a `Retry-After` header when given."""

    def __init__(self, status: int, body: str = "", retry_after: str = "", **headers: str) -> None:
        self.status, self.body, self.retry_after = status, body, retry_after
        self.headers = headers

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        headers = {"Retry-After": self.retry_after, **self.headers}
        headers = {name: value for name, value in headers.items() if value}
        return web.Response(status=self.status, text=self.body, headers=headers)


class Body:
    """Answers 200 with these bytes, whatever they are."""

    def __init__(self, body: str | bytes, **headers: str) -> None:
        self.body = body.encode() if isinstance(body, str) else body
        self.headers = headers

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        headers = {name.replace("_", "-"): value for name, value in self.headers.items()}
        return web.Response(body=self.body, content_type="application/json", headers=headers)


def gzip_bomb(megabytes: int) -> Body:
    """A small body that unpacks to as many megabytes of spaces."""
    return Body(gzip.compress(b" " * (megabytes * 1_000_000)), Content_Encoding="gzip")


class Huge:
    """A body of so many megabytes, its length declared or not; counts what could be sent."""

    def __init__(self, megabytes: int, declared: bool = True) -> None:
        self.megabytes, self.declared = megabytes, declared
        self.sent = 0

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        size = self.megabytes * 1_000_000
        response = web.StreamResponse(
            headers={"Content-Length": str(size)} if self.declared else {}
        )
        await response.prepare(request)
        while self.sent < size:
            await response.write(b" " * 100_000)
            self.sent += 100_000
        return response


class Drip:
    """A right answer, one byte at a time, with a pause after each."""

    def __init__(self, text: str, pause_s: float) -> None:
        self.text, self.pause_s = text, pause_s

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for byte in completion_text(self.text).encode():
            await response.write(bytes([byte]))
            await asyncio.sleep(self.pause_s)
        return response


class Reset:
    """Resets the connection before any answer."""

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()


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


Step = Status | Body | Huge | Drip | Reset | Hang | Cut | Redirect | None
"""None: an ordinary answer."""


class FakeServer:
    """`async with FakeServer() as server:` then speak to `server.base_url`.

    `script` is used up first, one step a request; then every request is answered by `answering`,
    after `slow_s` seconds on average, unless `refusing` gives a status and a body for it. `pages` answers GET
    requests by path.
    """

    def __init__(
        self,
        answering: Answering = echo,
        slow_s: float = 0.0,
        refusing: Refusing = lambda body: None,
        secure: ssl.SSLContext | None = None,
    ) -> None:
        self.refusing = refusing
        self.secure = secure
        self.pages: dict[str, Any] = {}
        self.visited: list[str] = []
        """Paths of GET requests."""
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
        app.router.add_get("/{path:.*}", self._page)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self.secure)
        await site.start()
        port = self._runner.addresses[0][1]
        scheme = "https" if self.secure else "http"
        self.base_url = f"{scheme}://127.0.0.1:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _page(self, request: web.Request) -> web.StreamResponse:
        self.visited.append(request.path)
        if request.path not in self.pages:
            return web.Response(status=404, text="no such page")
        return web.json_response(self.pages[request.path])

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
            if (refusal := self.refusing(body)) is not None:
                return web.Response(status=refusal[0], text=refusal[1])
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
