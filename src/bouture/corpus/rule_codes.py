"""Executes the coded part of a guide's rules on the surface of a mention; French and English word lists."""

import re
from functools import lru_cache

from bouture.corpus.guide import RuleCode
from bouture.corpus.normalise import normalise
from bouture.corpus.tokens import tokenize

DETERMINERS = {
    "fr": frozenset(
        [
            "le",
            "la",
            "les",
            "un",
            "une",
            "des",
            "du",
            "au",
            "aux",
            "ce",
            "cet",
            "cette",
            "ces",
            "mon",
            "ma",
            "mes",
            "ton",
            "ta",
            "tes",
            "son",
            "sa",
            "ses",
            "notre",
            "nos",
            "votre",
            "vos",
            "leur",
            "leurs",
        ]
    ),
    "en": frozenset(
        [
            "the",
            "a",
            "an",
            "this",
            "that",
            "these",
            "those",
            "my",
            "your",
            "his",
            "her",
            "its",
            "our",
            "their",
        ]
    ),
}
"""Articles, contracted articles, demonstratives and possessives by language, lower case; elided forms apart."""
PRONOUNS = {
    "fr": frozenset(
        [
            "je",
            "tu",
            "il",
            "elle",
            "on",
            "nous",
            "vous",
            "ils",
            "elles",
            "me",
            "te",
            "se",
            "moi",
            "toi",
            "soi",
            "lui",
            "leur",
            "eux",
            "y",
            "en",
            "le",
            "la",
            "les",
            "celui",
            "celle",
            "ceux",
            "celles",
            "ce",
            "ceci",
            "cela",
            "ça",
            "c'",
            "j'",
            "m'",
            "t'",
            "s'",
            "l'",
            "qui",
            "que",
            "dont",
            "où",
            "lequel",
            "laquelle",
            "lesquels",
            "lesquelles",
            "duquel",
            "auquel",
            "desquels",
            "desquelles",
            "auxquels",
            "auxquelles",
            "celui-ci",
            "celle-ci",
            "ceux-ci",
            "celles-ci",
            "celui-là",
            "celle-là",
            "ceux-là",
            "celles-là",
            "lui-même",
            "elle-même",
            "eux-mêmes",
            "elles-mêmes",
            "nous-mêmes",
            "vous-mêmes",
            "soi-même",
        ]
    ),
    "en": frozenset(
        [
            "i",
            "you",
            "he",
            "she",
            "it",
            "we",
            "they",
            "me",
            "him",
            "her",
            "us",
            "them",
            "myself",
            "yourself",
            "himself",
            "herself",
            "itself",
            "ourselves",
            "themselves",
            "who",
            "whom",
            "whose",
            "which",
            "that",
            "this",
            "these",
            "those",
        ]
    ),
}
"""Personal, demonstrative and relative pronouns by language, lower case."""
_FIRST_WORD = re.compile(r"(?P<elided>l'(?=\S))|(?P<word>[^\W\d_]+)\s+(?P<next>\S+)")
_NUMERAL = re.compile(r"(?:million|milliard|millier)s?\b")


@lru_cache(maxsize=1 << 14)  # Names come again and again, and rules are asked of each.
def breaks(code: RuleCode, surface: str, language: str = "fr") -> bool:
    """Whether a mention that reads `surface` breaks the rule that `code` states in a guide in `language`.

    - `no_determiner`: it starts with an article, demonstrative or possessive (`l’` included; the
      numeral « un million » is none).
    - `no_pronoun`: it is a pronoun and nothing else.
    - `max_tokens=N`: it has more than N tokens that hold a letter or digit.
    - `forbid=/re/`: `re.search` finds the expression; `require=/re/`: it does not.
    """
    if code.name == "no_determiner":
        return starts_with_determiner(surface, language)
    if code.name == "no_pronoun":
        return is_pronoun(surface, language)
    if code.name == "max_tokens":
        words = (surface[token.start : token.end] for token in tokenize(surface))
        return sum(any(map(str.isalnum, word)) for word in words) > int(code.value)
    found = re.search(code.value, surface) is not None
    return found if code.name == "forbid" else not found


def is_pronoun(surface: str, language: str = "fr") -> bool:
    """Whether the whole of `surface` is a pronoun."""
    return _folded(surface).strip() in PRONOUNS[language]


def starts_with_determiner(surface: str, language: str = "fr") -> bool:
    """Whether `surface` starts with a determiner; « un million » does not."""
    first = _FIRST_WORD.match(_folded(surface))
    if first is None:
        return False
    if first["elided"]:
        return language == "fr"
    number = first["word"] == "un" and _NUMERAL.match(first["next"]) is not None
    return first["word"] in DETERMINERS[language] and not number


def _folded(surface: str) -> str:
    return normalise(surface, casefold=True).text
