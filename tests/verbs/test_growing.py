"""A run in rounds: what it makes follows from the recipe and the answers alone, however it is stopped and continued."""

import random
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import pytest

from augment import batch_answers
from augment.small_work import adds_up
from bouture.augment.events import Ended, Event, JobDone, Notice, Started
from bouture.augment.folder import RunFolder, read_summary
from bouture.augment.loop import STALE
from bouture.augment.loop import run as run_jobs
from bouture.augment.talk import Work
from bouture.errors import RunFolderError
from bouture.verbs.course import read_course
from bouture.verbs.session import study_of
from bouture.verbs.study import augment, batch_export, batch_import, preview
from llm.fake_server import FakeServer, Status
from llm.rewriting import LEADS, rewriting, rewriting_server

STRATEGIES = "[{use: rewrite}, {use: label_wise_token_replacement}, {use: shuffle_within_segments}]"
NAMES = ("accepted.jsonl", "review.jsonl", "rejected.jsonl", "rounds.json")


def settings(server: FakeServer, run: Path, **more: str) -> dict[str, str]:
    return {
        "evaluate": "null",
        "strategies": STRATEGIES,
        "mixture": "{calls: 45, rounds: 3}",
        "checks": "[{use: offsets}, {use: near_duplicates}, {use: source_copy}, {use: length}]",
        "model.provider": "openai",
        "model.name": "m",
        "model.options": f"{{base_url: '{server.base_url}'}}",
        "run": str(run),
    } | more


def local(run: Path, mixture: str = "{calls: 45, rounds: 3}", **more: str) -> dict[str, str]:
    return {
        "evaluate": "null",
        "model": "null",
        "strategies": "[{use: label_wise_token_replacement}, {use: shuffle_within_segments}]",
        "mixture": mixture,
        "checks": "[{use: offsets}, {use: near_duplicates}, {use: source_copy}, {use: length}]",
        "run": str(run),
    } | more


def files(run: Path) -> dict[str, bytes]:
    return {name: (run / name).read_bytes() for name in NAMES}


def test_concurrency_changes_nothing(example: Path, tmp_path: Path) -> None:
    with rewriting_server() as server:
        for concurrency in ("1", "16"):
            server.slow_s = 0.002
            run = tmp_path / concurrency
            augment(example, settings(server, run, **{"model.concurrency": concurrency}))
    assert files(tmp_path / "1") == files(tmp_path / "16")
    summary = read_summary(tmp_path / "16")
    assert adds_up(summary) and summary.pending == summary.failed == 0
    assert summary.jobs == 45 and set(summary.strategies) == {
        "rewrite",
        "label_wise_token_replacement",
        "shuffle_within_segments",
    }
    assert summary.accepted > 20
    assert summary.asked == summary.requests


async def test_the_order_of_jobs_changes_no_document(example: Path, tmp_path: Path) -> None:
    """With checks that remember nothing: which of two near-duplicates stays depends on which comes first."""
    plain = "[{use: offsets}, {use: schema_labels}, {use: source_copy}, {use: fidelity}]"
    study = study_of(example, local(tmp_path / "none", "{calls: 120}", checks=plain))
    jobs = list(study.jobs)
    found = []
    for number in range(2):
        with RunFolder(tmp_path / f"run{number}", "r", "f") as folder:
            await run_jobs(
                Work(study.sources, jobs, study.strategies, study.checks(), window=1 + 7 * number),
                folder,
            )
        lines = (tmp_path / f"run{number}" / "accepted.jsonl").read_bytes().splitlines()
        found.append(sorted(lines))
        random.Random(3).shuffle(jobs)
    assert found[0] == found[1]
    assert len(found[0]) > 60


def test_a_second_run_does_nothing_and_a_replay_gives_the_same(
    example: Path, tmp_path: Path
) -> None:
    with rewriting_server() as server:
        asked = settings(server, tmp_path / "run")
        first = augment(example, asked)
        before, sent = files(tmp_path / "run"), len(server.bodies)
        second = augment(example, asked)
        assert (second.asked, second.requested) == (0, first.requested)
        assert files(tmp_path / "run") == before
        replayed = augment(example, asked, replay=True)
        assert (replayed.asked, replayed.pending, len(server.bodies)) == (0, 0, sent)
        (tmp_path / "run" / "rounds.json").unlink()  # nothing but the answers is left
        again = augment(example, asked, replay=True)
        assert (again.asked, again.pending, len(server.bodies)) == (0, 0, sent)
    assert files(tmp_path / "run") == before


def test_a_replay_keeps_the_rounds_that_were_asked(example: Path, tmp_path: Path) -> None:
    """Other shares concern the rounds to come: no answer is left behind, not even by a replay."""
    run = tmp_path / "run"
    with rewriting_server() as server:
        first = augment(example, settings(server, run))
        jobs = [one.jobs for one in read_course(run).rounds]
        sent = len(server.bodies)
        other = settings(server, run, mixture="{calls: 45, rounds: 3, shares: {rewrite: 5}}")
        replayed = augment(example, other, replay=True)
        assert (replayed.requested, replayed.pending, replayed.asked) == (first.requested, 0, 0)
        assert [one.jobs for one in read_course(run).rounds] == jobs
        after = augment(example, other)
        assert (after.requested, after.asked, len(server.bodies)) == (first.requested, 0, sent)
    assert [one.jobs for one in read_course(run).rounds] == jobs


CHILD = "import sys; from bouture.cli import main; sys.exit(main(sys.argv[1:]))"


@pytest.mark.slow
def test_killed_and_continued(example: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with rewriting_server() as server:
        whole = augment(example, settings(server, tmp_path / "whole"))
        given = settings(server, run)
        words = [word for key, value in given.items() for word in ("--set", f"{key}={value}")]
        command = [sys.executable, "-c", CHILD, "run", str(example), *words, "--quiet"]
        server.slow_s = 0.05
        for lines in (4, 20, 33):  # in the first round, the second, the third
            child = subprocess.Popen(command)
            while child.poll() is None and _lines(run / "ledger.jsonl") < lines:
                time.sleep(0.005)
            child.kill()
            child.wait()
        server.slow_s = 0.0
        done = augment(example, given)
    assert files(run) == files(tmp_path / "whole")
    assert (done.requested, done.pending) == (whole.requested, 0)


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_stopped_by_its_budget_and_continued(example: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with rewriting_server() as server:
        augment(example, settings(server, tmp_path / "whole"))
        stopped = augment(example, settings(server, run, **{"budget.requests": "6"}))
        assert "requests" in stopped.stopped
        assert 0 < stopped.requested < 45 and adds_up(stopped)
        assert stopped.requested == read_summary(run).requested
        assert len(read_course(run).rounds) < 3
        done = augment(example, settings(server, run))
    assert done.stopped == "" and files(run) == files(tmp_path / "whole")


def test_jobs_without_an_answer_do_not_hold_up_the_rounds(example: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    with rewriting_server() as server:
        server.script.extend(Status(400, '{"error": {"message": "too long"}}') for _ in range(3))
        first = augment(example, settings(server, run))
        assert (first.failed, first.pending) == (3, 0)
        course = read_course(run)
        assert len(course.rounds) == 3
        second = augment(example, settings(server, run))
    assert (second.failed, second.pending, second.requested) == (0, 0, first.requested)
    assert read_course(run) == course  # what has begun stays


def unlike(body: dict[str, Any]) -> str:
    """As `rewriting`, and no two texts begin with the same four words."""
    said = rewriting(body)
    number = zlib.crc32(said.encode())
    words = (WORDS[number // len(WORDS) ** place % len(WORDS)] for place in range(4))
    return said.replace(LEADS[0], f"{' '.join(words)}, tout au plus : ", 1)


WORDS = ("Hier", "matin", "encore", "selon", "deux", "témoins", "sur", "place", "puis", "enfin")


def test_a_later_round_follows_what_was_accepted(example: Path, tmp_path: Path) -> None:
    heard: dict[str, list[Event]] = {}
    with rewriting_server() as server:
        for name, answering in (("good", unlike), ("alike", rewriting)):
            server.answering = answering
            augment(example, settings(server, tmp_path / name), heard.setdefault(name, []).append)
    with FakeServerThread("Je ne peux pas vous aider.") as server:
        augment(example, settings(server, tmp_path / "bad"))
    good, alike, bad = (read_course(tmp_path / name).rounds for name in ("good", "alike", "bad"))
    assert good[0] == bad[0] == alike[0]

    def rewritten(rounds: object) -> int:
        return sum(job.strategy == "rewrite" for one in rounds[1:] for job in one.jobs)  # type: ignore[index]

    assert rewritten(bad) < rewritten(good)
    assert rewritten(alike) < rewritten(good)  # Accepted, and all beginning with the same phrase.
    assert good[1].wanted != good[2].wanted

    def told(name: str) -> str:
        return "\n".join(one.wording.fr for one in heard[name] if isinstance(one, Notice))

    assert "débuts trop fréquents" in told("alike") and "« d’après les premières" in told("alike")
    assert "débuts trop fréquents" not in told("good")


class FakeServerThread:
    """The server of `rewriting_server` with one answer to everything."""

    def __init__(self, answer: str) -> None:
        self._server = rewriting_server()
        self._answer = answer

    def __enter__(self) -> FakeServer:
        server = self._server.__enter__()
        server.answering = lambda body: self._answer
        return server

    def __exit__(self, *error: object) -> None:
        self._server.__exit__(None, None, None)


def test_a_round_that_has_begun_stays_and_one_that_has_not_is_planned_anew(
    example: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shares = "{calls: 45, rounds: 3, shares: {label_wise_token_replacement: 9}}"
    augment(example, local(run, "{calls: 15}"))
    begun = read_course(run).rounds
    assert len(begun) == 1 and len(begun[0].jobs) == 15
    augment(example, local(run, shares))
    rounds = read_course(run).rounds
    assert rounds[0] == begun[0]
    assert [len(one.jobs) for one in rounds] == [15, 15, 15]
    (run / "ledger.jsonl").unlink()
    augment(example, local(run, "{calls: 30}"))  # nothing was done: another plan
    assert [len(one.jobs) for one in read_course(run).rounds] == [30]


def test_strategies_may_come_and_go(example: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    augment(example, local(run, "{calls: 20, rounds: 2}"))
    other = "[{use: shuffle_within_segments}, {use: duplicate}]"
    summary = augment(example, local(run, "{calls: 40, rounds: 4}", strategies=other))
    assert set(summary.strategies) == {"shuffle_within_segments", "duplicate"}
    assert summary.jobs == 40 and summary.pending == 0


def test_events_are_those_of_one_run(example: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    augment(example, local(tmp_path / "run"), events.append)
    started = [event for event in events if isinstance(event, Started)]
    assert [(event.jobs, event.done) for event in started] == [(45, 0)]
    done = [event for event in events if isinstance(event, JobDone)]
    assert [(event.done, event.jobs) for event in done] == [(n, 45) for n in range(1, 46)]
    ended = [event for event in events if isinstance(event, Ended)]
    assert [event.complete for event in ended] == [True]
    assert ended[0].summary == read_summary(tmp_path / "run")
    assert not [e for e in events if isinstance(e, Notice) and e.wording == STALE]


SAME = '''
from pydantic import BaseModel
from bouture import Document
from bouture.corpus.document import Origin


class Same:
    """One of three texts."""

    class Options(BaseModel): ...

    def __init__(self, materials, options): ...

    def __call__(self, document, rng):
        origin = Origin(self.name, (document.id,))
        return [Document("x", f"Toujours le même texte, numéro {rng.randrange(3)}.", origin=origin)]
        yield
'''


def test_checks_remember_what_earlier_rounds_have_kept(example: Path, tmp_path: Path) -> None:
    (tmp_path / "same.py").write_text(SAME, encoding="utf-8")
    given = local(
        tmp_path / "run",
        strategies=f"[{{use: '{tmp_path}/same.py:Same'}}]",
        checks="[{use: near_duplicates}]",
    )
    summary = augment(example, given)
    assert (summary.accepted, summary.rejections) == (3, {"D1": 42})
    assert len(read_course(tmp_path / "run").rounds) == 3


def test_batch_files_go_round_by_round(example: Path, tmp_path: Path) -> None:
    with rewriting_server() as server:
        augment(example, settings(server, tmp_path / "whole"))
        given = settings(server, tmp_path / "run")
        sent = len(server.bodies)
        rounds = 0
        while True:
            exported = batch_export(example, tmp_path / f"out{rounds}", given)
            lines = batch_answers.requests_in(tmp_path / f"out{rounds}")
            if not lines:
                break
            rounds += 1
            answers = [batch_answers.answer(line, rewriting) for line in lines]
            path = batch_answers.write(tmp_path / f"in{rounds}.jsonl", answers)
            imported = batch_import(example, path, given)
            assert exported is not None and imported is not None
            augment(
                example, {**given, "model.provider": "recorded", "model.options": "{}"}, replay=True
            )
            assert rounds < 12
        assert len(server.bodies) == sent
    assert rounds >= 3
    assert files(tmp_path / "run") == files(tmp_path / "whole")


def test_a_damaged_file_of_rounds_is_said_and_can_be_removed(example: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    augment(example, local(run))
    before = files(run)
    (run / "rounds.json").write_bytes(before["rounds.json"][:-40])
    with pytest.raises(RunFolderError, match="the rounds cannot be read"):
        augment(example, local(run))
    (run / "rounds.json").unlink()
    augment(example, local(run))
    assert files(run) == before


def test_a_preview_begins_no_round(example: Path, tmp_path: Path) -> None:
    shown = preview(example, 1, local(tmp_path / "run"))
    assert len(shown) == 2
    assert read_course(tmp_path / "run").rounds == ()
