"""JSON as text: one value, or the items of a list each with the line it begins on; what is broken, in words."""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from bouture.corpus.issue import Place
from bouture.formats.problem import Problem

_SPACE = re.compile(r"[ \t\r\n]*")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def parse(text: str) -> Any:
    """The value that `text` is; whole numbers of any size stay exact.

    Raises:
        ValueError, RecursionError: see `why_broken`.
    """
    return _DECODER.decode(text)


def why_broken(text: str, error: Exception) -> tuple[bool, str]:
    """Whether the text was cut short rather than malformed, and the reason in words."""
    at = getattr(error, "pos", 0)
    if isinstance(error, json.JSONDecodeError):
        cut = error.msg.startswith("Unterminated string") or at >= len(text.rstrip())
        return cut, f"{error.msg} (character {at - text.rfind(chr(10), 0, at)} of the line)"
    return False, str(error)


def items(text: str, path: str) -> Iterator[tuple[Place, Any]]:
    """(place, value) for each item of the list that `text` is; a `Problem` as value where JSON is broken, then the end."""
    line, counted = 1, 0
    position = _skip(text, 0)
    if text[position : position + 1] != "[":
        problem = {"syntax": "JSON", "why": "the file should be a list: [ … ]"}
        yield Place(path, 1), Problem("V03", Place(path, 1), problem)
        return
    position = _skip(text, position + 1)
    expects_item = False
    while text[position : position + 1] != "]" or expects_item:
        line += text.count("\n", counted, position)
        counted = position
        place = Place(path, line)
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            yield place, _broken(text, error, place)
            return
        yield place, value
        position = _skip(text, position)
        expects_item = text[position : position + 1] == ","
        if expects_item:
            position = _skip(text, position + 1)
        elif text[position : position + 1] != "]":
            place = Place(path, text.count("\n", 0, position) + 1)
            missing = json.JSONDecodeError("',' or ']' expected", text, position)
            yield place, _broken(text, missing, place)
            return


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _broken(text: str, error: Exception, place: Place) -> Problem:
    cut, why = why_broken(text, error)
    if cut:
        return Problem("V04", place, {"what": "a task", "what_fr": "une tâche"})
    at = getattr(error, "pos", 0)
    line = text.count("\n", 0, at) + 1
    return Problem("V03", Place(place.path, line), {"syntax": "JSON", "why": why})
