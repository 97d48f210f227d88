"""The strategies of a recipe: their classes, options and followers, and the objects made of them."""

import os
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from pydantic import BaseModel

from bouture.catalog import Catalog, load_from_file
from bouture.errors import BoutureError, RecipeError
from bouture.recipe.models import asked, asked_by, known
from bouture.recipe.reader import options_of
from bouture.recipe.sections import Recipe
from bouture.recipe.uses import FILE, StrategyUse, Use
from bouture.strategies.catalog import STRATEGIES
from bouture.strategies.dialogue import Materials, Strategy
from bouture.strategies.planner.serving import Serving, serving_of

TURN = "_model"
"""Options whose names end so name one of the recipe's `models`, for a turn of the dialogue."""
FOLLOWERS = "bouture.strategies.followers.catalog"
FOLLOWING = "bouture.strategies.following"


class Member(NamedTuple):
    """A strategy as a recipe uses it, or a follower of one: everything but the data it works on."""

    use: Use
    cls: type[Any]
    options: BaseModel
    """Decoded, its paths absolute."""
    followers: tuple["Member", ...] = ()
    file: Path | None = None
    """Where the class stands, when the recipe names a file."""

    @property
    def label(self) -> str:
        """The name it goes by."""
        return self.use.label if isinstance(self.use, StrategyUse) else self.use.use

    @property
    def asks(self) -> bool:
        """Whether it, or one of its followers, asks a model."""
        return bool(getattr(self.cls, "asks_model", False)) or any(f.asks for f in self.followers)

    @property
    def raw(self) -> bool:
        """Whether it starts from texts without annotation."""
        return getattr(self.cls, "sources", "") == "raw"

    @property
    def serving(self) -> Serving:
        """Which cells it can fill."""
        return serving_of(self.cls, self.use.use)

    @property
    def turns(self) -> list[str]:
        """The models, by their names in the recipe, that turns of its dialogue ask."""
        named = [value for name, value in self.options if name.endswith(TURN)]
        return [value for value in named if value] + [t for f in self.followers for t in f.turns]

    @property
    def repairs(self) -> int:
        """Turns that may follow the first: those the options allow, and those of its followers."""
        own = int(getattr(self.options, "repairs", 0) or 0)
        return own + sum(f.repairs + 1 for f in self.followers if f.asks)


def members_of(recipe: Recipe) -> dict[str, Member]:
    """The strategies of a recipe by the name they go by there.

    Raises:
        RecipeError: a name twice, one that no catalogue knows, an option that its member does not have, a
            file or class that is not there, or a model that is asked and not named.
    """
    found: dict[str, Member] = {}
    for number, use in enumerate(recipe.strategies):
        where = f"strategies.{number}"
        if use.label in found:
            raise RecipeError(
                f"{where}: the name `{use.label}` is used twice",
                hint="give one of them its own `name`",
            )
        member = _member(recipe, use, where)
        if member.asks and asked_by(recipe, use) is None:
            raise RecipeError(
                f"{where}: `{use.use}` asks a model, and the recipe names none",
                hint="fill in the section `model`",
            )
        if unknown := [name for name in member.turns if name not in recipe.models]:
            raise RecipeError(
                f"{where}.options: there is no {unknown[0]!r} in `models`",
                hint=f"known: {', '.join(recipe.models) or 'none'}",
            )
        if member.raw and recipe.corpus.raw is None:
            raise RecipeError(
                f"{where}: `{use.use}` starts from texts without annotation, and the recipe names none",
                hint="name a file or folder of texts in `corpus.raw`",
            )
        found[use.label] = member
    return found


def strategies_of(
    recipe: Recipe, members: Mapping[str, Member], materials: Materials
) -> dict[str, Strategy]:
    """The strategies as objects, each with the model it asks and its followers."""
    made: dict[str, Strategy] = {}
    for use in recipe.strategies:
        model = asked(asked_by(recipe, use))
        own = msgspec.structs.replace(materials, model=model.name, parameters=model.parameters)
        made[use.label] = made_of(members[use.label], use.label, own)
    return made


def made_of(member: Member, label: str, materials: Materials) -> Strategy:
    """One strategy as an object, under the name it goes by."""
    strategy: Strategy = member.cls(materials, member.options)
    strategy.name = label
    if member.followers:
        followers = [one.cls(materials, one.options) for one in member.followers]
        followed: Strategy = import_module(FOLLOWING).Followed(strategy, followers)
        followed.name = label
        return followed
    return strategy


def _member(recipe: Recipe, use: StrategyUse, where: str) -> Member:
    cls, file = _class(use, where, recipe.base)
    options = options_of(cls, use.options, f"{where}.options", recipe.base)
    followers = tuple(
        _follower(recipe, follower, f"{where}.then.{number}")
        for number, follower in enumerate(use.then)
    )
    return Member(use, cls, options, followers, file)


def _class(use: Use, where: str, base: Path) -> tuple[type[Any], Path | None]:
    """The class that a recipe names, from the catalogue or from a file."""
    named = FILE.fullmatch(use.use)
    file = None
    if named is None:
        cls = known(STRATEGIES, use.use, f"{where} ({use.use})")
    else:
        file = Path(os.path.abspath(base / Path(named["path"]).expanduser()))
        try:
            cls = load_from_file(file, named["name"])
        except BoutureError as error:
            raise RecipeError(f"{where}: {error.message}", hint=error.hint) from None
    if lacking := _lacking(cls):
        raise RecipeError(
            f"{where}: {use.use} is no strategy: {lacking}",
            hint="docs/plugins.md shows what a strategy looks like",
        )
    return cls, file


def _lacking(cls: Any) -> str:
    """What keeps something from being a strategy; empty when it is one."""
    if not isinstance(cls, type):
        return "it is not a class"
    options = getattr(cls, "Options", None)
    if not (isinstance(options, type) and issubclass(options, BaseModel)):
        return "it has no class `Options` made from pydantic's BaseModel"
    if not any("__call__" in vars(parent) for parent in cls.__mro__):
        return "it has no method `__call__(self, document, rng)`"
    return ""


def _follower(recipe: Recipe, use: Use, where: str) -> Member:
    if not (_there(FOLLOWERS) and _there(FOLLOWING)):
        raise RecipeError(
            f"{where}: this version of bouture has no followers", hint="remove `then`"
        )
    catalog: Catalog[type[Any]] = import_module(FOLLOWERS).FOLLOWERS
    cls = known(catalog, use.use, f"{where} ({use.use})")
    return Member(use, cls, options_of(cls, use.options, f"{where}.options", recipe.base))


def _there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
