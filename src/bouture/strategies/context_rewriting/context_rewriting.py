"""Context rewriting: one of LLM-DA's four dimensions is drawn, then one way along it (Ye et al. 2024, arXiv 2402.14568; science A.3.1)."""

import random
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Literal, TypeAlias

from pydantic import Field, field_validator, model_validator

from bouture.strategies.conversation import Prompts
from bouture.strategies.dialogue import Materials
from bouture.strategies.options import GuideOptions
from bouture.strategies.rewrite.rewriting import Drawn, Rewriting

Dimension: TypeAlias = Literal[
    "sentence length", "vocabulary", "subordinate clauses", "presentation style"
]
DIMENSIONS: dict[Dimension, tuple[str, ...]] = {
    "sentence length": ("shorter", "longer"),
    "vocabulary": (
        "advanced",
        "simpler",
        "adverbs",
        "adjectives",
        "prepositions",
        "conjunctions",
    ),
    "subordinate clauses": ("relative", "adverbial", "noun"),
    "presentation style": (
        "dispatch",
        "live",
        "military report",
        "official statement",
        "relayed message",
        "opinion",
        "spoken",
        "headline",
    ),
}
"""The ways of each dimension. Those of the presentation style are registers of live news on a war: they
take the place of the paper's genres, which `styles: genres` brings back (`GENRES`)."""
GENRES = ("news", "spoken language", "magazine", "fiction", "encyclopedia", "film review")


class ContextRewriting(Rewriting):
    """A dimension is drawn by its weight, then one of its ways by its own, for each document.

    Drawing the dimension first keeps the many registers from driving out the two sentence lengths.
    What an answer must keep is as for `rewrite`.
    """

    name = "context_rewriting"
    drawn_from = frozenset(("dimensions", "styles", "weights"))

    class Options(GuideOptions):
        dimensions: tuple[Dimension, ...] = Field(
            tuple(DIMENSIONS), min_length=1, description="dimensions to draw from"
        )
        styles: Literal["registers", "genres"] = Field(
            "registers",
            description="presentation styles: registers of live news, or the genres of the paper",
        )
        weights: dict[str, float] = Field(
            {},
            description="how much a dimension or one of its ways is drawn, 1 when it is not named, 0 never",
        )

        @field_validator("weights")
        @classmethod
        def _known(cls, weights: dict[str, float]) -> dict[str, float]:
            known = {*DIMENSIONS, *GENRES, *(way for ways in DIMENSIONS.values() for way in ways)}
            if unknown := sorted(set(weights) - known):
                raise ValueError(
                    f"unknown: {', '.join(unknown)}; known: {', '.join(sorted(known))}"
                )
            if wrong := sorted(name for name, weight in weights.items() if not 0 <= weight < inf):
                raise ValueError(f"a weight is 0 or more, and finite: {', '.join(wrong)}")
            return weights

        @model_validator(mode="after")
        def _something_to_draw(self) -> "ContextRewriting.Options":
            if not any(drawable(self).values()):
                raise ValueError("the weights leave nothing to draw")
            return self

    def __init__(self, materials: Materials, options: Options) -> None:
        super().__init__(materials, options)
        instructions = Prompts(Path(__file__).parent, materials.language)
        styles = "genres" if options.styles == "genres" else "presentation style"
        self._instructions: dict[str, dict[str, str]] = {
            dimension: named(
                instructions.listed(styles if dimension == "presentation style" else dimension)
            )
            for dimension in dict.fromkeys(options.dimensions)
        }
        self._weights = options.weights
        self._ways = drawable(options)

    def draw(self, rng: random.Random) -> Drawn:
        dimensions = [dimension for dimension, ways in self._ways.items() if ways]
        dimension = _weighted(dimensions, self._weights, rng)
        way = _weighted(self._ways[dimension], self._weights, rng)
        instruction = self._instructions[dimension][way]
        return Drawn(instruction, {"dimension": dimension, "transformation": way})


def drawable(options: ContextRewriting.Options) -> dict[str, tuple[str, ...]]:
    """The ways of each dimension that may be drawn; none for a dimension of weight 0."""
    found: dict[str, tuple[str, ...]] = {}
    for dimension in dict.fromkeys(options.dimensions):
        genres = dimension == "presentation style" and options.styles == "genres"
        ways = GENRES if genres else DIMENSIONS[dimension]
        known = options.weights.get(dimension, 1.0) > 0
        found[dimension] = tuple(w for w in ways if known and options.weights.get(w, 1.0) > 0)
    return found


def named(lines: list[str]) -> dict[str, str]:
    """`name: instruction` lines as a mapping."""
    pairs = (line.partition(": ") for line in lines)
    return {name: instruction for name, _, instruction in pairs}


def _weighted(
    names: "list[str] | tuple[str, ...]", weights: Mapping[str, float], rng: random.Random
) -> str:
    [drawn] = rng.choices(names, [weights.get(name, 1.0) for name in names])
    return drawn
