"""Expressions that a regular expression finds: dates, times, measures, equipment, units. Used to look for what was forgotten."""

import re
from collections.abc import Iterator, Sequence

from bouture.corpus.document import Document, Mention, Span

_SPACE = r"[ \u00a0\u202f]?"
_MONTH = (
    r"(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|"
    r"January|February|March|April|May|June|July|August|September|October|November|December)"
)
_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?"
_FORMATION = r"(?:brigades?|régiments?|bataillons?|divisions?|armées?|corps d[’']armée|compagnies?|escadrons?)"

PATTERNS = {
    "date": re.compile(
        rf"\b\d{{1,2}}(?:er)? {_MONTH}(?: \d{{4}})?\b|\b{_MONTH} \d{{4}}\b|\b\d{{1,2}}/\d{{1,2}}/\d{{2,4}}\b"
    ),
    "time": re.compile(
        rf"\b\d{{1,2}}{_SPACE}(?:h{_SPACE}\d{{2}}|heures?(?: \d{{2}})?|h)\b|\b\d{{1,2}}:\d{{2}}\b"
    ),
    "measure": re.compile(
        rf"\b(?:{_NUMBER}){_SPACE}(?:km|kilomètres?|mètres?|kg|tonnes?|hectares?|mm|litres?)\b"
    ),
    "money": re.compile(
        rf"\b(?:{_NUMBER})(?:{_SPACE}(?:millions?|milliards?))?{_SPACE}(?:d[’'e] ?)?(?:euros?|dollars?|€|\$)"
    ),
    "percentage": re.compile(rf"\b(?:{_NUMBER}){_SPACE}%"),
    "equipment": re.compile(r"\b[A-Z][A-Za-z]{0,4}-\d{1,4}[A-Z]{0,3}\d?\b"),
    "formation": re.compile(rf"\b\d{{1,3}}{_SPACE}(?:re|er|e|ème|nde?)s? {_FORMATION}\b"),
}
"""By name. Most of them are worth nothing in most corpora: which count is learnt from gold."""


def matches(document: Document) -> Iterator[tuple[str, Span]]:
    """Every match of every pattern."""
    for name, pattern in PATTERNS.items():
        for found in pattern.finditer(document.text):
            yield name, Span(*found.span())


def covered(mentions: Sequence[Mention], span: Span) -> bool:
    """Whether a mention shares a character with `span`."""
    return any(mention.start < span.end and span.start < mention.end for mention in mentions)
