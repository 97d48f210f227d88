"""Reads judgements of numbered items, however they were written: the letter asked for, ProgGen's sentences, oui and non."""

import re
from typing import NamedTuple

from bouture.corpus.findings import shown
from bouture.corpus.issue import Issue, Place, Severity, Wording

UNUSABLE = Wording(
    "{follower}: the answer cannot be used, nothing was changed: {said!r}",
    "{follower} : réponse inutilisable, rien n’a été changé : {said!r}",
)
SOME_MISSING = Wording(
    "{follower}: no verdict on {count} of {asked} mention(s)",
    "{follower} : pas de verdict sur {count} mention(s) sur {asked}",
)

LONGEST = 20000
"""Characters of an answer that are read; verdicts are short."""
_THINKING = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_ITEM = re.compile(
    r"^[ \t]*(?:[-*•]\s*)?(?:\*\*)?\(?(?P<number>\d{1,3})\s*[.):|-]\s*", re.MULTILINE
)
_LABEL = re.compile(
    r"\b(?:label|answer|verdict|judge?ment|réponse|jugement)\b[\s*]*[:=]\s*", re.IGNORECASE
)
_LETTER = re.compile(r"^[\s*_`\"'(\[]*(?P<letter>[A-D])(?=[\s)\].,:|;*_`\"'–—-]|$)")
_YES = re.compile(r"^[\s*_`\"'(\[]*(?P<word>oui|yes|non|no)\b(?!\.\w)", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“«]\s*([^\"“”«»\n]+?)\s*[\"”»]")
_TYPE = re.compile(
    r"\b(?:(?:correct |right |bon )?(?:entity )?type|catégorie|category)(?: correcte?)?(?: is|\s*:| est)\s*+[\"“«*]*+\s*+(?!not\b|pas\b)([^\".,;\n”»*()]+)",
    re.IGNORECASE,
)
_BOUNDARY = re.compile(
    r"\b(?:boundary|boundaries|span|bornes?|limites?)\s*(?:is|are|:|est|sont)\s*+(?!not\b|pas\b)([^\"“«\n]+)",
    re.IGNORECASE,
)
_WORDS = (
    ("D", re.compile(r"not an? (?:named )?entity|pas une (?:entité|mention)|aucune entité", re.I)),
    ("B", re.compile(r"wrong (?:span )?boundar|mauvaises? (?:bornes?|limites?)", re.I)),
    ("C", re.compile(r"wrong (?:entity )?type|mauvais type|autre type", re.I)),
    ("A", re.compile(r"\bcorrecte?\b|\bright\b|\bjuste\b", re.I)),
)
_NOT_ENTITY = _WORDS[0][1]
_EDGES = " \t\u00a0\u202f.,;:|*_`\"'“”«»()[]-–—"


class Said(NamedTuple):
    """What an answer says of one item."""

    letter: str
    """A correct, B wrong boundaries, C wrong type, D no entity; empty: it contradicts itself or says nothing."""
    correction: str = ""
    """The right mention (B) or type (C), as written; may be empty."""


def read_verdicts(answer: str, asked: int) -> dict[int, Said]:
    """The verdicts by number of the item, from 1; items that were not asked about are left out.

    When the answer numbers nothing and has as many judgements as there are items, they are taken
    in order. The first judgement of an item counts.
    """
    text = _THINKING.sub("", answer)[:LONGEST]
    items = list(_ITEM.finditer(text))
    found: dict[int, Said] = {}
    ends = [item.start() for item in items[1:]]
    for item, end in zip(items, [*ends, len(text)], strict=False):
        body = text[item.end() : end]
        said = judgement(body)
        number = int(item["number"])
        if said is not None and 1 <= number <= asked:
            found.setdefault(number, said)
    if not found:
        lines = [said for line in text.split("\n") if (said := judgement(line)) is not None]
        if len(lines) == asked:
            found = dict(enumerate(lines, 1))
    return found


def judgement(body: str) -> Said | None:
    """The judgement in what is said of one item; None when there is none."""
    labelled = _LABEL.search(body)
    rest = (
        body[labelled.end() :]
        if labelled
        else _QUOTED.sub("", body, count=1)
        if _opens_quoted(body)
        else body
    )
    letter = _LETTER.match(rest)
    if letter:
        return _checked(letter["letter"], rest[letter.end() :])
    yes = _YES.match(rest)
    if yes:
        return Said("A" if yes["word"].lower() in ("oui", "yes") else "D")
    later = re.search(r"(?:^|[\s:|–—-])\(?([A-D])\)?(?=[.):|]|\s*$)", rest.split("\n")[0])
    if later:
        return _checked(later[1], rest[later.end() :])
    for name, pattern in _WORDS:
        if pattern.search(rest[:200]):
            return _checked(name, rest)
    return None


def unusable(follower: str, document: str, answer: str) -> Issue:
    """The note on an answer without any verdict (P59)."""
    told = {"follower": follower, "said": shown(answer)}
    return Issue.of("P59", Severity.NOTE, UNUSABLE, Place(document=document), **told)


def missing(follower: str, document: str, count: int, asked: int) -> Issue:
    """The note on mentions without a verdict (P59)."""
    told = {"follower": follower, "count": count, "asked": asked}
    return Issue.of("P59", Severity.NOTE, SOME_MISSING, Place(document=document), **told)


def _opens_quoted(body: str) -> bool:
    return bool(re.match(r"\s*(?:text span\s*:\s*)?[\"“«]", body, re.IGNORECASE))


def _checked(letter: str, rest: str) -> Said:
    """The verdict with its correction; without letter when its words say another thing than its letter."""
    if letter == "C" and _NOT_ENTITY.search(rest) and not _TYPE.search(rest):
        return Said("")
    if letter == "B":
        return Said("B", _mention(rest))
    if letter == "C":
        return Said("C", _label(rest))
    return Said(letter)


def _mention(rest: str) -> str:
    quoted = _QUOTED.findall(rest)
    if quoted:
        return str(quoted[-1]).strip()
    stated = _BOUNDARY.search(rest)
    first = rest.strip(_EDGES).split("\n")[0]
    return (stated[1] if stated else first).strip(_EDGES)


def _label(rest: str) -> str:
    stated = _TYPE.findall(rest)
    if stated:
        return str(stated[-1]).strip(_EDGES)
    quoted = _QUOTED.findall(rest)
    if quoted:
        return str(quoted[-1]).strip(_EDGES)
    first = rest.strip(_EDGES).split("\n")[0]
    return first.strip(_EDGES) if len(first.split()) <= 4 else ""
