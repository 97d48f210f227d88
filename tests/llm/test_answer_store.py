"""The store: what goes in comes out, in this process or after it, or it says clearly why not."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bouture.errors import RunFolderError
from bouture.llm.messages import Message, Request, Response, Usage
from bouture.llm.store.answers import AnswerStore

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
RESPONSES = st.builds(
    Response,
    text=TEXT,
    finish_reason=st.sampled_from(["stop", "length"]),
    usage=st.builds(Usage, st.integers(0, 10**6), st.integers(0, 10**6)),
    model=TEXT,
    seconds=st.floats(0, 1e6),
)
REQUESTS = st.builds(
    Request,
    messages=st.lists(st.builds(Message, TEXT, TEXT), max_size=3).map(tuple),
    model=TEXT,
    parameters=st.dictionaries(TEXT, st.integers(-9, 9) | TEXT | st.booleans(), max_size=3),
    sample=st.integers(0, 9),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(REQUESTS, RESPONSES), max_size=6))
def test_it_gives_back_the_first_answer_to_each_request(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[Request, Response]]
) -> None:
    path = tmp_path_factory.mktemp("store") / "answers.sqlite"
    with AnswerStore(path) as store:
        for request, response in pairs:
            store.put(request, response)
    first: dict[str, tuple[Request, Response]] = {}
    for request, response in pairs:
        first.setdefault(request.key, (request, response))
    with AnswerStore(path) as store:
        assert store.keys() == sorted(first)
        assert store.count() == len(first)
        for key, (_, response) in first.items():
            assert store.get(key) == response
        assert all(store.request(key) == request for key, (request, _) in first.items())
        found = list(store.items())
    assert {key: response for key, _, response in found} == {k: r for k, (_, r) in first.items()}
    assert all(request is not None and request.key == key for key, request, _ in found)


def test_an_unknown_key_has_no_answer(tmp_path: Path) -> None:
    with AnswerStore(tmp_path / "a.sqlite") as store:
        assert store.get("0" * 64) is None
        assert store.request("0" * 64) is None
        store.add("0" * 64, Response("imported"))
        assert store.get("0" * 64) == Response("imported")
        assert store.request("0" * 64) is None


OPEN = "import sys; from pathlib import Path; from bouture.llm.store.answers import AnswerStore; AnswerStore(Path(sys.argv[1]))"


def test_a_second_process_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with AnswerStore(path):
        other = subprocess.run([sys.executable, "-c", OPEN, path], capture_output=True, text=True)
    assert other.returncode == 1
    assert "in use by another process" in other.stderr
    after = subprocess.run([sys.executable, "-c", OPEN, path], capture_output=True, text=True)
    assert after.returncode == 0, after.stderr


@pytest.mark.parametrize("damage", ["empty", "text", "truncated", "scrambled"])
def test_a_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "a.sqlite"
    with AnswerStore(path) as store:
        for n in range(300):
            store.put(Request((Message("user", str(n)),)), Response("réponse " * 30))
    whole = path.read_bytes()
    spoilt = {
        "empty": b"",
        "text": b"This is no database at all." * 100,
        "truncated": whole[: len(whole) // 2],
        "scrambled": whole[:8192] + b"\x55" * (len(whole) - 16384) + whole[-8192:],
    }[damage]
    path.write_bytes(spoilt)
    with pytest.raises(RunFolderError, match="damaged"):
        AnswerStore(path)
    assert path.read_bytes() == spoilt


def test_another_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE answers (mine TEXT)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(RunFolderError, match="not a store of answers"):
        AnswerStore(path)
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="cannot create"):
        AnswerStore(tmp_path / "no" / "a.sqlite")
