"""From the `mixture` of a recipe to the one that plans its rounds."""

import difflib
from collections.abc import Mapping, Sequence

from bouture.corpus.document import Document
from bouture.errors import RecipeError
from bouture.recipe.members import Member
from bouture.recipe.sections import Recipe
from bouture.strategies.dialogue import Materials
from bouture.strategies.planner.mixture import Ingredient, Mixture, Terms

MOST_REGISTERS = 30
"""Values of `meta` up to which they are registers: with more, each label × register × length would hold next to nothing."""


def mixture_of(
    recipe: Recipe,
    members: Mapping[str, Member],
    materials: Materials,
    raw: Sequence[Document] = (),
) -> Mixture | None:
    """The mixture of a recipe; None when it counts the jobs of each strategy instead.

    Raises:
        RecipeError: more calls than `factor` allows, or none at all; or a key of `meta` that names no register.
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
    if calls < 1:
        raise RecipeError(
            f"mixture: {asked.factor:g} for each of {len(materials.gold)} gold documents is not one "
            "document to ask for",
            hint="raise `mixture.factor`" if materials.gold else "`corpus.train` holds no document",
        )
    if asked.register_key:
        _refuse_unless_register(asked.register_key, materials.gold)
    ingredients = [
        Ingredient(use.label, members[use.label].serving, asked.shares.get(use.label, 1.0))
        for use in recipe.strategies
    ]
    terms = Terms(calls, asked.rounds, recipe.seed, asked.least, asked.register_key)
    return Mixture(
        materials.gold, materials.schema, ingredients, terms, guide=materials.guide, raw=raw
    )


def _refuse_unless_register(key: str, gold: Sequence[Document]) -> None:
    """Refuses a key that no document has, or whose values are nearly as many as the documents."""
    keys = sorted({name for document in gold for name in document.meta})
    values = {str(document.meta[key]) for document in gold if key in document.meta}
    if not values:
        near = difflib.get_close_matches(key, keys, n=1)
        known = f"`meta` has: {', '.join(keys) or 'nothing'}"
        raise RecipeError(
            f"mixture.register_key: no gold document has {key!r} in its `meta`",
            hint=f"did you mean {near[0]!r}?" if near else known,
        )
    if len(values) > MOST_REGISTERS:
        raise RecipeError(
            f"mixture.register_key: {key!r} has {len(values)} values in {len(gold)} documents: it names "
            "no register",
            hint=f"name a key of `meta` with at most {MOST_REGISTERS} values, or remove `register_key`",
        )
