"""The register of a text, told from its layout alone: the same text always has the same one, and no model is asked."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from bouture.corpus.document import Document
from bouture.corpus.issue import Wording

LIVE, DISPATCH, MESSAGE, LIST, SPEECH, ARTICLE, BRIEF = (
    "live",
    "dispatch",
    "message",
    "list",
    "speech",
    "article",
    "brief",
)
REGISTERS: Mapping[str, Wording] = MappingProxyType(
    {
        LIVE: Wording("live entry", "direct horodaté"),
        DISPATCH: Wording("agency dispatch", "dépêche"),
        MESSAGE: Wording("relayed message", "message relayé"),
        LIST: Wording("list or form", "liste ou formulaire"),
        SPEECH: Wording("quoted speech", "paroles rapportées"),
        ARTICLE: Wording("long text", "texte long"),
        BRIEF: Wording("short text", "texte court"),
    }
)
"""What each register is called."""

HEAD = 160
"""Characters at the beginning in which a dateline stands."""
LONG = 1200
"""Characters from which a text without other marks is a long one: some two hundred words."""

_CLOCK = re.compile(
    r"\A\W*(?:(?:mis|mise) à jour (?:à|le)\W+|updated? (?:at)?\W*)?"
    r"\d{1,2}\s?(?:h(?:\s?\d{2})?\b|[:.]\d{2}\b)",
    re.IGNORECASE,
)
"""A time of day at the very beginning: « 5 h 42 — », « 7h10. », « Mis à jour à 9 h 15. », “14:05”."""
_AGENCY = re.compile(r"\((?:AFP|Reuters|AP|ATS|Belga|TASS|Interfax|DPA|EFE|ANSA)[^)]{0,20}\)")
"""The signature of an agency in brackets."""
_MARK = re.compile(r"(?:^|\s)[#@]\w{2,}|https?://|\bt\.me/|[\U0001F300-\U0001FAFF]")
"""A hashtag, an account, an address, an emoji."""
_ITEM = re.compile(r"^\s*(?:[-–—•*·▪]|\d{1,2}[.)/]|[A-Za-z]\))\s")
_FIELD = re.compile(r"^\s*[^\W\d_][^:.!?]{0,40}\s?:\s")
_QUOTED = re.compile(r"«[^«»]+»|“[^“”]+”|\"[^\"]+\"")
"""No quote inside a quote: what is never closed is read through once, not from each opening."""


def register_of(document: Document, key: str = "") -> str:
    """What kind of text it is: a value of `meta`, or one of `REGISTERS` told from the layout.

    In this order: a time of day at the beginning (live entry); an agency in brackets near the
    beginning (dispatch); a hashtag, an account, an address or an emoji (relayed message); more than
    half of at least three lines items or fields (list); more than half of the characters between
    quotation marks (speech); at least 1,200 characters or three paragraphs (long); else short.

    Args:
        key: the key of `meta` that names the register, where the recipe says there is one.
    """
    if key:
        value = document.meta.get(key)
        if isinstance(value, str | int | float) and str(value).strip():
            return str(value).strip()
    text = document.text
    if _CLOCK.match(text):
        return LIVE
    if _AGENCY.search(text[:HEAD]):
        return DISPATCH
    if _MARK.search(text):
        return MESSAGE
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) >= 3 and sum(map(_is_item, lines)) > len(lines) / 2:
        return LIST
    if sum(len(found.group()) for found in _QUOTED.finditer(text)) > len(text) / 2:
        return SPEECH
    if len(text) >= LONG or len(re.split(r"\n\s*\n", text.strip())) >= 3:
        return ARTICLE
    return BRIEF


def register_name(register: str) -> Wording:
    """What a register is called; a value of `meta` is its own name."""
    return REGISTERS.get(register) or Wording(register, register)


def _is_item(line: str) -> bool:
    return _ITEM.match(line) is not None or _FIELD.match(line) is not None
