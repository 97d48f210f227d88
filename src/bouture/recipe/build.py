"""From the names in a recipe to the objects that do the work."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from pydantic import BaseModel

from bouture import formats
from bouture.checks.catalog import CHECKS, DEFAULT_CHECKS
from bouture.checks.check import Check, Reference
from bouture.corpus.document import Document
from bouture.corpus.guide import Guide
from bouture.corpus.guide_reader import read_guide
from bouture.corpus.schema import Schema
from bouture.corpus.splits import shared_ids
from bouture.errors import DocumentError, RecipeError
from bouture.evaluate.arms import DUPLICATE, ORACLE, RESERVED
from bouture.evaluate.catalog import LEARNERS
from bouture.llm.catalog import PROVIDERS
from bouture.recipe.models import asked, asked_by, further, known, where_of
from bouture.recipe.reader import options_of
from bouture.recipe.sections import Recipe, StrategyUse, Use
from bouture.strategies.catalog import STRATEGIES
from bouture.strategies.dialogue import Declined, Materials, Strategy
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

    @property
    def local(self) -> frozenset[str]:
        """Names of the strategies that ask no model."""
        return frozenset(
            use.label
            for use in self.recipe.strategies
            if not getattr(STRATEGIES.load(use.use), "asks_model", False)
        )

    @property
    def asked(self) -> tuple[str, ...]:
        """Names in `recipe.asked` of the models that its strategies ask, each once."""
        names: dict[str, None] = {}
        for use in self.recipe.strategies:
            if use.label not in self.local:
                names.setdefault(use.model)
                names |= dict.fromkeys(_turns(self.options[use.label]))
        return tuple(names)

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
    for name, section in recipe.asked.items():
        member = known(PROVIDERS, section.provider, f"{where_of(name)}.provider")
        options_of(member, section.options, f"{where_of(name)}.options", base)
    materials = Materials(
        gold=train, schema=schema, guide=guide, language=recipe.language, models=further(recipe)
    )
    strategies, options = _strategies(recipe, materials)
    jobs = [job for use in recipe.strategies for job in _jobs(use, train, recipe.seed)]
    _checks(recipe, base)  # a wrong name is told before anything is asked
    _experiment(recipe, len(train), base)
    return Study(recipe, base, train, dev, test, guide, schema, strategies, options, jobs)


def _strategies(
    recipe: Recipe, materials: Materials
) -> tuple[dict[str, Strategy], dict[str, BaseModel]]:
    """The strategies by name, each with the model it asks, and their options."""
    strategies: dict[str, Strategy] = {}
    options: dict[str, BaseModel] = {}
    for number, use in enumerate(recipe.strategies):
        where = f"strategies.{number}"
        if use.label in strategies:
            raise RecipeError(
                f"{where}: the name `{use.label}` is used twice",
                hint="give one of them its own `name`",
            )
        member = known(STRATEGIES, use.use, f"{where} ({use.use})")
        section = asked_by(recipe, use)
        if getattr(member, "asks_model", False) and section is None:
            raise RecipeError(
                f"{where}: `{use.use}` asks a model, and the recipe names none",
                hint="fill in the section `model`",
            )
        options[use.label] = options_of(member, use.options, f"{where}.options", recipe.base)
        if unknown := [n for n in _turns(options[use.label]) if n not in recipe.models]:
            raise RecipeError(
                f"{where}.options: there is no {unknown[0]!r} in `models`",
                hint=f"known: {', '.join(recipe.models) or 'none'}",
            )
        model = asked(section)
        with_model = msgspec.structs.replace(
            materials, model=model.name, parameters=model.parameters
        )
        strategy: Strategy = member(with_model, options[use.label])
        strategy.name = use.label
        strategies[use.label] = strategy
    return strategies, options


TURN = "_model"
"""Options whose names end so name one of the recipe's `models`, for a turn of the dialogue."""


def _turns(options: BaseModel) -> list[str]:
    """The models that the turns of a dialogue name."""
    named = [value for name, value in options if name.endswith(TURN)]
    return [value for value in named if value]


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
        options_of(known(LEARNERS, use.use, where), use.options, f"{where}.options", base)


def _checks(recipe: Recipe, base: Path) -> list[tuple[type[Any], Any]]:
    """The checks a recipe asks for, each with its options."""
    wanted = recipe.checks
    uses = [Use(use=name) for name in DEFAULT_CHECKS] if wanted == "default" else wanted
    made = []
    for number, use in enumerate(uses):
        member = known(CHECKS, use.use, f"checks.{number} ({use.use})")
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
