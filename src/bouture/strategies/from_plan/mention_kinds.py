"""How each mention of an entity names it: in full, short, by an acronym, a description or a pronoun."""

import re
from collections.abc import Sequence

from bouture.corpus.normalise import fold
from bouture.corpus.rule_codes import is_pronoun
from bouture.corpus.tokens import folded_tokens
from bouture.strategies.from_plan.plan import MentionKind
from bouture.strategies.function_words import function_words

ACRONYM = re.compile(r"(?=(?:.*[^\W\d_]){2})[^\W\d_a-zß-öø-ÿœ](?:[.&-]?[^\W_a-zß-öø-ÿœ]){1,9}\.?$")
"""Capitals and digits only, two letters at least: OTAN, U.E., SBU, G20."""


def kinds(surfaces: Sequence[str], language: str = "fr") -> tuple[MentionKind, ...]:
    """The kind of each surface among those of its entity.

    A pronoun is one by its form, so is an acronym. The full form is the most complete of the proper
    names, else of the descriptions (« manifestation »); its repetitions are full forms too. A
    surface whose words are all in the full form is short; what else begins in lower case describes.
    """
    alone = [_alone(surface, language) for surface in surfaces]
    named = [s for s, kind in zip(surfaces, alone, strict=True) if kind is None]
    acronyms = [s for s, kind in zip(surfaces, alone, strict=True) if kind is MentionKind.ACRONYM]
    full = max(named or acronyms, key=_completeness, default=None)
    return tuple(
        _beside(surface, kind, full) for surface, kind in zip(surfaces, alone, strict=True)
    )


def _alone(surface: str, language: str) -> MentionKind | None:
    if is_pronoun(surface, language) or fold(surface).rstrip("'") in function_words(language):
        return MentionKind.PRONOUN
    return MentionKind.ACRONYM if ACRONYM.match(surface) else None


def _completeness(surface: str) -> tuple[bool, int, int]:
    words = folded_tokens(surface)
    return _is_name(surface), len(words), len(surface)


def _is_name(surface: str) -> bool:
    return any(word[:1].isupper() for word in surface.split())


def _beside(surface: str, kind: MentionKind | None, full: str | None) -> MentionKind:
    if full is not None and fold(surface) == fold(full):
        return MentionKind.FULL
    if kind is not None:
        return kind
    assert full is not None  # a surface without a kind of its own is a candidate
    inside = set(folded_tokens(surface)) <= set(folded_tokens(full))
    return MentionKind.SHORT if inside or _is_name(surface) else MentionKind.DESCRIPTION
