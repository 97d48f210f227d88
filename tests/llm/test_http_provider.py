"""The HTTP provider against a real server that misbehaves in every known way."""

import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import ValidationError

from bouture.errors import ProviderError, RequestRefused, ServerUnreachable
from bouture.llm.catalog import PROVIDERS
from bouture.llm.http.failures import seconds_to_wait
from bouture.llm.http.openai import OpenAICompatible
from bouture.llm.messages import Message, Request, Response, Usage
from llm.fake_server import (
    Body,
    Cut,
    FakeServer,
    Hang,
    Redirect,
    Status,
    Step,
    completion,
    completion_text,
)

HELLO = Request((Message("user", "Bonjour « toi »"),), "m", {"temperature": 0.5}, sample=3)
KEY = "sk-very-secret-0123456789"


def provider(server: FakeServer, **options: object) -> OpenAICompatible:
    return OpenAICompatible(
        OpenAICompatible.Options.model_validate({"base_url": server.base_url, **options})
    )


async def ask(server: FakeServer, **options: object) -> Response:
    asked = provider(server, **options)
    try:
        return await asked.ask(HELLO)
    finally:
        await asked.close()


async def test_it_speaks_the_dialect() -> None:
    async with FakeServer() as server:
        response = await ask(server, parameters={"user": "me", "temperature": 9})
    assert server.bodies == [
        {
            "messages": [{"role": "user", "content": "Bonjour « toi »"}],
            "model": "m",
            "temperature": 0.5,
            "user": "me",
        }
    ]
    assert response.text == "Bonjour « toi »"
    assert (response.finish_reason, response.model) == ("stop", "fake-1")
    assert response.usage == Usage(7, 4)
    assert 0 <= response.seconds < 5
    assert "Authorization" not in server.headers[0]


@pytest.mark.parametrize(
    "step",
    [
        *(Status(status) for status in (408, 409, 425, 429, 500, 502, 503, 529)),
        Hang(),
        Cut(),
        Body(""),
        Body("{"),
        Body("null"),
        Body("[" * 100_000),
        Body('{"choices": [{"message": {"content": "a"}}], "usage": {"prompt_tokens": 1e999}}'),
        Body("[]"),
        Body('{"choices": []}'),
        Body('{"choices": [{"message": null}]}'),
        Body('{"choices": [{"message": {"content": 3}}]}'),
        Body('{"choices": [{"message": {"content": "a"}}], "usage": "many"}'),
        Body('{"error": {"message": "overloaded"}}'),
        Body("<html>gateway</html>"),
    ],
)
async def test_what_may_pass_later(step: Step) -> None:
    async with FakeServer() as server:
        server.script.append(step)
        with pytest.raises(ServerUnreachable):
            await ask(server, timeout_s=0.2)


async def test_nobody_listens() -> None:
    async with FakeServer() as server:
        pass
    with pytest.raises(ServerUnreachable, match="no connection"):
        await ask(server)


async def test_what_is_refused_says_why_and_briefly() -> None:
    async with FakeServer() as server:
        server.script.append(Status(400, '{"error": {"message": "too long: ' + "x" * 9000 + '"}}'))
        with pytest.raises(RequestRefused, match="answered 400: too long: xxx") as caught:
            await ask(server)
        assert len(caught.value.message) < 400
        server.script.append(Status(422, '{"detail": [{"msg": "bad field"}]}'))
        with pytest.raises(RequestRefused, match="bad field"):
            await ask(server)
        server.script.append(Body(completion_text("", "content_filter")))
        with pytest.raises(RequestRefused, match="content filter"):
            await ask(server)


@pytest.mark.parametrize("status", [401, 402, 404])
async def test_what_concerns_every_request(status: int) -> None:
    async with FakeServer() as server:
        server.script.append(Status(status, '{"message": "no such model"}'))
        with pytest.raises(ProviderError, match="no such model") as caught:
            await ask(server)
    assert type(caught.value) is ProviderError


async def test_a_redirect_is_not_followed() -> None:
    async with FakeServer() as elsewhere, FakeServer() as server:
        server.script.append(Redirect(f"{elsewhere.base_url}/chat/completions"))
        with pytest.raises(ProviderError, match="307"):
            await ask(server)
        assert elsewhere.bodies == []


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ([{"type": "thinking", "thinking": "…"}, {"type": "text", "text": "oui"}], "oui"),
        ("", ""),
        ("moitié \ud83d", "moitié \ufffd"),
        ("\U0001f600 et \x00", "\U0001f600 et \x00"),
    ],
)
async def test_forms_of_an_answer(content: object, text: str) -> None:
    import json

    body = completion("")
    body["choices"][0]["message"]["content"] = content
    del body["usage"]
    async with FakeServer() as server:
        server.script.append(Body(json.dumps(body)))
        response = await ask(server)
    assert response.text == text
    assert response.usage == Usage()


async def test_a_cut_answer_says_so() -> None:
    async with FakeServer() as server:
        server.script.append(Body(completion_text("début", "length")))
        assert (await ask(server)).finish_reason == "length"


async def test_the_wait_a_server_asks_for_is_passed_on() -> None:
    async with FakeServer() as server:
        server.script.append(Status(429, retry_after="7"))
        with pytest.raises(ServerUnreachable) as caught:
            await ask(server)
        assert caught.value.retry_after == 7
        server.script.append(Status(503))
        with pytest.raises(ServerUnreachable) as caught:
            await ask(server)
        assert caught.value.retry_after is None


def test_retry_after() -> None:
    now = datetime(2022, 3, 1, 12, tzinfo=UTC)
    assert seconds_to_wait("120", now) == 120
    assert seconds_to_wait(" 1.5 ", now) == 1.5
    assert seconds_to_wait(format_datetime(now + timedelta(seconds=90), usegmt=True), now) == 90
    assert seconds_to_wait(format_datetime(now - timedelta(days=1), usegmt=True), now) == 0
    assert seconds_to_wait("Tue, 01 Mar 2022 12:00:30 -0000", now) == 30
    for nonsense in ("", "soon", "-3", "1e9", "9" * 30):
        assert seconds_to_wait(nonsense, now) is None


async def test_the_key_is_sent_and_never_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    async with FakeServer() as server:
        server.script.append(Status(400, f'{{"error": "bad key {KEY}"}}'))
        asked = provider(server, key_variable="MY_KEY")
        with pytest.raises(RequestRefused, match=r"bad key \[key\]") as caught:
            await asked.ask(HELLO)
        said = [
            str(caught.value),
            repr(caught.value),
            repr(asked),
            repr(asked.options),
            caplog.text,
        ]
        server.answering = lambda body: f"you sent {KEY}"
        said.append((await asked.ask(HELLO)).text)
        await asked.close()
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert not [one for one in said if KEY in one]


def test_a_key_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_KEY", raising=False)
    with pytest.raises(ProviderError, match="MY_KEY is not set"):
        OpenAICompatible(
            OpenAICompatible.Options(base_url="http://localhost:1/v1", key_variable="MY_KEY")
        )


@pytest.mark.parametrize("key", ["sk-secret\nX-Other: 1", "clé-secrète"])
def test_a_key_that_cannot_be_one(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("MY_KEY", key)
    with pytest.raises(ProviderError, match="cannot be a key") as caught:
        OpenAICompatible(
            OpenAICompatible.Options(base_url="http://localhost:1/v1", key_variable="MY_KEY")
        )
    assert key not in str(caught.value)


@pytest.mark.parametrize("key", [KEY, "aB3dE6gH9jK2mN5pQ8sT"])
def test_a_key_in_place_of_its_variable_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(ValidationError) as caught:
        OpenAICompatible.Options(base_url="http://localhost:1/v1", key_variable=key)
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    "address", ["localhost:8000", "ftp://x/v1", "http://", "http://me:pw@host/v1"]
)
def test_addresses_that_cannot_work(address: str) -> None:
    with pytest.raises(ValidationError):
        OpenAICompatible.Options(base_url=address)


async def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with FakeServer() as server:
        assert (await ask(server)).text


def test_the_catalogue() -> None:
    assert PROVIDERS.load("openai") is OpenAICompatible
    for name in ("openai", "mistral", "vllm", "ollama", "llamacpp", "tgi"):
        assert PROVIDERS.load(name).name == name
