"""Requests for the tests of Ray."""

from typing import Any

from bouture.llm.messages import Message, Request


def ask(question: str, **parameters: Any) -> Request:
    """One question."""
    return Request((Message("user", question),), "m", parameters)


SCHEMA = {"type": "object", "properties": {"texte": {"type": "string"}}}
FORMAT = {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA, "strict": True}}
PLAIN = ask("plain", temperature=0.0)
RICH = ask(
    "rich", max_tokens=3, seed=7, stop="###", logprobs=True, top_logprobs=2, response_format=FORMAT
)
