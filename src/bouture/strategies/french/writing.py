"""Writes the words before a mention anew: determiner, elision, contraction, adjectives, capitals and apostrophes."""

from typing import NamedTuple

from bouture.strategies.french.facts import Facts
from bouture.strategies.french.frame import Frame, Words
from bouture.strategies.french.initials import Initial, initial
from bouture.strategies.french.refusal import Refused
from bouture.strategies.french.words import BEAUTIFUL, ELIDED, FORMS, PRENOMINAL


class Lead(NamedTuple):
    """The words to write before a surface."""

    words: tuple[str, ...]
    """Opener, preposition and determiner as they are written, lower-case, apostrophes typographic."""
    adjectives: tuple[str, ...]


class Parts(NamedTuple):
    """What is to stand before a surface, as bases."""

    opener: str
    preposition: str
    determiner: str
    whole: bool


def lead(parts: Parts, adjectives: tuple[str, ...], surface: str, facts: Facts) -> Lead:
    """The words before `surface`; `adjectives` are the forms that now stand there.

    Raises:
        Refused: P10, P11, P12: a fact on which one of the words depends is not known.
    """
    agreed = _adjectives(adjectives, surface, facts)
    following = agreed[0] if agreed else surface
    start = initial(following) if agreed else facts.initial
    words: list[str] = []
    determiner, article_start = _determiner(parts, following, start, (surface, facts))
    if determiner == "des" and parts.determiner == "un" and (agreed or parts.preposition == "de"):
        # « de vieux amis », « lors d’émeutes »
        determiner, article_start = _elided("de", start, following), "c"
        parts = parts._replace(preposition=parts.preposition.removesuffix("de"))
    preposition = parts.preposition
    if preposition in ("de", "à") and determiner in ("le", "les") and not parts.whole:
        preposition, determiner = _CONTRACTION[preposition, determiner], ""
    if determiner:
        words.append(determiner)
    if parts.whole:
        words.insert(0, _inflected(PRENOMINAL["tout"], "tout", surface, facts))
        article_start = "c"
    if preposition:
        follows = following if not words else words[0]
        words.insert(0, _elided(preposition, article_start if words else start, follows))
    if parts.opener:
        follows, begins = (words[0], _begins(words[0])) if words else (following, start)
        words.insert(0, _elided(parts.opener, begins, follows))
    return Lead(tuple(words), agreed)


_CONTRACTION = {("de", "le"): "du", ("de", "les"): "des", ("à", "le"): "au", ("à", "les"): "aux"}


def _begins(word: str) -> Initial:
    return "v" if word[0] in "aeiouà" and not word.startswith(("huit", "onz", "oui")) else "c"


def _elided(word: str, start: Initial, following: str) -> str:
    if word not in ELIDED or ELIDED[word] == word:
        return word
    if start in ("", "s"):
        raise Refused("P12", following, word)
    return ELIDED[word] if start == "v" else word


def _determiner(
    parts: Parts, following: str, start: Initial, new: tuple[str, Facts]
) -> tuple[str, Initial]:
    """The form of the determiner, and how it begins."""
    base = parts.determiner
    surface, facts = new
    if not base:
        return "", start
    if base not in FORMS:  # deux, plusieurs, des: plural
        if facts.number != "p":
            raise Refused("P15" if facts.number else "P11", surface, base)
        return base, _begins(base)
    if not facts.number:
        raise Refused("P11", surface, base)
    four = FORMS[base]
    forms = set(four[:2] if facts.number == "s" else four[2:])
    if len(forms) > 1 and not facts.gender:
        if base == "le" and start == "v":
            return "l’", "c"
        if base in ("mon", "ton", "son") and start == "v":
            return base, "c"
        raise Refused("P10", surface, base)
    form = four[(2 if facts.number == "p" else 0) + (facts.gender == "f")]
    if not form:
        raise Refused("P15", surface, base)
    return _before(form, start, following), _begins(form)


def _before(form: str, start: Initial, following: str) -> str:
    """The form that a singular determiner takes before a vowel."""
    special = {"le": "l’", "la": "l’", "ce": "cet", "ma": "mon", "ta": "ton", "sa": "son"}
    if form not in special:
        return form
    if not start:
        raise Refused("P12", following, form)
    return special[form] if start == "v" else form


def _adjectives(forms: tuple[str, ...], surface: str, facts: Facts) -> tuple[str, ...]:
    agreed: list[str] = []
    for n, form in enumerate(forms):
        word = _inflected(PRENOMINAL[form], form, surface, facts)
        special = BEAUTIFUL.get(word)
        if special and facts.number == "s":
            last = n == len(forms) - 1
            start = facts.initial if last else initial(forms[n + 1])
            if not start:
                raise Refused("P12", surface, word)
            word = special if start == "v" else word
        agreed.append(word)
    return tuple(agreed)


def _inflected(four: tuple[str, ...], form: str, surface: str, facts: Facts) -> str:
    genders = [facts.gender] if facts.gender else ["m", "f"]
    numbers = [facts.number] if facts.number else ["s", "p"]
    found = {four["sp".index(n) * 2 + "mf".index(g)] for g in genders for n in numbers}
    if len(found) == 1:
        return found.pop()
    raise Refused("P11" if not facts.number else "P10", surface, form)


def is_capital(words: Words, frame: Frame) -> bool:
    """Whether the first word before the mention, or the mention, has the capital of a sentence."""
    return words.tokens[frame.first].text[:1].isupper() and words.starts_sentence(frame.first)


def spelt(words: tuple[str, ...], text: str, capital: bool) -> str:
    """The words as they are written in `text`, with the space after them."""
    apostrophe = "'" if "'" in text and "’" not in text else "’"
    found = "".join(w[:-1] + apostrophe if w.endswith("’") else f"{w} " for w in words)
    return found[:1].upper() + found[1:] if capital else found
