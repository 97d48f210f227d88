"""Which preposition and determiner a surface needs where another one stood: names with and without article, places."""

from typing import NamedTuple

from bouture.strategies.french.facts import Facts
from bouture.strategies.french.frame import Frame, Words
from bouture.strategies.french.refusal import Refused
from bouture.strategies.french.words import (
    CLASSIFIERS,
    FULL,
    ORIGINS,
    PLACED,
    PLAIN_PREPOSITIONS,
    PLURAL_VERBS,
    PREPOSITIONS,
    SINGULAR_VERBS,
)
from bouture.strategies.french.writing import Parts

_REACH = 3
"""Words before a preposition among which one that makes it a preposition of place or origin is looked for."""
_FUNCTION = (
    "et ou mais ne n’ se s’ lui leur y que qu’ puis ni donc car lorsque lorsqu’ quand si comme"
)
_AFTER = (
    (PREPOSITIONS - {"de", "d’", "du", "des"})
    | SINGULAR_VERBS.keys()
    | PLURAL_VERBS.keys()
    | frozenset(_FUNCTION.split())
)
"""What may follow a noun phrase that has ended."""


class Old(NamedTuple):
    """The mention that is replaced."""

    text: str
    facts: Facts
    last: int
    """Number of its last token."""

    @property
    def place(self) -> str:
        return place_of(self.facts)

    @property
    def is_name(self) -> bool:
        if self.facts.article in ("none", "definite"):
            return True
        return self.text[:1].isupper() and self.facts.article != "noun"


def parts_of(words: Words, frame: Frame, old: Old, surface: str, new: Facts) -> Parts:
    """What must stand before `surface` in the place of `old`.

    Raises:
        Refused: P13, P14, P15.
    """
    where = _wording(words, frame, old)
    if new.article == "" and frame.determiner in ("", "le"):
        raise Refused("P13", surface, where)
    _check_class(words, frame, new, surface)
    if _of_place(words, frame, old, surface, new):
        return _in_place(frame, surface, new, where)
    if frame.determiner == "":
        return _bare(words, frame, old, surface, new)
    return _determined(words, frame, old, surface, new)


def _wording(words: Words, frame: Frame, old: Old) -> str:
    start = words.tokens[frame.first].start
    return words.text[start : words.tokens[frame.noun].start].strip() or old.text


def place_of(facts: Facts) -> str:
    """The kind of place, empty for what is none or not known to be one."""
    return "" if facts.kind == "person" else facts.kind


# Places


def _of_place(words: Words, frame: Frame, old: Old, surface: str, new: Facts) -> bool:
    """Whether the preposition before the mention is one of place, which another place may not take."""
    if frame.adjectives or frame.whole or frame.determiner not in ("", "le"):
        return False
    if frame.preposition == "en":
        if frame.determiner or not old.is_name:
            raise Refused("P14", surface, "en")
        return True
    if frame.preposition == "dans":
        return old.facts.locative == "dans" and old.facts.article == "definite"
    if frame.preposition != "à":
        return False
    if frame.opener == "jusque" and (old.is_name or old.place):
        return True
    if _same_either_way(old.facts, frame, new):
        return False
    if not old.place and not (old.is_name and frame.determiner == ""):
        if place_of(new) and (old.is_name or new.locative != "à"):
            raise Refused("P14", surface, _wording(words, frame, old))
        return False  # « à la gare », « au policier »
    if frame.determiner and old.facts.locative == "en":
        return False  # « livrer à la Russie »: of place it would be « en Russie »
    if _near(words, frame, PLACED) or _opens(words, frame, old):
        return True
    raise Refused("P14", surface, _wording(words, frame, old))


def _same_either_way(old: Facts, frame: Frame, new: Facts) -> bool:
    """Whether « à » of place and « à » of the person addressed give the same words."""
    if new.locative != "à":
        return (
            not place_of(new)
            and new.article == "none"
            and frame.determiner == ""
            and not place_of(old)
        )
    return not (frame.determiner and old.locative == "en")


def _opens(words: Words, frame: Frame, old: Old) -> bool:
    """« À Kiev, … »: first in the sentence and cut off by a comma."""
    after = old.last + 1
    comma = after < len(words.tokens) and words.forms[after] == ","
    return words.starts_sentence(frame.first) and comma


def _in_place(frame: Frame, surface: str, new: Facts, where: str) -> Parts:
    if not new.locative:
        raise Refused("P14", surface, where)
    if new.locative == "en":
        return Parts(frame.opener, "en", "", False)
    article = "le" if new.article == "definite" else ""
    if new.locative in ("dans", "sur") and not article:
        raise Refused("P14", surface, where)
    return Parts(frame.opener, new.locative, article, False)


def _check_class(words: Words, frame: Frame, new: Facts, surface: str) -> None:
    """« la ville de … » is followed by the name of a town only."""
    if frame.preposition != "de" or frame.determiner or frame.adjectives:
        return
    allowed = CLASSIFIERS.get(frame.earlier)
    if allowed is None:
        return
    if place_of(new) not in allowed and (place_of(new) or frame.earlier in _STRICT):
        raise Refused("P14", surface, f"{frame.earlier} de")


_STRICT = frozenset(["ville", "villes", "village", "commune", "oblast", "région", "île", "îles"])


def _near(words: Words, frame: Frame, known: frozenset[str]) -> bool:
    return any(form in known for form in words.forms[max(0, frame.first - _REACH) : frame.first])


# Names with and without article


def _bare(words: Words, frame: Frame, old: Old, surface: str, new: Facts) -> Parts:
    """No determiner stands before the mention."""
    same = Parts(frame.opener, frame.preposition, "", False)
    if new.article == "noun":
        if old.is_name or not _common_nouns(frame, old):
            raise Refused("P15", surface, frame.preposition or frame.earlier or old.text)
        return same
    if not old.is_name:
        raise Refused("P15", surface, frame.preposition or frame.earlier or old.text)
    if new.article == "none" or frame.adjectives:
        return same
    if frame.preposition == "de" and _without_article(words, frame, old, new):
        return same
    if not _takes_argument(words, frame, old):
        raise Refused("P15", surface, frame.earlier or old.text)
    return Parts(frame.opener, frame.preposition, "le", False)


def _common_nouns(frame: Frame, old: Old) -> bool:
    """« chef de police », « policiers et pompiers »: places where nouns stand without determiner."""
    return frame.preposition in ("de", "à") or bool(frame.adjectives)


def _without_article(words: Words, frame: Frame, old: Old, new: Facts) -> bool:
    """« revenu de Russie », « d’Iran »: « de » before the name of a country of which one says « en »."""
    if new.locative != "en":
        return False
    bare = old.facts.locative == "en" and old.facts.article == "definite"
    return bare or _near(words, frame, ORIGINS)


def _takes_argument(words: Words, frame: Frame, old: Old) -> bool:
    """Whether a whole noun phrase may stand where the bare name stands, not one in apposition or a headline."""
    if frame.preposition in ("de", "à") or frame.opener:
        return True
    if frame.earlier in PLAIN_PREPOSITIONS:
        return True
    goes_on = old.last + 1 < len(words.tokens) and words.tokens[old.last + 1].text.islower()
    return words.starts_sentence(frame.first) and goes_on


def _determined(words: Words, frame: Frame, old: Old, surface: str, new: Facts) -> Parts:
    same = Parts(frame.opener, frame.preposition, frame.determiner, frame.whole)
    if new.article == "noun":
        return same
    definite = frame.determiner in ("le", "des")
    if new.article == "definite":
        if not definite and not old.is_name:
            raise Refused("P15", surface, _wording(words, frame, old))
        alone = not frame.adjectives and not frame.whole
        if frame.preposition == "dans" and alone and place_of(new) and new.locative != "dans":
            raise Refused("P14", surface, "dans")
        if _of_origin(words, frame, old, new):
            return Parts(frame.opener, "de", "", False)
        if frame.determiner == "des":
            return same if new.number == "p" else _contracted(frame, old, surface)
        return same
    if new.article == "none" and definite and not frame.adjectives and not frame.whole:
        if _is_modified(words, old.last + 1):
            raise Refused("P15", surface, _wording(words, frame, old))
        preposition = "de" if frame.determiner == "des" else frame.preposition
        if frame.determiner == "des" and old.facts.article != "definite":
            raise Refused("P15", surface, "des")
        if preposition == "dans" and place_of(new):
            preposition = new.locative or "dans"
        return Parts(frame.opener, preposition, "", False)
    if not new.article:
        return same
    raise Refused("P15", surface, _wording(words, frame, old))


def _of_origin(words: Words, frame: Frame, old: Old, new: Facts) -> bool:
    """« revenu du Japon » → « revenu de Russie »."""
    de = frame.preposition == "de" or frame.determiner == "des"
    return de and new.locative == "en" and bool(old.place) and _near(words, frame, ORIGINS)


def _contracted(frame: Frame, old: Old, surface: str) -> Parts:
    """« des » is « de » and « les » only before a name that takes the article."""
    if old.facts.article != "definite":
        raise Refused("P15", surface, "des")
    return Parts(frame.opener, "de", "le", False)


def _is_modified(words: Words, after: int) -> bool:
    """Whether what follows may belong to the noun: then its determiner must stay."""
    if after >= len(words.tokens):
        return False
    form = words.forms[after]
    return not (form in _AFTER or not form[:1].isalnum()) or FULL.get(form) == "de"
