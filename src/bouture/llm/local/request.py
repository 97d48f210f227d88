"""What the in-process engine is asked, and how its answer is read: from `Request` to `Response`."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bouture.errors import ProviderError, RequestRefused, ServerUnreachable
from bouture.llm.messages import Request, Response, Usage
from bouture.llm.provider import whole

TAKEN = frozenset(
    [
        "temperature",
        "top_p",
        "top_k",
        "min_p",
        "max_tokens",
        "seed",
        "stop",
        "logprobs",
        "top_logprobs",
        "presence_penalty",
        "frequency_penalty",
        "repeat_penalty",
        "reasoning_effort",
        "response_format",
    ]
)
"""Parameters the engine honours; another one is an error, since it would be ignored without a word."""
NEUTRAL = {"temperature": 1.0, "top_p": 1.0, "top_k": 0, "min_p": 0.0}
"""Sampling when the request says nothing: from the model's own distribution, nothing cut off."""
KEYWORDS = frozenset(
    [
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "prefixItems",
        "minItems",
        "maxItems",
        "enum",
        "const",
        "anyOf",
        "oneOf",
        "allOf",
        "$ref",
        "$defs",
        "definitions",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "title",
        "description",
        "default",
        "examples",
        "$schema",
        "$id",
        "$comment",
        "x-guidance",
    ]
)
"""JSON Schema keywords the engine can hold to. With another one it would answer freely, without a word."""
_NAMES = frozenset({"properties", "$defs", "definitions"})
_FREE = frozenset({"enum", "const", "default", "examples", "x-guidance", "required", "type"})
_SEEDS = 2**32 - 1
"""Seeds are below this; the number itself means « any » to the engine."""
_SPACES = {"whitespace_pattern": "[ \\n\\t]{0,16}"}
"""Bounded, because a weak model can go on with spaces until its answer is cut."""


def question(request: Request) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The engine's form of a request, and the JSON schema its answer must follow.

    A request without a seed gets one from its key. The sample number is added to the seed, so that another
    sample is another answer and the same sample the same one.

    Raises:
        ProviderError: a parameter the engine does not take.
        RequestRefused: a schema it cannot hold to.
    """
    unknown = sorted(set(request.parameters) - TAKEN)
    if unknown:
        raise ProviderError(
            f"the in-process model does not take the parameter {unknown[0]!r}",
            hint=f"leave it out; known: {', '.join(sorted(TAKEN))}",
        )
    asked = {k: v for k, v in request.parameters.items() if v is not None}
    schema = _schema(asked.pop("response_format", None))
    effort = asked.pop("reasoning_effort", "none")
    body = {
        **NEUTRAL,
        **asked,
        "messages": [{"role": m.role, "content": m.content} for m in request.messages],
        "seed": _seed(request),
        "chat_template_kwargs": {
            "enable_thinking": effort not in ("none", "minimal"),
            "reasoning_effort": effort,
        },
        "stream": True,
        "stream_options": {"include_usage": True},
        "return_progress": True,
    }
    if isinstance(asked.get("stop"), str):
        body["stop"] = [asked["stop"]]
    if asked.get("logprobs"):
        body.setdefault("top_logprobs", 1)
    return body, schema


def answer(chunks: Iterable[Mapping[str, Any]], *, schema: bool, seconds: float) -> Response:
    """The answer that came in pieces.

    Raises:
        RequestRefused: too long for the context, or the engine did not hold to the schema.
        ServerUnreachable: the engine failed this time.
    """
    text, finish, usage, model = "", "stop", Usage(), ""
    logprobs: list[tuple[str, float]] = []
    for chunk in chunks:
        if "error" in chunk:
            raise _refusal(chunk["error"])
        model = chunk.get("model") or model
        counted = chunk.get("usage")
        if counted:
            usage = Usage(int(counted["prompt_tokens"]), int(counted["completion_tokens"]))
        for choice in chunk.get("choices") or ():
            text += choice["delta"].get("content") or ""
            finish = choice.get("finish_reason") or finish
            told = (choice.get("logprobs") or {}).get("content") or ()
            logprobs += [(whole(t["token"]), float(t["logprob"])) for t in told]
    if schema and finish == "stop" and not _json(text):
        raise RequestRefused(
            "the engine did not hold to the JSON schema of the request",
            hint="simplify the schema (`pattern`, `format`), or remove `stop`",
        )
    return Response(
        _spoken(whole(text)), finish, usage, whole(model), round(seconds, 3), tuple(logprobs)
    )


def grammar_schema(schema: Mapping[str, Any]) -> str:
    """The schema as JSON, with runs of spaces bounded unless it says how itself."""
    return json.dumps({"x-guidance": _SPACES, **schema})


def _seed(request: Request) -> int:
    seed = request.parameters.get("seed")
    if seed is None:
        return int(request.key[:8], 16) % _SEEDS
    return (int(seed) + request.sample) % _SEEDS


def _schema(wanted: Any) -> dict[str, Any] | None:
    kind = (wanted or {}).get("type", "text")
    if kind == "text":
        return None
    if kind == "json_object":
        return {"type": "object"}
    schema = (wanted.get("json_schema") or {}).get("schema") if kind == "json_schema" else None
    if not isinstance(schema, dict):
        raise RequestRefused(
            f"`response_format` of type {kind!r} has no schema the engine understands",
            hint="use json_schema with a `schema`, or json_object",
        )
    for keyword in _keywords(schema):
        if keyword not in KEYWORDS:
            raise RequestRefused(
                f"the engine cannot hold to the JSON Schema keyword {keyword!r}",
                hint=f"write the schema with {', '.join(sorted(KEYWORDS - {'x-guidance'}))}",
            )
    return schema


def _keywords(schema: Any) -> Iterator[str]:
    """Every keyword of a schema; names of properties and literal values are none."""
    if isinstance(schema, list):
        for part in schema:
            yield from _keywords(part)
    elif isinstance(schema, dict):
        for keyword, value in schema.items():
            yield keyword
            if keyword in _NAMES and isinstance(value, dict):
                yield from _keywords(list(value.values()))
            elif keyword not in _FREE:
                yield from _keywords(value)


def _json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _spoken(text: str) -> str:
    """Without what the model thought aloud first, as servers also leave it out."""
    thought, end, said = text.partition("</think>")
    return said.lstrip() if end and thought.lstrip().startswith("<think>") else text


def _refusal(error: Mapping[str, Any]) -> ProviderError:
    said = " ".join(whole(str(error.get("message") or error)).split())[:300]
    if error.get("type") == "exceed_context_size_error":
        return RequestRefused(
            f"the request is too long: {error.get('n_prompt_tokens')} tokens, where the context "
            f"holds {error.get('n_ctx')}",
            hint="raise `context` as far as the model allows, or ask for less at a time",
        )
    if int(error.get("code") or 500) < 500:
        return RequestRefused(f"the engine refused the request: {said}", hint="correct the request")
    return ServerUnreachable(f"the engine failed: {said}", hint="lower `batch` or `context`")
