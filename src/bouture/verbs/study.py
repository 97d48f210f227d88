"""Verbs about a study, from its recipe: plan, preview, run, batch files."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
import yaml

from bouture.augment.batch import Exported, Imported, export_requests, import_answers
from bouture.augment.events import Notice, OnEvent, ignore
from bouture.augment.folder import RunFolder
from bouture.augment.loop import judge, make
from bouture.augment.loop import run as run_jobs
from bouture.augment.outcome import Outcome
from bouture.augment.summary import Summary
from bouture.augment.talk import Work
from bouture.corpus.document import Document
from bouture.corpus.issue import Wording
from bouture.errors import RecipeError
from bouture.llm.client import Client
from bouture.llm.messages import Request, Response
from bouture.recipe.build import Study, build
from bouture.recipe.reader import load_recipe
from bouture.recipe.sections import Recipe

RecipeLike = str | Path | Recipe
"""A recipe, the path of its file, or a folder that holds `recipe.yaml`: of a project, or of a run."""
Settings = Mapping[str, str] | None
"""Dotted keys that override the recipe, e.g. `{"strategies.rewrite.limit": "20"}`."""


UNFINISHED = Wording(
    "the guide has {count} passages to complete: they are left out of prompts, and its relation "
    "ends and axioms count as observed, not as rules",
    "le guide a {count} passages à compléter : ils ne figurent pas dans les consignes, et ses "
    "extrémités et axiomes comptent comme des observations, non comme des règles",
)


def study_of(recipe: RecipeLike, settings: Settings = None) -> Study:
    """The objects that a recipe names.

    Raises:
        RecipeError, FormatError, GuideError: what is wrong, and where.
    """
    if isinstance(recipe, Recipe):
        return build(recipe)
    path = Path(recipe)
    if (path / "run.json").exists():  # a run folder, which may have been moved
        settings = {**(settings or {}), "run": json.dumps(str(path))}
    return build(load_recipe(path, settings))


class Session(NamedTuple):
    """A study with its run folder open."""

    study: Study
    folder: RunFolder
    client: Client | None

    def work(self, checked: bool = True) -> Work:
        """What the loop needs; the checks are left out where nothing is judged."""
        recipe = self.study.recipe
        return Work(
            sources={document.id: document for document in self.study.train},
            jobs=self.study.jobs,
            strategies=self.study.strategies,
            checks=self.study.checks() if checked else (),
            client=self.client,
            seed=recipe.seed,
        )


@contextmanager
def session(
    recipe: RecipeLike, settings: Settings = None, writing: bool = False
) -> Iterator[Session]:
    """The study of a recipe with its run folder open; with `writing`, the recipe there is replaced.

    Raises:
        RunFolderError: the folder is in use or belongs to another recipe.
    """
    study = study_of(recipe, settings)
    text = ""
    if writing or not (study.recipe.run / "recipe.yaml").exists():
        text = yaml.safe_dump(study.used(), allow_unicode=True, sort_keys=False)
    with RunFolder(study.recipe.run, text, study.fingerprint()) as folder:
        provider, model = study.provider(), study.recipe.model
        client = None
        if provider is not None and model is not None:
            client = Client(
                provider, folder.store, concurrency=model.concurrency, retries=model.retries
            )
        yield Session(study, folder, client)


def augment(recipe: RecipeLike, settings: Settings = None, on_event: OnEvent = ignore) -> Summary:
    """Asks, reads back, checks, keeps. The same call continues what was stopped.

    The first part of `bouture.run`, which then measures and reports.

    Args:
        recipe: what to do; its `run` names the folder that everything is written to.
        settings: overrides of the recipe.
        on_event: told what happens; the library itself prints nothing.

    Returns:
        The counts, which add up: requested = accepted + repaired + review + rejected + failed + pending.
    """
    with session(recipe, settings, writing=True) as opened:
        guide = opened.study.guide
        if guide is not None and (left := guide.unfinished()):
            on_event(Notice(Wording(*(said.format(count=len(left)) for said in UNFINISHED))))
        return asyncio.run(_run(opened, on_event))


async def _run(opened: Session, on_event: OnEvent) -> Summary:
    work = opened.work()
    thresholds = {check.name: check.thresholds for check in work.checks}
    (opened.folder.path / "checks.json").write_bytes(
        msgspec.json.format(msgspec.json.encode(thresholds), indent=1)
    )
    try:
        return await run_jobs(work, opened.folder, on_event)
    finally:
        if opened.client is not None:
            await opened.client.close()


class Shown(NamedTuple):
    """One job, before anyone's eyes."""

    source: Document
    turns: tuple[tuple[Request, Response], ...]
    outcomes: tuple[Outcome, ...]


def preview(
    recipe: RecipeLike,
    n: int = 3,
    settings: Settings = None,
    strategy: str | None = None,
) -> list[Shown]:
    """The first `n` jobs of each strategy (or of one), asked and checked, but not kept.

    What a model answers is stored in the run folder: the run will not ask for it again.
    """
    with session(recipe, settings) as opened:
        names = [strategy] if strategy else list(opened.study.strategies)
        unknown = [name for name in names if name not in opened.study.strategies]
        if unknown:
            raise RecipeError(
                f"the recipe has no strategy {unknown[0]!r}",
                hint=f"it has: {', '.join(opened.study.strategies)}",
            )
        return asyncio.run(_preview(opened, names, n))


async def _preview(opened: Session, names: list[str], n: int) -> list[Shown]:
    work = opened.work()
    shown: list[Shown] = []
    try:
        for name in names:
            for job in [job for job in work.jobs if job.strategy == name][:n]:
                made = await make(work, job)
                turns = tuple(
                    (request, response)
                    for exchange in made.exchanges
                    if (request := opened.folder.store.request(exchange.key))
                    and (response := opened.folder.store.get(exchange.key))
                )
                outcomes = tuple(judge(work.checks, job, made))
                shown.append(Shown(work.sources[job.source], turns, outcomes))
    finally:
        if opened.client is not None:
            await opened.client.close()
    return shown


def batch_export(recipe: RecipeLike, target: Path, settings: Settings = None) -> Exported:
    """Writes the requests that have no answer yet to a file, one JSON object a line."""
    with session(recipe, settings) as opened:
        return export_requests(opened.work(checked=False), opened.folder, target)


def batch_import(recipe: RecipeLike, answers: Path, settings: Settings = None) -> Imported:
    """Stores the answers of a file; `run` then reads them without asking."""
    with session(recipe, settings) as opened:
        return import_answers(answers, opened.folder.store)
