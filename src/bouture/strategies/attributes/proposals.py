"""Reads a list of dimensions and values, whatever a model makes of the form it was asked for; fails on no string."""

import json
import re
from typing import Any

from bouture.strategies.attributes.dimensions import (
    LONGEST_VALUE,
    MOST_DIMENSIONS,
    MOST_VALUES,
    Dimension,
    tidy,
)

LONGEST_ANSWER = 60_000
"""Characters that are looked at."""
_THOUGHT = re.compile(r"</(?:think|thinking|reasoning|reflexion)>", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-–—•*+▪◦]+\s+|\(?\d{1,2}[.)]\s+|\(?[a-zA-Z][.)]\s+)?")
_HEADING = re.compile(r"^\s*#{1,6}\s*")
_MARKS = '*_`"“”«» \t\u00a0\u202f'
_HALF = re.compile(r"[\ud800-\udfff]")
LONGEST_HEAD = 60


def read_dimensions(answer: str) -> tuple[Dimension, ...]:
    """The dimensions that an answer lists: `name: value; value; value` a line, a name above bullets, or JSON.

    Numbering, bullets, bold, headings, code fences and talk around the list are passed over. A
    dimension needs two values; values with markup in them or longer than 200 characters are left out.
    At most 10 dimensions of 30 values. Empty when there is no such list (a refusal, an empty answer).
    """
    said = _HALF.sub("\ufffd", _THOUGHT.split(answer[:LONGEST_ANSWER])[-1])
    listed = _from_json(said) or _from_lines(said)
    found: dict[str, Dimension] = {}
    for name, values in listed.items():
        dimension = tidy(name, [value for value in values if _fit(value)][:MOST_VALUES])
        if len(dimension.values) >= 2 and dimension.name and _fit(dimension.name):
            found.setdefault(dimension.name.casefold(), dimension)
    return tuple(found.values())[:MOST_DIMENSIONS]


def _from_lines(said: str) -> dict[str, list[str]]:
    listed: dict[str, list[str]] = {}
    above = ""
    for line in said.splitlines():
        bare = _BULLET.sub("", _HEADING.sub("", line), count=1).strip()
        if not bare or bare.startswith(("```", "~~~")):
            continue
        name, colon, rest = bare.replace("：", ":").partition(":")
        values = _values(rest)
        head = name.strip(_MARKS)
        if colon and head and len(head) <= LONGEST_HEAD and len(values) >= 2:
            listed.setdefault(head, []).extend(values)
            above = ""
        elif colon and head and not rest.strip(_MARKS) and len(head) <= LONGEST_HEAD:
            above = head
        elif _HEADING.match(line) or (bare.startswith("**") and bare.endswith("**")):
            above = bare.strip(_MARKS)[:LONGEST_HEAD]
        elif above and line.strip() != bare:  # a bullet below its name
            listed.setdefault(above, []).append(bare.strip(_MARKS))
        else:
            above = ""
    return listed


def _values(rest: str) -> list[str]:
    sign = next((sign for sign in (";", "|", "/", ",") if sign in rest), "")
    parts = rest.split(sign) if sign else []
    return [value for part in parts if (value := part.strip(_MARKS).rstrip(".").strip(_MARKS))]


def _from_json(said: str) -> dict[str, list[str]]:
    """`{name: [values]}`, or a list of objects with a name and a list."""
    begins = [place for sign in "{[" if (place := said.find(sign)) >= 0]
    ends = max(said.rfind("}"), said.rfind("]"))
    if not begins or ends < min(begins):
        return {}
    try:
        data = json.loads(said[min(begins) : ends + 1])
    except (ValueError, RecursionError):
        return {}
    if (
        isinstance(data, dict)
        and len(data) == 1
        and isinstance(first := next(iter(data.values())), list | dict)
    ):
        inner = _named(first)
        data = first if inner else data
    return _named(data)


def _named(data: Any) -> dict[str, list[str]]:
    listed: dict[str, list[str]] = {}
    items = data.items() if isinstance(data, dict) else []
    for one in data if isinstance(data, list) else []:
        if isinstance(one, dict):
            texts = [value for value in one.values() if isinstance(value, str)]
            lists = [value for value in one.values() if isinstance(value, list)]
            if texts and lists:
                listed.setdefault(texts[0], []).extend(v for v in lists[0] if isinstance(v, str))
    for name, values in items:
        if isinstance(values, list):
            listed.setdefault(str(name), []).extend(v for v in values if isinstance(v, str))
    return listed


def _fit(value: str) -> bool:
    return len(value) <= LONGEST_VALUE and not any(mark in value for mark in "<>{}$|\ufffd")
