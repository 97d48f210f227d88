"""What the word before asks of a French word, and the form it takes before another one (science A.1.1, B.4).

Gender and number are learnt from the determiners seen before a word in gold; the kind of initial too, or
it follows from the spelling where that is certain. What is unknown is declined, never guessed.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from bouture.corpus.tokens import ELISION
from bouture.strategies.french import initials
from bouture.strategies.labelling import LabelledToken

MASCULINE = frozenset(("le", "un", "du", "au", "ce", "cet", "quel", "aucun"))
FEMININE = frozenset(("la", "une", "cette", "quelle", "aucune", "ma", "ta", "sa"))
SINGULAR = frozenset(("l’", "leur", "notre", "votre", "chaque", "mon", "ton", "son"))
PLURAL = frozenset(
    [
        "les",
        "des",
        "aux",
        "ces",
        "mes",
        "tes",
        "ses",
        "nos",
        "vos",
        "leurs",
        "quels",
        "quelles",
        "plusieurs",
        "quelques",
        "certains",
        "certaines",
        "deux",
        "trois",
        "quatre",
        "cinq",
    ]
)
DETERMINERS = MASCULINE | FEMININE | SINGULAR | PLURAL
ELIDED = {
    "de": "d’",
    "que": "qu’",
    "ne": "n’",
    "se": "s’",
    "je": "j’",
    "me": "m’",
    "te": "t’",
    "lorsque": "lorsqu’",
    "puisque": "puisqu’",
    "quoique": "quoiqu’",
}
"""Words with a form before a vowel and one before a consonant."""
FULL = {elided: full for full, elided in ELIDED.items()}
BEFORE_VOWEL = frozenset(("l’", "cet", *FULL))
BEFORE_CONSONANT = frozenset(("le", "la", "du", "au", "ce", "ma", "ta", "sa", *ELIDED))
PLACING = frozenset(("en", "à"))
"""Prepositions that choose among the names of places: only what was seen after one may follow it."""

_ELISION = re.compile(rf"(?i:{ELISION})")


class Before(NamedTuple):
    """The word before a stretch of text."""

    form: str
    """Lower-case, with a typographic apostrophe; empty when nothing, or no word, stands just before."""
    start: int
    earlier: str
    """The word before that one."""


class Agreement(NamedTuple):
    """What is known of a word or a mention."""

    gender: str
    """`m`, `f` or unknown (empty)."""
    number: str
    """`s`, `p` or unknown (empty)."""
    initial: str
    """`v` where words are elided before it, `c` where they are not, or unknown (empty)."""
    seen: frozenset[str] = frozenset()
    """Forms seen before it in gold; those that are no determiner as the empty string, save `PLACING`."""


def before(tokens: Sequence[LabelledToken], number: int) -> Before:
    """The word before token `number` of a text."""
    token = tokens[number]
    if number == 0:
        return Before("", token.start, "")
    previous = tokens[number - 1]
    earlier = _form(tokens[number - 2].text) if number > 1 else ""
    form = _form(previous.text)
    if not form[:1].isalpha() or form.endswith("’") != (previous.end == token.start):
        return Before("", token.start, earlier)
    return Before(form, previous.start, earlier)


def agreement(word: str, seen: frozenset[str]) -> Agreement:
    """What the forms seen before a word, and its spelling, tell of it."""
    genders = {"m" for form in seen & MASCULINE} | {"f" for form in seen & FEMININE}
    plural, singular = bool(seen & PLURAL), bool(seen & (MASCULINE | FEMININE | SINGULAR))
    start = initial(word)
    if not start and seen & BEFORE_VOWEL and not seen & BEFORE_CONSONANT:
        start = "v"
    elif not start and seen & BEFORE_CONSONANT and not seen & BEFORE_VOWEL:
        start = "c"
    return Agreement(
        gender=genders.pop() if len(genders) == 1 else "",
        number="" if plural == singular else "p" if plural else "s",
        initial=start,
        seen=frozenset(f if f in DETERMINERS | PLACING else "" for f in seen),
    )


def initial(word: str) -> str:
    """`v` when French elides before the word, `c` when it does not, empty when spelling does not tell."""
    known = initials.initial(word)
    return "" if known == "s" else known


def form_before(now: Before, new: Agreement) -> str | None:
    """The form the word before must have in front of a new word; None when that is not certain."""
    form = now.form
    if form in ELIDED or form in FULL:
        full = FULL.get(form, form)
        return {"v": ELIDED[full], "c": full}.get(new.initial)
    if form in PLURAL:
        return form if new.number == "p" else None
    if form not in DETERMINERS:
        return form
    if new.number != "s" or (form in MASCULINE and new.gender != "m"):
        return None
    if form in FEMININE and new.gender != "f":
        return None
    return _singular(now, new)


def _singular(now: Before, new: Agreement) -> str | None:
    """The form of a singular determiner whose gender, if it has one, is that of the new word."""
    form = now.form
    if form in ("le", "la", "l’"):
        full = {"m": "le", "f": "la"}.get(new.gender)
        if form == "l’" and full == "le" and now.earlier in ("de", "à"):
            full = None  # contracted: « du », « au »
        return {"v": "l’", "c": full}.get(new.initial)
    if form in ("ce", "cet"):
        return {"v": "cet", "c": "ce"}.get(new.initial)
    if form in ("du", "au", "ma", "ta", "sa"):
        return form if new.initial == "c" else None
    if form in ("mon", "ton", "son"):
        return form if new.gender == "m" or new.initial == "v" else None
    return form


def written(form: str, now: str, text: str) -> str:
    """`form` as it is written in place of `now`, with the space or apostrophe after it."""
    if now[:1].isupper():
        form = form[:1].upper() + form[1:]
    if not form.endswith("’"):
        return f"{form} "
    return form[:-1] + ("'" if "'" in text and "’" not in text else "’")


def _form(word: str) -> str:
    lower = word.lower()
    return lower[:-1] + "’" if _ELISION.fullmatch(word) else lower
