"""Executes the coded part of a guide's rules on the surface of a mention; French and English word lists."""

import re

from bouture.corpus.guide import RuleCode
from bouture.corpus.normalise import normalise
from bouture.corpus.tokens import tokenize

DETERMINERS = frozenset(
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
)
"""Articles, contracted articles, demonstratives and possessives, lower case; elided forms apart."""
PRONOUNS = frozenset(
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
)
"""Personal, demonstrative and relative pronouns, lower case."""
_FIRST_WORD = re.compile(r"(?P<elided>l'(?=\S))|(?P<word>[^\W\d_]+)\s+(?P<next>\S+)")
_NUMERAL = re.compile(r"(?:million|milliard|millier)s?\b")


def breaks(code: RuleCode, surface: str) -> bool:
    """Whether a mention that reads `surface` breaks the rule that `code` states.

    - `no_determiner`: it starts with an article, demonstrative or possessive (`l’` included; the
      numeral « un million » is none).
    - `no_pronoun`: it is a pronoun and nothing else.
    - `max_tokens=N`: it has more than N tokens that hold a letter or digit.
    - `forbid=/re/`: `re.search` finds the expression; `require=/re/`: it does not.
    """
    if code.name == "no_determiner":
        return _starts_with_determiner(_folded(surface))
    if code.name == "no_pronoun":
        return _folded(surface).strip() in PRONOUNS
    if code.name == "max_tokens":
        words = (surface[token.start : token.end] for token in tokenize(surface))
        return sum(any(map(str.isalnum, word)) for word in words) > int(code.value)
    found = re.search(code.value, surface) is not None
    return found if code.name == "forbid" else not found


def _folded(surface: str) -> str:
    return normalise(surface, casefold=True).text


def _starts_with_determiner(surface: str) -> bool:
    first = _FIRST_WORD.match(surface)
    if first is None:
        return False
    if first["elided"]:
        return True
    number = first["word"] == "un" and _NUMERAL.match(first["next"]) is not None
    return first["word"] in DETERMINERS and not number
