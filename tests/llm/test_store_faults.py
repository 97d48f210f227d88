"""What a store does when the disk is full or torn, the folder read-only, the process killed, the content hostile."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bouture.errors import RunFolderError, UsageError
from bouture.llm.messages import Message, Request, Response, Usage
from bouture.llm.provider import Learnt
from bouture.llm.store import schema as store_schema
from bouture.llm.store.answers import AnswerStore, Reserved, Totals, known_keys
from llm.test_store_scale import assert_holds, old_store

ANSWERS = 600


def question(n: int) -> Request:
    return Request((Message("user", f"Question {n} : que dit le guide de cette mention ?"),), "m")


def answer(n: int) -> Response:
    rng = random.Random(n)
    return Response(" ".join(str(rng.random()) for _ in range(30)), usage=Usage(1, 2), seconds=0.5)


def child(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs a script that has the helpers of this file."""
    head = "import os, signal, sys, resource\nfrom pathlib import Path\n"
    head += "from llm.test_store_faults import *\n"
    return subprocess.run(
        [sys.executable, "-c", head + textwrap.dedent(script), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        text=True,
    )


FILL_AND_DIE = """
    store = AnswerStore(Path(sys.argv[1]))
    for n in range(int(sys.argv[2]), int(sys.argv[3])):
        store.put(question(n), answer(n))
    os.kill(os.getpid(), 9)
"""


def killed(path: Path, start: int = 0, stop: int = ANSWERS) -> None:
    """A store whose process was killed: its last answers are in its log."""
    assert child(FILL_AND_DIE, path, start, stop).returncode == -signal.SIGKILL
    assert wal(path).stat().st_size > 0


def closed(path: Path, stop: int = ANSWERS) -> None:
    with AnswerStore(path) as store:
        for n in range(stop):
            store.put(question(n), answer(n))


def wal(path: Path) -> Path:
    return path.with_name(path.name + "-wal")


def after_power_loss(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the machine is one that was started again."""
    monkeypatch.setattr(store_schema, "_here", lambda path: "another start")


def assert_all_there(path: Path, stop: int = ANSWERS) -> None:
    with AnswerStore(path) as store:
        assert store.count() == stop
        assert store.totals() == {"m": Totals(stop, stop, 2 * stop, stop / 2)}
        assert all(store.get(question(n).key) == answer(n) for n in range(stop))
        assert all(store.request(question(n).key) == question(n) for n in range(0, stop, 7))


# --- the process dies ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(2))
def test_what_was_put_survives_kill_9(tmp_path: Path, seed: int) -> None:
    """Each put is said on a pipe once it has returned; after a kill at any moment it is there."""
    rng = random.Random(seed)
    path = tmp_path / "a.sqlite"
    script = """
        store = AnswerStore(Path(sys.argv[1]))
        for n in range(store.count(), 10**6):
            store.reserve(question(n).key, "m", 10, 20)
            store.put(question(n), answer(n))
            os.write(1, b"%d\\n" % n)
    """
    for _ in range(4):
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import os, sys\nfrom pathlib import Path\nfrom llm.test_store_faults import *\n"
                + textwrap.dedent(script),
                str(path),
            ],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(rng.random() * 0.15)
        process.kill()
        lines = (first + process.stdout.read()).split(b"\n")
        process.wait()
        process.stdout.close()
        said = int(lines[-2])
        with AnswerStore(path) as store:
            count = store.count()
            assert count in (said + 1, said + 2)
            assert all(store.get(question(n).key) == answer(n) for n in range(count))
            assert len(store.reserved()) <= 1  # the one in flight
            assert store.totals()["m"].requests == count


def test_two_processes_create_one_store(tmp_path: Path) -> None:
    """Started together, one has the file and the others are refused; nobody writes into a lost file."""
    script = """
        import time
        try:
            store = AnswerStore(Path(sys.argv[1]))
        except RunFolderError as error:
            assert "in use by another process" in str(error), error
            sys.exit(3)
        n = int(sys.argv[2])
        store.put(question(n), answer(n))
        time.sleep(1.5)
        store.close()
    """
    head = "import sys\nfrom pathlib import Path\nfrom llm.test_store_faults import *\n"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", head + textwrap.dedent(script), str(tmp_path / "a"), str(n)],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        )
        for n in range(4)
    ]
    codes = [process.wait() for process in processes]
    assert set(codes) <= {0, 3} and 0 in codes
    with AnswerStore(tmp_path / "a") as store:
        assert store.count() == codes.count(0)
        assert [n for n in range(4) if store.get(question(n).key)] == [
            n for n in range(4) if codes[n] == 0
        ]
    assert [file.name for file in tmp_path.iterdir()] == ["a"]


def test_a_reservation_lasts_until_the_answer_or_the_loss(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    keys = [question(n).key for n in range(4)]
    with AnswerStore(path) as store:
        for n, key in enumerate(keys):
            store.reserve(key, "m", 100 + n, 50)
        store.put(question(0), answer(0))
        store.unreserve(keys[1])
        assert store.reserved() == [Reserved(keys[n], "m", 100 + n, 50) for n in (2, 3)]
    with AnswerStore(path) as store:
        assert [left.key for left in store.reserved()] == keys[2:]
        store.lost("m", 102, 50, keys[2])
        store.lost("m", 103, 50)
        store.unreserve(keys[3])
        store.lost("other", 7, 8)
        assert store.reserved() == []
    with AnswerStore(path) as store:
        assert store.totals() == {
            "m": Totals(1, 1, 2, 0.5, 2, 205, 100),
            "other": Totals(lost_requests=1, lost_prompt=7, lost_completion=8),
        }


def test_what_servers_taught_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with AnswerStore(path) as store:
        store.learn("m", Learnt("seed", "", "no seed"))
        store.learn("m", Learnt("max_tokens", "max_completion_tokens"))
        store.learn("n", Learnt("seed", "random_seed"))
        store.learn("m", Learnt("seed", "random_seed", "'; DROP TABLE answers; --"))
    with AnswerStore(path) as store:
        assert store.learnt("m") == [
            Learnt("max_tokens", "max_completion_tokens"),
            Learnt("seed", "random_seed", "'; DROP TABLE answers; --"),
        ]
        assert store.learnt("n") == [Learnt("seed", "random_seed")]
        assert store.learnt("o") == []
        store.put(question(0), answer(0))
        store.add("0" * 64, Response("imported"))
        assert store.recent(9) == [(None, Response("imported")), (question(0), answer(0))]
        assert store.recent(1) == [(None, Response("imported"))]


# --- the machine dies: torn files ---------------------------------------------------------------


@pytest.mark.parametrize("lost", [0.0, 0.3, 0.9, 0.9999])
def test_a_torn_log_loses_its_end_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: float
) -> None:
    path = tmp_path / "a.sqlite"
    closed(path, 100)
    killed(path, 100)
    whole = wal(path).read_bytes()
    kept = int(len(whole) * (1 - lost))
    for number, torn in enumerate((whole[:kept], whole[:kept] + bytes(len(whole) - kept))):
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copy(path, folder / "a.sqlite")
        wal(folder / "a.sqlite").write_bytes(torn)
        after_power_loss(path, monkeypatch)
        with AnswerStore(folder / "a.sqlite") as store:
            count = store.count()
        assert count >= 100 and (count == ANSWERS or lost > 0)
        assert_all_there(folder / "a.sqlite", count)


def damage(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    middle = len(data) // size // 2 * size
    if how.startswith("a page"):  # of answers: a leaf of a table
        while data[middle] != 0x0D:
            middle += size
    if how == "truncated to a page":
        del data[middle:]
    elif how == "truncated in a page":
        del data[middle + 100 :]
    elif how == "first page zeroed":
        data[:size] = bytes(size)
    elif how == "all zeroed":
        data[:] = bytes(len(data))
    elif how == "not a database":
        data[:] = b"This is no database at all. " * 1000
    elif how == "empty":
        data.clear()
    elif how == "only the header":
        del data[100:]
    elif how == "a page zeroed":
        data[middle : middle + size] = bytes(size)
    elif how == "a page of garbage":
        data[middle : middle + size] = random.Random(1).randbytes(size)
    path.write_bytes(data)


DAMAGES = [
    "truncated to a page",
    "truncated in a page",
    "first page zeroed",
    "all zeroed",
    "not a database",
    "empty",
    "only the header",
    "a page zeroed",
    "a page of garbage",
]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_file_is_reported_at_the_opening_or_when_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, large: bool
) -> None:
    """Small: at the opening. Large, closed in good order: what is not seen then is seen when read."""
    path = tmp_path / "a.sqlite"
    closed(path)
    damage(path, how)
    spoilt = path.read_bytes()
    monkeypatch.setattr(store_schema, "SMALL", 0 if large else 2**26)
    if large and how.startswith("a page"):
        found = lost = 0
        with AnswerStore(path) as store:
            for n in range(ANSWERS):
                try:
                    assert store.get(question(n).key) == answer(n)
                    found += 1
                except RunFolderError as error:
                    assert "damaged" in str(error) and ".recover" in str(error)
                    lost += 1
        assert found + lost == ANSWERS and 0 < lost < found
        return
    with pytest.raises(RunFolderError, match="damaged"):
        AnswerStore(path)
    assert path.read_bytes() == spoilt
    assert len(known_keys(path)) == (ANSWERS if how.startswith("a page") else 0)


@pytest.mark.parametrize("fill", ["zeros", "garbage"])
def test_damaged_keys_are_seen_at_the_opening_of_a_large_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fill: str
) -> None:
    path = tmp_path / "a.sqlite"
    closed(path)
    size = 8192
    with closing(sqlite3.connect(path)) as db:
        (root,) = db.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_answers_1'"
        ).fetchone()
    whole = path.read_bytes()
    child_page = int.from_bytes(whole[(root - 1) * size + 8 : (root - 1) * size + 12], "big")
    page = bytes(size) if fill == "zeros" else random.Random(2).randbytes(size)
    place = (child_page - 1) * size
    path.write_bytes(whole[:place] + page + whole[place + size :])
    monkeypatch.setattr(store_schema, "SMALL", 0)
    with pytest.raises(RunFolderError, match="damaged"):
        AnswerStore(path)


def test_a_large_file_is_checked_whole_after_the_machine_went_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.sqlite"
    closed(path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO opened VALUES ('before the machine went down')")
    damage(path, "a page zeroed")
    monkeypatch.setattr(store_schema, "SMALL", 0)
    with pytest.raises(RunFolderError, match="damaged"):
        AnswerStore(path)


def test_a_log_without_its_file_is_not_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    killed(path)
    aside = tmp_path / "aside"
    path.rename(aside)
    log = wal(path).read_bytes()
    with pytest.raises(RunFolderError, match="the file itself is missing"):
        AnswerStore(path)
    assert wal(path).read_bytes() == log and not path.exists()
    aside.rename(path)
    assert_all_there(path)


def test_left_over_shared_memory_and_rows_deleted_by_hand_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    killed(path)
    path.with_name("a.sqlite-shm").write_bytes(random.Random(3).randbytes(32768))
    assert_all_there(path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM answers WHERE key = ?", (bytes.fromhex(question(5).key),))
    with AnswerStore(path) as store:
        assert store.get(question(5).key) is None
        assert store.count() == ANSWERS - 1
        assert store.totals()["m"].requests == ANSWERS  # it was paid
        store.put(question(5), answer(6))
        assert store.get(question(5).key) == answer(6)


def test_a_store_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    closed(path, 3)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA user_version = 2")
    before = path.read_bytes()
    with pytest.raises(RunFolderError, match="later version"):
        AnswerStore(path)
    assert path.read_bytes() == before


# --- no room, no right to write ------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A file system of this size; needs the rights to mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a file system can only be mounted by root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def until_it_fails(store: AnswerStore, start: int = 0) -> tuple[int, RunFolderError]:
    for n in range(start, 10**5):
        try:
            store.put(question(n), answer(n))
        except RunFolderError as error:
            return n, error
    raise AssertionError("the disk was never full")


def test_a_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 3000) as disk:
        path = disk / "a.sqlite"
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(1_500_000))
        store = AnswerStore(path)
        stored, error = until_it_fails(store)
        assert stored > 10 and "the disk is not full" in str(error)
        assert all(store.get(question(n).key) == answer(n) for n in range(stored))
        assert store.totals()["m"].requests == stored
        ballast.unlink()
        store.put(question(stored), answer(stored))  # room again: it goes on
        more, _ = until_it_fails(store, stored + 1)
        store.close()
        assert more > stored + 1
        shutil.copytree(disk, tmp_path / "copy")
    assert_all_there(tmp_path / "copy" / "a.sqlite", more)


def test_no_room_for_a_new_store(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1000) as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(1_000_000))
        with pytest.raises(RunFolderError, match="cannot create"):
            AnswerStore(disk / "a.sqlite")
        assert [file.name for file in disk.iterdir()] == ["ballast"]
        ballast.unlink()
        with AnswerStore(disk / "a.sqlite") as store:
            assert store.count() == 0


def test_no_room_to_bring_an_old_store_up_to_date(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 3000) as disk:
        path = disk / "a.sqlite"
        pairs = old_store(path, 150)
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(shutil.disk_usage(disk).free // 4096 * 4096))
        for room in (0, 4, 8, 16):  # pages, each time a little more
            os.truncate(ballast, max(0, ballast.stat().st_size - 4096 * room))
            with pytest.raises(RunFolderError, match="cannot be used"):
                AnswerStore(path)
            assert not [file.name for file in disk.iterdir() if file.name.endswith(".new")]
        ballast.unlink()
        assert_holds(path, pairs)


def test_a_limit_on_the_size_of_files(tmp_path: Path) -> None:
    """The same as a full disk, where nothing can be mounted: writing fails in the middle of the log."""
    path = tmp_path / "a.sqlite"
    script = """
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        store = AnswerStore(Path(sys.argv[1]))
        stored, error = until_it_fails(store)
        assert "cannot be used" in str(error), error
        assert store.get(question(stored - 1).key) == answer(stored - 1)
        store.close()
        print(stored)
    """
    done = child(script, path)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 10
    assert_all_there(path, int(done.stdout))


def test_a_read_only_folder(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 3000) as disk:
        path = disk / "a.sqlite"
        closed(path, 20)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with pytest.raises(RunFolderError, match="can be written"):
            AnswerStore(path)
        with pytest.raises(RunFolderError, match="cannot create"):
            AnswerStore(disk / "b.sqlite")
        assert question(3).key in known_keys(path)
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        assert_all_there(path, 20)


# --- hostile content, jumping clocks -------------------------------------------------------------


def test_only_keys_of_requests_are_taken(tmp_path: Path) -> None:
    with AnswerStore(tmp_path / "a.sqlite") as store:
        for key in (
            "",
            "x",
            "0" * 63,
            "0" * 66,
            "A" * 64,
            "0" * 62 + " 0",
            "' OR 1=1 --",
            "é" * 64,
        ):
            for use in (store.get, store.request, store.unreserve):
                with pytest.raises(UsageError, match="key of a request"):
                    use(key)
            with pytest.raises(UsageError, match="key of a request"):
                store.add(key, Response("x"))
        with pytest.raises(UsageError, match="does not have the key"):
            store.add("0" * 64, Response("x"), question(1))
        assert store.count() == 0


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "'); DROP TABLE answers; --", "\ufffd\ufeff\u2028", "é" * 25_000_000]
)
def test_any_text_is_stored_as_it_is(tmp_path: Path, text: str) -> None:
    """The last is 50 MB; what comes over HTTP is bounded before it comes here."""
    request = Request((Message(text[:1000], text[:1000]),), text[:1000], {text[:1000]: text[:1000]})
    response = Response(text, text[:1000], model=text[:1000], logprobs=((text[:1000], -0.5),))
    with AnswerStore(tmp_path / "a.sqlite") as store:
        store.put(request, response)
    with AnswerStore(tmp_path / "a.sqlite") as store:
        assert list(store.items()) == [(request.key, request, response)]


def test_numbers_without_bounds_are_brought_within(tmp_path: Path) -> None:
    inf, nan = float("inf"), float("nan")
    with AnswerStore(tmp_path / "a.sqlite") as store:
        store.put(question(0), Response("x", usage=Usage(10**30, -5), seconds=nan))
        store.put(question(1), Response("y", seconds=inf, logprobs=(("y", -inf), ("z", -1.0))))
        most = 10**12
        assert store.get(question(0).key) == Response("x", usage=Usage(most, 0))
        assert store.get(question(1).key) == Response(
            "y", seconds=most, logprobs=(("y", -most), ("z", -1.0))
        )
        assert store.totals() == {"m": Totals(2, most, 0, most)}


def test_a_clock_that_goes_back_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.sqlite"
    now = iter(range(2_000_000_000, 0, -100_000_000))
    with monkeypatch.context() as patch, AnswerStore(path) as store:
        patch.setattr(time, "time", lambda: next(now))
        for n in range(10):
            store.put(question(n), answer(n))
        assert [request for request, _ in store.recent(3)] == [question(n) for n in (9, 8, 7)]
    assert_all_there(path, 10)


def test_totals_that_cannot_be_written_whole_are_not_written_at_all(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    usage = Usage(10, 5)
    with AnswerStore(path) as store:
        for model in ("a", "b"):
            store.put(Request((Message("user", model),), model), Response("x", usage=usage))
    with AnswerStore(path) as store:
        for model in ("a", "b"):
            store.put(Request((Message("user", f"{model} 2"),), model), Response("x", usage=usage))
        store._db.execute(
            "CREATE TEMP TRIGGER full BEFORE INSERT ON main.totals "
            "WHEN new.model = (SELECT id FROM models WHERE name = 'b') "
            "BEGIN SELECT raise(ABORT, 'full'); END"
        )
    with AnswerStore(path) as store:
        totals = store.totals()
    assert [totals[model].requests for model in ("a", "b")] == [2, 2]
    assert [totals[model].prompt_tokens for model in ("a", "b")] == [20, 20]
