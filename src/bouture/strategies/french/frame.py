"""What stands before a mention, read from right to left: adjectives, a determiner, a preposition, a word that elides."""

import re
from typing import NamedTuple

from bouture.corpus.document import Document, remembered
from bouture.corpus.tokens import ELISION
from bouture.strategies.french.facts import Facts
from bouture.strategies.french.words import (
    CONTRACTED,
    DETERMINERS,
    ELIDED,
    FULL,
    PRENOMINAL,
    PREPOSITIONS,
    TELLING,
)
from bouture.strategies.labelling import LabelledToken, label_tokens

_tokens = remembered(label_tokens)
_ELISION = re.compile(rf"(?i:{ELISION})")
_ENDS = ".!?…:»”"
_OPENS = frozenset("«“\"'‘(-–—•*[")
_LEADING = frozenset(("de", "à", "en", "dans", "sur"))
_MOST_ADJECTIVES = 3


class Words:
    """A document as its words, lower-case and with typographic apostrophes."""

    def __init__(self, document: Document, tokens: list[LabelledToken] | None = None) -> None:
        self.document = document
        self.text = document.text
        self.tokens = _tokens(document) if tokens is None else tokens
        self.forms = [_form(token.text) for token in self.tokens]
        self.at = {token.start: n for n, token in enumerate(self.tokens) if not token.cut}
        """Number of the token that starts at an offset."""
        self.ending = {token.end: n for n, token in enumerate(self.tokens) if not token.cut}
        """Number of the token that ends at an offset."""

    def gap(self, number: int) -> str:
        """What stands between a token and the next."""
        return self.text[self.tokens[number].end : self.tokens[number + 1].start]

    def leads_to(self, number: int) -> bool:
        """Whether a token is a word that the next one follows at once: by a space, or an apostrophe."""
        gap = self.gap(number)
        if self.forms[number].endswith("’"):
            return not gap
        return bool(gap) and "\n" not in gap and self.forms[number][:1].isalnum()

    def starts_sentence(self, number: int) -> bool:
        """Whether a sentence, a line or a quotation of its own begins with a token."""
        while number > 0 and self.tokens[number - 1].text in _OPENS:
            number -= 1
        if number == 0 or "\n" in self.gap(number - 1):
            return True
        return not self.tokens[number - 1].text.strip(_ENDS)


class Frame(NamedTuple):
    """The words before a mention that depend on it."""

    first: int
    """Number of the first of them; that of the mention's first token when there is none."""
    noun: int
    """Number of the mention's first token."""
    opener: str = ""
    """`que`, `lorsque`, `jusque`…: a conjunction or adverb that elides."""
    preposition: str = ""
    """`de`, `à`, `en`, `dans`, `sur` or none."""
    determiner: str = ""
    """Base of the determiner (`le`, `un`, `ce`, `son`, `deux`…) or none; `des` stays `des`."""
    whole: bool = False
    """Whether « tout », « toute »… stands before the article."""
    adjectives: tuple[int, ...] = ()
    """Numbers of the adjectives between determiner and mention."""
    shown: tuple[str, str] = ("", "")
    """Gender and number that these words show."""
    earlier: str = ""
    """The word before all of these; empty at the start, `.` and the like for punctuation."""

    @property
    def governed(self) -> bool:
        """Whether a preposition governs the mention."""
        return bool(self.preposition) or self.earlier in PREPOSITIONS


def frame_of(words: Words, noun: int) -> Frame:
    """The frame of the mention whose first token is number `noun`."""
    n, adjectives = _adjectives(words, noun)
    shown = [_shown_by_adjective(words.forms[a]) for a in adjectives]
    preposition, determiner, whole = "", "", False
    form = _lead(words, n)
    if form in CONTRACTED:
        preposition, determiner, n = CONTRACTED[form], "le", n - 1
        shown.append(("", "p") if form == "aux" else ("m", "s"))
    elif form in DETERMINERS:
        determiner, n = DETERMINERS[form], n - 1
        shown.append(TELLING.get(form, ("", "p")))
        if _lead(words, n) in ("tout", "toute", "tous", "toutes") and determiner in (
            "le",
            "son",
            "ce",
        ):
            shown.append(_shown_by_adjective(words.forms[n - 1]))
            whole, n = True, n - 1
    elif adjectives and FULL.get(form, form) not in _LEADING:
        n, adjectives, shown = noun, (), []  # « lundi dernier Zelensky… »
    if not preposition and FULL.get(_lead(words, n), _lead(words, n)) in _LEADING:
        preposition = FULL.get(words.forms[n - 1], words.forms[n - 1])
        n -= 1
    opener = ""
    form = _lead(words, n)
    if FULL.get(form, form) in ELIDED and FULL.get(form, form) != "de":
        opener, n = FULL.get(form, form), n - 1
    earlier = "" if n == 0 else words.forms[n - 1]
    return Frame(
        n, noun, opener, preposition, determiner, whole, adjectives, _agreed(shown), earlier
    )


def _adjectives(words: Words, noun: int) -> tuple[int, tuple[int, ...]]:
    n = noun
    while noun - n < _MOST_ADJECTIVES and _lead(words, n) in PRENOMINAL:
        n -= 1
    return n, tuple(range(n, noun))


def _lead(words: Words, n: int) -> str:
    """The form of the token before number `n`, when it is a word that leads to it."""
    return words.forms[n - 1] if n > 0 and words.leads_to(n - 1) else ""


def _shown_by_adjective(form: str) -> tuple[str, str]:
    if form in ("nombreux", "nombreuses"):
        return "m" if form == "nombreux" else "f", "p"
    four = PRENOMINAL[form]
    places = [n for n, other in enumerate(four) if other == form]
    if not places:
        return "m", "s"  # bel, nouvel, vieil
    genders = {"mf"[n % 2] for n in places}
    numbers = {"sp"[n // 2] for n in places}
    return (
        genders.pop() if len(genders) == 1 else "",
        numbers.pop() if len(numbers) == 1 else "",
    )


def _agreed(shown: list[tuple[str, str]]) -> tuple[str, str]:
    genders = {gender for gender, _ in shown if gender}
    numbers = {number for _, number in shown if number}
    return (
        genders.pop() if len(genders) == 1 else "",
        numbers.pop() if len(numbers) == 1 else "",
    )


def shown_facts(frame: Frame) -> Facts:
    """What the frame itself tells of the mention."""
    return Facts(frame.shown[0], frame.shown[1])  # type: ignore[arg-type]


def _form(word: str) -> str:
    lower = word.lower()
    return lower[:-1] + "’" if _ELISION.fullmatch(word) else lower.replace("'", "’")
