"""The ledger: what was appended is read back after any death; damage is cut off or said."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bouture.augment.ledger import Ledger
from bouture.augment.outcome import Exchange, Outcome, Status, settle
from bouture.corpus.document import Document, Entity, Origin, Relation, Span
from bouture.corpus.issue import SEVERITIES, Issue, Place, Severity
from bouture.errors import RunFolderError
from bouture.llm.messages import Usage

DOCUMENT = Document(
    "a~s~0",
    "Kiev, « capitale »\u2028 \U0001f600",
    (Entity("E1", "LIEU", (Span(0, 4), Span(8, 16))), Entity("E2", "LIEU", (Span(0, 4),))),
    (Relation("E1", "EST", "E2"),),
    Origin("s", ("a",), issues=(Issue("M02", Severity.REPAIRED, "mended", "réparé"),)),
    {"date": "2022-03-01"},
)


def outcome(job: str, status: Status = Status.ACCEPTED, index: int = 0, of: int = 1) -> Outcome:
    return Outcome(job, status, index=index, of=of, document=DOCUMENT, answer="brut\n")


def groups(job: str, *statuses: Status) -> list[Outcome]:
    return [outcome(job, s, n, len(statuses)) for n, s in enumerate(statuses)]


def test_a_full_outcome_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    place = Place(document="a~s~0", start=0, end=4)
    full = Outcome(
        job="a~s~0",
        status=Status.REVIEW,
        source="a",
        strategy="s",
        sample=2,
        document=DOCUMENT,
        issues=(Issue("C01", Severity.REVIEW, "m", "f", place, {"score": 0.5, "other": "b"}),),
        answer="brut \x00 \u2028",
        exchanges=(Exchange("k" * 64, "m", Usage(1, 2), 0.5),),
    )
    ledger = Ledger(path)
    ledger.append([full])
    assert list(ledger.outcomes(["a~s~0"])) == [full]
    ledger.close()
    again = Ledger(path)
    assert list(again.outcomes(["a~s~0"])) == [full]
    assert again.done("a~s~0")
    again.close()


def test_evidence_may_hold_numbers_of_numpy(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    evidence = {"score": np.float64(0.25), "count": np.int64(3)}
    ledger.append(
        [
            Outcome(
                "j",
                Status.REVIEW,
                issues=(Issue("C", Severity.REVIEW, "m", "f", evidence=evidence),),
            )
        ]
    )
    (back,) = ledger.outcomes(["j"])
    assert back.issues[0].evidence == {"score": 0.25, "count": 3}
    ledger.close()


@given(data=st.data())
def test_cut_anywhere_it_keeps_whole_jobs_and_puts_the_rest_aside(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("ledger")
    path = folder / "ledger.jsonl"
    statuses = st.lists(st.sampled_from(Status), min_size=1, max_size=3)
    written = [groups(f"j{n}", *data.draw(statuses)) for n in range(data.draw(st.integers(1, 4)))]
    ledger = Ledger(path)
    ends = [0]
    for group in written:
        ledger.append(group)
        ends.append(path.stat().st_size)
    ledger.close()
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    kept = [group for group, end in zip(written, ends[1:], strict=True) if end <= cut]

    ledger = Ledger(path)
    assert list(ledger.jobs()) == [group[0].job for group in kept]
    assert list(ledger.outcomes(g[0].job for g in written)) == [o for group in kept for o in group]
    torn = folder / "ledger.torn"
    line_end = whole.rfind(b"\n", 0, cut) + 1
    assert torn.exists() == (line_end < cut)
    if torn.exists():
        assert torn.read_bytes() == whole[line_end:cut] + b"\n"
    for group in written[len(kept) :]:
        assert not ledger.done(group[0].job)
        ledger.append(group)
    assert list(ledger.outcomes(g[0].job for g in written)) == [o for g in written for o in g]
    ledger.close()
    again = Ledger(path)
    assert list(again.outcomes(g[0].job for g in written)) == [o for g in written for o in g]
    again.close()


def test_the_last_time_counts(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    ledger.append([Outcome("j", Status.FAILED, error="down")])
    assert not ledger.done("j")
    assert ledger.statuses("j") == [Status.FAILED]
    ledger.append(groups("j", Status.ACCEPTED, Status.REJECTED))
    ledger.close()
    again = Ledger(path)
    assert again.done("j")
    assert again.statuses("j") == [Status.ACCEPTED, Status.REJECTED]
    again.close()


def test_a_garbled_last_line_is_cut_off_and_one_before_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    line = msgspec.json.encode(outcome("j")) + b"\n"
    path.write_bytes(line + b"\x00\x00\xff\n")
    ledger = Ledger(path)
    assert list(ledger.jobs()) == ["j"]
    ledger.close()
    assert path.read_bytes() == line
    damaged = line + b"{}\n" + line
    path.write_bytes(damaged)
    with pytest.raises(RunFolderError, match="damaged") as caught:
        Ledger(path)
    assert caught.value.line == 2
    assert path.read_bytes() == damaged


def test_a_line_that_is_no_outcome_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(b'{"job": "j", "status": "accepted", "document": {"id": ""}}\n')
    ledger = Ledger(path)
    with pytest.raises(RunFolderError, match="cannot be read"):
        list(ledger.outcomes(["j"]))
    ledger.close()


@given(st.lists(st.sampled_from(SEVERITIES)))
def test_the_worst_finding_decides(severities: list[Severity]) -> None:
    status = settle([Issue("X", severity, "", "") for severity in severities])
    expected = Status.ACCEPTED
    for severity, worse in [
        (Severity.REPAIRED, Status.REPAIRED),
        (Severity.REVIEW, Status.REVIEW),
        (Severity.REJECT, Status.REJECTED),
    ]:
        if severity in severities:
            expected = worse
    assert status is expected
