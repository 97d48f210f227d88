"""From the names in a recipe to the objects that do the work."""

import hashlib
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from pydantic import BaseModel

from bouture import formats
from bouture.catalog import Catalog
from bouture.checks.catalog import CHECKS, DEFAULT_CHECKS
from bouture.checks.check import Check, Reference
from bouture.corpus.document import Document
from bouture.corpus.guide import Guide
from bouture.corpus.guide_reader import read_guide
from bouture.corpus.schema import Schema
from bouture.corpus.splits import shared_ids
from bouture.errors import BoutureError, DocumentError, RecipeError
from bouture.evaluate.arms import DUPLICATE, ORACLE, RESERVED
from bouture.evaluate.catalog import LEARNERS
from bouture.llm.catalog import PROVIDERS
from bouture.llm.provider import Provider
from bouture.recipe.reader import options_of
from bouture.recipe.sections import Recipe, StrategyUse, Use
from bouture.strategies.catalog import STRATEGIES
from bouture.strategies.dialogue import Declined, Materials, Strategy
from bouture.strategies.planning import Job, plan_jobs

PART = "strategy "
"""Begins the keys of a fingerprint that need only agree where both have them (see `RunFolder`)."""


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
    options: dict[str, BaseModel]
    """Options of each strategy, decoded, their paths absolute."""
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
        return [member(reference, options) for member, options in _checks(self.recipe, self.base)]

    def provider(self) -> Provider | None:
        """The way to the model, or None when the recipe names no model."""
        section = self.recipe.model
        if section is None:
            return None
        member = _known(PROVIDERS, section.provider, "model.provider")
        options = options_of(member, section.options, "model.options", self.base)
        provider: Provider = member(options)
        return provider

    @property
    def local(self) -> frozenset[str]:
        """Names of the strategies that ask no model."""
        return frozenset(
            use.label
            for use in self.recipe.strategies
            if not getattr(STRATEGIES.load(use.use), "asks_model", False)
        )

    def made_again(self, sample: Sequence[Document], seed: int) -> list[Document]:
        """What the strategies that ask no model make of a gold sample alone, unchecked.

        For experiments with fewer documents than there are: made from the whole corpus, their
        lexicons would hold words and mentions from outside the sample.
        """
        materials = Materials(
            gold=sample, schema=self.schema, guide=self.guide, language=self.recipe.language
        )
        made: list[Document] = []
        by_id = {document.id: document for document in sample}
        for use in self.recipe.strategies:
            member = STRATEGIES.load(use.use)
            if use.label not in self.local:
                continue
            strategy: Strategy = member(materials, self.options[use.label])
            strategy.name = use.label
            for job in _jobs(use, sample, self.recipe.seed):
                made += _made_locally(strategy, by_id[job.source], job, self.recipe.seed + seed)
        return made

    def used(self) -> dict[str, Any]:
        """The recipe as used, for its file in the run folder: every path absolute."""
        written = self.recipe.model_dump(mode="json", exclude_defaults=True)
        for use in written["strategies"]:
            if "options" in use:
                options = self.options[use.get("name") or use["use"]]
                use["options"] = options.model_dump(mode="json", exclude_unset=True)
        if self.recipe.model is not None and self.recipe.model.options:
            member = PROVIDERS.load(self.recipe.model.provider)
            options = options_of(member, self.recipe.model.options, "model.options", self.base)
            written["model"]["options"] = options.model_dump(mode="json", exclude_unset=True)
        return written

    def fingerprint(self) -> str:
        """What must be the same when a run is continued, as JSON: what is asked of which data.

        Delivery (provider, concurrency, prices), evaluation, the run folder and the names of files
        are left out; files count by their content. How many samples of how many sources is left out
        too, and strategies may come and go: what is done stays done, and only new jobs are added.
        """
        kept = self.recipe.model_dump(mode="json", include={"language", "seed", "checks"})
        for use in self.recipe.strategies:
            kept[f"{PART}{use.label}"] = [use.use, _content(self.options[use.label])]
            if self.recipe.model is not None and use.label not in self.local:
                asked = [self.recipe.model.name, self.recipe.model.parameters]
                kept[f"{PART}{use.label}"].append(asked)
        kept["train"] = _digest(self.train)
        kept["held_out"] = _digest([*self.dev, *self.test])
        kept["guide"] = _sha256((self.guide.text if self.guide else "").encode())
        return json.dumps(kept, sort_keys=True, ensure_ascii=False)


def build(recipe: Recipe) -> Study:
    """Reads the corpora and the guide, and makes the strategies and the jobs.

    Raises:
        FormatError, GuideError: a file that cannot be read.
        RecipeError: a name that no catalogue knows, an option that its member does not have, or a
            training document that is also a dev or test document.
    """
    base = recipe.base
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
    options: dict[str, BaseModel] = {}
    for number, use in enumerate(recipe.strategies):
        if use.label in strategies:
            raise RecipeError(
                f"strategies.{number}: the name `{use.label}` is used twice",
                hint="give one of them its own `name`",
            )
        where = f"strategies.{number}"
        member = _known(STRATEGIES, use.use, f"{where} ({use.use})")
        if getattr(member, "asks_model", False) and recipe.model is None:
            raise RecipeError(
                f"{where}: `{use.use}` asks a model, and the recipe names none",
                hint="fill in the section `model`",
            )
        options[use.label] = options_of(member, use.options, f"{where}.options", base)
        strategy: Strategy = member(materials, options[use.label])
        strategy.name = use.label
        strategies[use.label] = strategy
    jobs = [job for use in recipe.strategies for job in _jobs(use, train, recipe.seed)]
    _checks(recipe, base)  # a wrong name is told before anything is asked
    _experiment(recipe, len(train), base)
    return Study(recipe, base, train, dev, test, guide, schema, strategies, options, jobs)


def _made_locally(strategy: Strategy, source: Document, job: Job, seed: int) -> list[Document]:
    """What a dialogue without turns returns, with the ids the loop would give; nothing when it declines."""
    try:
        next(strategy(source, job.rng(seed)))
    except StopIteration as end:
        return [
            msgspec.structs.replace(made, id=job.id if n == 0 else f"{job.id}#{n + 1}")
            for n, made in enumerate(end.value or [])
        ]
    except (Declined, DocumentError):
        return []
    raise RecipeError(f"the strategy {job.strategy} asks a model and does not say so (asks_model)")


def _read(recipe: Recipe, part: str) -> list[Document]:
    path: Path | None = getattr(recipe.corpus, part)
    if path is None:
        return []
    if not path.exists():
        raise RecipeError(f"corpus.{part}: there is no file {path}", hint="correct the path")
    return formats.read(path, recipe.corpus.format)


def _disjoint(train: Sequence[Document], held_out: Sequence[Document]) -> None:
    if shared := shared_ids(train, held_out):
        raise RecipeError(
            f"{len(shared)} documents are in train and in dev or test: {', '.join(shared[:5])}"
            f"{'…' if len(shared) > 5 else ''}",
            hint="documents to measure on must not be among those to grow from: remove them from one side",
        )


def _experiment(recipe: Recipe, gold: int, base: Path) -> None:
    """Refuses an experiment that could not be run once everything is made."""
    wanted = recipe.evaluate
    if wanted is None:
        return
    names = [use.label for use in recipe.strategies]
    if taken := [name for name in names if name in RESERVED and name != DUPLICATE]:
        raise RecipeError(
            f"strategies: {taken[0]!r} is the name of an arm of every experiment",
            hint="give this strategy another `name`",
        )
    if all(name == DUPLICATE for name in names) and ORACLE not in wanted.arms:
        raise RecipeError("evaluate: with nothing but duplicates there is nothing to compare")
    for arm in wanted.arms:
        if arm not in (*RESERVED, *names):
            raise RecipeError(
                f"evaluate.arms: there is no arm {arm!r}",
                hint=f"known: {', '.join((*RESERVED, *names))}",
            )
    if all(size != "all" and size > gold for size in wanted.sizes):
        raise RecipeError(
            f"evaluate.sizes: all are larger than the {gold} training documents",
            hint="give smaller ones, or `all`",
        )
    for task, use in wanted.learners.items():
        where = f"evaluate.learners.{task}"
        options_of(_known(LEARNERS, use.use, where), use.options, f"{where}.options", base)


def _checks(recipe: Recipe, base: Path) -> list[tuple[type[Any], Any]]:
    """The checks a recipe asks for, each with its options."""
    wanted = recipe.checks
    uses = [Use(use=name) for name in DEFAULT_CHECKS] if wanted == "default" else wanted
    made = []
    for number, use in enumerate(uses):
        member = _known(CHECKS, use.use, f"checks.{number} ({use.use})")
        made.append((member, options_of(member, use.options, f"checks.{number}.options", base)))
    return made


def _jobs(use: StrategyUse, train: Sequence[Document], seed: int) -> list[Job]:
    sources = [document.id for document in train]
    if use.limit is not None:
        # The first of one shuffle: raising the limit adds sources and takes none away.
        order = random.Random(f"{seed} {use.label}").sample(sources, len(sources))
        chosen = set(order[: use.limit])
        sources = [source for source in sources if source in chosen]
    return plan_jobs(sources, [(use.label, use.samples)])


def _known(catalog: Catalog[Any], name: str, where: str) -> Any:
    try:
        return catalog.load(name)
    except BoutureError as error:
        raise RecipeError(f"{where}: {error.message}", hint=error.hint) from None


def _content(options: BaseModel) -> dict[str, Any]:
    """Options with each file replaced by the digest of what it holds."""
    written: dict[str, Any] = options.model_dump(mode="json")
    for name in type(options).model_fields:
        value = getattr(options, name)
        if isinstance(value, Path) and value.is_file():
            written[name] = _sha256(value.read_bytes())
    return written


def _digest(documents: Sequence[Document]) -> str:
    return _sha256(msgspec.json.encode(documents, order="sorted"))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
