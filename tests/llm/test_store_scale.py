"""The store with many answers: small rows, exact totals, light look-ups, and old files brought up to date."""

import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bouture.llm.messages import Message, Request, Response, Usage
from bouture.llm.store.answers import AnswerStore, Totals, known_keys
from bouture.llm.store.rows import _CHARACTERS, _LINES

RULES = "\n".join(
    f"- [R{n}] La règle numéro {n} dit ce qu’est une mention et ce qui n’en est pas une : elle exclut "
    f"le déterminant, la ponctuation et les guillemets, sauf dans le cas {n * 7919 % 997}."
    for n in range(40)
)


def question(n: int, sources: int = 20) -> Request:
    """A prompt of 6,000 characters that shares most of its lines with the others."""
    text = (
        f"Texte numéro {n % sources} : " + f"le bataillon {n % sources} s’est replié à l’aube. " * 8
    )
    messages = (Message("system", "Tu réécris."), Message("user", f"{RULES}\n\n{text}\n\nÉcris."))
    return Request(messages, f"m{n % 3}", {"temperature": 0.7, "max_tokens": 900}, n)


def answer(n: int) -> Response:
    return Response(f"Réponse {n}. " * 20, usage=Usage(n, 2 * n), model="served", seconds=n / 8)


LINE = st.sampled_from(["", "x", "é" * 40, "line with more than thirty-two characters", "\0" * 33])
CONTENT = st.lists(LINE | st.text(st.characters(exclude_categories=["Cs"]))).map("\n".join)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.lists(CONTENT, max_size=3), min_size=1, max_size=8))
def test_prompts_that_share_lines_come_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, conversations: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("store") / "a.sqlite"
    requests = [
        Request(tuple(Message("user", content) for content in contents), "m", {"a": [1.5, None]}, n)
        for n, contents in enumerate(conversations * 3)
    ]
    for part in (requests[::2], requests[1::2]):  # the second opening remembers lines of the first
        with AnswerStore(path) as store:
            for request in part:
                store.put(request, Response("x"))
            assert [store.request(request.key) for request in part] == part
    with AnswerStore(path) as store:
        assert {key: request for key, request, _ in store.items()} == {r.key: r for r in requests}


def test_more_lines_than_the_memory_holds(tmp_path: Path) -> None:
    """Lines are forgotten and stored again; every request comes back, and the memory has a bound."""
    many, times = _LINES + 5_000, 4
    line = "- ligne numéro {} d’un texte qui passe trente-deux caractères".format
    blocks = ["\n".join(map(line, range(start, start + 500))) for start in range(0, many, 500)]
    requests = [
        Request((Message("user", block),), sample=turn) for turn in range(times) for block in blocks
    ]
    with AnswerStore(tmp_path / "a.sqlite") as store:
        for request in requests:
            store.put(request, Response("x"))
        assert all(store.request(request.key) == request for request in requests[::7])
        memory = store._lines
        assert all(len(young) <= _LINES for young, _ in (memory._numbers, memory._texts))
        longest = max(map(len, blocks))
        assert all(size <= _CHARACTERS + longest for size in memory._sizes)


def test_what_prompts_share_is_stored_once(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with AnswerStore(path) as store:
        for n in range(2_000):
            store.put(question(n), answer(n))
    assert len(msgspec.json.encode(question(0))) > 6_000
    assert path.stat().st_size / 2_000 < 600


def test_totals_are_exact_by_model_whatever_happened(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    wanted: dict[str, Totals] = {}
    for start in range(0, 2_400, 800):  # not a multiple of how often they are written
        script = f"""
            import os, sys; from pathlib import Path
            from bouture.llm.store.answers import AnswerStore
            from llm.test_store_scale import answer, question
            store = AnswerStore(Path(sys.argv[1]))
            for n in range({start}, {start + 800}):
                store.put(question(n), answer(n))
                store.put(question(n), answer(n + 1))  # not new: not counted
            os.kill(os.getpid(), 9)
        """
        process = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script), path],
            env={"PYTHONPATH": str(Path(__file__).parent.parent)},
        )
        assert process.returncode == -9
        for n in range(start, start + 800):
            had = wanted.get(f"m{n % 3}", Totals())
            wanted[f"m{n % 3}"] = Totals(
                had.requests + 1,
                had.prompt_tokens + n,
                had.completion_tokens + 2 * n,
                had.seconds + n / 8,
            )
        with AnswerStore(path) as store:
            assert store.totals() == dict(sorted(wanted.items()))
            assert store.count() == start + 800
    with AnswerStore(path) as store:
        store.add("0" * 64, Response("imported", usage=Usage(1, 2), model="served"))
        store.add("1" * 64, Response("imported"))
        assert store.totals() == {
            **wanted,
            "served": Totals(1, 1, 2),
            "": Totals(1),
        }


def test_keys_are_looked_up_without_loading_them(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    assert "0" * 64 not in known_keys(path) and len(known_keys(path)) == 0
    with AnswerStore(path) as store:
        for n in range(500):
            store.put(question(n), answer(n))
        assert question(3).key not in known_keys(path)  # open elsewhere: as if there were none
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    known = known_keys(path)
    assert len(known) == 500
    assert all(question(n).key in known for n in range(500))
    for strange in ("", "xyz", "0" * 64, question(0).key.upper(), question(0).key[:-2] + " 0", 5):
        assert strange not in known
    assert path.read_bytes() == before["a.sqlite"]
    with AnswerStore(path) as store:  # an estimate keeps nobody out
        store.put(question(500), answer(500))
    path.write_bytes(b"no database" * 1000)
    assert question(0).key not in known_keys(path)


def test_streaming_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    with AnswerStore(path) as store:
        for n in range(60):
            store.put(Request((Message("user", str(n)),)), Response(str(n) * 500_000))
    script = """
        import resource, sys; from pathlib import Path
        from bouture.llm.store.answers import AnswerStore
        with AnswerStore(Path(sys.argv[1])) as store:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            print(sum(len(response.text) for _, _, response in store.items()))
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), path], capture_output=True, check=True
    )
    total, kilobytes = map(int, done.stdout.split())
    assert total == sum(len(str(n)) for n in range(60)) * 500_000  # 55 MB in all
    assert kilobytes < 25_000


OLD = """
CREATE TABLE answers (
  key TEXT PRIMARY KEY,
  request TEXT,
  response TEXT NOT NULL,
  created TEXT NOT NULL
)
"""


def old_store(path: Path, number: int) -> dict[str, tuple[Request | None, Response]]:
    """A file as version 0.1.0 wrote it, not closed in good order: the last answers are in its log."""
    pairs: dict[str, tuple[Request | None, Response]] = {
        question(n).key: (question(n), answer(n)) for n in range(number)
    }
    pairs["0" * 64] = (None, Response("imported", usage=Usage(5, 6), model="served"))
    script = """
        import os, sqlite3, sys, msgspec
        db = sqlite3.connect(sys.argv[1], isolation_level=None)
        db.execute("PRAGMA application_id = 0x626F7574")
        db.execute(sys.argv[2])
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA journal_mode = WAL")
        rows = msgspec.json.decode(sys.stdin.buffer.read())
        db.execute("BEGIN")
        db.executemany("INSERT INTO answers VALUES (?, ?, ?, '2026-01-02T03:04:05+00:00')", rows)
        db.execute("COMMIT")
        os.kill(os.getpid(), 9)
    """
    rows = [
        (key, r and msgspec.json.encode(r).decode(), msgspec.json.encode(a).decode())
        for key, (r, a) in pairs.items()
    ]
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), path, OLD], input=msgspec.json.encode(rows)
    )
    assert path.with_name(path.name + "-wal").stat().st_size > 0
    return pairs


def assert_holds(path: Path, pairs: dict[str, tuple[Request | None, Response]]) -> None:
    with AnswerStore(path) as store:
        assert {key: (request, response) for key, request, response in store.items()} == pairs
        assert sum(t.requests for t in store.totals().values()) == len(pairs)
        assert store.totals()["served"] == Totals(1, 5, 6)
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert db.execute("SELECT DISTINCT created FROM answers").fetchall() == [(1767323045,)]


def test_an_old_store_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    pairs = old_store(path, 50)
    assert "0" * 64 in known_keys(path) and len(known_keys(path)) == 51
    assert_holds(path, pairs)
    assert_holds(path, pairs)
    assert [p.name for p in tmp_path.iterdir()] == ["a.sqlite"]


def test_an_old_store_survives_kills_while_it_is_brought_up_to_date(tmp_path: Path) -> None:
    """Killed at each call that touches a file or a database while the new one is built."""
    path = tmp_path / "a.sqlite"
    script = """
        import os, sys; from pathlib import Path
        left = int(sys.argv[2])
        def tick(event, args):
            global left
            if event.startswith(("os.rename", "os.remove", "sqlite3.", "open")):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), 9)
        from bouture.llm.store import answers as store
        from bouture.llm.store import schema as store_schema
        packed = store_schema.pack
        def pack(*args):
            tick("sqlite3.row", ())
            return packed(*args)
        store_schema.pack = pack
        sys.addaudithook(tick)
        store.AnswerStore(Path(sys.argv[1])).close()
    """
    kills, moment = 0, 1
    while True:
        for left in tmp_path.iterdir():
            left.unlink()
        pairs = old_store(path, 20)
        done = subprocess.run([sys.executable, "-c", textwrap.dedent(script), path, str(moment)])
        if done.returncode == 0:
            break
        assert done.returncode == -9
        kills += 1
        assert_holds(path, pairs)
        assert not [p.name for p in tmp_path.iterdir() if p.name.endswith(".new")]
        moment += 5
    assert kills >= 6
