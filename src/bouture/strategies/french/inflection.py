"""Adjectives and participles in another gender and number: endings that are certain, else the lexicon, else unknown."""

import re
from functools import lru_cache

from bouture.strategies.french.reading import Lexicon
from bouture.strategies.french.words import ADJECTIVES, BEAUTIFUL

_REGULAR: tuple[tuple[str, str, str, str], ...] = (
    ("é", "ée", "és", "ées"),
    ("if", "ive", "ifs", "ives"),
    ("eux", "euse", "eux", "euses"),
    ("ier", "ière", "iers", "ières"),
    ("ien", "ienne", "iens", "iennes"),
    ("éen", "éenne", "éens", "éennes"),
    ("ais", "aise", "ais", "aises"),
    ("ois", "oise", "ois", "oises"),
    ("ain", "aine", "ains", "aines"),
    ("iel", "ielle", "iels", "ielles"),
    ("nel", "nelle", "nels", "nelles"),
    ("al", "ale", "aux", "ales"),
    ("ant", "ante", "ants", "antes"),
    ("in", "ine", "ins", "ines"),
    ("u", "ue", "us", "ues"),
    ("i", "ie", "is", "ies"),
    ("is", "ise", "is", "ises"),
    ("it", "ite", "its", "ites"),
    ("ert", "erte", "erts", "ertes"),
    ("int", "inte", "ints", "intes"),
)
"""Endings of the four forms, Grevisse & Goosse, *Le bon usage*."""
_SAME = re.compile(
    r"(?:ique|iste|aire|able|ible|uble|esque|ide|ile|oire|estre|aste|este|phone|logue|crate|cide|ège|ige|âtre|licite|plicite|solite|hiite|sunnite|sémite|vainqueur|rouge|jeune|russe|suisse|belge|tchèque|slave|serbe|slovaque|bulgare|perse|arabe|rapide|calme|libre|pauvre|riche|triste|vide|large|ferme|mixte|juste|honnête|immense|intense|dense|sobre|sombre|propre|grave|brave|moderne|interne|externe|moindre|tendre|célèbre|utile|facile|difficile|fragile|fidèle|hostile|agile|jaune|rose|orange|mauve|malade)(s?)$"
)
"""Endings of adjectives that are the same in both genders."""
_PARTICIPLE = re.compile(
    r"(?:[^aeiouy]é|ié|ué|éé|oué|ni|ti|li|ri|si|vi|di|gi|bi|chi|pu|nu|lu|du|ru|tu|bu|su|cu|vu|çu|[rm]is|uit|rit|dit|fait|ert|eint|aint|oint|ort|nclu|xclu)(e?)(s?)$"
)


_SHOWN: dict[str, frozenset[tuple[str, str]]] = {}
"""Ending -> genders and numbers of which it is the ending."""
for _endings in _REGULAR:
    for _n, _ending in enumerate(_endings):
        _SHOWN[_ending] = _SHOWN.get(_ending, frozenset()) | {("mf"[_n % 2], "sp"[_n // 2])}
_LONGEST = max(map(len, _SHOWN))


@lru_cache(maxsize=1 << 14)
def four_forms(form: str, gender: str, number: str) -> tuple[str, ...]:
    """The four forms of the adjective or participle of which `form` has this gender and number.

    Nothing when neither a table nor a certain ending gives them: « punis » could be that of « puni » or
    of a word that ends in « -is » in the singular too.
    """
    place = "sp".index(number) * 2 + "mf".index(gender)
    known = ADJECTIVES.get(form)
    if known:
        return known if form in (known[place], BEAUTIFUL.get(known[place])) else ()
    if _SAME.search(form):
        base = form if number == "s" else form.removesuffix("s")
        return base, base, f"{base}s", f"{base}s"
    found: tuple[str, ...] = ()
    longest = 0
    for endings in _REGULAR:
        ending = endings[place]
        if len(ending) > longest and form.endswith(ending) and len(form) > len(ending):
            found = tuple(form.removesuffix(ending) + other for other in endings)
            longest = len(ending)
    return () if place == 2 and form.endswith(("is", "us")) and longest == 2 else found


def looks_like_participle(form: str) -> bool:
    """Whether a word ends as a past participle does."""
    return _PARTICIPLE.search(form) is not None


def is_listed(form: str) -> bool:
    """Whether the word is a form of an adjective of the tables."""
    return form in ADJECTIVES


@lru_cache(maxsize=1 << 14)
def may_show(form: str) -> frozenset[tuple[str, str]]:
    """The genders and numbers that the form would show if it were an adjective or participle."""
    known = ADJECTIVES.get(form)
    if known:
        return frozenset(("mf"[n % 2], "sp"[n // 2]) for n, f in enumerate(known) if f == form)
    if _SAME.search(form):
        return frozenset((g, "p" if form.endswith("s") else "s") for g in "mf")
    found: frozenset[tuple[str, str]] = frozenset()
    for length in range(1, min(_LONGEST, len(form) - 1) + 1):
        found |= _SHOWN.get(form[-length:], frozenset())
    return found


def inflected(form: str, old: tuple[str, str], new: tuple[str, str], lexicon: Lexicon) -> str:
    """`form`, which agrees with `old`, in the gender and number `new`; empty when it is not known."""
    if form in ADJECTIVES:
        four = four_forms(form, *old)
    else:
        told = lexicon.inflected(form, *new)
        if told:
            return told
        four = four_forms(form, *old)
    return four["sp".index(new[1]) * 2 + "mf".index(new[0])] if four else ""
