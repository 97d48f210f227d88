"""What a line of a batch's results says, in any of the dialects: an answer, a failure, or nothing that can be used.

OpenAI and vLLM, in the file of results and in the file of errors: `{"id", "custom_id", "response": {"status_code",
"request_id", "body"}, "error"}`; Mistral the same. bouture: the lines of `bouture.llm.recorded`. Sources: see
`bouture.llm.batch.files`. Every line is data: it is decoded as JSON and nothing in it is run, looked up or filled in.
"""

import json
from typing import Any, TypeAlias

import msgspec

from bouture.errors import RequestRefused, ServerUnreachable
from bouture.llm.batch.files import digest
from bouture.llm.batch.lines import Refusal
from bouture.llm.http.keys import Key
from bouture.llm.http.reading import read
from bouture.llm.messages import Request, Response
from bouture.llm.provider import whole
from bouture.llm.recorded import BadAnswer, answer_of, is_key

CODES = (
    "expired",
    "cancelled",
    "rate_limit",
    "content_filter",
    "too_long",
    "server_error",
    "refused",
    "unanswered",
    "other",
)
"""Why a request has no answer: `unanswered` is an exported request that came back as it was."""

MOST_PARTS = 2_000_000
"""Brackets, braces and commas in one line, those of the text included: each costs memory when it is decoded."""

_NO_KEY = Key("")
_SIGNS = (
    ("expired", ("expired", "timeout_exceeded")),
    ("cancelled", ("cancel",)),
    ("content_filter", ("content_filter", "content_policy", "moderation")),
    ("too_long", ("context_length", "string_above_max_length", "maximum context")),
    ("rate_limit", ("rate_limit", "rate limit", "too many requests", "quota")),
    ("server_error", ("server_error", "internal", "overloaded", "unavailable")),
)
"""Words in the code, type or message of an error, tried in this order."""


class Answered(msgspec.Struct, frozen=True):
    """An answer."""

    key: str
    response: Response
    request: Request | None = None
    """When the line carries it; it has the key."""
    echo: str = ""
    """Digest of the body, when the line repeats the one it was sent (see `bouture.llm.batch.files.digest`)."""


class Failed(msgspec.Struct, frozen=True):
    """A request that the provider did not answer."""

    key: str
    code: str
    """One of `CODES`."""
    message: str = ""


Line: TypeAlias = Answered | Failed | Refusal
"""A Refusal has the code `altered`, or says why the line cannot be read."""


def read_line(line: bytes) -> Line:
    """What one line says; never raises for what is in it."""
    if sum(map(line.count, (b"[", b"{", b","))) > MOST_PARTS:
        return Refusal("too_many_parts", f"the line has more than {MOST_PARTS:,} parts")
    try:
        value = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        return Refusal("not_utf8", "the line is not UTF-8 text")
    except RecursionError:
        return Refusal("too_deep", "the JSON is nested too deeply")
    except ValueError:
        said = "this is HTML, not JSON" if line.lstrip()[:1] == b"<" else "the line is not JSON"
        return Refusal("not_json", said)
    if not isinstance(value, dict):
        return Refusal("not_an_answer", "the line is not a JSON object")
    try:
        return _provider_line(value) if "custom_id" in value else _own_line(value)
    except RecursionError:
        return Refusal("too_deep", "the JSON is nested too deeply")


def _own_line(value: dict[str, Any]) -> Line:
    key = value.get("key")
    if is_key(key) and value.get("text") is None and "messages" in value:
        return Failed(str(key), "unanswered", "an exported request without a `text`")
    try:
        answer = answer_of(value)
        return Answered(answer.key, answer.response, answer.request)
    except BadAnswer as bad:
        return Refusal("altered" if bad.altered else "not_an_answer", bad.message, bad.key)


def _provider_line(value: dict[str, Any]) -> Line:
    key = value["custom_id"]
    if not is_key(key):
        return Refusal("not_an_answer", "`custom_id` is not the key of a request")
    response, error, echo = value.get("response"), value.get("error"), value.get("body")
    if response is None and not error:
        return Failed(key, "unanswered", "an exported request, not an answer")
    if not isinstance(response, dict):
        return Failed(key, *_why(None, error))
    status, body = response.get("status_code"), response.get("body", response)
    if error or (isinstance(status, int) and status != 200):
        return Failed(key, *_why(status, error or body))
    found = _completion(key, body)
    if isinstance(found, Answered) and isinstance(echo, dict):
        return msgspec.structs.replace(found, echo=digest(echo))
    return found


def _completion(key: str, body: Any) -> Answered | Failed | Refusal:
    """The answer in the body of a response, read as if it had come over HTTP."""
    try:
        return Answered(key, read(json.dumps(body).encode(), _NO_KEY, 0.0))
    except RequestRefused as error:
        return Failed(key, "content_filter", error.message)
    except ServerUnreachable as error:
        if isinstance(body, dict) and body.get("choices"):
            return Failed(key, "server_error", error.message)
        return Refusal("not_an_answer", error.message, key)


def _why(status: Any, error: Any) -> tuple[str, str]:
    """One of `CODES`, and the words of the provider, shortened."""
    said = _words(error)
    for code, signs in _SIGNS:
        if any(sign in said.lower() for sign in signs):
            return code, said
    if status == 429:
        return "rate_limit", said
    if isinstance(status, int) and status >= 400:
        return ("server_error" if status >= 500 else "refused"), said
    return "other", said


def _words(error: Any, longest: int = 300) -> str:
    """Code, type and message of an error in the several forms it has."""
    while isinstance(error, dict) and isinstance(error.get("error"), dict):
        error = error["error"]
    if isinstance(error, dict):
        parts = [error.get(name) for name in ("code", "type", "message", "detail")]
        error = " ".join(str(part) for part in parts if part)
    return whole(str(error or ""))[:longest]
