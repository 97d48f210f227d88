"""The store when the machine dies: torn logs, damaged pages, files left over."""

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bouture.errors import RunFolderError
from bouture.llm.store import schema as store_schema
from bouture.llm.store.answers import AnswerStore, known_keys
from llm.store_making import (
    ANSWERS,
    after_power_loss,
    answer,
    assert_all_there,
    closed,
    killed,
    question,
    wal,
)


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
