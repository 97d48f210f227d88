"""The most tokens a request can cost, known before it is sent."""

from collections.abc import Mapping
from typing import Any

import msgspec

from bouture.llm.messages import Request


def longest_prompt(request: Request) -> int:
    """Prompt tokens at most: a token of a byte-level vocabulary is at least one byte of UTF-8.

    16 tokens a message and 64 a request are allowed for what the chat format adds; a form of the answer
    that is asked for (`response_format`) counts as if it were part of the prompt.
    """
    total = 64
    for message in request.messages:
        text = message.content
        total += 16 + (len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass")))
    form = request.parameters.get("response_format")
    return total if form is None else total + len(msgspec.json.encode(form))


def longest_answer(request: Request) -> int | None:
    """Completion tokens at most, all choices (`n`) together; None when the request sets no limit."""
    longest = longest_choice(request.parameters)
    if longest is None:
        return None
    choices = request.parameters.get("n")
    return longest * choices if isinstance(choices, int) and choices > 1 else longest


def longest_choice(parameters: Mapping[str, Any]) -> int | None:
    """Completion tokens of one choice at most; None when the parameters set no limit."""
    longest = parameters.get("max_completion_tokens", parameters.get("max_tokens"))
    if not isinstance(longest, int) or isinstance(longest, bool) or longest < 0:
        return None
    return longest
