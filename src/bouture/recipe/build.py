"""From the names in a recipe to the objects that do the work."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

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
from bouture.recipe.members import Member, made_of, members_of, strategies_of
from bouture.recipe.mixing import mixture_of
from bouture.recipe.models import further, known, where_of
from bouture.recipe.raw import compared, read_raw
from bouture.recipe.reader import options_of
from bouture.recipe.sections import Recipe
from bouture.recipe.uses import StrategyUse, Use
from bouture.strategies.dialogue import Declined, Materials, Strategy
from bouture.strategies.planner.course import Course
from bouture.strategies.planner.mixture import Mixture
from bouture.strategies.planning import Job, plan_jobs
from bouture.strategies.wanted import Wanted


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
    members: dict[str, Member]
    """The strategies by the name they go by: their classes and options."""
    strategies: dict[str, Strategy]
    jobs: list[Job]
    """Of a mixture, those of the rounds that have begun; of the first when none has."""
    raw: list[Document] = []
    """Texts without annotation."""
    mixture: Mixture | None = None
    course: Course = Course()
    """The rounds of a mixture that have begun."""
    wanted: Wanted = Wanted()
    """What the strategies have been told is lacking."""

    @property
    def sources(self) -> dict[str, Document]:
        """Whatever a job may start from, by id."""
        return {document.id: document for document in (*self.train, *self.raw)}

    @property
    def leaking(self) -> tuple[str, ...]:
        """Training documents whose text is that of a dev or test document, under another id.

        They are not refused, for corpora of single sentences have some; but what is made from them, or
        shown to a model, is measured on itself. The check `contamination` rejects the copies.
        """
        held_out = {compared(document.text) for document in (*self.dev, *self.test)}
        return tuple(d.id for d in self.train if held_out and compared(d.text) in held_out)

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
        return frozenset(name for name, member in self.members.items() if not member.asks)

    @property
    def asked(self) -> tuple[str, ...]:
        """Names in `recipe.asked` of the models that its strategies ask, each once."""
        names: dict[str, None] = {}
        for use in self.recipe.strategies:
            if use.label not in self.local:
                names.setdefault(use.model)
                names |= dict.fromkeys(self.members[use.label].turns)
        return tuple(names)

    def told(self, wanted: Wanted) -> dict[str, Strategy]:
        """The strategies as they are when they know what the corpus lacks."""
        if wanted == self.wanted:
            return self.strategies
        materials = _materials(self.recipe, self.train, self.guide, self.schema)
        materials = msgspec.structs.replace(materials, wanted=wanted)
        return strategies_of(self.recipe, self.members, materials)

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
            member = self.members[use.label]
            if member.asks or member.raw:
                continue
            strategy = made_of(member, use.label, materials)
            for job in _jobs(use, sample, self.recipe.seed):
                made += _made_locally(strategy, by_id[job.source], job, self.recipe.seed + seed)
        return made


def build(recipe: Recipe, course: Course = Course()) -> Study:
    """Reads the corpora and the guide, and makes the strategies and the jobs.

    Args:
        course: the rounds of a mixture that have begun.

    Raises:
        FormatError, GuideError: a file that cannot be read.
        RecipeError: a name that no catalogue knows, an option that its member does not have, or a
            training document that is also a dev or test document.
        PluginError: a strategy of the user's that cannot be loaded.
    """
    base = recipe.base
    train, dev, test = (_read(recipe, part) for part in ("train", "dev", "test"))
    _disjoint(train, [*dev, *test])
    raw = read_raw(recipe.corpus.raw, [*train, *dev, *test]) if recipe.corpus.raw else []
    guide = read_guide(recipe.corpus.guide) if recipe.corpus.guide else None
    schema = guide.schema() if guide else Schema.learn(train)
    for name, section in recipe.asked.items():
        provider = known(PROVIDERS, section.provider, f"{where_of(name)}.provider")
        options_of(provider, section.options, f"{where_of(name)}.options", base)
    members = members_of(recipe)
    _checks(recipe, base)  # a wrong name is told before anything is asked
    _experiment(recipe, len(train), base)
    materials = _materials(recipe, train, guide, schema)
    mixture = mixture_of(recipe, members, materials, raw)
    if mixture is None:
        jobs = [
            job
            for use in recipe.strategies
            for job in _jobs(use, raw if members[use.label].raw else train, recipe.seed)
        ]
    else:
        course = course.of(members, {document.id for document in (*train, *raw)})
        first = None if course.rounds else mixture.round(1)
        jobs = list(first.jobs) if first else course.jobs
        wanted = first.wanted if first else course.wanted
        materials = msgspec.structs.replace(materials, wanted=wanted)
    strategies = strategies_of(recipe, members, materials)
    return Study(
        recipe,
        base,
        train,
        dev,
        test,
        guide,
        schema,
        members,
        strategies,
        jobs,
        raw,
        mixture,
        course,
        materials.wanted,
    )


def _materials(
    recipe: Recipe, train: Sequence[Document], guide: Guide | None, schema: Schema
) -> Materials:
    return Materials(
        gold=train, schema=schema, guide=guide, language=recipe.language, models=further(recipe)
    )


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
