"""The store where there is no room, or no right to write."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bouture.errors import RunFolderError
from bouture.llm.store.answers import AnswerStore, known_keys
from llm.store_making import (
    answer,
    assert_all_there,
    child,
    closed,
    question,
    until_it_fails,
)
from llm.test_store_scale import assert_holds, old_store


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
