"""The items of a JSON list one after another, each with the line it begins on; the rest survives a broken item."""

import json
import re
from collections.abc import Iterator
from typing import Any

from bouture.corpus.issue import Place
from bouture.formats.problem import Problem

_SPACE = re.compile(r"[ \t\r\n]*")


def items(text: str, path: str) -> Iterator[tuple[Place, Any]]:
    """(place, value) for each item of the list that `text` is; a `Problem` as value where JSON is broken, then the end."""
    decoder = json.JSONDecoder()
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
            value, position = decoder.raw_decode(text, position)
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
    """Cut short when the parser came to the end of the file, malformed otherwise."""
    at = getattr(error, "pos", 0)
    unterminated = str(error).startswith("Unterminated string")
    if unterminated or at >= len(text.rstrip()):
        return Problem("V04", place, {"what": "a task", "what_fr": "une tâche"})
    why = f"{getattr(error, 'msg', error)} (line {text.count(chr(10), 0, at) + 1})"
    return Problem("V03", place, {"syntax": "JSON", "why": why})
