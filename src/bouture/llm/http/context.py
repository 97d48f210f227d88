"""What a model can take at once: read from what its server says of itself, and held against requests."""

from collections.abc import Iterator
from typing import Any

from bouture.errors import RequestRefused
from bouture.llm.budget.bounds import longest_choice
from bouture.llm.messages import Request

_DEEPEST = 4
_MOST_PARTS = 1000


def surely_too_long(request: Request, context: int) -> None:
    """Refuses a request that cannot fit, whatever the tokeniser.

    The prompt counts for the number of its words between spaces: byte-level BPE and SentencePiece join no
    two words in one token (GPT-2's and Llama's pre-tokenisers split at spaces), so no tokeniser of these
    families makes fewer tokens than words. What passes may still turn out too long.

    Raises:
        RequestRefused: words of the prompt and `max_tokens` together are more than `context` tokens.
    """
    most = longest_choice(request.parameters) or 0
    if sum(len(m.content) for m in request.messages) + most <= context:
        return  # not even one token for each letter would be too long
    words = sum(len(m.content.split()) for m in request.messages)
    if words + most > context:
        raise RequestRefused(
            f"the request does not fit: a prompt of {words} words or more tokens, an answer of up to "
            f"{most} tokens, and a context of {context} tokens",
            hint="shorten the prompt or lower `max_tokens`; or give the server a longer context and "
            "say so in `context`",
        )


def context_in(said: Any, key: str, model: str) -> int | None:
    """The context length under `key`, in tokens, for this model when several are listed."""
    found = [(part, part[key]) for part in _objects(said) if _is_length(part.get(key))]
    names = (model, f"{model}:latest")  # Ollama adds the tag
    named = [n for part, n in found if any(part.get(k) in names for k in ("id", "name", "model"))]
    every = named or [number for _, number in found]
    return min(every) if every else None


def _is_length(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _objects(said: Any) -> Iterator[dict[str, Any]]:
    layer = [said]
    for _ in range(_DEEPEST):
        inner: list[Any] = []
        for one in layer[:_MOST_PARTS]:
            if isinstance(one, dict):
                yield one
                inner += one.values()
            elif isinstance(one, list):
                inner += one
        layer = inner
