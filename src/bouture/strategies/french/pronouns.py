"""Pronouns and possessives: those annotated change with their entity, the others must not become wrong."""

from collections.abc import Iterator

from bouture.strategies.french.frame import Words
from bouture.strategies.french.reading import Lexicon
from bouture.strategies.french.refusal import Refused
from bouture.strategies.french.words import (
    BEING,
    HAVING,
    INVARIABLE,
    PLURAL_VERBS,
    PREPOSITIONS,
    SINGULAR_VERBS,
)

_FOUR = [
    ("il", "elle", "ils", "elles"),
    ("celui", "celle", "ceux", "celles"),
    ("celui-ci", "celle-ci", "ceux-ci", "celles-ci"),
    ("celui-là", "celle-là", "ceux-là", "celles-là"),
    ("lequel", "laquelle", "lesquels", "lesquelles"),
    ("duquel", "de laquelle", "desquels", "desquelles"),
    ("auquel", "à laquelle", "auxquels", "auxquelles"),
    ("le", "la", "les", "les"),
    ("lui-même", "elle-même", "eux-mêmes", "elles-mêmes"),
    ("ce dernier", "cette dernière", "ces derniers", "ces dernières"),
    ("cet homme", "cette femme", "ces hommes", "ces femmes"),
]
PERSONAL: dict[str, tuple[str, str, str, str]] = {}
"""Pronoun -> its forms: masculine, feminine; singular, then plural."""
for _four in _FOUR[:-1]:
    for _form in _four:
        PERSONAL[_form] = _four
_TONIC = ("lui", "elle", "eux", "elles")
_SAME_TEXT = """
    l’ l' qui que qu’ qu' dont où en y se s’ s' on soi me m’ te t’ nous vous je tu
"""
_SAME = frozenset(_SAME_TEXT.split())
"""Pronouns that show neither gender nor number."""
ANAPHORS = (
    frozenset(PERSONAL)
    | frozenset(_TONIC)
    | _SAME
    | frozenset(("leur", "leurs", "son", "sa", "ses", "lui"))
)
_IMPERSONAL_TEXT = """
    y faut faudra faudrait fallait fallu s’agit s’agissait pleut neige n’y paraît convient
    importe reste existe semble
"""
_IMPERSONAL = frozenset(_IMPERSONAL_TEXT.split())
_JUDGING_TEXT = """
    possible impossible probable important nécessaire difficile facile clair vrai certain
    évident temps question interdit urgent essentiel trop donc environ alors également aussi
"""
_JUDGING = frozenset(_JUDGING_TEXT.split())
_BACK = frozenset(["il", "elle", "ils", "elles", "on", "je", "tu", "nous", "vous", "ne", "qui"])
_POSSESSIVE_SINGULAR = {"son": "leur", "sa": "leur", "ses": "leurs"}


def shows(form: str) -> tuple[str, str]:
    """Gender and number that a pronoun shows; empty where it shows none."""
    if form in ("lui",):
        return "", "s"
    if form == "eux":
        return "m", "p"
    four = PERSONAL.get(form)
    if four is None:
        return "", ""
    places = [n for n, other in enumerate(four) if other == form]
    return "mf"[places[0] % 2] if len(places) == 1 else "", "sp"[places[0] // 2]


def agreeing(words: Words, n: int, new: tuple[str, str], surface: str) -> str:
    """The form that the pronoun at token `n` takes for a gender and number.

    Raises:
        Refused: P10, P11, P17.
    """
    form = words.forms[n]
    gender, number = new
    if form in _SAME:
        return form
    if form in ("son", "sa", "ses", "leur", "leurs", "lui") or (
        form in _TONIC and _is_tonic(words, n)
    ):
        return _of_owner(words, n, new, surface)
    four = PERSONAL.get(form)
    if four is None:
        raise Refused("P17", surface, form)
    if not number:
        raise Refused("P11", surface, form)
    choice = set(four[:2] if number == "s" else four[2:])
    if not gender and len(choice) > 1:
        raise Refused("P10", surface, form)
    return four["sp".index(number) * 2 + (gender == "f")]


def _is_tonic(words: Words, n: int) -> bool:
    """« avec elle », « plus qu’elle. », against the subject of « qu’elle arrive »."""
    if n == 0:
        return False
    before = words.forms[n - 1]
    after = words.forms[n + 1] if n + 1 < len(words.forms) else ""
    closed = not after[:1].isalnum()
    if before in PREPOSITIONS or (words.forms[n] in ("lui", "eux") and before in BEING | {","}):
        return True
    return closed and before in ("et", "que", "qu’", "comme", "ni", "ou")


def _is_dative(words: Words, n: int) -> bool:
    """« on lui répond »: after a subject or a negation."""
    return n > 0 and words.forms[n - 1] in _BACK


def _of_owner(words: Words, n: int, new: tuple[str, str], surface: str) -> str:
    form = words.forms[n]
    gender, number = new
    if not number:
        raise Refused("P11", surface, form)
    if form in _POSSESSIVE_SINGULAR:
        return form if number == "s" else _POSSESSIVE_SINGULAR[form]
    if _is_tonic(words, n) and form in _TONIC:
        if not gender:
            raise Refused("P10", surface, form)
        return _TONIC["sp".index(number) * 2 + (gender == "f")]
    if form in ("leur", "leurs"):
        if number == "p":
            return form
        raise Refused("P17", surface, form)
    if form == "lui" and number == "s" and (gender == "m" or _is_dative(words, n)):
        return form
    raise Refused("P17", surface, form)


def in_doubt(
    words: Words, stretch: range, old: tuple[str, str], new: tuple[str, str], lexicon: Lexicon
) -> Iterator[int]:
    """Tokens that are no mention and could stand for what changes from `old` to `new`."""
    same_gender = bool(old[0]) and old[0] == new[0]
    same_number = bool(old[1]) and old[1] == new[1]
    for n in stretch:
        form = words.forms[n]
        if words.tokens[n].mentions:
            continue
        if form in ("son", "sa", "ses", "leur", "leurs", "lui"):
            plural = form in ("leur", "leurs")
            if (not same_number and old[1] in ("", "p" if plural else "s")) or (
                form == "lui" and not same_gender and _is_tonic(words, n) and old[0] in ("", "m")
            ):
                yield n
            continue
        if form not in PERSONAL and form not in ("eux", "l’", "lui-même"):
            continue
        if form in ("l’", "le", "la", "les"):
            if _is_clitic(words, n, lexicon) and _fits(form, old, same_gender, same_number):
                yield n
        elif not (form == "il" and _is_impersonal(words, n)) and _fits(
            form, old, same_gender, same_number
        ):
            yield n


def _fits(form: str, old: tuple[str, str], same_gender: bool, same_number: bool) -> bool:
    gender, number = ("", "s") if form == "l’" else shows(form)
    compatible = old[0] in ("", gender) or not gender
    return (
        compatible and (old[1] in ("", number) or not number) and not (same_gender and same_number)
    )


def _is_clitic(words: Words, n: int, lexicon: Lexicon) -> bool:
    """Whether « le », « la », « les », « l’ » stands before a verb, as far as that can be told."""
    after = words.forms[n + 1] if n + 1 < len(words.forms) else ""
    before = words.forms[n - 1] if n else ""
    if after in HAVING or after in SINGULAR_VERBS or after in PLURAL_VERBS or before in _BACK:
        return True
    if form_is_noun(after, lexicon) or not after.islower() or words.forms[n] == "l’":
        return False
    kinds = {reading.kind for reading in lexicon.readings(after)}
    if kinds:
        return kinds == {"V"}
    if words.tokens[n + 1].mentions or not before.isalpha() or before in PREPOSITIONS | INVARIABLE:
        return False
    if before in SINGULAR_VERBS or before in PLURAL_VERBS:
        return False
    return not (n > 1 and words.forms[n - 2] in HAVING)


def form_is_noun(form: str, lexicon: Lexicon) -> bool:
    """Whether a lexicon knows the word as a noun or adjective."""
    return any(reading.kind in "NA" for reading in lexicon.readings(form))


def _is_impersonal(words: Words, n: int) -> bool:
    """« il y a », « il faut », « il est possible que »…"""
    following = words.forms[n + 1 : n + 4]
    if not following:
        return False
    clitic = following[0] in ("s’", "n’", "ne", "me", "lui", "leur") and len(following) > 1
    if clitic and {following[0] + following[1], following[1]} & _IMPERSONAL:
        return True
    if following[0] in _IMPERSONAL:
        return True
    return following[0] in ("est", "était", "sera", "serait") and bool(
        _JUDGING & set(following[1:2])
    )
