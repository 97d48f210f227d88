"""Batch files in every dialect: what lines say, and that nothing in a file of answers can do harm."""

import itertools
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bouture.errors import UsageError
from bouture.llm.batch.files import (
    DIALECTS,
    MOST_BYTES,
    MOST_REQUESTS,
    Limits,
    Shards,
    body_in,
    digest,
    line_of,
    plain_body,
)
from bouture.llm.batch.lines import Refusal
from bouture.llm.batch.reading import CODES, Answered, Failed, read_line
from bouture.llm.messages import Message, Request, Response, Usage
from bouture.llm.store.answers import AnswerStore
from llm.fake_server import completion

ASKED = Request((Message("user", "Bonjour"),), "m", {"temperature": 1.0, "max_tokens": 9}, 2)
KEY = ASKED.key
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
FIELDS = ("key", "custom_id", "text", "response", "error", "body", "messages", "usage", "choices")


def result(body: Any, status: int = 200, error: Any = None) -> dict[str, Any]:
    response = {"status_code": status, "request_id": "r", "body": body}
    return {"id": "b", "custom_id": KEY, "response": response, "error": error}


def read(value: Any) -> Any:
    return read_line(json.dumps(value).encode())


def test_the_limits_are_those_of_openai() -> None:
    assert (MOST_REQUESTS, MOST_BYTES) == (50_000, 200_000_000)
    assert len(KEY) == 64


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_line_carries_the_body_under_its_key(dialect: Any) -> None:
    body = body_in(dialect, ASKED, lambda request: {**plain_body(request), "seed": 1})
    line = json.loads(line_of(dialect, ASKED, body, "d1~ask~2"))
    assert (line.get("custom_id") or line["key"]) == KEY
    if dialect == "bouture":
        assert line["parameters"] == ASKED.parameters
    else:
        assert line["body"] == body
        assert ("model" in body) == (dialect != "mistral")
        assert body["seed"] == 1


def test_shards_hold_one_model_each_where_they_must(tmp_path: Path) -> None:
    for dialect, models in (("openai", ["a", "b"]), ("bouture", [""])):
        folder = tmp_path / dialect
        folder.mkdir()
        shards = Shards(folder, dialect, Limits(requests=2))  # type: ignore[arg-type]
        for number in range(6):
            shards.write("ab"[number % 2], b"%d\n" % number)
        files = shards.close()
        assert sorted({file.model for file in files}) == models
        assert [file.requests for file in files] == ([2, 2, 1, 1] if models[0] else [2, 2, 2])
        assert sorted(path.name for path in folder.iterdir()) == [file.name for file in files]
        read_back = b"".join((folder / file.name).read_bytes() for file in files)
        assert sorted(read_back.split()) == [b"%d" % number for number in range(6)]


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=40), st.integers(1, 5), st.integers(31, 90)
)
def test_a_shard_is_closed_before_the_line_that_would_pass(
    sizes: list[int], requests: int, most: int
) -> None:
    with TemporaryDirectory() as name:
        shards = Shards(Path(name), "openai", Limits(requests, most))
        for size in sizes:
            shards.write("m", b"x" * size + b"\n")
        files = shards.close()
        assert all(file.requests <= requests and file.bytes <= most for file in files)
        assert sum(file.requests for file in files) == len(sizes)
        for file, after in itertools.pairwise(files):
            with (Path(name) / after.name).open("rb") as following:
                first = len(following.readline())
            assert file.requests == requests or file.bytes + first > most


def test_a_line_that_no_file_could_hold_is_refused(tmp_path: Path) -> None:
    shards = Shards(tmp_path, "openai", Limits(bytes=10))
    with pytest.raises(UsageError, match="one request alone"):
        shards.write("m", b"x" * 11)
    assert shards.close() == ()


def test_results_are_read_as_the_answers_of_a_server() -> None:
    body = completion("Salut", "length")
    body["choices"][0]["logprobs"] = {"content": [{"token": "Salut", "logprob": -0.5}]}
    expected = Response("Salut", "length", Usage(7, 1), "fake-1", 0.0, (("Salut", -0.5),))
    assert read(result(body)) == Answered(KEY, expected)
    echoed = result(body) | {"body": {"temperature": 1, "model": "m"}}
    assert read(echoed).echo == digest({"model": "m", "temperature": 1.0})
    parts = completion("")
    parts["choices"][0]["message"]["content"] = [{"type": "text", "text": "a"}, {"type": "other"}]
    assert read(result(parts)).response.text == "a"
    assert read({"key": KEY, "text": "x"}) == Answered(KEY, Response("x"))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"response": None, "error": {"code": "batch_expired", "message": "…"}}, "expired"),
        ({"response": None, "error": {"code": "batch_cancelled"}}, "cancelled"),
        (result({"error": {"message": "Slow down"}}, 429), "rate_limit"),
        (result(None, 400, "This model's maximum context length is 8192 tokens"), "too_long"),
        (result({"error": {"code": "content_filter"}}, 400), "content_filter"),
        (result(completion("", "content_filter")), "content_filter"),
        (
            result(None, 500, {"error": {"message": "x", "type": "InternalServerError"}}),
            "server_error",
        ),
        (result({"message": "?"}, 503), "server_error"),
        (result({"error": {"message": "bad schema"}}, 400), "refused"),
        ({"response": None, "error": "mystery"}, "other"),
        ({"response": "?", "error": None}, "other"),
        ({"method": "POST", "url": "/v1/chat/completions", "body": {}}, "unanswered"),
    ],
)
def test_failures_have_their_reason(line: dict[str, Any], code: str) -> None:
    found = read({"custom_id": KEY} | line)
    assert isinstance(found, Failed)
    assert (found.key, found.code) == (KEY, code)
    assert code in CODES


@pytest.mark.parametrize(
    ("line", "code", "key"),
    [
        (b"<!DOCTYPE html>", "not_json", ""),
        (b'{"key": "', "not_json", ""),
        (b"\xff\xfe\x00", "not_utf8", ""),
        (b"[]", "not_an_answer", ""),
        (b"12", "not_an_answer", ""),
        (b'{"text": "x"}', "not_an_answer", ""),
        (b'{"custom_id": "../../etc/passwd", "response": {}}', "not_an_answer", ""),
        (b'{"custom_id": 7}', "not_an_answer", ""),
        (b'{"key": "%s", "text": null}' % KEY.encode(), "not_an_answer", KEY),
        (b'{"key": "%s", "text": "x", "messages": []}' % KEY.encode(), "altered", KEY),
        (json.dumps(result({"choices": []})).encode(), "not_an_answer", KEY),
        (json.dumps(result("<html>")).encode(), "not_an_answer", KEY),
        (b"[" * 500_000, "too_deep", ""),
        (b'{"a":' * 500_000, "too_deep", ""),
        (b'{"a": [' + b"[]," * 1_500_000 + b"[]]}", "too_many_parts", ""),
        (b'{"key": %s}' % (b"9" * 10_000), "not_json", ""),
    ],
)
def test_what_is_no_answer_is_named(line: bytes, code: str, key: str) -> None:
    found = read_line(line)
    assert isinstance(found, Refusal)
    assert (found.code, found.key) == (code, key)


def test_deep_values_in_an_answer_harm_nothing() -> None:
    deep = b'{"a":' * 900 + b"1" + b"}" * 900
    for name in (b"parameters", b"usage", b"messages"):
        line = b'{"key": "%s", "text": "x", "messages": [], "%s": %s}' % (KEY.encode(), name, deep)
        assert isinstance(read_line(line), Refusal)
    line = b'{"custom_id": "%s", "body": %s, "response": {"body": %s}}'
    assert isinstance(read_line(line % (KEY.encode(), deep, deep)), Refusal)


@given(st.dictionaries(st.sampled_from(FIELDS), JSON | st.just(KEY), max_size=6))
def test_no_line_raises(value: dict[str, Any]) -> None:
    assert isinstance(read(value), Answered | Failed | Refusal)


@given(
    st.fixed_dictionaries(
        {"content": st.text() | st.none()}, optional={"refusal": JSON, "tool_calls": JSON}
    ),
    st.fixed_dictionaries({}, optional={"finish_reason": JSON, "logprobs": JSON}),
    st.fixed_dictionaries({}, optional={"usage": JSON, "model": JSON | st.text()}),
)
def test_what_is_read_of_a_body_can_be_stored(
    message: dict[str, Any], choice: dict[str, Any], body: dict[str, Any]
) -> None:
    found = read(result({**body, "choices": [{**choice, "message": message}]}))
    if isinstance(found, Answered):
        raw = msgspec.json.encode(found.response)
        assert msgspec.json.decode(raw, type=Response) == found.response


def test_numbers_that_json_cannot_hold_do_not_damage_the_store(tmp_path: Path) -> None:
    line = b'{"key": "%s", "text": "\\ud83d", "seconds": 1e999, "usage": {"prompt_tokens": %d}}'
    found = read_line(line % (KEY.encode(), 2**80))
    assert isinstance(found, Answered)
    with AnswerStore(tmp_path / "answers.sqlite") as store:
        store.add(KEY, found.response)
        assert store.get(KEY) == Response("\ufffd")


@given(st.dictionaries(st.text(), st.floats(allow_nan=False) | st.text() | st.integers()))
def test_a_digest_depends_on_values_only(body: dict[str, Any]) -> None:
    assert (
        digest(body) == digest(dict(reversed(body.items()))) == digest(json.loads(json.dumps(body)))
    )
    assert (
        digest({**body, "mine": 1}) == digest({"mine": 1.0, **body}) != digest({**body, "mine": 2})
    )
