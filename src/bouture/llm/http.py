"""A model behind HTTP, in the dialect of OpenAI: `POST {base_url}/chat/completions`.

OpenAI, Mistral, vLLM, Ollama, llama.cpp, TGI and most hosts speak it. No host is contacted but the
one of `base_url` (or `proxy`): redirects are not followed, proxies and credentials of the environment are not used.
"""

import json
import os
import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, field_validator

from bouture.errors import ProviderError, RequestRefused, ServerUnreachable
from bouture.llm.messages import Request, Response, Usage
from bouture.llm.provider import whole

AGAIN = {408, 409, 425, 429}
"""Statuses below 500 after which the same request may pass later (RFC 9110, RFC 8470, RFC 6585)."""
HOPELESS = {401, 402, 404, 407}
"""Statuses that speak of the key, the account, the address or the model: the same for every request."""
_SHORTEST_KEY = 8
"""Below this many characters a key is a placeholder (`EMPTY`, `ollama`): hiding it would hide words."""


class OpenAICompatible:
    """Any server that speaks the dialect of OpenAI's chat completions.

    The key is read from the environment when the provider is made, and appears in nothing it says.

    Raises:
        ProviderError: the environment variable of the key is not set, or holds no key.
    """

    name = "openai"

    class Options(BaseModel):
        """What a recipe can say about it."""

        model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

        base_url: str = Field(
            description="up to and with the version, e.g. http://localhost:8000/v1"
        )
        key_variable: str = Field(
            "", description="NAME of the environment variable that holds the key; empty: no key"
        )
        timeout_s: float = Field(120.0, gt=0, description="seconds to wait for a whole answer")
        parameters: dict[str, Any] = Field(
            {},
            description="sent with each request for the server's own needs; what changes the "
            "answer belongs with the model's parameters",
        )
        proxy: str = Field("", description="address of an HTTP proxy; none is taken from elsewhere")

        @field_validator("base_url")
        @classmethod
        def _address(cls, value: str) -> str:
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("give the full address, e.g. http://localhost:8000/v1")
            if parts.username or parts.password:
                raise ValueError("no password in the address: use key_variable")
            return value.rstrip("/")

        @field_validator("key_variable")
        @classmethod
        def _variable(cls, value: str) -> str:
            if value and not re.fullmatch(r"[A-Z_][A-Z0-9_]*", value):
                raise ValueError(
                    "give the NAME of an environment variable (capitals, digits, _), never the key"
                )
            return value

    def __init__(self, options: Options) -> None:
        self.options = options
        self._session: aiohttp.ClientSession | None = None
        self._key = ""
        if options.key_variable:
            self._key = os.environ.get(options.key_variable, "").strip()
            if not self._key:
                raise ProviderError(
                    f"the environment variable {options.key_variable} is not set",
                    hint=f"export {options.key_variable}=… in this terminal, then run again",
                )
            if not (self._key.isascii() and self._key.isprintable()):
                raise ProviderError(
                    f"the environment variable {options.key_variable} holds what cannot be a key",
                    hint="it has a line break or an accented character: copy the key again",
                )

    async def ask(self, request: Request) -> Response:
        """Asks once; see `Provider.ask` for the errors."""
        body = {
            **self.options.parameters,
            **request.parameters,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
        }
        if request.model:
            body["model"] = request.model
        started = time.monotonic()
        try:
            async with self._open().post(
                f"{self.options.base_url}/chat/completions",
                json=body,
                allow_redirects=False,
                proxy=self.options.proxy or None,
            ) as answer:
                raw = await answer.read()
        except TimeoutError:
            raise ServerUnreachable(
                f"no answer within {self.options.timeout_s:g} s",
                hint="raise `timeout_s`, or lower `concurrency`",
            ) from None
        except aiohttp.InvalidURL:
            raise ProviderError(
                "the address of the model cannot be used", hint="correct it"
            ) from None
        except (aiohttp.ClientError, OSError) as error:
            raise ServerUnreachable(
                self._clean(
                    f"no connection to {self.options.base_url}: {error or type(error).__name__}"
                ),
                hint="see that the server runs and the address is right",
            ) from None
        said = self._clean(raw.decode("utf-8", "replace"))
        if answer.status != 200:
            raise _refusal(answer.status, said, answer.headers.get("Retry-After", ""))
        return _read(said, time.monotonic() - started)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        """One session for all requests, opened by the first; the client bounds how many at once."""
        if self._session is None:
            headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
            self._session = aiohttp.ClientSession(
                headers={"User-Agent": "bouture", **headers},
                timeout=aiohttp.ClientTimeout(total=self.options.timeout_s),
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    def _clean(self, text: str) -> str:
        """Without the key, should a server repeat it."""
        return text.replace(self._key, "[key]") if len(self._key) >= _SHORTEST_KEY else text


def _read(said: str, seconds: float) -> Response:
    """The answer in a body of the dialect; anything else is worth asking again."""
    try:
        body = json.loads(said)
        choice = body["choices"][0]
        message = choice["message"]
        text = _text(message.get("content") or message.get("refusal"))
        finish = choice.get("finish_reason") or "stop"
        usage = body.get("usage") or {}
        counts = Usage(
            int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0)
        )
        model = str(body.get("model") or "")
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise ServerUnreachable(
            f"the server's answer is not a chat completion: {_short(said)}",
            hint="see that `base_url` points to an OpenAI-compatible server",
        ) from None
    if finish == "content_filter":
        raise RequestRefused("the server's content filter stopped the answer")
    return Response(whole(text), str(finish), counts, whole(model), round(seconds, 3))


def _text(content: Any) -> str:
    """`content` is a string, null, or a list of parts of which those of type `text` are the answer."""
    if isinstance(content, list):
        return "".join(part["text"] for part in content if part.get("type") == "text")
    if content is not None and not isinstance(content, str):
        raise TypeError
    return content or ""


def _refusal(status: int, said: str, retry_after: str) -> ProviderError:
    message = f"the server answered {status}: {_message(said)}"
    if status in AGAIN or status >= 500:
        error = ServerUnreachable(message, hint="the server is overloaded or ill: run again later")
        error.retry_after = seconds_to_wait(retry_after, datetime.now(UTC))
        return error
    if status < 400:
        return ProviderError(message, hint="redirects are not followed: give the final `base_url`")
    if status in HOPELESS:
        return ProviderError(
            message, hint="correct `base_url`, the model's name or the key; run again"
        )
    return RequestRefused(
        message, hint="asking again is useless as long as the request is the same"
    )


def _message(said: str) -> str:
    """What a server says of an error, in the several forms of the dialect."""
    try:
        body = json.loads(said)
    except (ValueError, RecursionError):
        return _short(said)
    for key in ("error", "message", "detail"):
        if isinstance(body, dict) and body.get(key):
            body = body[key]
    return _short(body if isinstance(body, str) else json.dumps(body, ensure_ascii=False))


def _short(text: str, longest: int = 300) -> str:
    line = " ".join(whole(text).split()) or "(nothing)"
    return line if len(line) <= longest else line[: longest - 1] + "…"


def seconds_to_wait(retry_after: str, now: datetime) -> float | None:
    """A `Retry-After` header as seconds from `now`: a number of seconds or an HTTP date (RFC 9110, 10.2.3).

    Returns:
        None when the header is empty or cannot be read; never negative.
    """
    value = retry_after.strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max(0.0, (date - now).total_seconds())
