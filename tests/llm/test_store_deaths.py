"""The store when the process that writes it dies, or when two write at once."""

import os
import random
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from bouture.llm.messages import Response
from bouture.llm.provider import Learnt
from bouture.llm.store.answers import AnswerStore, Reserved, Totals
from llm.store_making import (
    answer,
    question,
)


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
                "import os, sys\nfrom pathlib import Path\nfrom llm.store_making import *\n"
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
    head = "import sys\nfrom pathlib import Path\nfrom llm.store_making import *\n"
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
