"""French (and English) tokens and sentences with offsets; tokens are cut where annotated mentions usually begin.

`l’AIEA` gives `l’` and `AIEA`, `a-t-il` gives `il`; times, decimals, grouped thousands, acronyms
with dots, hyphenated names, web addresses and emoji stay whole.
"""

import re
from functools import lru_cache

from bouture.corpus.document import Span
from bouture.corpus.normalise import WORD, fold

_CAPITAL = r"[^\W\d_a-zß-öø-ÿœ]"  # any letter but a Latin lower-case one
_WORD = r"\w[\w\u0300-\u036f\u00ad\u200b]*"
_SPACE = r"[ \u00a0\u202f\u2009]"
_APOSTROPHE = r"['’ʼ]"

ELISION = rf"(?:lorsqu|puisqu|jusqu|quoiqu|presqu|quelqu|qu|[cdjlmnst]){_APOSTROPHE}"
"""What French elides before a vowel; to be matched without regard to case."""

# Followed by a name: the dot never ends a sentence.
_TITLES = (
    "MM|Mr|Mrs|Ms|M|Dr|Drs|Pr|Prof|Me|Mgr|Ste|St|[Gg]én|[Gg]en|[Gg]al|[Ll]t|[Ss]gt|[Cc]dt|[Cc]ne|"
    "[Cc]pt|[Cc]apt|[Cc]ol|[Aa]dm|[Mm]aj|[Bb]rig|[Ss]én|[Pp]rés"
)
# Abbreviations that are also words or can end a sentence: the dot is theirs only when the sentence goes on.
_SHORTENED = (
    "art|av|bd|boul|cf|chap|coll|dép|dir|éd|env|ex|fig|hab|max|min|moy|mn|p|pp|réf|tél|vol|vs|"
    "janv|févr|fév|avr|juil|sept|oct|nov|déc|Jan|Feb|Aug|Sept|Oct|Nov|Dec|No|Inc|Ltd|Jr|Sr|e\\.g|i\\.e"
)
_OPENERS = (
    "Il|Ils|Elle|Elles|On|Nous|Vous|Je|Tu|Le|La|Les|Un|Une|Des|Ce|Cet|Cette|Ces|Mais|Et|Selon|"
    "Dans|En|Pour|Après|Au|Aux|Du|Leur|Son|Sa|Ses|The|He|She|They|It|We|In|But|And"
)
_CLITICS = "je|tu|il|elle|on|nous|vous|ils|elles|ce|moi|toi|lui|leur|leurs|le|la|les|y|en|ci|là|eux|même|mêmes"
_EMOJI = (
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3|"
    "[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
    "[\ufe0f\U0001f3fb-\U0001f3ff]*"
    "(?:\u200d[\u2190-\u27bf\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*)*)"
)

TOKEN = re.compile(
    "|".join(
        [
            r"[A-Za-zÀ-ÖØ-öø-ÿœ]+(?=[ ,])|[,;:.](?= )",  # most tokens, found at once
            rf"(?<=\w)(?i:n{_APOSTROPHE}t)(?!\w)",
            rf"(?i:{ELISION})(?=[\w«“\"(\[])",
            r"(?:https?://|www\.)[^\s<>«»\"”]*[^\s<>«»\"”.,;:!?…')\]’]",
            r"[\w.+-]{1,64}+@\w[\w-]*(?:\.\w+)+",
            r"[@#]\w+",
            _EMOJI,
            rf"(?i:rendez-vous|aujourd{_APOSTROPHE}hui|prud{_APOSTROPHE}hom\w+)",
            rf"(?:{_TITLES})\.(?={_SPACE}*{_CAPITAL})",
            rf"(?i:etc\.|c\.-à-d\.)|J\.{_SPACE}?-C\.",
            rf"(?:{_SHORTENED})\.(?={_SPACE}*[a-zß-öø-ÿœ0-9,;:)])",
            r"[nN][°º]s?",
            # acronyms and initials; « le plan B. Il » ends a sentence
            rf"(?:{_CAPITAL}\.){{2,}}(?:{_CAPITAL}(?!\w))?",
            rf"{_CAPITAL}\.(?=-{_CAPITAL}|{_SPACE}?{_CAPITAL})(?!{_SPACE}*(?:{_OPENERS})\b)",
            # times, dates, numbers
            rf"\d{{1,2}}{_SPACE}?[hH]{_SPACE}?\d{{2}}(?!\w)|\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?!\w)",
            r"\d{1,4}([/.-])\d{1,2}\1\d{1,4}(?!\w)",
            r"\d{1,3}(?:[ .\u00a0\u202f\u2009\u2007]\d{3})+(?:,\d+)?(?![\d.,]\d|\w)",
            r"\d+(?:[.,]\d+)+",
            # words: English clitics cut, hyphens kept, apostrophes of foreign names kept
            rf"(?<=\w){_APOSTROPHE}(?i:s|re|ve|ll|d|m|t)(?!\w)",
            rf"(?<=\w)-t-(?=(?:il|elle|on|ils|elles)(?!\w))|(?<=\w)-(?=(?:{_CLITICS})(?![\w-]))",
            rf"\w+?(?=n{_APOSTROPHE}t(?!\w))",
            rf"{_WORD}"
            rf"(?:"
            rf"(?!-t-(?:il|elle|on|ils|elles)(?!\w))(?!-(?:{_CLITICS})(?![\w-]))"
            rf"(?:-(?:d{_APOSTROPHE})?|[·‧&]){_WORD}"
            rf"|(?!{_APOSTROPHE}(?i:s|re|ve|ll|d|m|t)(?!\w)){_APOSTROPHE}{_WORD}"
            rf"|\.(?:e|le|ne|te|rice|trice|euse)\.s(?!\w)"
            rf")*",
            r"\.{2,}|…+|--+|[!?]{2,}",
            r"[^\s\u00ad\u200b\ufeff]",
        ]
    )
)

_OPENER = re.compile(rf"(?:{_OPENERS})$")
_LOWER = re.compile(r"[a-zß-öø-ÿœ]")
_CONTINUES = re.compile(r"[a-zß-öø-ÿœ,;:%/.!?…]")
_CLOSING = "»”)]"
_EITHER = "\"'’"  # closes when it touches what it follows
_DASH = "-–—"
_JOINS = ("", " ")
"""What stands between most tokens and ends nothing."""


# Everything that is asked of one document asks for its tokens and sentences again.
REMEMBERED = 256


def tokenize(text: str) -> tuple[Span, ...]:
    """The tokens of `text`, in order, without overlap; what lies between them is white space or invisible."""
    return _tokenized_name(text) if len(text) <= WORD else _tokenized(text)


@lru_cache(maxsize=1 << 12)
def _tokenized_name(text: str) -> tuple[Span, ...]:
    """Names come again and again; among whole texts they would drive these out."""
    return _spans(text)


@lru_cache(REMEMBERED)
def _tokenized(text: str) -> tuple[Span, ...]:
    return _spans(text)


def _spans(text: str) -> tuple[Span, ...]:
    return tuple(Span(*found.span()) for found in TOKEN.finditer(text))


@lru_cache(REMEMBERED)
def folded_tokens(text: str) -> tuple[str, ...]:
    """The tokens of `text` in the form in which two strings are compared."""
    return tuple(fold(text[token.start : token.end]) for token in tokenize(text))


@lru_cache(REMEMBERED)
def sentences(text: str) -> tuple[Span, ...]:
    """The sentences of `text`, trimmed, in order, without overlap; every token is in exactly one.

    A sentence ends at `.`, `!`, `?` or `…` (and the quotes or brackets that close after it) when what
    follows can begin one; at a blank line; and at a line end unless the next line goes on in lower case.
    Titles, initials, abbreviations, decimals and numbered items end none.
    """
    tokens = tokenize(text)
    words = [text[t.start : t.end] for t in tokens]
    found: list[Span] = []
    first, ending = 0, -1
    after = [token.start for token in tokens[1:]]
    gaps = [text[token.end : start] for token, start in zip(tokens, after, strict=False)]
    for i, (word, gap) in enumerate(zip(words, [*gaps, "\n\n"], strict=False)):
        if ending < 0 and gap in _JOINS and not _terminates(word):
            continue
        if _terminates(word):
            ending = i
        elif ending >= 0 and not _closes(word, gap_before=tokens[i].start - tokens[i - 1].end):
            ending = -1
        if _line_breaks(gap, words, i) or (ending >= 0 and _ends(words, first, ending, (i, gap))):
            found.append(Span(tokens[first].start, tokens[i].end))
            first, ending = i + 1, -1
    return tuple(found)


def _terminates(word: str) -> bool:
    return word[-1] in ".!?…"


def _closes(word: str, gap_before: int) -> bool:
    return word in _CLOSING or (word in _EITHER and gap_before == 0)


def _line_breaks(gap: str, words: list[str], i: int) -> bool:
    """Whether the white space after word `i` ends a paragraph, a list item or a heading."""
    lines = gap.count("\n") + gap.count("\r") - gap.count("\r\n")
    return lines > 1 or (lines == 1 and not _LOWER.match(words[i + 1]))


def _ends(words: list[str], first: int, ending: int, last: tuple[int, str]) -> bool:
    """Whether the sentence that began at `first` and has its full stop at `ending` ends after word `last`."""
    i, gap = last
    following = words[i + 1]
    if following in _CLOSING or (following in _EITHER and not gap):
        return False
    if following in _DASH and i + 2 < len(words):
        following = words[i + 2]
    if _CONTINUES.match(following):
        return False
    stop = words[ending]
    if len(stop) > 1 and stop.strip(".!?…"):  # an abbreviation, an acronym, an initial
        if stop.lower() == "etc.":
            return True
        return stop.count(".") > 1 and _OPENER.match(following) is not None
    if stop == "." and ending - first == 1 and words[first].isdigit():
        return False  # « 1. Le … »
    if gap or ending < i:
        return True
    # A forgotten space: « …de la ville.Le maire »; not « Lenta.Ru »
    before = words[ending - 1] if ending > first else ""
    return before.isalpha() and before.islower() and following[:1].isupper() and len(following) > 1
