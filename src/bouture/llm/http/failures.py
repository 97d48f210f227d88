"""What the status of a server's answer means, and what to do about it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import msgspec

from bouture.errors import ProviderError, RequestRefused, ServerUnreachable
from bouture.llm.http.reading import filtered
from bouture.llm.http.refusals import message, parsed, short

AGAIN = frozenset({408, 409, 425, 429})
"""Statuses below 500 after which the same request may pass later (RFC 9110, RFC 8470, RFC 6585)."""
FOR_EVERY_REQUEST = frozenset({401, 402, 403, 404, 405, 407})
"""Statuses that speak of the key, the account, the address or the model: the same for every request."""
_OVERLOADED = frozenset({429, 503, 529})
"""Too many requests, unavailable, and the overload of several hosts."""
_CUT_BEHIND = frozenset({408, 504, 524})
"""Time-outs of a gateway: the model behind it may have answered."""
_NO_MODEL = frozenset({"model_not_found", "invalid_model", "DeploymentNotFound", "1500"})
"""Codes and types with which OpenAI, Mistral and Azure refuse a model's name."""
_NO_CREDIT = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
"""OpenAI's 429 that waiting does not cure."""
_FILTERS = frozenset({"content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation"})
_FILTER_WORDS = re.compile(r"moderat|flagged|content.?(?:filter|policy|management)", re.I)
_MODEL_WORDS = re.compile(
    r"model\b.{0,200}\b(?:not found|does not exist|not exist)|invalid model\b", re.I | re.S
)


class Spoken(msgspec.Struct, frozen=True):
    """An answer with a status that is not 200, cleaned of the key."""

    status: int
    said: str
    retry_after: str = ""
    date: str = ""
    """The server's own `Date`: `Retry-After` is measured against it."""


class Where(msgspec.Struct, frozen=True):
    """What a message can name."""

    base_url: str
    variable: str = ""
    answered: bool = False
    """The server has already answered with this key."""
    clean: Callable[[str], str] = str
    """Takes the key out of what is said."""


def failure(spoken: Spoken, where: Where) -> ProviderError:
    """The error that an answer means: which child of the tree, with what to do."""
    status, codes = spoken.status, _codes(spoken.said)
    words = f"the server answered {status}: {short(where.clean(message(spoken.said)))}"
    if 200 <= status < 400:
        return ProviderError(words, hint="redirects are not followed: give the final `base_url`")
    if codes & _FILTERS or (status == 403 and _FILTER_WORDS.search(message(spoken.said))):
        return filtered(words)
    if codes & _NO_CREDIT:
        return ProviderError(words, hint="see the credit and the limits of your account; run again")
    if status in AGAIN or status >= 500:
        return _later(spoken, words)
    if unknown_model(spoken):
        return ProviderError(words, hint="correct the model's name; run again")
    if status == 403 and where.answered and parsed(spoken.said) is None:
        return RequestRefused(words, hint="something between here and the server blocks this text")
    if status in FOR_EVERY_REQUEST:
        return ProviderError(words, hint=_what_to_do(status, where))
    return RequestRefused(words, hint="asking again is useless as long as the request is the same")


def unknown_model(spoken: Spoken) -> bool:
    """Whether the server does not know the model's name."""
    if spoken.status not in (400, 404, 422):
        return False
    known_code = bool(_codes(spoken.said) & _NO_MODEL)
    return known_code or bool(_MODEL_WORDS.search(message(spoken.said)[:1000]))


def _later(spoken: Spoken, words: str) -> ServerUnreachable:
    error = ServerUnreachable(words, hint="the server is overloaded or ill: run again later")
    error.retry_after = seconds_to_wait(spoken.retry_after, _now(spoken.date))
    error.overloaded = spoken.status in _OVERLOADED
    error.perhaps_billed = spoken.status in _CUT_BEHIND
    return error


def _what_to_do(status: int, where: Where) -> str:
    if status in (401, 403):
        if not where.variable:
            return "the server wants a key: name its environment variable in `key_variable`"
        may = "is right" if status == 401 else "may use this model"
        return f"see that the key in the environment variable {where.variable} {may}; run again"
    if status in (404, 405):
        return f"nothing answers at {where.base_url}/chat/completions: correct `base_url`"
    if status == 402:
        return "see the credit of your account; run again"
    return "the proxy wants a password, which bouture does not send"


def _codes(said: str) -> frozenset[str]:
    """Codes and types anywhere in the first three layers of an error."""
    found: set[str] = set()
    layer: list[Any] = [parsed(said)]
    for _ in range(4):
        inner: list[Any] = []
        for one in layer:
            if isinstance(one, dict):
                found |= {str(one[name]) for name in ("code", "type") if name in one}
                inner += [one.get(k) for k in ("error", "innererror", "message", "detail")]
        layer = inner
    return frozenset(found)


def _now(date: str) -> datetime:
    """The server's time when it tells it, so that a wrong clock here lengthens no wait."""
    return _http_date(date) or datetime.now(UTC)


def seconds_to_wait(retry_after: str, now: datetime) -> float | None:
    """A `Retry-After` header as seconds from `now`: a number of seconds or an HTTP date (RFC 9110, 10.2.3).

    Returns:
        None when the header is empty or cannot be read; never negative.
    """
    value = retry_after.strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value):
        return float(value)
    date = _http_date(value)
    return None if date is None else max(0.0, (date - now).total_seconds())


def _http_date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date
