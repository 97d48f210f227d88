"""From the names in a recipe to the objects that do the work."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bouture import formats
from bouture.catalog import Catalog
from bouture.checks.catalog import CHECKS, DEFAULT_CHECKS
from bouture.checks.check import Check, Reference
from bouture.corpus.document import Document
from bouture.corpus.guide import Guide
from bouture.corpus.guide_reader import read_guide
from bouture.corpus.schema import Schema
from bouture.errors import BoutureError, RecipeError
from bouture.llm.catalog import PROVIDERS
from bouture.llm.provider import Provider
from bouture.recipe.reader import options_of
from bouture.recipe.sections import Recipe, StrategyUse, Use
from bouture.strategies.catalog import STRATEGIES
from bouture.strategies.dialogue import Materials, Strategy
from bouture.strategies.planning import Job, plan_jobs


class Study(NamedTuple):
    """Everything a recipe names, as objects."""

    recipe: Recipe
    base: Path
    """Folder that paths among the options are relative to."""
    train: list[Document]
    dev: list[Document]
    test: list[Document]
    guide: Guide | None
    schema: Schema
    strategies: dict[str, Strategy]
    jobs: list[Job]

    def checks(self) -> list[Check]:
        """The checks, calibrated on the training documents (this takes a moment)."""
        reference = Reference(
            gold=self.train,
            schema=self.schema,
            guide=self.guide,
            held_out=[*self.dev, *self.test],
            language=self.recipe.language,
        )
        wanted = self.recipe.checks
        uses = [Use(use=name) for name in DEFAULT_CHECKS] if wanted == "default" else wanted
        return [self._member(CHECKS, "checks", use, reference) for use in uses]

    def provider(self) -> Provider | None:
        """The way to the model, or None when the recipe names no model."""
        section = self.recipe.model
        if section is None:
            return None
        member = _known(PROVIDERS, section.provider, "model.provider")
        options = options_of(member, section.options, "model.options", self.base)
        provider: Provider = member(options)
        return provider

    def _member(self, catalog: Catalog[Any], where: str, use: Use, materials: Any) -> Any:
        return _member(catalog, where, use, materials, self.base)


def build(recipe: Recipe, base: Path) -> Study:
    """Reads the corpora and the guide, and makes the strategies and the jobs.

    Args:
        recipe: what to do.
        base: the folder of the recipe: paths among the options are relative to it.

    Raises:
        FormatError, GuideError: a file that cannot be read.
        RecipeError: a name that no catalogue knows, an option that its member does not have, or a
            training document that is also a dev or test document.
    """
    train, dev, test = (_read(recipe, part) for part in ("train", "dev", "test"))
    _disjoint(train, [*dev, *test])
    guide = read_guide(recipe.corpus.guide) if recipe.corpus.guide else None
    schema = guide.schema() if guide else Schema.learn(train)
    model = recipe.model
    materials = Materials(
        gold=train,
        schema=schema,
        guide=guide,
        language=recipe.language,
        model=model.name if model else "",
        parameters=model.parameters if model else {},
    )
    strategies: dict[str, Strategy] = {}
    for number, use in enumerate(recipe.strategies):
        if use.label in strategies:
            raise RecipeError(
                f"strategies.{number}: the name `{use.label}` is used twice",
                hint="give one of them its own `name`",
            )
        strategy: Strategy = _member(STRATEGIES, f"strategies.{number}", use, materials, base)
        strategy.name = use.label
        strategies[use.label] = strategy
    jobs = [job for use in recipe.strategies for job in _jobs(use, train, recipe.seed)]
    return Study(recipe, base, train, dev, test, guide, schema, strategies, jobs)


def _read(recipe: Recipe, part: str) -> list[Document]:
    path: Path | None = getattr(recipe.corpus, part)
    if path is None:
        return []
    if not path.exists():
        raise RecipeError(f"corpus.{part}: there is no file {path}", hint="correct the path")
    return formats.read(path, recipe.corpus.format)


def _disjoint(train: Sequence[Document], held_out: Sequence[Document]) -> None:
    ids = {document.id for document in train}
    shared = [document.id for document in held_out if document.id in ids]
    if shared:
        raise RecipeError(
            f"{len(shared)} documents are in train and in dev or test, e.g. {shared[0]!r}",
            hint="documents to measure on must not be among those to grow from",
        )


def _jobs(use: StrategyUse, train: Sequence[Document], seed: int) -> list[Job]:
    sources = [document.id for document in train]
    if use.limit is not None and use.limit < len(sources):
        drawn = set(random.Random(f"{seed} {use.label}").sample(sources, use.limit))
        sources = [source for source in sources if source in drawn]
    return plan_jobs(sources, [(use.label, use.samples)])


def _known(catalog: Catalog[Any], name: str, where: str) -> Any:
    try:
        return catalog.load(name)
    except BoutureError as error:
        raise RecipeError(f"{where}: {error.message}", hint=error.hint) from None


def _member(catalog: Catalog[Any], where: str, use: Use, materials: Any, base: Path) -> Any:
    member = _known(catalog, use.use, f"{where} ({use.use})")
    return member(materials, options_of(member, use.options, f"{where}.options", base))
