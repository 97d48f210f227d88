"""The run folder: one process, one recipe, nothing of others overwritten, no secret in it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from augment.small_work import run_http
from bouture.augment.folder import RunFolder, read_outcomes, read_summary
from bouture.augment.outcome import Outcome
from bouture.augment.outcome import Status as Ended
from bouture.errors import RunFolderError
from llm.fake_server import FakeServer, Status

OPEN = """
import sys
from pathlib import Path
from bouture.augment.folder import RunFolder
RunFolder(Path(sys.argv[1]), "a: 1\\n", "one")
"""


def open_elsewhere(path: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", OPEN, path], capture_output=True, text=True)


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run", "a: 1\n", "one"):
        other = open_elsewhere(tmp_path / "run")
        assert other.returncode == 1
        assert f"in use by another process (process {os.getpid()})" in other.stderr
    assert open_elsewhere(tmp_path / "run").returncode == 0


OUTCOME = msgspec.json.encode(Outcome("a~s~0", Ended.FAILED, "a", "s")) + b"\n"


def test_another_recipe_is_refused_and_the_difference_named(tmp_path: Path) -> None:
    path = tmp_path / "run"
    old = json.dumps({"seed": 1, "model": {"name": "a"}, "language": "fr"})
    RunFolder(path, "seed: 1\n", old).close()
    (path / "ledger.jsonl").write_bytes(OUTCOME)
    new = json.dumps({"seed": 2, "model": {"name": "b"}, "language": "fr"})
    with pytest.raises(RunFolderError, match="another recipe; what differs: model, seed") as caught:
        RunFolder(path, "seed: 2\n", new)
    assert "--replay" in caught.value.hint
    assert (path / "recipe.yaml").read_text() == "seed: 1\n"
    with pytest.raises(RunFolderError, match="another recipe"):
        RunFolder(path, "", "not JSON")
    RunFolder(path, "seed: 1 # a remark\n", old).close()
    assert (path / "recipe.yaml").read_text() == "seed: 1 # a remark\n"


def test_strategies_may_come_and_go_but_not_change(tmp_path: Path) -> None:
    path = tmp_path / "run"

    def opened(**parts: object) -> None:
        named = {name.replace("_", " "): value for name, value in parts.items()}
        RunFolder(path, "", json.dumps(named, sort_keys=True)).close()

    opened(seed=9)
    opened(seed=1, strategy_a=[1])  # nothing was done for the other recipe
    (path / "ledger.jsonl").write_bytes(OUTCOME)
    opened(seed=1, strategy_a=[1], strategy_b=[2])
    opened(seed=1, strategy_a=[1])
    with pytest.raises(RunFolderError, match="what differs: strategy b"):
        opened(seed=1, strategy_b=[3])
    with pytest.raises(RunFolderError, match="what differs: seed"):
        opened(seed=2, strategy_a=[1])


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text("mine")
    with pytest.raises(RunFolderError, match=r"no run folder: it holds recipe\.yaml"):
        RunFolder(tmp_path, "theirs", "one")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["recipe.yaml"]
    assert (tmp_path / "recipe.yaml").read_text() == "mine"
    with pytest.raises(RunFolderError, match="this is a file"):
        RunFolder(tmp_path / "recipe.yaml")


def test_damage_is_said(tmp_path: Path) -> None:
    path = tmp_path / "run"
    RunFolder(path, "", "one").close()
    (path / "run.json").write_text("{")
    with pytest.raises(RunFolderError, match="damaged"):
        RunFolder(path, "", "one")
    (path / "run.json").write_text('{"fingerprint": "one"}')
    folder = RunFolder(path, "", "one")
    (path / "answers.sqlite").write_bytes(b"")
    with pytest.raises(RunFolderError, match="damaged"):
        _ = folder.store
    folder.close()


def test_reading_where_there_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="no run here"):
        next(read_outcomes(tmp_path))
    with pytest.raises(RunFolderError, match="no summary"):
        read_summary(tmp_path)
    (tmp_path / "summary.json").write_text("[]")
    with pytest.raises(RunFolderError, match="cannot be read"):
        read_summary(tmp_path)


def test_reading_takes_no_lock_and_changes_nothing(tmp_path: Path) -> None:
    with RunFolder(tmp_path / "run", "", "one") as folder:
        torn = b'{"job": "a", "status": "acc'
        (folder.path / "ledger.jsonl").write_bytes(torn)
        assert list(read_outcomes(folder.path)) == []
        assert (folder.path / "ledger.jsonl").read_bytes() == torn


async def test_copied_answers_are_not_asked_again(tmp_path: Path) -> None:
    async with FakeServer() as server:
        await run_http(tmp_path / "old", server.base_url, 8)
        asked = len(server.bodies)
        (tmp_path / "new").mkdir()
        (tmp_path / "new/answers.sqlite").write_bytes(
            (tmp_path / "old/answers.sqlite").read_bytes()
        )
        summary = await run_http(tmp_path / "new", server.base_url, 8)
    assert len(server.bodies) == asked
    assert summary.asked == 0
    assert summary.requests == asked


async def test_the_key_is_in_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-very-secret-0123456789"
    monkeypatch.setenv("FAKE_KEY", key)
    async with FakeServer() as server:
        server.script.append(Status(400, f"wrong: Bearer {key}"))
        server.answering = lambda body: f"{body['messages'][-1]['content']} Bearer {key}"
        summary = await run_http(tmp_path / "run", server.base_url, 4, key_variable="FAKE_KEY")
    assert summary.failed == 1
    assert server.headers[-1]["Authorization"] == f"Bearer {key}"
    written = [p for p in (tmp_path / "run").rglob("*") if p.is_file()]
    assert len(written) > 7
    for path in written:
        assert key.encode() not in path.read_bytes(), path


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with RunFolder(tmp_path / "run", "", "one") as folder:
        (folder.path / ".summary.json.new").symlink_to("/dev/full")
        with pytest.raises(RunFolderError, match="No space left"):
            folder.write_summary(folder.settle([]))
