"""Broken, huge and odd bodies, against a real server: a clean error or an answer, never more."""

import gzip
import json
import tracemalloc
import zlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bouture.errors import RequestRefused, ServerUnreachable
from bouture.llm.http.keys import Key
from bouture.llm.http.openai import OpenAICompatible
from bouture.llm.http.reading import logprobs, read
from bouture.llm.http.transport import unpacked
from bouture.llm.messages import Message, Request, Response
from llm.fake_server import (
    Body,
    Cut,
    Drip,
    FakeServer,
    Hang,
    Huge,
    Reset,
    Status,
    completion,
    completion_text,
    gzip_bomb,
)

HELLO = Request((Message("user", "Bonjour"),), "m")
NO_KEY = Key("")


def provider(address: str, **options: Any) -> OpenAICompatible:
    given_options = {"base_url": address, **options}
    return OpenAICompatible(OpenAICompatible.Options.model_validate(given_options))


async def ask(server: FakeServer, **options: Any) -> Response:
    asked = provider(server.base_url, **options)
    try:
        return await asked.ask(HELLO)
    finally:
        await asked.close()


async def fails(server: FakeServer, step: Any, **options: Any) -> ServerUnreachable:
    server.script.append(step)
    with pytest.raises(ServerUnreachable) as caught:
        await ask(server, **options)
    assert len(str(caught.value)) < 700
    return caught.value


# ------------------------------------------------------------------ bodies


@pytest.mark.parametrize(
    "step",
    [
        Body(b'{"choices": [{"message": {"content": "\xff\xfe"}}]}'),
        Body("<!doctype html><html><body>Bad gateway</body></html>"),
        Body("[" * 100_000),
        Body('{"choices": [{"message": {"content": ' + "[" * 100_000),
        Body('{"a":' * 100_000),
        Body('{"choices": [{"message": {"content": "a"}}], "usage": {"prompt_tokens": -1}}'),
        Body(
            '{"choices": [{"message": {"content": "a"}}], "usage": {"prompt_tokens": '
            + "9" * 5000
            + "}}"
        ),
        Body(
            '{"choices": [{"message": {"content": "a"}}], "usage": {"prompt_tokens": '
            + "9" * 30
            + "}}"
        ),
        Body('{"choices": [{"message": {"content": "a"}, "finish_reason": "error"}]}'),
        Body('{"choices": [{"message": {"content": "a"'),
        Body("x", Content_Encoding="br"),
        Body("x", Content_Encoding="gzip"),
        Body(b"\x1f\x8b\x08\x00", Content_Encoding="gzip"),
        Status(200, "{}", **{"X-Long": "a" * 100_000}),
        gzip_bomb(64),
        Cut(),
        Reset(),
    ],
    ids=lambda step: type(step).__name__,
)
async def test_broken_answers_may_have_to_be_paid_and_are_worth_another_try(step: Any) -> None:
    async with FakeServer() as server:
        error = await fails(server, step, timeout_s=5)
    assert error.perhaps_billed and not error.overloaded


@pytest.mark.parametrize("declared", [True, False])
async def test_an_answer_of_50_mb_is_not_read_to_its_end(declared: bool) -> None:
    huge = Huge(50, declared)
    async with FakeServer() as server:
        error = await fails(server, huge, max_answer_mb=2, timeout_s=8)
        assert "longer than 2 MB" in error.message and error.perhaps_billed
        assert huge.sent < 20_000_000  # what fits into the buffers of two sockets, not fifty
        assert (await ask(server)).text == "Bonjour"


async def test_a_bomb_fills_no_memory() -> None:
    async with FakeServer() as server:
        bomb = gzip_bomb(256)
        server.script.append(bomb)
        asked = provider(server.base_url, max_answer_mb=4)
        tracemalloc.start()
        with pytest.raises(ServerUnreachable, match="longer than 4 MB"):
            await asked.ask(HELLO)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        await asked.close()
    assert most < 40_000_000


async def test_a_long_answer_within_the_bound_is_read() -> None:
    text = "é" * 1_000_000
    async with FakeServer() as server:
        server.script.append(Body(completion_text(text)))
        assert (await ask(server)).text == text


async def test_a_packed_answer_is_read() -> None:
    async with FakeServer() as server:
        raw = completion_text("oui").encode()
        server.script.append(Body(gzip.compress(raw), Content_Encoding="gzip"))
        server.script.append(Body(zlib.compress(raw), Content_Encoding="deflate"))
        assert (await ask(server)).text == "oui"
        assert (await ask(server)).text == "oui"
    assert server.headers[0]["Accept-Encoding"] == "identity"


@given(st.binary(max_size=200), st.sampled_from(["gzip", "deflate", "br", "x, gzip", ""]))
def test_packed_bytes_never_break_the_reading(raw: bytes, encoding: str) -> None:
    try:
        assert len(unpacked(raw, encoding, 1000)) <= 1000
    except ValueError as error:
        assert str(error)


async def test_a_slow_drip_ends_with_the_time_out() -> None:
    async with FakeServer() as server:
        error = await fails(server, Drip("oui", 0.05), timeout_s=0.4)
        assert error.overloaded and error.perhaps_billed
        server.script.append(Drip("oui", 0.0))
        assert (await ask(server)).text == "oui"


async def test_a_time_out_after_sending_may_have_to_be_paid() -> None:
    async with FakeServer() as server:
        error = await fails(server, Hang(), timeout_s=0.2)
    assert error.overloaded and error.perhaps_billed


async def test_a_refused_connection_is_not_paid() -> None:
    async with FakeServer() as server:
        pass
    with pytest.raises(ServerUnreachable, match="no connection") as caught:
        await ask(server)
    assert not caught.value.perhaps_billed and not caught.value.overloaded


@pytest.mark.parametrize("status", [429, 503, 529])
async def test_overload_is_told_and_not_paid(status: int) -> None:
    async with FakeServer() as server:
        error = await fails(server, Status(status))
    assert error.overloaded and not error.perhaps_billed


@pytest.mark.parametrize(("status", "paid"), [(500, False), (502, False), (504, True)])
async def test_an_ill_server_is_not_an_overloaded_one(status: int, paid: bool) -> None:
    async with FakeServer() as server:
        error = await fails(server, Status(status))
    assert not error.overloaded and error.perhaps_billed is paid


async def test_the_wait_is_measured_on_the_servers_clock() -> None:
    theirs = datetime(2031, 1, 1, tzinfo=UTC)
    until = format_datetime(theirs + timedelta(seconds=40), usegmt=True)
    async with FakeServer() as server:
        date = format_datetime(theirs, usegmt=True)
        error = await fails(server, Status(429, retry_after=until, Date=date))
    assert error.retry_after == 40


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=9,
)


@given(
    st.fixed_dictionaries(
        {
            "choices": st.lists(
                st.fixed_dictionaries(
                    {"message": st.fixed_dictionaries({"content": _JSON, "tool_calls": _JSON})},
                    optional={"finish_reason": _JSON, "logprobs": _JSON},
                ),
                max_size=2,
            )
            | _JSON
        },
        optional={"usage": _JSON, "model": _JSON},
    )
)
def test_any_json_is_an_answer_or_a_clean_error(body: dict[str, Any]) -> None:
    try:
        answer = read(json.dumps(body).encode(), NO_KEY, 0.1)
    except (ServerUnreachable, RequestRefused) as error:
        assert error.__context__ is None
    else:
        answer.text.encode()
        answer.model.encode()


@given(st.binary(max_size=100))
def test_any_bytes_are_a_clean_error(raw: bytes) -> None:
    with pytest.raises(ServerUnreachable):
        read(raw, NO_KEY, 0.1)


# ------------------------------------------------------------------ forms of an answer


async def test_tool_calls_instead_of_text() -> None:
    body = completion("", "tool_calls")
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    body["choices"][0]["message"] = {"role": "assistant", "content": None, "tool_calls": [call]}
    async with FakeServer() as server:
        server.script.append(Body(json.dumps(body)))
        response = await ask(server)
        assert (response.text, response.finish_reason) == ("", "tool_calls")
        body["choices"][0]["finish_reason"] = None
        server.script.append(Body(json.dumps(body)))
        assert (await ask(server)).finish_reason == "tool_calls"


async def test_a_refusal_is_the_text_and_reasoning_is_not() -> None:
    body = completion("")
    body["choices"][0]["message"] = {"content": None, "refusal": "Je ne peux pas."}
    async with FakeServer() as server:
        server.script.append(Body(json.dumps(body)))
        assert (await ask(server)).text == "Je ne peux pas."
        body["choices"][0]["message"] = {"content": "<think>a</think>b", "reasoning_content": "c"}
        server.script.append(Body(json.dumps(body)))
        assert (await ask(server)).text == "<think>a</think>b"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("length", "length"),
        ("model_length", "length"),
        ("eos_token", "stop"),
        (None, "stop"),
        ("x", "x"),
    ],
)
def test_ends_of_an_answer(theirs: str | None, ours: str) -> None:
    body = completion("a")
    body["choices"][0]["finish_reason"] = theirs
    assert read(json.dumps(body).encode(), NO_KEY, 0).finish_reason == ours


def test_log_probabilities_are_kept_when_they_are_whole() -> None:
    body = completion("oui")
    content = [
        {"token": "ou", "logprob": -0.5, "bytes": [111, 117], "top_logprobs": []},
        {"token": "i", "logprob": -1},
    ]
    body["choices"][0]["logprobs"] = {"content": content}
    assert read(json.dumps(body).encode(), NO_KEY, 0).logprobs == (("ou", -0.5), ("i", -1.0))
    old = {"tokens": ["a", "b"], "token_logprobs": [-1, float("-inf")]}
    assert logprobs(old) == (("a", -1.0), ("b", -9999.0))
    body["choices"][0]["logprobs"] = old
    assert read(json.dumps(body).encode(), NO_KEY, 0).logprobs == (("a", -1.0), ("b", -9999.0))
    for broken in (
        {"content": [{"token": "a", "logprob": None}]},
        {"content": [{"token": "a", "logprob": float("nan")}]},
        {"content": [{"token": "a"}]},
        {"content": None},
        {"tokens": ["a"], "token_logprobs": []},
        [1],
        "many",
    ):
        assert logprobs(broken) == ()
