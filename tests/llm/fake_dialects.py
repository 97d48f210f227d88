"""The strictness of real servers, as functions of a body: a status and the words they use, or None.

The words are those of the servers: OpenAI (issues quoted in docs/providers.md), Mistral
(mistralai/platform-docs-public issue 7, and later forms), TGI (axum's rejection of a body), vLLM.
"""

import json
from collections.abc import Callable, Collection
from typing import Any

COMMON = frozenset({"messages", "model", "temperature", "top_p", "stop", "stream"})


def openai_reasoning(body: dict[str, Any]) -> tuple[int, str] | None:
    """A reasoning model of OpenAI: `max_completion_tokens` only, its own temperature, no log-probabilities."""
    if "max_tokens" in body:
        return _openai(
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            "max_tokens",
            "unsupported_parameter",
        )
    if body.get("temperature", 1) != 1:
        return _openai(
            f"Unsupported value: 'temperature' does not support {body['temperature']} with this "
            "model. Only the default (1) value is supported.",
            "temperature",
            "unsupported_value",
        )
    if "logprobs" in body:
        said = {"message": "You are not allowed to request logprobs from this model", "param": None}
        return 403, json.dumps({"error": {**said, "type": "invalid_request_error", "code": None}})
    return None


def _openai(message: str, param: str, code: str) -> tuple[int, str]:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return 400, json.dumps({"error": error})


def pydantic(
    takes: Collection[str], form: str = "message", status: int = 422
) -> Callable[[dict[str, Any]], tuple[int, str] | None]:
    """A server that forbids unknown fields, and tells it as `detail`, in a `message`, or as a string in it."""

    def refuse(body: dict[str, Any]) -> tuple[int, str] | None:
        detail = [
            {
                "type": "extra_forbidden",
                "loc": ["body", name],
                "msg": "Extra inputs are not permitted",
                "input": value,
            }
            for name, value in body.items()
            if name not in takes
        ]
        if not detail:
            return None
        forms: dict[str, dict[str, Any]] = {
            "detail": {"detail": detail},
            "message": {"object": "error", "message": {"detail": detail}, "param": None},
            "string": {"object": "error", "message": json.dumps({"detail": detail})},
            "python": {
                "object": "error",
                "message": str([{**d, "loc": ("body", d["loc"][1])} for d in detail]),
            },
        }
        return status, json.dumps(forms[form])

    return refuse


mistral = pydantic(
    COMMON
    | {"max_tokens", "random_seed", "response_format", "presence_penalty", "frequency_penalty"}
)
"""Mistral's service."""


def tgi(body: dict[str, Any]) -> tuple[int, str] | None:
    """TGI: its own form of `response_format`, `stop` as a list; unknown fields are let through."""
    wanted = body.get("response_format")
    what = ""
    if wanted is not None and wanted.get("type") not in ("json", "regex"):
        what = f"response_format: unknown variant `{wanted.get('type')}`"
    elif wanted is not None and "value" not in wanted:
        what = "response_format: missing field `value`"
    elif isinstance(body.get("stop"), str):
        what = "stop: invalid type: string, expected a sequence"
    if not what:
        return None
    return (
        422,
        f"Failed to deserialize the JSON body into the target type: {what} at line 1 column 90",
    )


def no_schema(body: dict[str, Any]) -> tuple[int, str] | None:
    """A host that only knows `json_object`."""
    if (body.get("response_format") or {}).get("type") == "json_schema":
        return _openai(
            "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this "
            "model.",
            "response_format",
            "",
        )
    return None


def no_format(body: dict[str, Any]) -> tuple[int, str] | None:
    """A host that constrains nothing."""
    if "response_format" in body:
        return 400, json.dumps(
            {"error": {"message": "This response_format type is unavailable now"}}
        )
    return None
