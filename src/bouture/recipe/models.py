"""From the model sections of a recipe to the ways to those models, and to what strategies may know of them."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from pydantic import BaseModel

from bouture.catalog import Catalog
from bouture.errors import BoutureError, RecipeError
from bouture.llm.batch.files import plain_body
from bouture.llm.catalog import PROVIDERS
from bouture.llm.http.addresses import is_loopback
from bouture.llm.http.wire import Dialect, Wire
from bouture.llm.messages import Request
from bouture.llm.provider import Provider
from bouture.recipe.reader import options_of
from bouture.recipe.sections import ModelSection, Recipe
from bouture.recipe.uses import StrategyUse
from bouture.strategies.dialogue import Asked


def known(catalog: Catalog[Any], name: str, where: str) -> Any:
    """The member of a catalogue; a wrong name is a RecipeError that says where it stands."""
    try:
        return catalog.load(name)
    except BoutureError as error:
        raise RecipeError(f"{where}: {error.message}", hint=error.hint) from None


def where_of(name: str) -> str:
    """How errors call a model section: `model`, or `models.<name>`."""
    return f"models.{name}" if name else "model"


def provider_options(recipe: Recipe, name: str) -> BaseModel:
    """The options of the provider of one model, decoded, their paths absolute."""
    section, where = recipe.asked[name], where_of(name)
    member = known(PROVIDERS, section.provider, f"{where}.provider")
    raw = dict(section.options)
    if recipe.offline and "offline" in member.Options.model_fields:
        raw["offline"] = True
    options: BaseModel = options_of(member, raw, f"{where}.options", recipe.base)
    return options


def provider_of(recipe: Recipe, name: str) -> Provider:
    """The way to one model of the recipe.

    Raises:
        RecipeError: a wrong name or option, or an address that is not on this machine while the
            recipe, or `--offline`, says that nothing else may be contacted.
        ProviderError: the environment variable of the key is not set.
    """
    section, where = recipe.asked[name], where_of(name)
    options = provider_options(recipe, name)
    provider: Provider = PROVIDERS.load(section.provider)(options)
    if recipe.offline:
        contacts = getattr(provider, "contacts", None)
        if contacts is None:
            raise RecipeError(
                f"{where}: the provider {section.provider!r} does not say whom it contacts",
                hint="offline, use one of those that bouture brings",
            )
        if away := [host for host in contacts if not is_loopback(host)]:
            raise RecipeError(
                f"{where}: {away[0]} is not on this machine, and the run is offline",
                hint="name a server on localhost, an in-process model or recorded answers; or "
                "export the requests as files: `bouture batch export`",
            )
    return provider


def asked_by(recipe: Recipe, use: StrategyUse) -> ModelSection | None:
    """The model a strategy asks unless a turn of it names another one."""
    return recipe.models[use.model] if use.model else recipe.model


def asked(section: ModelSection | None) -> Asked:
    """The model as data, for the requests of a strategy."""
    return Asked(section.name, section.parameters) if section else Asked()


def further(recipe: Recipe) -> Mapping[str, Asked]:
    """The section `models` as data."""
    return {name: asked(section) for name, section in recipe.models.items()}


def body_for(recipe: Recipe, dialect: str) -> Callable[[Request], Mapping[str, Any]]:
    """What would be sent over HTTP for a request, to a server that speaks the dialect of a batch service."""
    if dialect not in PROVIDERS.members:
        return plain_body
    spoken: Dialect = PROVIDERS.load(dialect).dialect
    wires = {
        section.name: Wire(spoken, section.options.get("parameters") or {})
        for section in recipe.asked.values()
    }

    def body(request: Request) -> Mapping[str, Any]:
        written: dict[str, Any] = msgspec.json.decode(wires[request.model].body(request)[0])
        return written

    return body
