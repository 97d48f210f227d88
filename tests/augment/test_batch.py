"""Requests out, answers in: as many rounds as the dialogues have turns, then the run needs no server."""

import json
from pathlib import Path

import msgspec
import pytest

from augment.small_work import adds_up, files, run_http, work
from bouture.augment.batch import (
    Exported,
    ExportedRequest,
    Imported,
    export_requests,
    import_answers,
    record,
)
from bouture.augment.folder import RunFolder
from bouture.augment.loop import run
from bouture.errors import FormatError
from bouture.llm.client import Client
from bouture.llm.messages import Request
from bouture.llm.recorded import Recorded
from llm.fake_server import FakeServer


def answer_by_hand(requests: Path, answers: Path) -> int:
    """What someone does on another machine: the same answers as the fake server's echo."""
    lines = [msgspec.json.decode(line) for line in requests.open("rb")]
    answers.write_bytes(
        b"".join(
            msgspec.json.encode(
                {
                    "key": line["key"],
                    "text": line["messages"][-1]["content"],
                    "model": "fake-1",
                    "usage": {"prompt_tokens": 7, "completion_tokens": 1},
                }
            )
            + b"\n"
            for line in lines
        )
    )
    return len(lines)


async def test_in_rounds_it_comes_to_the_same_as_online(tmp_path: Path) -> None:
    async with FakeServer() as server:
        await run_http(tmp_path / "online", server.base_url, 4)
        asked = len(server.bodies)
    requests, answers = tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    with RunFolder(tmp_path / "run", "seed: 5\n", "five") as folder:
        rounds = []
        while True:
            exported = export_requests(work(), folder, requests)
            if exported.requests == 0:
                break
            rounds.append(exported)
            assert exported.waiting + exported.ready + exported.done == len(work().jobs)
            number = answer_by_hand(requests, answers)
            assert number == exported.requests
            assert import_answers(answers, folder.store) == Imported(number, 0)
            assert import_answers(answers, folder.store) == Imported(0, number)
        assert len(rounds) == 2
        assert sum(exported.requests for exported in rounds) == asked
        client = Client(Recorded(Recorded.Options()), folder.store)
        summary = await run(work(client), folder)
        assert summary.asked == 0
        assert adds_up(summary)
        assert export_requests(work(), folder, requests) == Exported(0, 0, 0, len(work().jobs))
    assert files(tmp_path / "run") == files(tmp_path / "online")


def test_an_export_is_complete_and_the_same_each_time(tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    with RunFolder(tmp_path / "run") as folder:
        exported = export_requests(work(), folder, path)
        first = path.read_bytes()
        export_requests(work(), folder, path)
        assert path.read_bytes() == first
    jobs = [job.id for job in work().jobs]
    lines = [msgspec.json.decode(line, type=ExportedRequest) for line in first.splitlines()]
    assert len(lines) == exported.requests
    for line in lines:
        assert Request(line.messages, line.model, line.parameters, line.sample).key == line.key
        assert line.job in jobs
        assert line.job.endswith(f"~{line.sample}")


def test_an_exported_line_with_a_text_is_an_answer(tmp_path: Path) -> None:
    requests, answers = tmp_path / "requests.jsonl", tmp_path / "answers.jsonl"
    with RunFolder(tmp_path / "run") as folder:
        number = export_requests(work(), folder, requests).requests
        lines = [json.loads(line) | {"text": "oui"} for line in requests.open(encoding="utf-8")]
        answers.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
        assert import_answers(answers, folder.store) == Imported(number, 0)
        assert all(r is not None and r.key == key for key, r, _ in folder.store.items())
        lines[3]["messages"][0]["content"] += " autrement"
        answers.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
        with pytest.raises(FormatError, match="changed after the export") as caught:
            import_answers(answers, folder.store)
        assert caught.value.line == 4


def test_a_bad_file_of_answers_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_bytes(b'{"key": "%s", "text": "x"}\n{"key": "' % (b"0" * 64))
    with RunFolder(tmp_path / "run") as folder:
        with pytest.raises(FormatError) as caught:
            import_answers(path, folder.store)
        assert caught.value.line == 2
        assert folder.store.count() == 0


async def test_recorded_answers_replay_a_run(tmp_path: Path) -> None:
    async with FakeServer() as server:
        await run_http(tmp_path / "online", server.base_url, 4)
    with RunFolder(tmp_path / "online", "seed: 5\n", "five") as folder:
        number = record(folder.store, tmp_path / "recorded.jsonl")
        assert number == folder.store.count() > 50
    with RunFolder(tmp_path / "replay", "seed: 5\n", "five") as folder:
        recorded = Recorded(Recorded.Options(answers=tmp_path / "recorded.jsonl"))
        summary = await run(work(Client(recorded, folder.store)), folder)
    assert summary.failed == 0
    assert files(tmp_path / "replay") == files(tmp_path / "online")
