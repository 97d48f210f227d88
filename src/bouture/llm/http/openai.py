"""A model behind HTTP, in the dialect of OpenAI: `POST {base_url}/chat/completions`.

OpenAI, Mistral, vLLM, Ollama, llama.cpp, TGI and most hosts speak it; `servers` has one provider for each.
No host is contacted but the one of `base_url` (or `proxy`): redirects are not followed, proxies and
credentials of the environment are not used.
"""

import difflib
import time
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import Field
from yarl import URL

from bouture.errors import ProviderError
from bouture.llm.http.context import context_in, surely_too_long
from bouture.llm.http.failures import Spoken, Where, failure, unknown_model
from bouture.llm.http.keys import Key
from bouture.llm.http.options import HttpOptions
from bouture.llm.http.reading import read
from bouture.llm.http.refusals import STATUSES, facts_in, parsed, short
from bouture.llm.http.transport import Answer, Transport
from bouture.llm.http.wire import Dialect, Sent, Wire
from bouture.llm.messages import Request, Response
from bouture.llm.provider import Learnt

OPENAI = "https://api.openai.com/v1"
_MOST_STEPS = 12
"""Times one request is sent again without what the server refuses."""
_ASIDE_S = 5.0
"""Seconds for questions beside the point: which models, which context."""
_MOST_NAMES = 8

PLAIN = Dialect()
"""What every server of the family understands."""


class OpenAICompatible:
    """Any server that speaks the dialect of OpenAI's chat completions.

    Without `base_url` it is OpenAI itself: the key is then read from `OPENAI_API_KEY`, and `max_tokens` is
    sent as `max_completion_tokens`. With another address nothing is assumed. What the server refuses is left
    out, or sent under its other name, from then on.

    The key is read from the environment when the provider is made, and appears in nothing it says.

    Raises:
        ProviderError: the environment variable of the key is not set, or holds no key; or the address is
            not on this machine while `offline`.
    """

    name = "openai"
    dialect = Dialect(
        home="api.openai.com",
        key_variable="OPENAI_API_KEY",
        names={"max_tokens": "max_completion_tokens"},
    )
    elsewhere = PLAIN
    """The dialect with another address than `dialect.home`."""

    class Options(HttpOptions):
        """What a recipe can say about it."""

        base_url: str = Field(
            OPENAI, description="up to and with the version, e.g. http://localhost:8000/v1"
        )

    def __init__(self, options: HttpOptions) -> None:
        self.options = options
        self.on_learnt: Callable[[Learnt], None] = lambda _: None
        dialect, variable = self.dialect, options.key_variable
        if dialect.home and not _at(dialect.home, options.address.hostname or ""):
            dialect = self.elsewhere
        elif dialect.home and options.address.scheme == "https":
            variable = variable or dialect.key_variable
        self._key = Key(variable)
        self._dialect = dialect
        self._wire = Wire(dialect, options.parameters)
        self._transport = Transport(options, self._key)
        self._url = _url(options.base_url, "/chat/completions")
        self._answered = False
        self._context: int | None = options.context
        self._context_known = options.context is not None or not dialect.context_at
        self._models: tuple[str, ...] | None = None

    @property
    def contacts(self) -> tuple[str, ...]:
        """The host of `base_url`, and that of `proxy` when there is one."""
        return self.options.contacts

    def remember(self, facts: Sequence[Learnt]) -> None:
        """Takes over what was learnt before, without calling `on_learnt`."""
        self._wire.remember(facts)

    async def ask(self, request: Request) -> Response:
        """Asks once; see `Provider.ask` for the errors. What the server refuses to take costs no retry."""
        if not self._context_known and not self._dialect.context_late:
            await self._learn_context(request.model)
        if self._context is not None:
            surely_too_long(request, self._context)
        for step in range(_MOST_STEPS):
            body, sent = self._wire.body(request)
            started = time.monotonic()
            answer = await self._transport.send("POST", self._url, body)
            if answer.status == 200:
                response = read(answer.raw, self._key, time.monotonic() - started)
                self._answered = True
                if not self._context_known:
                    await self._learn_context(request.model)
                return response
            spoken = self._spoken(answer)
            if step == _MOST_STEPS - 1 or not self._learn(spoken, sent):
                break
        raise await self._failure(spoken, request.model)

    async def close(self) -> None:
        """Lets go of connections."""
        await self._transport.close()

    def _learn(self, spoken: Spoken, sent: Sent) -> bool:
        """Whether the refusal names something to leave out or rename: then asking again helps."""
        if spoken.status not in STATUSES:
            return False
        facts = facts_in(spoken.said, sent, self._key.clean)
        for fact in self._wire.learn(facts, sent):
            self.on_learnt(fact)
        return bool(facts)

    def _spoken(self, answer: Answer) -> Spoken:
        said = self._key.clean(answer.raw[:100_000].decode("utf-8", "replace"))
        return Spoken(answer.status, said, answer.retry_after, answer.date)

    async def _failure(self, spoken: Spoken, model: str) -> ProviderError:
        where = Where(self.options.base_url, self._key.variable, self._answered, self._key.clean)
        error = failure(spoken, where)
        if type(error) is ProviderError and unknown_model(spoken):
            names = await self._names()
            near = difflib.get_close_matches(model, names, n=_MOST_NAMES, cutoff=0.3)
            listed = list(dict.fromkeys([*near, *names]))
            more = ", …" if len(listed) > _MOST_NAMES else ""
            if listed:
                error.hint = f"the server has {', '.join(listed[:_MOST_NAMES])}{more}"
        return error

    async def _names(self) -> tuple[str, ...]:
        """The models the server has, when it says so: asked once."""
        if self._models is None:
            body = await self._aside("/models")
            listed = body.get("data") if isinstance(body, dict) else body
            names = [one.get("id") for one in listed or () if isinstance(one, dict)]
            self._models = tuple(short(self._key.clean(n), 80) for n in names if isinstance(n, str))
        return self._models

    async def _learn_context(self, model: str) -> None:
        self._context_known = True
        if self._dialect.context_at:
            body = await self._aside(self._dialect.context_at)
            self._context = context_in(body, self._dialect.context_key, model)

    async def _aside(self, path: str) -> Any:
        """What the server says elsewhere, as JSON; None when it does not."""
        root = self.options.base_url
        if path != "/models":
            root = root.removesuffix("/v1")
        try:
            answer = await self._transport.send("GET", _url(root, path), None, _ASIDE_S)
        except ProviderError:
            return None
        said = answer.raw[:1_000_000].decode("utf-8", "replace")
        return parsed(said) if answer.status == 200 else None


def _at(home: str, host: str) -> bool:
    """Whether a host is the provider's own, or one of its regions (eu.api.openai.com)."""
    return host == home or host.endswith(f".{home}")


def _url(root: str, path: str) -> URL:
    try:
        return URL(root + path)
    except ValueError:
        pass
    raise ProviderError("the address of the model cannot be used", hint="correct `base_url`")
