"""The store with hostile content, jumping clocks, and totals that cannot be written."""

import time
from pathlib import Path

import pytest

from bouture.errors import UsageError
from bouture.llm.messages import Message, Request, Response, Usage
from bouture.llm.store.answers import AnswerStore, Totals
from llm.store_making import answer, assert_all_there, question


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
