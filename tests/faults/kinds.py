"""The ways in which an answer goes wrong, and how each shows when it stays."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, NamedTuple

from bouture.augment.outcome import Status as Ending
from llm.fake_server import (
    Body,
    Cut,
    Drip,
    Hang,
    Reset,
    Status,
    Step,
    completion,
    completion_text,
)


def said(message: dict[str, Any], finish_reason: str = "stop") -> Body:
    """An answer with another message."""
    body = completion("", finish_reason)
    body["choices"][0]["message"] = {"role": "assistant", **message}
    return Body(json.dumps(body))


def soon(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


PASSING: dict[str, Step] = {
    "429": Status(429),
    "429-seconds": Status(429, retry_after="0.05"),
    "429-date-gone-by": Status(429, retry_after=soon(-60)),
    "408": Status(408),
    "500": Status(500, "Internal Server Error"),
    "502": Status(502, "<html>Bad Gateway</html>"),
    "503": Status(503, '{"error": {"message": "overloaded"}}', retry_after="0"),
    "504": Status(504),
    "529": Status(529),
    "reset": Reset(),
    "cut": Cut(),
    "drip": Drip("trop lent", 0.05),
    "silence": Hang(3),
    "html": Body("<!doctype html><html><body>Maintenance</body></html>"),
    "nothing": Body(""),
    "half-json": Body(completion_text("Bonjour")[:-20]),
    "no-choice": Body('{"choices": []}'),
    "gave-up": Body(completion_text("Le rapport", "error")),
}
"""What may be well at the next try."""


def patience_for(name: str) -> dict[str, float]:
    """A short time-out where the fault is to be slow, and none that a busy machine could meet elsewhere."""
    return {"timeout_s": 0.4} if name in ("drip", "silence") else {}


NO_TEXT: dict[str, Step] = {
    "empty": said({"content": ""}),
    "null": said({"content": None}),
    "white": said({"content": " \n"}),
    "tool-calls": said(
        {
            "content": None,
            "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": "{}"}}],
        },
        "tool_calls",
    ),
}
REFUSALS: dict[str, Step] = {
    "french": said({"content": "Je suis désolé, mais je ne peux pas répondre à cette demande."}),
    "english": said({"content": "I'm sorry, but I can't help with that request."}),
    "field": said({"content": None, "refusal": "I cannot assist with that."}),
}


class Lasting(NamedTuple):
    """A fault that stays, and how it shows."""

    step: Step
    code: str
    status: Ending


LASTING: dict[str, Lasting] = {
    **{name: Lasting(step, "R01", Ending.FAILED) for name, step in PASSING.items()},
    "429-an-hour": Lasting(Status(429, retry_after="3600"), "R01", Ending.FAILED),
    "400": Lasting(Status(400, '{"error": {"message": "bad"}}'), "R02", Ending.FAILED),
    "422": Lasting(Status(422, '{"detail": "bad"}'), "R02", Ending.FAILED),
    "413": Lasting(Status(413, "too large"), "R02", Ending.FAILED),
    "filter-in-200": Lasting(
        Body(completion_text("à moitié", "content_filter")), "R03", Ending.FAILED
    ),
    "filter-in-400": Lasting(
        Status(400, '{"error": {"code": "content_filter", "message": "policy"}}'),
        "R03",
        Ending.FAILED,
    ),
    "length": Lasting(
        Body(completion_text("Le rapport numéro 2 par", "length")), "M03", Ending.REJECTED
    ),
    **{name: Lasting(step, "M04", Ending.REJECTED) for name, step in NO_TEXT.items()},
    **{f"refusal-{n}": Lasting(step, "M01", Ending.REJECTED) for n, step in REFUSALS.items()},
}
