"""What must be known of a surface before French can be written around it, and what follows from what."""

from collections.abc import Iterable
from typing import Literal, TypeAlias

import msgspec

from bouture.strategies.french.initials import Initial, initial

Gender: TypeAlias = Literal["", "m", "f"]
Number: TypeAlias = Literal["", "s", "p"]
Article: TypeAlias = Literal["", "none", "definite", "noun"]
Kind: TypeAlias = Literal["", "country", "city", "region", "island", "water", "person"]
Locative: TypeAlias = Literal["", "en", "à", "dans", "sur"]


class Facts(msgspec.Struct, frozen=True, order=True):
    """What is known of a surface; an empty string is "unknown", and what is unknown is never guessed."""

    gender: Gender = ""
    """`m` or `f`."""
    number: Number = ""
    """`s` or `p`."""
    kind: Kind = ""
    """What it names, a person or a kind of place: article and preposition of place follow from it where they can."""
    article: Article = ""
    """`none` (Kiev, Zelensky, Cuba), `definite` (la Russie, le SBU, les États-Unis) or `noun`: a common
    noun, which takes the determiner of its place (un policier, ces policiers)."""
    locative: Locative = ""
    """Said of being there: `en` (en Russie), `à` (à Kiev, au Japon), `dans` (dans le Donbass), `sur`."""
    initial: Initial = ""
    """`v` elided before (l’Ukraine), `c` not (le Hamas), `s` not after an article, else unsure (le FSB)."""

    def known_first(self, others: Iterable["Facts"]) -> "Facts":
        """These facts, what is unknown filled from the others, the first that knows first."""
        found = self
        for other in others:
            values = (a or b for a, b in zip(_values(found), _values(other), strict=True))
            found = Facts(*values)  # type: ignore[arg-type]
        return found

    def completed(self, surface: str) -> "Facts":
        """These facts with what follows from them and from the spelling of `surface`."""
        start = self.initial or initial(surface)
        article = self.article or _spelt(surface) or _ARTICLE.get(self.kind, "")
        number = self.number or _number(self.kind, article, surface)
        known = Facts(self.gender, number, self.kind, article, self.locative, start)
        return msgspec.structs.replace(known, locative=self.locative or _locative(known))


_ARTICLE: dict[str, Article] = {
    "city": "none",
    "person": "none",
    "country": "definite",
    "region": "definite",
    "water": "definite",
}


def _values(facts: Facts) -> tuple[str, ...]:
    return msgspec.structs.astuple(facts)


def _number(kind: str, article: str, surface: str) -> Number:
    """A town or person is one; so is a bare name whose first word has no mark of the plural."""
    if surface.startswith(("Les ", "les ")):
        return "p"
    single = kind in ("city", "person") or (
        article == "none" and surface.split(" ")[0][-1:] not in ("s", "x", "z")
    )
    return "s" if single and surface[:1].isupper() else ""


def _spelt(surface: str) -> Article:
    """A word in lower case is a common noun; of a capital nothing follows."""
    return "noun" if surface[:1].islower() else ""


def _locative(known: Facts) -> Locative:
    """Grevisse & Goosse, *Le bon usage*: names of countries, regions and towns."""
    if known.kind == "city":
        return "à"
    if known.kind == "country":
        if known.article == "none" or known.number == "p":
            return "à"
        if known.gender == "f" or (known.gender == "m" and known.initial == "v"):
            return "en"
        return "à" if known.gender == "m" and known.initial == "c" else ""
    if known.kind == "region":
        return (
            "en"
            if (known.gender, known.number) == ("f", "s")
            else "dans"
            if known.gender == "m"
            else ""
        )
    return "dans" if known.kind == "water" else ""
