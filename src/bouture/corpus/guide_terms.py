"""The small notations inside a guide: pairs of labels, axioms, rule codes."""

import difflib
import re
from collections.abc import Collection, Iterable

import msgspec

from bouture.corpus.guide import RuleCode
from bouture.corpus.guide_problems import Problems
from bouture.corpus.normalise import normalise
from bouture.corpus.schema import RelationType

CODES = ("no_determiner", "no_pronoun", "max_tokens", "forbid", "require")
"""The rule codes that `bouture.corpus.guide_check` can execute."""
ENDS = re.compile(r"\s*(?:→|->|⟶|=>)\s*")
"""The sign between head and tail labels."""
NESTING = re.compile(r"\s*(?:⊃|>)\s*")
"""The sign between outer and inner labels."""
_FORMS = {ENDS: "HEAD → TAIL", NESTING: "OUTER ⊃ INNER"}
_AXIOMS = {
    "symetrique": "symmetric",
    "symmetric": "symmetric",
    "asymetrique": "asymmetric",
    "asymmetric": "asymmetric",
    "irreflexive": "irreflexive",
    "reflexive": "reflexive",
    "transitive": "transitive",
    "fonctionnelle": "functional",
    "functional": "functional",
}
_LINK = re.compile(
    r"(?P<kind>inverse|exclut|excludes)\s+(?:(?:de|of)\s+)?(?P<label>`[^`]+`|\S+)$", re.I
)
_CODE = re.compile(r"`code\s*:\s*(?P<name>\w+)\s*(?:=\s*(?P<value>[^`]*?))?\s*`")


def pairs(
    text: str, line: int, sign: re.Pattern[str], labels: Collection[str], problems: Problems
) -> frozenset[tuple[str, str]]:
    """The pairs of labels in `A → B ; C → D` (or with the sign of nesting)."""
    found: set[tuple[str, str]] = set()
    for piece in _pieces(text):
        pair = [label.strip(" `*") for label in sign.split(piece)]
        if len(pair) != 2 or not all(pair):
            problems.add("G12", line, what=f"{piece!r} ≠ {_FORMS[sign]}")
            continue
        for label in pair:
            if label not in labels:
                problems.add("G18", line, label=label, known=nearest(label, labels))
        found.add((pair[0], pair[1]))
    return frozenset(found)


def axioms(
    text: str, line: int, type: RelationType, relations: Collection[str], problems: Problems
) -> RelationType:
    """`type` with the axioms that `text` lists in French or English."""
    stated: dict[str, bool] = {}
    inverse, excludes = "", set[str]()
    for piece in _pieces(text):
        link = _LINK.match(piece)
        if link is None:
            axiom = _AXIOMS.get(plain(piece))
            if axiom is None:
                problems.add("G10", line, axiom=piece, known=nearest(piece, _AXIOMS))
            else:
                stated[axiom] = True
            continue
        label = link["label"].strip("`")
        if label not in relations:
            problems.add("G16", line, axiom=piece, label=label, known=nearest(label, relations))
        elif link["kind"].lower() == "inverse":
            inverse = label
        else:
            excludes.add(label)
    return msgspec.structs.replace(type, inverse=inverse, excludes=frozenset(excludes), **stated)


def codes(text: str, line: int, rule: str, problems: Problems) -> tuple[tuple[RuleCode, ...], str]:
    """The codes in the text of a rule, and the text without them."""
    found: list[RuleCode] = []
    for match in _CODE.finditer(text):
        code = RuleCode(match["name"], _bare(match["name"], match["value"] or ""))
        fault = _fault(code)
        if fault:
            problems.add("G11", line, rule=rule, what=fault)
        else:
            found.append(code)
    return tuple(found), " ".join(_CODE.sub("", text).split())


def plain(text: str) -> str:
    """`text` in lower case without accents, repeated spaces and final stop: for comparing key words."""
    return normalise(text, casefold=True, accents=False).text.strip().rstrip(".: ")


def nearest(name: str, known: Iterable[str]) -> str:
    """The known names as one string, nearest first."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    return ", ".join([*near, *(other for other in names if other not in near)]) or "–"


def _pieces(text: str) -> list[str]:
    pieces = (piece.strip().rstrip(".").strip() for piece in re.split(r"[;,\n]", text))
    return [piece for piece in pieces if piece]


def _bare(name: str, value: str) -> str:
    """The value of a code; a regular expression without its slashes."""
    if name in ("forbid", "require") and len(value) > 1 and value[0] == value[-1] == "/":
        return value[1:-1]
    return value


def _fault(code: RuleCode) -> str:
    if code.name not in CODES:
        return f"{code.name!r} ∉ {{{nearest(code.name, CODES)}}}"
    if code.name.startswith("no_"):
        return f"{code.name}={code.value} (no value)" if code.value else ""
    if code.name == "max_tokens":
        number = code.value.isdecimal() and int(code.value) > 0
        return "" if number else f"max_tokens={code.value}: 1, 2, 3…"
    if not code.value:
        return f"{code.name}=/…/"
    try:
        re.compile(code.value)
    except re.error as error:
        return f"{code.name}=/{code.value}/: {error}"
    return ""
