"""Stores for the tests: made, killed in the middle, closed; and what must be in them."""

import os
import random
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bouture.errors import RunFolderError
from bouture.llm.messages import Message, Request, Response, Usage
from bouture.llm.store import schema as store_schema
from bouture.llm.store.answers import AnswerStore, Totals

ANSWERS = 600


def question(n: int) -> Request:
    return Request((Message("user", f"Question {n} : que dit le guide de cette mention ?"),), "m")


def answer(n: int) -> Response:
    rng = random.Random(n)
    return Response(" ".join(str(rng.random()) for _ in range(30)), usage=Usage(1, 2), seconds=0.5)


def child(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs a script that has the helpers of this file."""
    head = "import os, signal, sys, resource\nfrom pathlib import Path\n"
    head += "from llm.store_making import *\n"
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


def until_it_fails(store: AnswerStore, start: int = 0) -> tuple[int, RunFolderError]:
    for n in range(start, 10**5):
        try:
            store.put(question(n), answer(n))
        except RunFolderError as error:
            return n, error
    raise AssertionError("the disk was never full")
