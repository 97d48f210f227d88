"""Names of places and what French asks of them: a table (`places.tsv`) and a rule for « oblast de … » and the like."""

import csv
import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources

import msgspec

from bouture.corpus.label_aliases import resolve
from bouture.strategies.french.facts import Facts, Gender, Kind, Locative
from bouture.strategies.french.lexicon import Silent

_FOLDED = str.maketrans({"'": "’", "\u00a0": " ", "\u202f": " "})
_HEADS: dict[str, tuple[Gender, Kind, Locative]] = {
    "oblast": ("m", "region", "dans"),
    "région": ("f", "region", "dans"),
    "raïon": ("m", "region", "dans"),
    "district": ("m", "region", "dans"),
    "province": ("f", "region", "dans"),
    "département": ("m", "region", "dans"),
    "canton": ("m", "region", "dans"),
    "comté": ("m", "region", "dans"),
    "gouvernorat": ("m", "region", "dans"),
    "kraï": ("m", "region", "dans"),
    "territoire": ("m", "region", "dans"),
    "péninsule": ("f", "region", "dans"),
    "presqu’île": ("f", "region", "dans"),
    "vallée": ("f", "region", "dans"),
    "plaine": ("f", "region", "dans"),
    "île": ("f", "island", "sur"),
    "archipel": ("m", "island", "dans"),
    "mer": ("f", "water", "dans"),
    "océan": ("m", "water", "dans"),
    "golfe": ("m", "water", "dans"),
    "détroit": ("m", "water", "dans"),
    "fleuve": ("m", "water", "sur"),
    "rivière": ("f", "water", "sur"),
    "lac": ("m", "water", "sur"),
}
"""Common nouns that begin the name of a place when a complement follows: « oblast de Kherson »."""
_NAMED = re.compile(r"(?P<head>[\w’-]+) (?:d[eu] (?:la |l’)?|des |d’)?(?P<name>[^\W\d_])")


def place(surface: str) -> Facts:
    """What is known of a name of a place; nothing when it is in no table.

    `places.tsv` holds the states of the world, continents, regions, islands, towns with an article, the
    towns most in the news, seas and rivers, with the gender, the article and the preposition of French usage
    (Grevisse & Goosse, *Le bon usage*). Where usage hesitates the gender is empty.
    """
    name = surface.translate(_FOLDED)
    known = _table().get(name) or _without_accents().get(_bare(name) if name.isupper() else name)
    if known is not None and not (name.isupper() and len(name) < _SHORTEST):
        return known
    named = _NAMED.match(name)
    head = _HEADS.get(named["head"]) if named else None
    if head is None or not named or not named["name"].isupper():
        return Facts()
    gender, kind, locative = head
    return Facts(gender, "s", kind, "definite", locative)


_FIRST_NAMES_TOO_TEXT = """
    Florence Virginie Lorraine Maurice Dominique Grenade France Sofia Vienne Nice Don Lot Var
    Champagne Savoie Galice Java Désirade Marne Somme Tours Salvador Jersey Angers Cap Nancy
    Victoria Chine Perse Tigre Golfe
"""
FIRST_NAMES_TOO = frozenset(_FIRST_NAMES_TOO_TEXT.split())
"""Names of places that are first names or common words too: to be trusted only under a label of places."""


_SHORTEST = 4
"""Letters from which a word in capitals is looked up as a name: shorter ones are acronyms."""


def _bare(name: str) -> str:
    """« ÉGYPTE », « EGYPTE » and « Egypte » all as « EGYPTE »."""
    decomposed = unicodedata.normalize("NFD", name.upper())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


@cache
def _without_accents() -> dict[str, Facts]:
    """The names of the table in capitals without accents, and as they stand but for that of the first letter."""
    found: dict[str, Facts] = {}
    for name, facts in _table().items():
        found[_bare(name)] = facts
        found[_bare(name[0]) + name[1:]] = facts
    return found


@cache
def _table() -> dict[str, Facts]:
    text = resources.files(__package__).joinpath("places.tsv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter="\t")
    return {row.pop("name"): msgspec.convert(row, Facts) for row in rows}


@lru_cache(256)
def _told(label: str) -> tuple[bool, bool]:
    """Whether a label's name says persons, and whether it says places."""
    return resolve(label, ["PERSON"]) == "PERSON", resolve(label, ["LOC"]) == "LOC"


class Places(Silent):
    """The table of places as a lexicon for the surfaces of one label; names of persons take no article.

    The label tells persons and places when it is one of the usual names (`PERS`, `LIEU`, `location`…).
    """

    def __init__(self, label: str) -> None:
        self._person, self._place = _told(label)

    def facts(self, surface: str) -> Facts:
        if self._person and surface[:1].isupper():
            return Facts(kind="person")
        if surface in FIRST_NAMES_TOO and not self._place:
            return Facts()
        return place(surface)
