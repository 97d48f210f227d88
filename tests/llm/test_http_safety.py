"""The key goes to one server and into no word; connections go where they may. Real servers on loopback."""

import asyncio
import base64
import json
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import ValidationError

from bouture.errors import ProviderError, ServerUnreachable
from bouture.llm.http.addresses import is_loopback
from bouture.llm.http.openai import OpenAICompatible
from bouture.llm.messages import Message, Request, Response
from llm.fake_server import (
    Body,
    FakeServer,
    Hang,
    Redirect,
    Status,
    completion,
    completion_text,
)

HELLO = Request((Message("user", "Bonjour"),), "m")
KEY = "sk-Very+secret/0123456789=x"


def provider(address: str, **options: Any) -> OpenAICompatible:
    given_options = {"base_url": address, **options}
    return OpenAICompatible(OpenAICompatible.Options.model_validate(given_options))


async def ask(server: FakeServer, **options: Any) -> Response:
    asked = provider(server.base_url, **options)
    try:
        return await asked.ask(HELLO)
    finally:
        await asked.close()


# ------------------------------------------------------------------ the key


@pytest.fixture
def variable(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MY_KEY", KEY)
    return "MY_KEY"


def forms_of(key: str) -> list[str]:
    raw = key.encode()
    return [
        key,
        quote(key, safe=""),
        quote(key, safe="").lower(),
        raw.hex(),
        *(base64.b64encode(before + raw).decode() for before in (b"", b":", b"me", b"me:")),
        base64.urlsafe_b64encode(b"me:" + raw).decode(),
    ]


@pytest.mark.parametrize("form", forms_of(KEY))
async def test_an_echoed_key_is_said_nowhere(form: str, variable: str) -> None:
    secret = form.rstrip("=")[4:-2]
    escaped = json.dumps(form)[1:-1].replace("/", "\\/").replace("s", "\\u0073")
    async with FakeServer() as server:
        asked = provider(server.base_url, key_variable=variable)
        said: list[str] = []
        for step in (
            Status(400, f"bad {form}"),
            Status(400, f'{{"error": {{"message": "bad {escaped}"}}}}'),
            Status(401, f'{{"error": "bad {form}"}}'),
            Status(503, f'{{"message": "bad {form}"}}'),
            Body(f"<html>{form}"),
            Redirect(f"http://{secret}/"),
            Body('{"choices": "' + escaped + '"}'),
        ):
            server.script.append(step)
            with pytest.raises(ProviderError) as caught:
                await asked.ask(HELLO)
            said.append(str(caught.value) + repr(caught.value))
            assert caught.value.__context__ is None and caught.value.__cause__ is None
        body = completion(f"you sent {form}", finish_reason=form)
        body["model"] = form
        body["choices"][0]["logprobs"] = {"content": [{"token": form, "logprob": -1}]}
        server.script.append(Body(json.dumps(body)))
        said.append(repr(await asked.ask(HELLO)))
        await asked.close()
    assert [text for text in said if secret in text] == []
    assert "[key]" in said[0] and "[key]" in said[-1]


async def test_the_key_shows_in_no_repr_and_no_traceback(variable: str) -> None:
    asked = provider("http://127.0.0.1:9/v1", key_variable=variable)
    with pytest.raises(ServerUnreachable) as caught:
        await asked.ask(HELLO)
    session = asked._transport._session
    assert session is not None
    seen = [repr(asked), repr(vars(asked)), repr(asked.options), repr(session.headers)]
    seen += [repr(vars(asked._key).get("headers")), repr(caught.value.__context__)]
    await asked.close()
    assert [text for text in seen if KEY in text or "Bearer sk" in text] == []


async def test_the_key_is_sent_to_the_named_server_only(variable: str) -> None:
    async with FakeServer() as elsewhere, FakeServer() as server:
        server.script.append(Redirect(f"{elsewhere.base_url}/chat/completions"))
        with pytest.raises(ProviderError, match="307"):
            await ask(server, key_variable=variable)
        assert elsewhere.headers == []
        await ask(server, key_variable=variable)
    assert server.headers[-1]["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("options", "fine"),
    [
        ({"base_url": "http://example.org/v1"}, False),
        ({"base_url": "http://localhost.example.org/v1"}, False),
        ({"base_url": "http://127.0.0.1/v1", "proxy": "http://proxy.example.org:3128"}, False),
        ({"base_url": "http://example.org/v1", "insecure": True}, True),
        ({"base_url": "https://example.org/v1"}, True),
        ({"base_url": "https://example.org/v1", "proxy": "http://proxy.example.org:3128"}, True),
        ({"base_url": "http://127.0.0.1/v1"}, True),
        ({"base_url": "http://[::1]:80/v1"}, True),
        ({"base_url": "http://localhost/v1"}, True),
    ],
)
def test_a_key_goes_unencrypted_to_this_machine_only(options: dict[str, Any], fine: bool) -> None:
    options = {"key_variable": "HOME", **options}
    if fine:
        OpenAICompatible.Options.model_validate(options)
    else:
        with pytest.raises(ValidationError, match="unencrypted"):
            OpenAICompatible.Options.model_validate(options)
    if not options.get("insecure"):
        OpenAICompatible.Options.model_validate({**options, "key_variable": ""})


@pytest.mark.parametrize("name", ["base_url", "proxy"])
@pytest.mark.parametrize(
    "address", ["http://me:secret@h/v1", "https://h/v1?key=secret", "https://h/#secret"]
)
def test_a_password_in_an_address_is_refused_and_not_repeated(name: str, address: str) -> None:
    with pytest.raises(ValidationError) as caught:
        OpenAICompatible.Options.model_validate({name: address})
    assert "secret" not in str(caught.value)


# ------------------------------------------------------------------ where it connects


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: no certificate can be made")
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=bouture-test -keyout key.pem -out "
        "cert.pem -addext subjectAltName=IP:127.0.0.1"
    )
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    yield folder


async def test_a_certificate_nobody_vouches_for_is_refused(
    certificate: Path, variable: str
) -> None:
    secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secure.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    async with FakeServer(secure=secure) as server:
        with pytest.raises(ProviderError, match="no secure connection") as caught:
            await ask(server, key_variable=variable)
        assert type(caught.value) is ProviderError
        assert "ca_file" in caught.value.hint
        assert server.headers == []
        trusted = {"ca_file": certificate / "cert.pem", "key_variable": variable}
        assert (await ask(server, **trusted)).text == "Bonjour"
        by_name = provider(server.base_url.replace("127.0.0.1", "localhost"), **trusted)
        with pytest.raises(ProviderError, match="no secure connection"):  # not a name it has
            await by_name.ask(HELLO)
        await by_name.close()


async def test_certificates_that_cannot_be_read(tmp_path: Path) -> None:
    for content in (None, "no certificate"):
        file = tmp_path / "ca.pem"
        if content is not None:
            file.write_text(content)
        asked = provider("https://127.0.0.1:9/v1", ca_file=file)
        with pytest.raises(ProviderError, match="ca_file"):
            await asked.ask(HELLO)
        await asked.close()


def test_contacts_are_all_it_speaks_to() -> None:
    options = {"key_variable": "HOME", "proxy": "http://proxy.example.org:3128"}
    assert provider("https://API.example.org/v1", **options).contacts == (
        "api.example.org",
        "proxy.example.org",
    )
    assert provider("http://[::1]:8000/v1").contacts == ("::1",)


@pytest.mark.parametrize(
    ("options", "host"),
    [
        ({"base_url": "https://example.org/v1"}, "example.org"),
        ({"base_url": "http://10.0.0.1/v1"}, "10.0.0.1"),
        (
            {"base_url": "http://localhost/v1", "proxy": "http://proxy.example.org"},
            "proxy.example.org",
        ),
    ],
)
def test_offline_nothing_elsewhere_can_be_named(options: dict[str, str], host: str) -> None:
    address = options.pop("base_url")
    with pytest.raises(ProviderError, match=f"{host} is not on this machine"):
        provider(address, offline=True, **options)


async def test_offline_this_machine_answers() -> None:
    async with FakeServer() as server:
        assert (await ask(server, offline=True)).text == "Bonjour"
        by_name = provider(server.base_url.replace("127.0.0.1", "localhost"), offline=True)
        assert (await by_name.ask(HELLO)).text == "Bonjour"
        await by_name.close()


async def test_offline_holds_where_localhost_is_said_to_be_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[object] = []
    real = socket.socket

    def lie(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", port))]

    def count(*arguments: Any, **named: Any) -> socket.socket:
        opened.append(arguments)
        return real(*arguments, **named)

    monkeypatch.setattr(socket, "getaddrinfo", lie)
    asked = provider("http://localhost:9/v1", offline=True)
    asked._transport._open()
    monkeypatch.setattr(socket, "socket", count)
    with pytest.raises(ProviderError, match="not on this machine") as caught:
        await asked.ask(HELLO)
    monkeypatch.undo()
    await asked.close()
    assert type(caught.value) is ProviderError
    assert opened == []


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("x.localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("[::1]", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:10.0.0.1", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("2130706433", False),
        ("", False),
    ],
)
def test_what_is_this_machine(host: str, here: bool) -> None:
    assert is_loopback(host) is here


async def test_a_proxy_is_used_when_named_and_its_refusal_stops(variable: str) -> None:
    async with FakeServer() as server:
        port = server.base_url.split(":")[2].split("/")[0]
        through = provider("http://127.0.0.2:9/v1", proxy=f"http://127.0.0.1:{port}")
        assert (await through.ask(HELLO)).text == "Bonjour"
        await through.close()
    assert server.headers[0]["Host"] == "127.0.0.2:9"


async def test_cookies_are_not_kept() -> None:
    async with FakeServer() as server:
        asked = provider(server.base_url)
        server.script.append(Body(completion_text("a"), Set_Cookie="track=1; Path=/"))
        await asked.ask(HELLO)
        await asked.ask(HELLO)
        await asked.close()
    assert "Cookie" not in server.headers[1]


async def test_a_cancelled_request_leaves_the_provider_usable() -> None:
    async with FakeServer() as server:
        asked = provider(server.base_url)
        server.script.append(Hang(2))
        waiting = asyncio.create_task(asked.ask(HELLO))
        await asyncio.sleep(0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (await asked.ask(HELLO)).text == "Bonjour"
        await asked.close()
