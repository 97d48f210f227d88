"""What a server's refusal says about the parameters it does not take.

The forms known: OpenAI (`error.param`, `error.code`: https://platform.openai.com/docs/guides/error-codes),
the validation errors of pydantic that Mistral and vLLM pass on (`extra_forbidden` with `loc`), also as a string
inside a message (https://github.com/mistralai/platform-docs-public/issues/7), and plain words.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from bouture.llm.http.wire import FORMAT, FORMS, Sent
from bouture.llm.provider import Learnt, whole

STATUSES = frozenset({400, 403, 405, 415, 422, 501})
"""Statuses with which servers refuse a parameter."""
_ESSENTIAL = frozenset({"messages", "model", "stream", "n"})
_OTHER_NAMES = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
    "seed": "random_seed",
}
_LIMITS = frozenset({"max_tokens", "max_completion_tokens"})
"""Never left out: without them an answer has no bound, and a budget could be passed."""
_CODES = frozenset(
    {"unsupported_parameter", "unsupported_value", "unknown_parameter", "unrecognized_parameter"}
)
_MOST_PARTS = 64
_LONGEST = 1000
"""Characters of a message that are searched for words: behind them servers repeat what was sent."""

_INSTEAD = re.compile(r"\buse\s+['\"`](\w+)['\"`]\s+instead", re.I)
_WORDS = (
    re.compile(
        r"\b(?:unknown|unsupported|unrecogni[sz]ed|unexpected|unpermitted|extra|additional)\s+"
        r"(?:(?:request|body|keyword|input)\s+)?"
        r"(?:field|param|parameter|argument|property|option|key|value|input)s?\b"
        r"(?:\s+(?:supplied|provided|found|name|named))?[^\w\n]{0,12}(\w+)",
        re.I,
    ),
    re.compile(
        r"(\w+)['\"`]?\s+(?:(?:parameter|field|option|argument)\s+)?(?:is|are)\s+not\s+(?:\w+\s+)?"
        r"(?:supported|allowed|permitted|accepted|recogni[sz]ed|available|implemented)",
        re.I,
    ),
    re.compile(
        r"\bnot\s+(?:\w+\s+)?(?:allowed\s+to\s+\w+|support|accept|allow|take)(?:ed)?\s+(?:the\s+)?"
        r"(?:(?:parameter|field|option|argument)s?\s*)?[:'\"`\s]*(\w+)",
        re.I,
    ),
)
_QUOTED_LOC = re.compile(
    r"extra_forbidden\W+loc\W{1,6}body\W{1,6}(\w+)\W", re.I
)  # pydantic's error printed into a message, as JSON or as Python
_CONSTRAINT = re.compile(
    r"response_?format|json_?(?:\s|-)?schema|structured.?output|guided|grammar|json.?mode", re.I
)


class _Complaint(NamedTuple):
    parameter: str
    """As on the wire."""
    said: str
    instead: str = ""


def facts_in(said: str, sent: Sent, clean: Callable[[str], str] = str) -> list[Learnt]:
    """What the refusal teaches, each fact a step that was not yet tried; empty: nothing.

    Args:
        said: the body of the refusal.
        sent: what the refused body held.
        clean: takes the key out of what is kept of it.
    """
    body = parsed(said)
    found: dict[str, Learnt] = {}
    for complaint in _complaints(body, said):
        fact = _fact(complaint._replace(said=short(clean(complaint.said))), sent)
        if fact is not None:
            found.setdefault(fact.parameter, fact)
    words = message(said)
    if not found and sent.form and _CONSTRAINT.search(words[:_LONGEST]):
        return [_step_down(sent.form, short(clean(words)))]
    return list(found.values())


def _fact(complaint: _Complaint, sent: Sent) -> Learnt | None:
    wire = re.split(r"[.\[]", complaint.parameter)[0]
    name = sent.neutral.get(wire, "")
    if not name or wire in _ESSENTIAL:
        return None
    said = complaint.said
    if name == FORMAT:
        return _step_down(sent.form, said) if sent.form else None
    for instead in (complaint.instead, _OTHER_NAMES.get(wire, "")):
        tried = (name, instead) in sent.refused or instead in sent.neutral
        if instead and not tried:
            return Learnt(name, instead, said)
    return None if name in _LIMITS else Learnt(name, "", said)


def _step_down(form: str, said: str) -> Learnt:
    """The next weaker constraint on the answer."""
    at = FORMS.index(form) if form in FORMS else len(FORMS) - 2
    return Learnt(FORMAT, FORMS[at + 1], said)


def _complaints(body: Any, said: str) -> Iterator[_Complaint]:
    for part in _parts(body):
        loc = part.get("loc")
        words = str(part.get("message") or part.get("msg") or "")
        if isinstance(loc, list | tuple) and len(loc) > 1 and loc[0] == "body":
            if part.get("type") in ("extra_forbidden", "value_error.extra") and len(loc) == 2:
                yield _Complaint(str(loc[1]), f"{loc[1]}: {words}")
            elif loc[1] == FORMAT:
                yield _Complaint(FORMAT, f"{FORMAT}: {words}")
        param = part.get("param")
        if isinstance(param, str) and (part.get("code") in _CODES or _refuses(words, param)):
            match = _INSTEAD.search(words)
            yield _Complaint(param, words, match[1] if match else "")
    text = said if body is None else json.dumps(body, ensure_ascii=False)
    text = text.replace("\\", "")[:20_000]
    for name in _QUOTED_LOC.findall(text):
        yield _Complaint(name, message(said))
    yield from _in_words(message(said)[:_LONGEST])


def _in_words(words: str) -> Iterator[_Complaint]:
    instead = _INSTEAD.search(words)
    for pattern in _WORDS:
        for match in pattern.finditer(words):
            yield _Complaint(match[1], words, instead[1] if instead else "")


def _refuses(words: str, param: str) -> bool:
    return any(one.parameter == param for one in _in_words(words))


def _parts(body: Any) -> Iterator[Mapping[str, Any]]:
    """Every object in the usual places of an error, the outermost first; bounded."""
    waiting = [body]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting += one[:_MOST_PARTS]
        elif isinstance(one, str) and one.startswith(("{", "[")):
            waiting.append(parsed(one))
        elif isinstance(one, dict):
            yield one
            waiting += [one[key] for key in ("error", "message", "detail", "errors") if key in one]


def parsed(said: str) -> Any:
    """JSON, or None for what is not."""
    try:
        return json.loads(said)
    except (ValueError, RecursionError):
        return None


def message(said: str) -> str:
    """What a server says of an error, in the several forms of the dialect."""
    body = parsed(said)
    if body is None:
        return said
    for key in ("error", "message", "detail"):
        if isinstance(body, dict) and body.get(key):
            body = body[key]
            if isinstance(body, str) and body.startswith("{"):
                body = parsed(body) or body
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)


def short(text: str, longest: int = 300) -> str:
    """One line of at most so many characters."""
    line = " ".join(whole(text[: 20 * longest]).split()) or "(nothing)"
    return line if len(line) <= longest else line[: longest - 1] + "…"
