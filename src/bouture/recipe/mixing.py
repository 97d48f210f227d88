"""From the `mixture` of a recipe to the one that plans its rounds."""

from collections.abc import Mapping, Sequence

from bouture.corpus.document import Document
from bouture.errors import RecipeError
from bouture.recipe.members import Member
from bouture.recipe.sections import Recipe
from bouture.strategies.dialogue import Materials
from bouture.strategies.planner.mixture import Ingredient, Mixture, Terms


def mixture_of(
    recipe: Recipe,
    members: Mapping[str, Member],
    materials: Materials,
    raw: Sequence[Document] = (),
) -> Mixture | None:
    """The mixture of a recipe; None when it counts the jobs of each strategy instead.

    Raises:
        RecipeError: more calls than `factor` allows.
    """
    asked = recipe.mixture
    if asked is None:
        return None
    most = int(asked.factor * len(materials.gold))
    calls = most if asked.calls is None else asked.calls
    if calls > most:
        raise RecipeError(
            f"mixture.calls: {calls} documents are more than {asked.factor:g} for each of the "
            f"{len(materials.gold)} gold documents",
            hint="beyond three a corpus is rarely better for it (science A.8.4); to go on, raise "
            f"`mixture.factor` to {calls / max(1, len(materials.gold)):.1f}",
        )
    ingredients = [
        Ingredient(use.label, members[use.label].serving, asked.shares.get(use.label, 1.0))
        for use in recipe.strategies
    ]
    terms = Terms(calls, asked.rounds, recipe.seed, asked.least, asked.register_key)
    return Mixture(
        materials.gold, materials.schema, ingredients, terms, guide=materials.guide, raw=raw
    )
