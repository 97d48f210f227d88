"""Reads the lines of a pool: `name | article | gender | number | kind`, in whatever dress a model gives them."""

import json
import re
from typing import Any, Literal, TypeVar

from bouture.corpus.answer_cleaning import META, REFUSAL, clean
from bouture.corpus.findings import Findings
from bouture.corpus.issue import Severity
from bouture.corpus.mention_edges import trimmed
from bouture.corpus.normalise import APOSTROPHES, fold
from bouture.corpus.tokens import tokenize
from bouture.strategies.entity_pools.pool import Pooled
from bouture.strategies.french.facts import Article, Facts, Gender, Kind, Number

MOST_CHARACTERS = 80
MOST_TOKENS = 12
"""Longer than that, a line is no mention."""
_LONGEST_LINE = 400
_WRAPPED = {"«": "»", "“": "”", '"': '"', "‘": "’", "'": "'"}
_TAG = re.compile(r"<[^<>]{0,80}>")
_DRESS = re.compile(r"^[\s>|]*(?:(?:[-*•–—·]|\(?\d{1,3}[.):])\s+)*")
_RULED = re.compile(r"^[\s|:+=-]*$")
_HEADERS = frozenset(("nom", "name", "mention", "forme", "surface", "entite", "entité", "entity"))
_UNUSABLE = re.compile(
    r"[\ufffd<>{}\[\]⟦⟧|\\`*_#…]|\.\.\.|(?-i:\bX{2,}\b|\b[XYZ]\b$)|[^\W\d_\u0000-\u024f\u1e00-\u1eff]"
)
"""Placeholders, leftovers of a notation, letters that are not Latin."""
_ARTICLE = re.compile(rf"(?P<article>les?|la|l(?=[{APOSTROPHES}]))(?:\s+|[{APOSTROPHES}]\s?)(?=\S)")
_GENDERS: dict[str, Gender] = {
    **dict.fromkeys(("m", "masc", "masculin", "masculine", "male"), "m"),
    **dict.fromkeys(("f", "fem", "fém", "feminin", "féminin", "feminine", "female"), "f"),
}
_NUMBERS: dict[str, Number] = {
    **dict.fromkeys(("s", "sg", "sing", "singulier", "singular"), "s"),
    **dict.fromkeys(("p", "pl", "plur", "pluriel", "plural"), "p"),
}
_ARTICLES: dict[str, Article] = {
    **dict.fromkeys(("le", "la", "l'", "les"), "definite"),
    **dict.fromkeys(("aucun", "sans", "sans article", "none"), "none"),
}
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("personne", "person"), "person"),
    **dict.fromkeys(("ville", "village", "town", "city"), "city"),
    **dict.fromkeys(("pays", "état", "etat", "country"), "country"),
    **dict.fromkeys(("région", "region", "oblast", "province", "département"), "region"),
    **dict.fromkeys(("île", "ile", "island"), "island"),
    **dict.fromkeys(
        ("eau", "cours d'eau", "fleuve", "rivière", "mer", "lac", "water", "river"), "water"
    ),
}
_KNOWN = {"-", *_ARTICLES, *_GENDERS, *_NUMBERS, *_KINDS}
_SHOWN: dict[str, tuple[Gender, Number]] = {
    "le": ("m", "s"),
    "la": ("f", "s"),
    "l": ("", "s"),
    "les": ("", "p"),
}
"""Gender and number that an article shows."""
_Value = TypeVar("_Value", bound=str)


def read_pool(answer: str, finish_reason: str = "stop") -> tuple[list[Pooled], int]:
    """The mentions that an answer proposes, in order, and how many lines could not be read.

    Only lines of several fields are mentions: what a model says around its list has one. Fields after
    the name are told by what they say, whatever their order; unknown words leave them empty. A
    lower-case article before the name is no part of it and tells that it takes one. Never fails on
    any string; nothing is read of a refusal.
    """
    findings = Findings("pool")
    payload = clean(answer, findings)
    if not payload or any(i.code in ("M01", "M04") for i in findings.issues):
        return [], 0
    if any(i.severity is Severity.REJECT for i in findings.issues):
        return [], 0
    lines = payload.split("\n")
    if finish_reason == "length":
        lines = lines[:-1]  # the last one may be cut
    rows = _json_rows(payload)
    if rows is None:
        rows = [_cells(line) for line in lines if "|" in line]
    read, unread = [], 0
    for cells in rows:
        if not any(cells) or _is_header(cells):
            continue
        one = _pooled(cells)
        if one is None:
            unread += 1
        else:
            read.append(one)
    return read, unread


def _json_rows(payload: str) -> list[list[str]] | None:
    """The rows of a JSON list of objects or lists, alone or under a key; None when it is something else."""
    if payload[0] not in "[{" or len(payload) > 1 << 20:
        return None
    try:
        found: Any = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict):
        found = next((value for value in found.values() if isinstance(value, list)), [])
    rows = []
    for item in found:
        values = list(item.values()) if isinstance(item, dict) else item
        if isinstance(values, list):
            rows.append([str(v).strip() for v in values if isinstance(v, str | int)])
        elif isinstance(values, str) and "|" in values:
            rows.append(_cells(values))
    return rows


def _cells(line: str) -> list[str]:
    if len(line) > _LONGEST_LINE or _RULED.match(line):
        return []
    bare = _TAG.sub("", line).replace("**", "").replace("`", "")
    bare = _DRESS.sub("", bare, count=1).strip().removesuffix("|")
    return [cell.strip() for cell in bare.split("|")]


def _is_header(cells: list[str]) -> bool:
    return cells[0].casefold() in _HEADERS


def _pooled(cells: list[str]) -> Pooled | None:
    """One mention; None when the line names none."""
    name = trimmed_surface(cells[0])
    if len(cells) < 2 or not is_surface(name):
        return None
    said = [fold(cell).strip(" .") for cell in cells[1:]]
    if not any(cell in _KNOWN for cell in said):
        return None  # a table of something else
    gender: Gender = _first(said, _GENDERS)
    number: Number = _first(said, _NUMBERS)
    kind: Kind = _first(said, _KINDS)
    stated: Article = _first(said, _ARTICLES)
    led = _ARTICLE.match(name)
    if led:
        name = trimmed_surface(name[led.end() :])
        if not is_surface(name):
            return None
        gender = _agreed(gender, _SHOWN[led["article"]][0])
        number = _agreed(number, _SHOWN[led["article"]][1])
    article: Article = "noun" if name[0].islower() else "definite" if led else stated
    return Pooled(name, Facts(gender, number, kind, article))


def _first(said: list[str], known: dict[str, Any]) -> Any:
    return next((known[cell] for cell in said if cell in known), "")


def _agreed(said: _Value, shown: _Value) -> _Value | Literal[""]:
    """What two sources say; nothing when they contradict each other."""
    if said and shown and said != shown:
        return ""
    return said or shown


def trimmed_surface(text: str) -> str:
    """A name without the quotes and spaces around it, every space a plain one."""
    name = " ".join(text.split())
    while len(name) > 1 and _WRAPPED.get(name[0]) == name[-1]:
        name = name[1:-1].strip()
    start, end = trimmed(name, 0, len(name))
    return name[start:end]


def is_surface(text: str) -> bool:
    """Whether a mention may read like that."""
    return (
        0 < len(text) <= MOST_CHARACTERS
        and any(map(str.isalnum, text))
        and not _UNUSABLE.search(text)
        and not REFUSAL.search(text)
        and not META.search(text)
        and len(tokenize(text)) <= MOST_TOKENS
    )
