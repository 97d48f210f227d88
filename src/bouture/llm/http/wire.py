"""From a neutral request to the body a given server takes, with what that server turned out to refuse."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from bouture.llm.http.schemas import flat, is_strict
from bouture.llm.messages import Request
from bouture.llm.provider import Learnt, whole

FORMAT = "response_format"
FORMS = ("json_schema", "json_object", "")
"""How an answer can be constrained, from the strictest to not at all: what a server refuses steps down."""


class Dialect(msgspec.Struct, frozen=True):
    """How a kind of server differs from the common ground of OpenAI's chat completions."""

    home: str = ""
    """The provider's own host; `key_variable` is read for no other."""
    key_variable: str = ""
    names: Mapping[str, str] = {}
    """Neutral names of parameters and those of the server, where they differ; empty: left out."""
    form: Literal["openai", "value"] = "openai"
    """`response_format` as OpenAI writes it, or as TGI does: `{"type": "json", "value": schema}`."""
    listed: tuple[str, ...] = ()
    """Parameters that the server takes as a list only."""
    context_at: str = ""
    """Where the server tells its context length: `/models`, or a path of the address without `/v1`."""
    context_key: str = ""
    """The field that holds it, in that answer."""
    context_late: bool = False
    """It is known only once the model is loaded: after the first answer."""


class Sent(msgspec.Struct, frozen=True):
    """What a body held besides the messages and the model."""

    neutral: Mapping[str, str]
    """Names on the wire and those in the request."""
    form: str = ""
    """The constraint on the answer: one of `FORMS`."""
    refused: frozenset[tuple[str, str]] = frozenset()
    """Neutral names and the names under which the server was already seen to refuse them."""


class Wire:
    """Writes bodies for one server."""

    def __init__(self, dialect: Dialect, extra: Mapping[str, Any]) -> None:
        self._dialect = dialect
        self._extra = dict(extra)
        self._names = dict(dialect.names)
        self._form = 0
        self._refused: frozenset[tuple[str, str]] = frozenset()
        self._forms: dict[tuple[int, bytes], Any] = {}

    def body(self, request: Request) -> tuple[bytes, Sent]:
        """The body, as JSON, and what it says.

        Raises:
            RequestRefused: the schema of the answer cannot be made flat.
        """
        written: dict[str, Any] = {}
        neutral: dict[str, str] = {}
        form = ""
        for name, value in {**self._extra, **request.parameters}.items():
            wire = self._names.get(name, name)
            if not wire or (name == "top_logprobs" and self._names.get("logprobs") == ""):
                continue
            if name == FORMAT and isinstance(value, Mapping):
                form, value = self._constraint(value)
                if not form:
                    continue
            elif name in self._dialect.listed and isinstance(value, str):
                value = [value]
            written[wire] = value
            neutral[wire] = name
        written["messages"] = request.messages
        if request.model:
            written["model"] = request.model
        neutral.pop("messages", None)
        neutral.pop("model", None)
        return encoded(written), Sent(neutral, form, self._refused)

    def learn(self, facts: Sequence[Learnt], sent: Sent) -> list[Learnt]:
        """Takes facts over; those that were not yet known."""
        wires = {name: wire for wire, name in sent.neutral.items()}
        new = []
        for fact in facts:
            self._refused |= {(fact.parameter, wires.get(fact.parameter, fact.parameter))}
            if self._known(fact):
                continue
            self._take(fact)
            new.append(fact)
        return new

    def remember(self, facts: Sequence[Learnt]) -> None:
        """Takes over what was learnt before, in the order it was learnt."""
        for fact in facts:
            if not self._known(fact):
                name = fact.parameter
                self._refused |= {(name, self._names.get(name, name))}
                self._take(fact)

    def _known(self, fact: Learnt) -> bool:
        if fact.parameter == FORMAT:
            return fact.instead not in FORMS or FORMS.index(fact.instead) <= self._form
        past = (fact.parameter, fact.instead) in self._refused
        return past or self._names.get(fact.parameter) == fact.instead

    def _take(self, fact: Learnt) -> None:
        if fact.parameter == FORMAT:
            self._form = FORMS.index(fact.instead)
        else:
            self._names[fact.parameter] = fact.instead

    def _constraint(self, wanted: Mapping[str, Any]) -> tuple[str, Any]:
        """The form in use and what to send for it; made once for each schema."""
        kind = str(wanted.get("type"))
        if kind not in FORMS:
            return ("", None) if FORMS[self._form] == "" else (kind, wanted)
        level = max(FORMS.index(kind), self._form)
        place = (level, encoded(wanted))
        if place not in self._forms:
            self._forms[place] = self._written(wanted, FORMS[level])
        return FORMS[level], self._forms[place]

    def _written(self, wanted: Mapping[str, Any], form: str) -> Any:
        if form == "json_schema":
            named = wanted.get("json_schema") or {}
            schema = flat(named.get("schema") or {})
            if self._dialect.form == "value":
                return {"type": "json", "value": schema}
            strict = bool(named.get("strict")) and is_strict(schema)
            named = {"name": "answer", **named, "schema": schema, "strict": strict}
            return {"type": "json_schema", "json_schema": named}
        if form == "json_object" and self._dialect.form == "value":
            return {"type": "json", "value": {"type": "object"}}
        return {"type": form}


def encoded(value: Any) -> bytes:
    """JSON in UTF-8. Halves of characters, which UTF-8 cannot hold, are replaced by U+FFFD."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        builtin = json.dumps(msgspec.to_builtins(value), ensure_ascii=False)
        return whole(builtin).encode()
