"""The verb `show`: one document of a run, or one request, from prompt to outcome."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bouture.augment.folder import read_outcomes, refuse_without_run
from bouture.augment.ledger import Ledger
from bouture.augment.outcome import Outcome
from bouture.corpus.document import Document
from bouture.errors import UsageError
from bouture.llm.messages import Message, Request
from bouture.llm.store.answers import AnswerStore
from bouture.verbs.session import study_of
from bouture.verbs.study import Shown

_KEY = re.compile(r"[0-9a-f]{8,64}")


def show(run: str | Path, what: str) -> list[Shown]:
    """What was asked, what was answered, how it was read, what was found and what became of it.

    Args:
        run: the run folder.
        what: id of a document, or of a job; id of a source, for all that was made of it; or the key of a
            request, or its first eight or more characters. A key can belong to several jobs.

    Raises:
        RunFolderError: there is no run, or another process has its answers open.
        UsageError: nothing there is called `what`.
    """
    folder = Path(run)
    found = list(_named(folder, what))
    sources = study_of(folder).sources
    with AnswerStore(folder / "answers.sqlite") as store:
        shown = [_shown(store, outcomes, sources) for outcomes in found]
        if not shown and _KEY.fullmatch(what):
            shown = _unread(store, what)
    if not shown:
        raise UsageError(
            f"nothing in {folder} is called {what!r}",
            hint="give the id of a document of accepted.jsonl, review.jsonl or rejected.jsonl, or "
            "the first characters of the key of a request",
        )
    return shown


def _named(folder: Path, what: str) -> Iterator[list[Outcome]]:
    """The outcomes of each job that goes by this name or was given an answer with this key."""
    job = what.partition("#")[0]
    refuse_without_run(folder)
    with closing(Ledger(folder / "ledger.jsonl", writing=False)) as ledger:
        if ledger.statuses(job):
            yield list(ledger.outcomes([job]))
            return
    is_key = _KEY.fullmatch(what) is not None
    outcomes: list[Outcome] = []
    for outcome in read_outcomes(folder):
        if outcome.source == what or (is_key and any(k.startswith(what) for k in outcome.keys)):
            if outcomes and outcomes[0].job != outcome.job:
                yield outcomes
                outcomes = []
            outcomes.append(outcome)
    if outcomes:
        yield outcomes


def _shown(store: AnswerStore, outcomes: list[Outcome], sources: dict[str, Document]) -> Shown:
    turns = []
    for exchange in outcomes[0].exchanges:
        response = store.get(exchange.key)
        request = store.request(exchange.key) or _unsent(exchange.key)
        if response is not None:
            turns.append((request, response))
    return Shown(sources.get(outcomes[0].source), tuple(turns), tuple(outcomes))


def _unread(store: AnswerStore, key: str) -> list[Shown]:
    """Answers that no outcome speaks of: those of a job under way, or of strategies that are gone."""
    return [
        Shown(None, ((request or _unsent(known), response),), ())
        for known, request, response in store.items()
        if known.startswith(key)
    ]


def _unsent(key: str) -> Request:
    """Stands for a request that was answered elsewhere: the answer came back without it."""
    return Request((Message("user", f"({key}: answered elsewhere, the request is not kept here)"),))
