"""Relation lines as models write them: `E1 | R | E2`, `E1 -> R -> E2`, `R: E1 | R | E2 | phrase 2`, `R(E1, E2)`, bullets."""

import re
from typing import NamedTuple

_BULLET = re.compile(r"^\s*(?:>\s*)?(?:[-*•–]\s+|\d{1,3}[.)]\s+)?")
_PREFIX = re.compile(r"^(?:R\d*|Rel|Relation)\s*[:.)]\s*", re.IGNORECASE)
_SEPARATORS = (
    re.compile(r"\s*\|\s*"),
    re.compile(r"\s*(?:--?>|→|⟶|=>|—>|–>|--+|==+>)\s*"),
    re.compile(r"\s*;\s*"),
    re.compile(r"\s*\t\s*"),
    re.compile(r"\s*,\s*"),
)
_CALL = re.compile(
    r"^(?P<label>[\w’' -]{2,40}?)\s*\(\s*(?P<head>[^(),;|]+?)\s*[,;|]\s*(?P<tail>[^(),;|]+?)\s*\)$"
)
_SPACED = re.compile(
    r"^(?P<head>[A-Za-z]{1,3}\d+)\s+(?P<label>[\w-]{2,40})\s+(?P<tail>[A-Za-z]{1,3}\d+)$"
)
ID = re.compile(r"[A-Za-z]{1,3}[_-]?\d+(?:\.\d+)?")
"""What ids look like when a model makes them up."""
HEADER = re.compile(
    r"^[\W_]*(?:(?:liste|list) (?:des|of) )?(?:relations?|liens)(?: (?:annot|extra|entre|conserv|identif)\w*)*[\W_]*$",
    re.IGNORECASE,
)
"""A title above relation lines."""
NONE = re.compile(
    r"^[\W_]*(?:relations?\s*:\s*)?(?:aucune?(?: relation)?s?|none|néant|no relations?|n/?a|\(?(?:pas de|vide) ?(?:relations?)?\)?)[\W_]*$",
    re.IGNORECASE,
)
"""A line that says there is no relation."""


class Triple(NamedTuple):
    """One relation line, its cells trimmed; `rest` holds cells after the third (the evidence)."""

    head: str
    label: str
    tail: str
    canonical: bool
    """Written exactly as the notation says."""
    rest: str = ""


def triple(line: str) -> Triple | None:
    """The three cells of a line, or None when it cannot be a relation."""
    if "<" in line or len(line) > 400:
        return None
    plain = line.strip()
    if plain.count("|") == 2:
        cells = [cell.strip() for cell in plain.split("|")]
        if all(cells) and not _dressed(plain):
            return Triple(cells[0], cells[1], cells[2], canonical=True)
    bare = _PREFIX.sub("", _BULLET.sub("", plain).strip("`* \t")).strip("`* \t")
    if bare.startswith("(") and bare.endswith(")") and bare.count("(") == 1:
        bare = bare[1:-1].strip()
    for shape in (_CALL, _SPACED):
        match = shape.match(bare)
        if match:
            return Triple(match["head"], match["label"], match["tail"], canonical=False)
    for separator in _SEPARATORS:
        cells = [cell.strip(" `*\"'[]") for cell in separator.split(bare.strip("|"))]
        cells = [cell for cell in cells if cell]
        if 3 <= len(cells) <= 5:
            return Triple(cells[0], cells[1], cells[2], False, " | ".join(cells[3:]))
    return None


def attempted(line: str) -> bool:
    """Whether a line that names no known id or label still looks like a relation: ids at both ends."""
    found = triple(line)
    return found is not None and bool(ID.fullmatch(found.head) and ID.fullmatch(found.tail))


def _dressed(line: str) -> bool:
    return bool(_BULLET.sub("", line) != line or _PREFIX.match(line) or line[0] in "`*(")
