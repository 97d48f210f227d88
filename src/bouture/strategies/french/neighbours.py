"""Words beside a mention that share its gender or number without being its adjectives: reasons to refuse a change."""

from typing import TYPE_CHECKING

from bouture.strategies.french.apposition import TITLES
from bouture.strategies.french.frame import frame_of
from bouture.strategies.french.inflection import looks_like_participle
from bouture.strategies.french.pronouns import PERSONAL
from bouture.strategies.french.refusal import Refused
from bouture.strategies.french.words import (
    ADVERBS,
    BEING,
    CONTRACTED,
    DETERMINERS,
    HAVING,
    INVARIABLE,
    PLURAL_VERBS,
    PREPOSITIONS,
    SINGULAR_VERBS,
    TELLING,
)

if TYPE_CHECKING:
    from bouture.strategies.french.agreement import Agreement

_MASCULINE = "un aucun chacun certains quelques-uns lequel lesquels celui ceux nul"
_FEMININE = "une aucune chacune certaines quelques-unes laquelle lesquelles celle celles nulle"
PARTITIVE = dict.fromkeys(_MASCULINE.split(), "m") | dict.fromkeys(_FEMININE.split(), "f")
"""Words that, before « des » and a noun, are of its gender: « l’une des villes »."""


def refuse_before(agreement: "Agreement") -> None:
    """« l’une des villes », « c’est le policier »: words before that agree with the mention."""
    before = agreement.words.forms[agreement.scope.first - 1] if agreement.scope.first else ""
    of_them = agreement.words.forms[agreement.scope.first] in ("des", "de", "d’")
    shown = PARTITIVE.get(before) if of_them and agreement.change.gender else None
    if shown and shown != agreement.change.new[0]:
        raise Refused("P16", agreement.change.surface, before)
    first = agreement.scope.first
    beside = (
        before == "," and first - 2 >= agreement.scope.start and agreement.is_mention(first - 2)
    )
    if beside and agreement.change.gender and agreement.words.tokens[first - 2].text[:1].isupper():
        raise Refused("P16", agreement.change.surface, agreement.words.tokens[first - 2].text)
    if before in BEING and agreement.change.number and not agreement.governed:
        raise Refused("P16", agreement.change.surface, before)


def refuse_of_head(agreement: "Agreement", n: int, comma: bool) -> None:
    """« le maire du village, arrêté hier »: of the noun that governs the mention, when it fits that too."""
    if not looks_like_participle(agreement.form(n)):
        return
    earlier = agreement.words.forms[agreement.scope.start : agreement.scope.first]
    if comma and HAVING & set(earlier):  # « il a vu la ville, quitté la région »
        raise Refused("P16", agreement.change.surface, agreement.form(n))
    head = agreement.scope.first - 1
    shown = frame_of(agreement.words, head).shown if head > agreement.scope.start else ("", "")
    fits = {
        (g, k)
        for g, k in agreement.shows(agreement.form(n))
        if shown[0] in ("", g) and k == shown[1]
    }
    if agreement.governed and (comma or (shown[1] and fits)):
        raise Refused("P16", agreement.change.surface, agreement.form(n))


def refuse_attribute(agreement: "Agreement", n: int) -> None:
    """« il est le premier à parler », « elle est la directrice »: a noun phrase after « être »."""
    gender = TELLING.get(agreement.form(n), ("", ""))[0]
    change = agreement.change
    if gender and change.gender and change.old[0] in ("", gender) and gender != change.new[0]:
        raise Refused("P16", change.surface, f"{agreement.form(n)} {agreement.form(n + 1)}")


def refuse_neighbour(agreement: "Agreement", n: int) -> None:
    """« une artiste et ingénieure », « un lycéen, Denis »: a noun or name beside shares the gender."""
    form, after = agreement.form(n), agreement.form(n + 1)
    beside = form in ("et", "ou") and after.isalpha() and not is_function(after)
    if beside and not agreement.words.tokens[n + 1].text[:1].isupper():
        raise Refused("P16", agreement.change.surface, after)
    change = agreement.change
    if (
        after == "-"
        and form in ("lui", "elle", "eux", "elles")
        and (change.gender or change.number)
    ):
        raise Refused("P17", change.surface, f"{form}-même")
    if not change.gender:
        return
    if agreement.words.tokens[agreement.scope.last].text[0].islower():
        _refuse_name(agreement, n + 1 if form == "," else n)
        return
    if agreement.words.tokens[agreement.scope.first].text[:1].islower():
        return  # « la Russie, le Japon »: an enumeration
    noun = after in DETERMINERS or (after.isalpha() and not is_function(after))
    if form == "," and noun and after not in PERSONAL and not _is_capital(agreement, n + 1):
        raise Refused("P16", agreement.change.surface, after)  # « M. X, directeur de… »


def _is_capital(agreement: "Agreement", n: int) -> bool:
    return agreement.words.tokens[n].text[:1].isupper()


def _refuse_name(agreement: "Agreement", n: int) -> None:
    """A name at token `n`: « le président Zelensky », « le directeur, M. Prele »."""
    named = agreement.form(n) and agreement.words.tokens[n].text[:1].isupper()
    if named and (agreement.is_mention(n) or agreement.form(n) in TITLES):
        raise Refused("P16", agreement.change.surface, agreement.words.tokens[n].text)


def is_function(form: str) -> bool:
    """Whether a word is of a closed class, or a frequent verb: no noun and no adjective."""
    closed = (INVARIABLE, PREPOSITIONS, DETERMINERS, CONTRACTED, ADVERBS)
    return any(form in words for words in (*closed, SINGULAR_VERBS, PLURAL_VERBS))
