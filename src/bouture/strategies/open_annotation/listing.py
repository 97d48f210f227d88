"""Reads a list of entities with their concepts, however it was written: `mention <> concept <> description`, one a line."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from bouture.corpus.answer_cleaning import META, REFUSAL
from bouture.corpus.findings import Findings, shown
from bouture.corpus.issue import Issue, Severity, Wording
from bouture.strategies.open_annotation.concepts import concept_name

REFUSED = Wording("the model refuses: {said!r}", "le modèle refuse : {said!r}")
NOTHING = Wording("no entity in the answer", "aucune entité dans la réponse")
CUT = Wording(
    "the answer is cut (finish_reason = length); its last line was left out, the text after it masked",
    "la réponse est coupée (finish_reason = length) ; sa dernière ligne est laissée de côté, la suite du texte est masquée",
)
UNREADABLE = Wording(
    "{count} line(s) that are not `mention <> concept <> description`, e.g. {line!r}",
    "{count} ligne(s) qui ne sont pas de la forme `mention <> concept <> description`, par ex. {line!r}",
)

_SEPARATOR = re.compile(r"\s*(?:<>|&lt;&gt;|->|→|=>|\s\|\s|\t)\s*")
"""`<>` was asked for; the rest is what models write instead."""
_LEAD = re.compile(r"^\s*(?:[-*•–—]\s+|\(?\d{1,3}[.):]\s+|\|\s*)")
_THINKING = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_HEADING = re.compile(r"^(?:entity|entité|mention)s?\b.*\b(?:concept|type)\b", re.IGNORECASE)
_NOTHING = re.compile(
    r"^\W*(?:no (?:entit(?:y|ies)|concepts?)|none|aucune? (?:entité|mention|concept)s?|néant)\W*$",
    re.IGNORECASE,
)
_EDGES = "\"'`*“”«»‘’ \t\u00a0\u202f"
LONGEST = 2000
"""Characters of a line beyond which it is no entry."""
MOST = 2000
"""Lines of an answer that are read."""
_MENTION = ("entity", "mention", "text", "name", "entité", "entite")
_CONCEPT = ("concept", "type", "label", "entity_type")
_DESCRIPTION = ("description", "desc", "definition")


class Listed(NamedTuple):
    """One line of the answer."""

    mention: str
    concept: str
    description: str


def read_list(
    answer: str, *, id: str, finish_reason: str = "stop"
) -> tuple[list[Listed] | None, list[Issue]]:
    """The entities listed, None when the answer is no list; never fails on any string.

    Codes: M01 refusal, M03 cut, M04 nothing listed, M05 lines that cannot be read. Chatter around the
    list is left out without a word. A list that says it is empty is read as no entity.
    """
    findings = Findings(id)
    text = _THINKING.sub("", answer).strip("\ufeff\u200b \t\r\n")
    from_json = _json(text)
    if from_json is not None:
        return list(dict.fromkeys(from_json)), findings.issues
    lines = [line for line in re.split(r"[\r\n]+", text)[:MOST] if line.strip(_EDGES + "#-=_")]
    if finish_reason == "length":
        lines = lines[:-1]
        findings.add("M03", Severity.NOTE if lines else Severity.REJECT, CUT)
    listed: dict[Listed, None] = {}
    unread: list[str] = []
    for line in lines:
        one = _entry(line)
        if one is not None:
            listed[one] = None
        elif _SEPARATOR.search(line[:LONGEST]) and not _HEADING.match(line.strip(_EDGES + "|#-")):
            unread.append(line)
    if unread:
        findings.add("M05", Severity.NOTE, UNREADABLE, count=len(unread), line=shown(unread[0]))
    if listed or any(_NOTHING.match(line) for line in lines):
        return list(listed), findings.issues
    if REFUSAL.search(text[:400]) or META.search(text[:400]):
        findings.add("M01", Severity.REJECT, REFUSED, said=shown(text))
    else:
        findings.add("M04", Severity.REJECT, NOTHING)
    return None, findings.issues


def _entry(line: str) -> Listed | None:
    if len(line) > LONGEST:
        return None
    cells = [
        c.strip(_EDGES) for c in _SEPARATOR.split(_LEAD.sub("", line).strip(" |\t"), maxsplit=2)
    ]
    if len(cells) < 2 or _HEADING.match(" ".join(cells)):
        return None
    return _listed(cells[0], cells[1], cells[2] if len(cells) > 2 else "")


def _listed(mention: str, concept: str, description: str) -> Listed | None:
    """An entry with its concept in its normal form; None without mention or concept."""
    name = concept_name(_text(concept))
    mention = _text(mention).strip()
    if not mention or not name:
        return None
    return Listed(mention, name, " ".join(_text(description).split()))


def _text(value: str) -> str:
    """Without half characters, which no document may hold."""
    return value.encode("utf-8", "replace").decode("utf-8")


def _json(text: str) -> list[Listed] | None:
    """The entities of a JSON list of objects, triples or such a list under a key; None when it is none."""
    start = min((i for i in (text.find("["), text.find("{")) if i >= 0), default=-1)
    if start < 0 or (start > 0 and "```" not in text[:start] and "\n" not in text[:start]):
        return None
    try:
        value, _ = json.JSONDecoder().raw_decode(text[start:])
    except (ValueError, RecursionError):
        return None
    return [one for item in _items(value) if (one := _item(item)) is not None] or None


def _items(value: Any) -> Iterator[Any]:
    if isinstance(value, dict) and not any(name in value for name in _MENTION):
        for inside in value.values():
            if isinstance(inside, list):
                yield from inside
    elif isinstance(value, list):
        yield from value
    else:
        yield value


def _item(item: Any) -> Listed | None:
    if isinstance(item, list) and len(item) >= 2:
        cells = [*map(str, item[:3]), ""]
        return _listed(cells[0], cells[1], cells[2])
    if not isinstance(item, dict):
        return None
    cells = [
        next((str(item[name]) for name in names if item.get(name)), "")
        for names in (_MENTION, _CONCEPT, _DESCRIPTION)
    ]
    return _listed(cells[0], cells[1], cells[2])
