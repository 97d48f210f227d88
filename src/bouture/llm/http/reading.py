"""From the bytes of a server's answer to a `Response`, or to an error: an answer is data, never trusted."""

import json
import math
from typing import Any

import msgspec

from bouture.errors import RequestRefused, ServerUnreachable
from bouture.llm.http.keys import Key
from bouture.llm.http.refusals import message, short
from bouture.llm.messages import Response, Usage
from bouture.llm.provider import whole

_FINISHES = {
    "model_length": "length",
    "max_tokens": "length",
    "eos_token": "stop",
    "stop_sequence": "stop",
}
"""Words for the end of an answer that mean the same: Mistral's and TGI's, and those of OpenAI."""
_BROKEN = frozenset({"error", "abort"})
"""The server gave up in the middle (Mistral, vLLM)."""
_LEAST_LOGPROB = -9999.0
"""Stands for minus infinity, which JSON cannot hold; the bound that vLLM uses."""
_MOST_TOKENS = 2**53


class _Message(msgspec.Struct):
    content: Any = None
    refusal: Any = None
    tool_calls: Any = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None
    logprobs: Any = None


class _Usage(msgspec.Struct):
    prompt_tokens: Any = 0
    completion_tokens: Any = 0


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    usage: _Usage | None = None
    model: str | None = None


def read(raw: bytes, key: Key, seconds: float) -> Response:
    """The answer in a body of the dialect.

    Args:
        raw: the body, unpacked.
        key: cleaned out of everything that is returned or said.
        seconds: wall time of the answer.

    Raises:
        ServerUnreachable: it is no chat completion; asking again may help.
        RequestRefused: the provider's content filter stopped the answer.
    """
    try:
        answer = _decoded(raw)
        choice = answer.choices[0]
        text = _text(choice.message)
        usage = answer.usage or _Usage()
        counts = Usage(_tokens(usage.prompt_tokens), _tokens(usage.completion_tokens))
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        answer = None
    if answer is None:  # raised here so that no other exception travels along
        raise unreadable(raw[:20_000].decode("utf-8", "replace"), key)
    finish = choice.finish_reason or ("tool_calls" if choice.message.tool_calls else "stop")
    finish = _FINISHES.get(finish, finish)
    if finish == "content_filter":
        raise filtered("the server's content filter stopped the answer")
    if finish in _BROKEN:
        raise _lost(f"the server gave up in the middle of the answer ({finish})")
    said = key.clean(whole(text))
    return Response(
        said,
        key.clean(short(finish, 40)),
        counts,
        key.clean(short(answer.model, 200)) if answer.model else "",
        round(seconds, 3),
        logprobs(choice.logprobs) if choice.logprobs and said == text else (),
    )


def _decoded(raw: bytes) -> _Completion:
    try:
        return msgspec.json.decode(raw, type=_Completion)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        # Half a character, escaped, or NaN: the standard library reads what msgspec does not.
        return msgspec.convert(json.loads(raw.decode("utf-8-sig")), _Completion)


def _text(said: _Message) -> str:
    """`content` is a string, null, or a list of parts of which those of type `text` are the answer."""
    content = said.content or said.refusal
    if isinstance(content, list):
        return "".join(str(part["text"]) for part in content if part.get("type") == "text")
    if content is not None and not isinstance(content, str):
        raise TypeError
    return content or ""


def _tokens(value: Any) -> int:
    number = int(value or 0)
    if not 0 <= number <= _MOST_TOKENS:
        raise ValueError
    return number


def logprobs(found: Any) -> tuple[tuple[str, float], ...]:
    """Tokens with their natural log-probabilities, from the forms that servers give.

    OpenAI, Mistral, vLLM, Ollama, TGI and llama.cpp: `{"content": [{"token", "logprob"}]}`; older servers:
    `{"tokens": […], "token_logprobs": […]}`. Minus infinity becomes -9999.

    Returns:
        Empty when one of them is missing or is no number: half a list would mislead.
    """
    try:
        if found.get("content") is not None:
            pairs = [(one["token"], one["logprob"]) for one in found["content"]]
        else:
            pairs = list(zip(found["tokens"], found["token_logprobs"], strict=True))
        made = tuple((whole(token), max(float(value), _LEAST_LOGPROB)) for token, value in pairs)
    except (ValueError, LookupError, TypeError, AttributeError):
        return ()
    return () if any(math.isnan(value) for _, value in made) else made


def unreadable(said: str, key: Key) -> ServerUnreachable:
    """An answer with status 200 that is no chat completion."""
    words = short(key.clean(message(key.clean(said))))
    error = _lost(f"the server's answer is not a chat completion: {words}")
    error.hint = "see that `base_url` points to an OpenAI-compatible server"
    return error


def filtered(what: str) -> RequestRefused:
    """The provider's content filter refuses one request."""
    error = RequestRefused(what, hint="reword what is asked, or ask another model")
    error.filtered = True
    return error


def _lost(what: str) -> ServerUnreachable:
    error = ServerUnreachable(what, hint="run again later")
    error.perhaps_billed = True
    return error
