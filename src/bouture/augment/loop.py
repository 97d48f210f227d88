"""THE PATH: each job is a dialogue; its answers come from the store or the model; what it makes is checked and kept.

Dialogues run side by side, but outcomes are committed in the order of the jobs: checks with a memory give
the same verdicts whatever the concurrency, and a run that was killed goes on where it stopped.
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Sequence

from bouture.augment.events import Ended, JobDone, Notice, OnEvent, Started, ignore
from bouture.augment.folder import RunFolder
from bouture.augment.outcome import KEPT, Outcome, Status, settle
from bouture.augment.summary import Summary
from bouture.augment.talk import Made, Talk, Work
from bouture.checks.check import Check
from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Severity, Wording
from bouture.errors import (
    AnswerMissing,
    ProviderError,
    RecipeError,
    RequestRefused,
    RunStopped,
    ServerUnreachable,
)
from bouture.strategies.planning import Job

NOTHING_MADE = Wording(
    "the strategy made no document and gave no reason",
    "la stratégie n’a produit aucun document et n’a pas donné de raison",
)
CONTINUE = Wording(
    "stopped before the end; run the same command again to continue: what was answered is kept",
    "arrêté avant la fin ; relancez la même commande pour continuer : les réponses reçues sont conservées",
)
AGAIN = Wording(
    "some jobs had no answer; run the same command again to ask for them alone",
    "certaines tâches sont restées sans réponse ; relancez la même commande pour ne redemander que celles-là",
)
STALE = Wording(
    "the ledger holds outcomes of jobs that are not planned any more; they are not counted",
    "le journal contient des résultats de tâches qui ne sont plus prévues ; ils ne sont pas comptés",
)


NO_ANSWER = Wording(
    "no answer after every try: {error}",
    "aucune réponse après toutes les tentatives (message du serveur : {error})",
)
REFUSED = Wording(
    "the server refuses this request: {error}",
    "le serveur refuse cette requête (message du serveur : {error})",
)
FILTERED = Wording(
    "the provider’s content filter stopped the answer",
    "le filtre de contenu du fournisseur a bloqué la réponse",
)
NOT_RECORDED = Wording(
    "no recorded answer to this request", "aucune réponse enregistrée pour cette requête"
)


async def run(work: Work, folder: RunFolder, on_event: OnEvent = ignore) -> Summary:
    """Does all jobs that are not done yet, closes the client, and writes the files of the folder.

    Whatever stops it (an error, Ctrl-C, a kill), the folder stays consistent and the same call continues.
    A cap of the budget, or `work.stopping`, ends it in good order: `stopped` of the summary says why.

    Raises:
        ProviderError: no request can be answered (wrong key, server down); what is done is kept.
        RunFolderError: the folder cannot be written.
    """
    started = time.monotonic()
    complete, stopped = False, Wording("", "")
    try:
        await _work_through(work, folder, on_event)
        complete = True
    except RunStopped as error:
        said = f"{error.message}; {error.hint}" if error.hint else error.message
        stopped = Wording(said, error.french or work.stopping.french or said)
    finally:
        work.stopping.leave()
        if work.client is not None:
            # What is in flight comes back, or is given up, before it is counted.
            await work.client.close()
        summary = _settled(work, folder)
        summary.stopped, summary.stopped_fr = stopped
        summary.seconds = round(time.monotonic() - started, 3)
        folder.write_summary(summary)
        if not complete and not stopped.en:
            on_event(Notice(CONTINUE))
        elif summary.failed:
            on_event(Notice(AGAIN))
        on_event(Ended(summary, complete))
    return summary


def _settled(work: Work, folder: RunFolder) -> Summary:
    """The files of the folder written, and the counts with what only this process knows."""
    summary = folder.settle(work.jobs)
    if work.account is not None:
        spent = work.account()
        summary.lost, summary.cost, summary.currency = spent.lost, spent.cost, spent.currency
        summary.unread = max(0, spent.requests - summary.requests)
    if work.client is not None:
        stats = work.client.stats
        summary.asked, summary.from_store = stats.asked, stats.from_store
        summary.retries = stats.retries
    return summary


async def _work_through(work: Work, folder: RunFolder, on_event: OnEvent) -> None:
    work.stopping.listen(work.client.stop if work.client is not None else _in_flight_is_nothing)
    todo = _todo(work, folder, on_event)
    done = len(work.jobs) - len(todo)
    on_event(Started(len(work.jobs), done, work.account))
    if todo:
        _remember(work.checks, folder.outcomes(work.jobs))
    begun: deque[asyncio.Task[Made]] = deque()
    waiting = iter(todo)
    most_begun = work.most_begun
    try:
        for job in todo:
            while not work.stopping.reason and len(begun) < most_begun:
                if (following := next(waiting, None)) is None:
                    break
                begun.append(asyncio.create_task(make(work, following)))
            if not begun:
                raise work.stopping.error()
            outcomes = judge(work.checks, job, await begun[0])
            begun.popleft()
            if outcomes:
                folder.ledger.append(outcomes)
            done += 1
            statuses = tuple(outcome.status for outcome in outcomes)
            on_event(JobDone(job.id, job.strategy, statuses, done, len(work.jobs)))
    finally:
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)


def _in_flight_is_nothing(reason: str) -> None:
    """Nothing is in flight: the loop itself sees that it is to stop."""


def _todo(work: Work, folder: RunFolder, on_event: OnEvent) -> list[Job]:
    """The jobs that no earlier run has finished: pending and failed ones."""
    if len(set(work.jobs)) < len(work.jobs):
        raise RecipeError("the same job is planned twice", hint="give each strategy its own `name`")
    ledger = folder.ledger
    todo = [job for job in work.jobs if not ledger.done(job.id)]
    if ledger.complete and ledger.complete > sum(bool(ledger.statuses(j.id)) for j in work.jobs):
        on_event(Notice(STALE))
    return todo


def _remember(checks: Sequence[Check], outcomes: Iterable[Outcome]) -> None:
    """Tells the checks of what earlier runs have kept."""
    for outcome in outcomes:
        if outcome.status in KEPT and outcome.document is not None:
            for check in checks:
                check.kept(outcome.document)


async def make(work: Work, job: Job) -> Made:
    """Drives the dialogue of a job to its end.

    Raises:
        ProviderError: no request can be answered; that of this job alone ends in `error` instead.
    """
    talk = Talk(work, job)
    step = talk.start()
    while not isinstance(step, Made):
        if work.client is None:
            raise ProviderError(
                f"the strategy {job.strategy} asks a model, and the recipe names none",
                hint="add a `model` section to the recipe",
            )
        try:
            response = await work.client.answer(step)
        except (ServerUnreachable, RequestRefused, AnswerMissing) as error:
            if work.unanswered_wait:
                return talk.wait()
            return talk.fail(error, _why(error))
        step = talk.hear(step, response)
    return step


def _why(error: ProviderError) -> Issue:
    """The reason code of a job that had no answer."""
    if isinstance(error, AnswerMissing):
        return Issue.of("R04", Severity.REJECT, NOT_RECORDED)
    if isinstance(error, ServerUnreachable):
        return Issue.of("R01", Severity.REJECT, NO_ANSWER, error=error.message)
    if isinstance(error, RequestRefused) and error.filtered:
        return Issue.of("R03", Severity.REJECT, FILTERED)
    return Issue.of("R02", Severity.REJECT, REFUSED, error=error.message)


def judge(checks: Sequence[Check], job: Job, made: Made) -> list[Outcome]:
    """The outcomes of a job: every document checked and settled, in order; none while it waits for an answer."""
    if made.waits:
        return []
    if made.error:
        return [_outcome(job, made, Status.FAILED, made.issues)]
    if not made.documents:
        nothing = Issue.of("P00", Severity.REJECT, NOTHING_MADE)
        return [_outcome(job, made, Status.REJECTED, made.issues or (nothing,))]
    outcomes = []
    for index, document in enumerate(made.documents):
        issues = _examine(checks, document)
        status = settle(issues)
        if status in KEPT:
            for check in checks:
                check.kept(document)
        outcomes.append(_outcome(job, made, status, issues, document, index))
    return outcomes


def _examine(checks: Sequence[Check], document: Document) -> tuple[Issue, ...]:
    found = list(document.origin.issues) if document.origin else []
    for check in checks:
        try:
            found += check(document)
        except Exception as error:
            error.add_note(f"while the check {check.name} looked at {document.id}")
            raise
    return tuple(found)


def _outcome(
    job: Job,
    made: Made,
    status: Status,
    issues: tuple[Issue, ...] = (),
    document: Document | None = None,
    index: int = 0,
) -> Outcome:
    return Outcome(
        job=job.id,
        status=status,
        source=job.source,
        strategy=job.strategy,
        sample=job.sample,
        index=index,
        of=max(1, len(made.documents)),
        document=document,
        issues=issues,
        answer=made.answer,
        error=made.error,
        exchanges=made.exchanges,
    )
