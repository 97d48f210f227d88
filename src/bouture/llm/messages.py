"""What is asked of a model and what it answers. A request knows its own key; it knows no Document."""

import hashlib
from typing import Any

import msgspec


class Message(msgspec.Struct, frozen=True):
    """One turn of a conversation; `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


class Request(msgspec.Struct, frozen=True, dict=True):
    """One question to one model.

    `parameters` holds what changes the answer (temperature, max_tokens, response_format…), never
    delivery settings (timeout, retries, endpoint): the key must not depend on those.
    """

    messages: tuple[Message, ...]
    model: str = ""
    parameters: dict[str, Any] = {}
    sample: int = 0
    """Number of the sample: the same question asked again on purpose has another number."""

    @property
    def key(self) -> str:
        """SHA-256 (hexadecimal, 64 characters) of the canonical request, sample number included."""
        known: str | None = self.__dict__.get("key")
        if known is None:
            known = self.__dict__["key"] = self._digest()
        return known

    def _digest(self) -> str:
        canonical = msgspec.json.encode(
            [
                [[m.role, m.content] for m in self.messages],
                self.model,
                self.parameters,
                self.sample,
            ],
            order="sorted",
        )
        return hashlib.sha256(canonical).hexdigest()


class Usage(msgspec.Struct, frozen=True):
    """Tokens, as the server counted them; 0 when it does not say."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


class Response(msgspec.Struct, frozen=True, omit_defaults=True):
    """What came back, as raw as possible."""

    text: str
    finish_reason: str = "stop"
    """`stop`; `length` when the answer was cut; other words as the server gives them."""
    usage: Usage = Usage()
    model: str = ""
    """The model as the server names it."""
    seconds: float = 0.0
    """Wall time of the answer, from sending to the last byte."""
    logprobs: tuple[tuple[str, float], ...] = ()
    """Tokens of the text with their natural log-probabilities; empty when the server gives none."""
