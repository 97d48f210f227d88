"""The counts of a run. They add up: requested = accepted + repaired + review + rejected + failed + pending."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from bouture.augment.outcome import Outcome, Status
from bouture.corpus.issue import Severity
from bouture.llm.messages import Usage


class Counts(msgspec.Struct, kw_only=True):
    """How many documents were requested and what became of them."""

    requested: int = 0
    """One a job, and one more for each further document that a job made."""
    accepted: int = 0
    repaired: int = 0
    review: int = 0
    rejected: int = 0
    failed: int = 0
    pending: int = 0

    def add(self, status: Status) -> None:
        """Counts one outcome."""
        self.requested += 1
        setattr(self, status.value, getattr(self, status.value) + 1)

    def add_pending(self) -> None:
        """Counts one job without an outcome."""
        self.requested += 1
        self.pending += 1

    @property
    def usable(self) -> int:
        """Documents that go into `accepted.jsonl`."""
        return self.accepted + self.repaired


class Account(msgspec.Struct, frozen=True):
    """What was spent in a run folder, over all runs."""

    requests: int = 0
    """Answers in the store."""
    tokens: int = 0
    """Prompts and answers; those of lost answers at the most they can have been."""
    lost: int = 0
    """Requests that were sent and whose answers were lost: the provider may bill them."""
    cost: float | None = None
    """At the prices of the recipe, lost answers at their most; None when it states none."""
    currency: str = ""


class Summary(Counts, kw_only=True):
    """A run in numbers; `summary.json`."""

    jobs: int = 0
    strategies: dict[str, Counts] = {}
    """Counts by strategy, in the order of the recipe."""
    issues: dict[str, int] = {}
    """Reason code -> documents that carry it, whatever became of them."""
    rejections: dict[str, int] = {}
    """Reason code -> documents rejected for it (one document can have several reasons)."""
    errors: dict[str, int] = {}
    """First line of the error -> jobs that failed with it."""
    requests: int = 0
    """Distinct requests whose answers were used, over all runs in this folder."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    model_seconds: float = 0.0
    """Sum of the seconds that these answers took."""
    models: dict[str, int] = {}
    """Name of the model as the server gave it -> distinct requests it answered."""
    tokens: dict[str, Usage] = {}
    """Name of the model as the recipe has it -> tokens of its answers that were used."""
    modelled: int = 0
    """Accepted and repaired documents that a model was asked for."""
    lost: int = 0
    """Requests, over all runs, that were sent and whose answers were lost: the provider may bill them."""
    cost: float | None = None
    """Of all answers in the store and all lost requests, at the prices of the recipe, these at the
    longest they could be; None when the recipe states no price."""
    currency: str = ""
    unread: int = 0
    """Answers in the store that no outcome speaks of yet: those of jobs behind one that has no answer."""
    stopped: str = ""
    """Why the last run ended before its end (a cap of the budget, an interruption); empty when it did not."""
    stopped_fr: str = ""
    """The same in French."""
    asked: int = 0
    """Requests sent by the last run."""
    from_store: int = 0
    """Requests that the last run found answered."""
    retries: int = 0
    """Tries after the first, in the last run."""
    seconds: float = 0.0
    """Wall time of the last run."""


def summarise(jobs: Iterable[tuple[str, list[Outcome]]]) -> Summary:
    """The counts over (strategy, outcomes of the job); no outcome means pending.

    What only the running process knows (asked, from_store, retries, seconds) is left at 0.
    """
    summary = Summary()
    issues: Counter[str] = Counter()
    rejections: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    models: Counter[str] = Counter()
    seen: set[int] = set()
    for strategy, outcomes in jobs:
        summary.jobs += 1
        counts = summary.strategies.setdefault(strategy, Counts())
        if not outcomes:
            counts.add_pending()
            summary.add_pending()
        for outcome in outcomes:
            counts.add(outcome.status)
            summary.add(outcome.status)
            if outcome.exchanges and outcome.status in (Status.ACCEPTED, Status.REPAIRED):
                summary.modelled += 1
            issues.update(outcome.codes)
            if outcome.status is Status.REJECTED:
                rejections.update(_reasons(outcome))
            if outcome.status is Status.FAILED:
                errors[outcome.error.partition("\n")[0]] += 1
            for exchange in outcome.exchanges:
                key = hash(
                    exchange.key
                )  # 64 bits: a fifth of the text, and no two of a million alike
                if key not in seen:
                    seen.add(key)
                    summary.prompt_tokens += exchange.usage.prompt_tokens
                    summary.completion_tokens += exchange.usage.completion_tokens
                    summary.model_seconds += exchange.seconds
                    models[exchange.model] += 1
                    asked = exchange.asked or exchange.model
                    before = summary.tokens.get(asked, Usage())
                    summary.tokens[asked] = Usage(
                        before.prompt_tokens + exchange.usage.prompt_tokens,
                        before.completion_tokens + exchange.usage.completion_tokens,
                    )
    summary.requests = len(seen)
    summary.model_seconds = round(summary.model_seconds, 3)
    summary.issues, summary.rejections = _ranked(issues), _ranked(rejections)
    summary.errors, summary.models = _ranked(errors), _ranked(models)
    return summary


def _reasons(outcome: Outcome) -> set[str]:
    """The codes that reject; a strategy that declines may have milder ones only."""
    rejecting = {issue.code for issue in outcome.issues if issue.severity is Severity.REJECT}
    return rejecting or set(outcome.codes)


def _ranked(counter: "Counter[str]") -> dict[str, int]:
    """The most frequent first, then by name."""
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))
