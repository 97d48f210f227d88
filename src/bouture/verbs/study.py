"""Verbs about a study, from its recipe: preview, augment, batch files."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bouture.augment.batch.export import Export, Exported, export_requests
from bouture.augment.batch.intake import Imported, import_answers
from bouture.augment.events import Notice, OnEvent, ignore
from bouture.augment.loop import judge, make
from bouture.augment.loop import run as run_jobs
from bouture.augment.outcome import KEPT, Outcome
from bouture.augment.stopping import Stopping
from bouture.augment.summary import Summary
from bouture.corpus.document import Document
from bouture.corpus.issue import Wording
from bouture.errors import RecipeError
from bouture.llm.batch.files import DialectName
from bouture.llm.messages import Request, Response
from bouture.recipe.models import body_for
from bouture.verbs.asking import budget_of, learnt_wording, tell
from bouture.verbs.growing import at_last, grow
from bouture.verbs.session import Opening, RecipeLike, Session, Settings, session

UNFINISHED = Wording(
    "the guide has {count} passages to complete: they are left out of prompts, and its relation "
    "ends and axioms count as observed, not as rules",
    "passages du guide à compléter : {count} ; ils ne figurent pas dans les consignes, et les types "
    "admis aux extrémités des relations, comme les axiomes, valent comme observations, non comme règles",
)

LEAKING = Wording(
    "training documents whose text is that of a dev or test document: {count} ({first}); remove them from "
    "one side, or what is measured there is known beforehand",
    "documents de train dont le texte est celui d’un document de dev ou de test : {count} ({first}) ; "
    "ôtez-les d’un côté, sans quoi ce qu’on y mesure est connu d’avance",
)


def remarks(unfinished: Sequence[str], leaking: Sequence[str]) -> list[Wording]:
    """What should be known of a study before it begins.

    Args:
        unfinished: passages of the guide to complete.
        leaking: training documents to be measured on under another id.
    """
    found = []
    for wording, names in ((UNFINISHED, unfinished), (LEAKING, leaking)):
        if names:
            values = {"count": len(names), "first": ", ".join(names[:3])}
            found.append(Wording(wording.en.format(**values), wording.fr.format(**values)))
    return found


def augment(
    recipe: RecipeLike,
    settings: Settings = None,
    on_event: OnEvent = ignore,
    *,
    replay: bool = False,
    stopping: Stopping | None = None,
) -> Summary:
    """Asks, reads back, checks, keeps. The same call continues what was stopped.

    The first part of `bouture.run`, which then measures and reports. With a `mixture` it is done in
    rounds, each planned from what became of those before it (docs/strategies/planner.md).

    Args:
        recipe: what to do; its `run` names the folder that everything is written to.
        settings: overrides of the recipe.
        on_event: told what happens; the library itself prints nothing.
        replay: nothing is asked: the stored answers are read again under the recipe as it is now,
            with new checks, strategies or documents; jobs without an answer stay pending.
        stopping: through which somebody may ask the run to stop in good order.

    Returns:
        The counts, which add up: requested = accepted + repaired + review + rejected + failed + pending.
    """
    with session(recipe, settings, Opening(writing=True, replaying=replay)) as opened:
        guide = opened.study.guide
        for remark in remarks(guide.unfinished() if guide else (), opened.study.leaking):
            on_event(Notice(remark))

        def one_run(opened: Session, on_event: OnEvent) -> Summary:
            if opened.study.recipe.ray is not None and opened.study.asked and not replay:
                opened = _fetched(opened, on_event, stopping or Stopping())
            return asyncio.run(_run(opened, on_event, stopping))

        if opened.study.mixture is not None:
            return grow(opened, one_run, on_event)
        return one_run(opened, on_event)


def _fetched(opened: Session, on_event: OnEvent, stopping: Stopping) -> Session:
    """The session once workers on Ray have answered all they could."""
    from bouture.verbs.distributed import Rounds

    meter = budget_of(opened.study.recipe, opened.folder.store)
    rounds = Rounds(opened.study, opened.folder, meter, stopping, on_event)
    rounds.fetch(opened.work(checked=False))
    return opened._replace(client=rounds.client())


async def _run(opened: Session, on_event: OnEvent, stopping: Stopping | None) -> Summary:
    work = opened.work(stopping=stopping)
    thresholds = {check.name: check.thresholds for check in work.checks}
    opened.folder.write("checks.json", thresholds)
    for outcome in opened.folder.outcomes(opened.before):
        if outcome.status in KEPT and outcome.document is not None:
            for check in work.checks:
                check.kept(outcome.document)
    if opened.client is not None:
        tell(opened.client, lambda fact: on_event(Notice(learnt_wording(fact))))
    return await run_jobs(work, opened.folder, on_event)


class Shown(NamedTuple):
    """One job, before anyone's eyes."""

    source: Document | None
    """None when the job is not planned any more."""
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
        opened = at_last(opened)
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


def batch_export(
    recipe: RecipeLike,
    target: str | Path | None = None,
    settings: Settings = None,
    *,
    dialect: DialectName = "openai",
) -> Exported:
    """Writes the requests that have no answer yet as batch files, with a page that says what to do with them.

    Args:
        recipe: the study, or its run folder.
        target: folder to write; `batch/round-NNN` in the run folder when None.
        settings: overrides of the recipe.
        dialect: whose batch files: `openai`, `mistral`, `vllm` (its `run-batch`), or `bouture` (one request
            a line, to be answered by whatever there is).

    Raises:
        RunFolderError: the files cannot be written, or the target holds other things.
    """
    with session(recipe, settings, Opening(asking=False)) as opened:
        opened = at_last(opened, beginning=True)
        study = opened.study
        export = Export(
            dialect=dialect,
            target=None if target is None else Path(target),
            body_of=body_for(study.recipe, dialect),
            language=study.recipe.language,
        )
        return export_requests(opened.work(checked=False), opened.folder, export)


def batch_import(
    recipe: RecipeLike, answers: Sequence[str | Path] | str | Path, settings: Settings = None
) -> Imported:
    """Stores the answers in files or folders, in any order and any of the dialects; `run` then reads them.

    Answers to requests that this run has not asked are refused and counted, the others are stored.

    Raises:
        FormatError: a file or folder is not there.
    """
    paths = [answers] if isinstance(answers, str | Path) else answers
    with session(recipe, settings, Opening(asking=False)) as opened:
        work = at_last(opened).work(checked=False)
        return import_answers(work, opened.folder, [Path(path) for path in paths])
