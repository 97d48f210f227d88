"""The surfaces of gold by label, to draw required mentions from: each distinct one as likely as any other."""

import random
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from bouture.corpus.document import Document
from bouture.corpus.normalise import fold
from bouture.corpus.rule_codes import is_pronoun

LONGEST = 60
"""Characters of the longest surface that is asked for."""


class Drawn(NamedTuple):
    """A surface of gold."""

    surface: str
    label: str
    document: str
    """The first gold document that has it."""


class Pool:
    """Distinct surfaces by label; a draw is uniform over surfaces, so the long tail comes first (science A.3.2).

    Left out: pronouns, surfaces without a letter or digit, on several lines or longer than 60
    characters, and mentions that hold or share another (their inside would have to be tagged too).

    Args:
        language: of the pronouns, `fr` or `en`.
    """

    def __init__(self, gold: Sequence[Document], language: str = "fr") -> None:
        known: dict[str, dict[str, Drawn]] = {}
        for document in gold:
            mentions = document.mentions()
            for number, mention in enumerate(mentions):
                near = mentions[number + 1 : number + 2] + mentions[max(0, number - 1) : number]
                if any(mention.span.contains(other.span) for other in near):
                    continue
                if _fit(mention.text, language):
                    of_label = known.setdefault(mention.label, {})
                    drawn = Drawn(mention.text, mention.label, document.id)
                    of_label.setdefault(fold(mention.text), drawn)
        self._by_label = {label: tuple(found.values()) for label, found in known.items()}

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that have a surface, in the order of gold."""
        return tuple(self._by_label)

    def of(self, label: str) -> tuple[Drawn, ...]:
        """The surfaces of a label, in the order of gold."""
        return self._by_label.get(label, ())

    def draw(self, label: str, rng: random.Random, taken: Collection[str] = ()) -> Drawn | None:
        """A surface that neither contains one of `taken` nor is contained in one; None when there is none."""
        folded = [fold(surface) for surface in taken]
        for drawn in rng.sample(self.of(label), len(self.of(label))):
            own = fold(drawn.surface)
            if not any(own in other or other in own for other in folded):
                return drawn
        return None


def weighted(
    names: Sequence[str], weight: Callable[[str], float], rng: random.Random
) -> str | None:
    """One of the names, drawn by weight; None when there is none or all weigh nothing."""
    weights = [max(0.0, weight(name)) for name in names]
    return rng.choices(names, weights)[0] if sum(weights) > 0 else None


def _fit(surface: str, language: str) -> bool:
    return (
        len(surface) <= LONGEST
        and surface == surface.strip()
        and not any(mark in surface for mark in "\n\r\t<>|")
        and any(map(str.isalnum, surface))
        and not is_pronoun(surface, language)
    )
