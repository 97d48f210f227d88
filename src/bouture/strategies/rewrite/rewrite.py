"""Rewriting of a gold document in another register, mentions and relations kept (science A.3.1; after LLM-DA, arXiv 2402.14568)."""

import random

from pydantic import Field

from bouture.strategies.dialogue import Materials
from bouture.strategies.options import GuideOptions
from bouture.strategies.rewrite.rewriting import Drawn, Rewriting


class Rewrite(Rewriting):
    """One transformation is drawn for each document, uniformly, from one list."""

    name = "rewrite"
    drawn_from = frozenset(("transformations",))

    class Options(GuideOptions):
        transformations: tuple[str, ...] | None = Field(
            None,
            min_length=1,
            description="instructions to draw one from, in the language of the prompts; by default those shipped",
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        super().__init__(materials, options)
        self._transformations = list(
            options.transformations or self._prompts.listed("transformations")
        )

    def draw(self, rng: random.Random) -> Drawn:
        transformation = rng.choice(self._transformations)
        return Drawn(transformation, {"transformation": transformation})
