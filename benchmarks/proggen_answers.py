"""Reads what GPT-3.5 answered to ProgGen: sentences with « Named Entities: [x (Type)] », verdicts, lists; codes of science B.5."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bouture.corpus.anchoring import How, Quote, anchor
from bouture.corpus.answer_cleaning import META, REFUSAL
from bouture.strategies.followers.verdicts import read_verdicts

CASE_ONLY = "M07 (case only)"
LABELS = {
    "conll2003_no_misc": ("person", "location", "organization"),
    "wiki_gold_no_misc": ("person", "location", "organization"),
    "mit_movie": (
        "Title",
        "Viewers' Rating",
        "Year",
        "Genre",
        "Director",
        "MPAA Rating",
        "Plot",
        "Actor",
        "Trailer",
        "Song",
        "Review",
        "Character",
    ),
    "mit_restaurant": (
        "Restaurant Name",
        "Amenity",
        "Cuisine",
        "Dish",
        "Hours",
        "Location",
        "Price",
        "Rating",
    ),
}
"""What ProgGen asked for."""

_LIST = re.compile(
    r"^[ \t]*[-*•]?[ \t]*(?:\*\*)?(?:Named )?Entities(?:\*\*)?\s*:[ \t]*(?P<list>.*)$", re.M | re.I
)
_NUMBER = re.compile(r"^\s*(?:\d{1,3}\s*[.)]|[-*•])\s*")
_PREFIX = re.compile(r"^(?:\*\*)?(?:Query|Sentence|Text|Phrase)(?:\*\*)?\s*:\s*", re.I)
_ENTITY = re.compile(r"(?P<text>.+?)\s*\((?P<label>[^()]*)\)\s*(?:,|;|$)", re.S)
_LEFT = re.compile(r"\[[A-Z][\w ]{2,30}\]|⟦[^⟧]*⟧|\bX{3,}\b")


class Item(NamedTuple):
    """One thing that was asked for, as it was answered."""

    dataset: str
    codes: tuple[str, ...] = ()
    """What is wrong, once for each time."""
    entities: int = 0
    parsed: bool = True
    """Whether it gives something; else one of the codes says why not."""


def sentences_of(answer: str, dataset: str) -> Iterator[Item]:
    """The items of one ProgGen answer: a sentence and, on a line below, its entities."""
    start = 0
    for number, found in enumerate(_LIST.finditer(answer)):
        head = answer[start : found.start()]
        start = found.end()
        codes = [] if number else refusal(head)
        numbered = re.findall(rf"{_NUMBER.pattern}.*\w", head, re.M)
        for _ in numbered[:-1]:  # sentences without a list of their own
            yield Item(dataset, ("M04",), parsed=False)
        sentence, around = sentence_of(head)
        codes += around
        listed, more = entities_of(found["list"])
        codes += more
        if not sentence:
            yield Item(dataset, (*codes, "M04"), parsed=False)
            continue
        codes += grounded(sentence, listed, dataset)
        yield Item(dataset, tuple(codes), len(listed), parsed="M04" not in codes)
    rest = answer[start:].strip()
    if rest:
        yield _without_list(rest, dataset, first=start == 0)


def _without_list(rest: str, dataset: str, first: bool) -> Item:
    """What follows the last list of entities: an item cut short, chatter, or a refusal."""
    if codes := refusal(rest):
        return Item(dataset, tuple(codes), parsed=False)
    item = bool(_NUMBER.match(rest)) or first
    return Item(dataset, ("M04",) if item else ("M02",), parsed=False)


def sentence_of(head: str) -> tuple[str, list[str]]:
    """The sentence before a list of entities, bare, and codes of what stood around it."""
    lines = [line for line in head.strip().split("\n") if line.strip()]
    if not lines:
        return "", []
    codes = ["M02"] if len(lines) > 1 else []
    numbered = [line for line in lines if _NUMBER.match(line)]
    line = (numbered or lines)[-1].strip()
    bare = _PREFIX.sub("", _NUMBER.sub("", line)).strip()
    sentence = bare.strip("*").strip()
    quoted = len(sentence) > 1 and sentence[0] in "\"“'" and sentence[-1] in "\"”'"
    if quoted:
        sentence = sentence[1:-1].strip()
    if quoted or sentence != bare:
        codes.append("M12")
    if _LEFT.search(sentence):
        codes.append("M18")
    if META.search(sentence):
        codes.append("M19")
    return sentence, codes


def entities_of(listed: str) -> tuple[list[tuple[str, str]], list[str]]:
    """(surface, label) of a list of entities, and codes: M03 not closed, M04 no list, M05 an entity that cannot be read."""
    inside = listed.strip().rstrip(".").strip("*").strip()
    codes: list[str] = []
    if not inside:
        return [], ["M04"]
    if inside.lower().strip("[]. ") in ("", "none", "n/a", "no entities"):
        return [], []
    if inside.startswith("["):
        end = inside.rfind("]")
        if end < 0:
            codes.append("M03")
        elif inside[end + 1 :].strip():
            codes.append("M02")
        inside = inside[1 : end if end > 0 else len(inside)]
    found: list[tuple[str, str]] = []
    at = 0
    for match in _ENTITY.finditer(inside):
        if match.start() > at:
            codes.append("M05")
        at = match.end()
        surface, label = match["text"].strip(' ,"“”'), match["label"].strip()
        if not surface or not label or re.search(r",\s", surface) or "(" in surface:
            codes.append("M05")  # one of several names had no type, or a name holds « ( » or « , »
            surface = re.split(r",\s+", surface)[-1]
        if surface and label:
            found.append((surface, label))
    if inside[at:].strip(" ,;"):
        codes.append("M05")
    return found, codes


def grounded(sentence: str, listed: list[tuple[str, str]], dataset: str) -> list[str]:
    """Codes M06 to M11 of the entities of a sentence."""
    known = {label.casefold() for label in LABELS.get(dataset, ())}
    codes = ["M06" for _, label in listed if known and label.casefold() not in known]
    quotes = [Quote(surface, label) for surface, label in listed]
    for quote, found in zip(quotes, anchor(sentence, quotes), strict=True):
        if found.how is How.ABSENT or found.how is How.FUZZY:
            codes.append("M08" if quote.text.casefold() in sentence.casefold() else "M07")
        elif found.how is How.CASEFOLD:
            codes.append(CASE_ONLY)
        elif found.how is How.AMBIGUOUS:
            codes.append("M09")
    names = [surface for surface, _ in listed]
    codes += [
        "M10" for a in names if any(a != b and re.search(rf"\b{re.escape(a)}\b", b) for b in names)
    ]
    labels: dict[str, set[str]] = {}
    for surface, label in listed:
        labels.setdefault(surface, set()).add(label)
    return codes + ["M11" for several in labels.values() if len(several) > 1]


def verdicts_of(answer: str, dataset: str) -> Iterator[Item]:
    numbers = re.findall(r"^\s*(\d+)\s*[.)]", answer, re.M)
    asked = len(numbers) or 1
    found = read_verdicts(answer, max([asked, *map(int, numbers)]))
    for number in map(int, numbers or ["1"]):
        said = found.get(number)
        if said is None:
            yield Item(dataset, ("M01",) if REFUSAL.search(answer) else ("M04",), parsed=False)
        else:
            yield Item(dataset, () if said.letter else ("M20",), 1)


def list_of(answer: str, dataset: str) -> Iterator[Item]:
    """Entity pools and values of attributes: one a line."""
    lines = [line for line in answer.split("\n") if line.strip()]
    numbered = [line for line in lines if _NUMBER.match(line)]
    for line in lines:
        bare = _NUMBER.sub("", line).strip().strip('*"“”').strip()
        if numbered and line not in numbered:
            yield Item(dataset, ("M02",), parsed=False)
        elif not bare:
            yield Item(dataset, ("M04",), parsed=False)
        else:
            yield Item(dataset, ("M12",) if line.strip() != bare else (), 1)


def refusal(text: str) -> list[str]:
    """M01 when the model declines."""
    return ["M01"] if REFUSAL.search(text[:400]) else []
