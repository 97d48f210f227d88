"""The law of the summary: requested = accepted + repaired + review + rejected + failed + pending."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from augment.small_work import adds_up
from bouture.augment.outcome import Exchange, Outcome, Status
from bouture.augment.summary import Summary, summarise
from bouture.corpus.issue import Issue, Severity
from bouture.llm.messages import Usage

ISSUES = st.builds(
    Issue,
    code=st.sampled_from(["M01", "D01", "C01"]),
    severity=st.sampled_from(Severity),
    message=st.just("m"),
    message_fr=st.just("f"),
)
EXCHANGES = st.builds(
    lambda key: Exchange(key, "m", Usage(len(key), 1), 0.5), st.sampled_from(["a", "bb", "ccc"])
)
OUTCOMES = st.builds(
    Outcome,
    job=st.just("j"),
    status=st.sampled_from(Status),
    issues=st.lists(ISSUES, max_size=3).map(tuple),
    error=st.sampled_from(["", "down\n  → wait"]),
    exchanges=st.lists(EXCHANGES, max_size=3).map(tuple),
)
SCRIPTS = st.lists(
    st.tuples(st.sampled_from(["rewrite", "local"]), st.lists(OUTCOMES, max_size=3)), max_size=12
)


@given(SCRIPTS)
def test_the_counts_add_up(script: list[tuple[str, list[Outcome]]]) -> None:
    summary = summarise(script)
    assert adds_up(summary)
    assert all(adds_up(counts) for counts in summary.strategies.values())
    for field in ("requested", "pending", *(status.value for status in Status)):
        parts = sum(getattr(counts, field) for counts in summary.strategies.values())
        assert getattr(summary, field) == parts
    assert summary.jobs == len(script)
    assert summary.pending == sum(not outcomes for _, outcomes in script)
    outcomes = [outcome for _, group in script for outcome in group]
    assert summary.requested == len(outcomes) + summary.pending
    assert sum(summary.errors.values()) == summary.failed
    assert all(summary.rejections[code] <= summary.issues[code] for code in summary.rejections)
    assert max(summary.issues.values(), default=0) <= len(outcomes)
    distinct = {exchange.key for outcome in outcomes for exchange in outcome.exchanges}
    assert summary.requests == len(distinct) == sum(summary.models.values())
    assert summary.prompt_tokens == sum(len(key) for key in distinct)


@given(SCRIPTS)
def test_a_summary_is_written_and_read(script: list[tuple[str, list[Outcome]]]) -> None:
    summary = summarise(script)
    assert msgspec.json.decode(msgspec.json.encode(summary), type=Summary) == summary
