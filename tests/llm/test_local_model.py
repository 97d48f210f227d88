"""The in-process model: real loading, real answers, of a tiny model with random weights made here."""

import asyncio
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bouture.errors import MissingExtraError, ProviderError, RequestRefused
from bouture.llm.local.provider import Local, model_file
from bouture.llm.messages import Message, Request
from llm import tiny_model

SCHEMA = {
    "type": "object",
    "properties": {
        "nom": {"type": "string", "maxLength": 8},
        "age": {"type": "integer", "minimum": 0, "maximum": 99},
        "label": {"enum": ["PER", "LOC"]},
    },
    "required": ["nom", "age", "label"],
    "additionalProperties": False,
}
FORMAT = {"type": "json_schema", "json_schema": {"name": "x", "schema": SCHEMA, "strict": True}}
ENGINE = pytest.mark.skipif(
    subprocess.run([sys.executable, "-c", "import xllamacpp"], capture_output=True).returncode != 0,
    reason='the engine is not installed: pip install "bouture[local]"',
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.make(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture(scope="module")
def gguf(folder: Path) -> Path:
    """The tiny model as one file with the weights as they are."""
    wanted = folder.parent / "tiny.gguf"
    return model_file(Local.Options(folder=folder, converted=wanted, weights="same"))


@pytest.fixture
async def model(gguf: Path) -> AsyncIterator[Local]:
    provider = Local(Local.Options(folder=gguf, context=512, threads=1))
    yield provider
    await provider.close()


def request(text: str = "Bonjour les amis", **parameters: Any) -> Request:
    return Request((Message("user", text),), "", {"max_tokens": 24, **parameters})


def tokens(text: str) -> list[str]:
    """What the tokenizer of the tiny model makes of a text without marks, by the rule of BPE itself."""
    letters = tiny_model.byte_letters()
    made = tiny_model.tokenizer()["model"]
    ranks = {tuple(m.split(" ")): n for n, m in enumerate(made["merges"])}
    out: list[str] = []
    for word in text.replace(" ", "\n ").split("\n"):
        parts = [letters[b] for b in word.encode()]
        while True:
            pairs = [(ranks.get(p, 10**9), i) for i, p in enumerate(itertools.pairwise(parts))]
            rank, at = min(pairs, default=(10**9, 0))
            if rank == 10**9:
                break
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        out += parts
    return out


@ENGINE
async def test_it_answers_and_counts_the_tokens(model: Local) -> None:
    answer = await model.ask(request(seed=3, response_format=endless()))
    assert answer.text
    assert answer.finish_reason == "length"
    # <|user|> text <|end|> <|assistant|>
    assert answer.usage.prompt_tokens == len(tokens("Bonjour les amis")) + 3
    assert answer.usage.completion_tokens == 24
    assert answer.model == "tiny.gguf"
    assert answer.seconds > 0
    assert answer.logprobs == ()


@ENGINE
@pytest.mark.parametrize("most", [1, 7, 40])
async def test_no_answer_is_longer_than_asked(model: Local, most: int) -> None:
    for seed in range(8):
        answer = await model.ask(request(seed=seed, max_tokens=most))
        assert answer.usage.completion_tokens <= most
        assert answer.finish_reason == "stop" or answer.usage.completion_tokens == most
    answer = await model.ask(request(max_tokens=most, response_format=endless()))
    assert (answer.finish_reason, answer.usage.completion_tokens) == ("length", most)


@ENGINE
async def test_every_answer_follows_the_schema(model: Local) -> None:
    asked = [request(seed=n, max_tokens=400, response_format=FORMAT) for n in range(20)]
    for answer in await asyncio.gather(*map(model.ask, asked)):
        assert answer.finish_reason == "stop"
        found = json.loads(answer.text)
        assert set(found) == {"nom", "age", "label"}
        assert 0 <= found["age"] <= 99
        assert found["label"] in ("PER", "LOC")
        assert len(found["nom"]) <= 8


@ENGINE
async def test_an_answer_cut_under_a_schema_says_so(model: Local) -> None:
    answer = await model.ask(request(max_tokens=3, response_format=FORMAT))
    assert answer.finish_reason == "length"
    assert answer.text.startswith("{")


@ENGINE
async def test_any_object(model: Local) -> None:
    answer = await model.ask(request(max_tokens=60, response_format={"type": "json_object"}))
    assert answer.text.startswith("{")


@ENGINE
async def test_a_schema_it_cannot_hold_to_is_refused(model: Local) -> None:
    def under(schema: dict[str, Any]) -> Request:
        return request(response_format={"type": "json_schema", "json_schema": {"schema": schema}})

    with pytest.raises(RequestRefused, match="'not'"):
        await model.ask(under({"type": "object", "properties": {"not": {"not": {}}}}))
    with pytest.raises(RequestRefused, match="did not hold"):
        for seed in range(
            5
        ):  # The engine does not say that it gave up the schema; the answer does.
            bad = under({"type": "string", "pattern": "("})
            await model.ask(
                Request(bad.messages, "", {**bad.parameters, "max_tokens": 99, "seed": seed})
            )
    answer = await model.ask(request(seed=1))
    assert answer.usage.completion_tokens > 0  # It goes on answering.


@ENGINE
async def test_the_same_request_gets_the_same_answer(model: Local) -> None:
    asked = [request(seed=n) for n in range(6)]
    first = [(await model.ask(a)).text for a in asked]
    again = [(await model.ask(a)).text for a in reversed(asked)]
    assert first == again[::-1]
    assert len(set(first)) == 6
    other_sample = Request(asked[0].messages, "", asked[0].parameters, sample=1)
    assert (await model.ask(other_sample)).text != first[0]
    unseeded = [(await model.ask(request())).text for _ in range(2)]
    assert unseeded[0] == unseeded[1]


@ENGINE
async def test_exact_answers_do_not_depend_on_their_neighbours(gguf: Path) -> None:
    texts = [
        "Bonjour",
        "Les chars",
        "Une très longue phrase, avec des détails, sur la ville de Kyïv.",
    ]
    asked = [request(texts[n % 3], seed=n, max_tokens=20 + n) for n in range(24)]
    answers = []
    for batch in (1, 8):
        options = Local.Options(folder=gguf, context=512, threads=1, batch=batch, exact=True)
        provider = Local(options)
        try:
            answers.append(await asyncio.gather(*map(provider.ask, asked)))
        finally:
            await provider.close()
    assert [a.text for a in answers[0]] == [a.text for a in answers[1]]


@ENGINE
async def test_several_are_worked_on_together(model: Local, gguf: Path) -> None:
    await asyncio.gather(*(model.ask(request(seed=n, max_tokens=64)) for n in range(32)))
    assert await model.together() > 2
    one = Local(Local.Options(folder=gguf, context=512, threads=1, batch=1))
    try:
        await asyncio.gather(*(one.ask(request(seed=n)) for n in range(4)))
        assert await one.together() == 1
    finally:
        await one.close()


@ENGINE
async def test_temperature_stop_and_log_probabilities(model: Local) -> None:
    cold = [(await model.ask(request(seed=n, temperature=0, max_tokens=8))).text for n in range(3)]
    assert len(set(cold)) == 1
    narrow = [(await model.ask(request(seed=n, top_p=1e-6, max_tokens=8))).text for n in range(3)]
    assert set(narrow) == set(cold)
    free = await model.ask(request(seed=5, response_format=FORMAT, max_tokens=300, logprobs=True))
    assert all(p <= 0 for _, p in free.logprobs)
    assert len(json.loads(free.text)) < len(free.logprobs) <= free.usage.completion_tokens
    for stop in ("age", ["age"]):
        asked = request(seed=5, response_format=FORMAT, max_tokens=300, stop=stop)
        stopped = await model.ask(asked)
        assert stopped.finish_reason == "stop"
        assert stopped.text == free.text.partition("age")[0]


@ENGINE
async def test_too_long_a_request_is_refused_and_others_go_on(model: Local) -> None:
    with pytest.raises(RequestRefused, match="too long") as caught:
        await model.ask(request("Bonjour " * 500))
    assert "context" in caught.value.hint
    assert (await model.ask(request())).text
    full = await model.ask(request(temperature=1, max_tokens=5000, seed=11, stop=None))
    assert full.usage.prompt_tokens + full.usage.completion_tokens <= 512


@ENGINE
async def test_an_unknown_parameter_is_named(model: Local) -> None:
    with pytest.raises(ProviderError, match="'n_predict'"):
        await model.ask(request(n_predict=4))
    assert (await model.ask(request(reasoning_effort="low"))).text


@ENGINE
async def test_no_network_and_no_word_on_the_screen(
    gguf: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    environment = dict(os.environ)
    real = socket.socket

    def guarded(family: int = socket.AF_INET, *rest: Any, **more: Any) -> socket.socket:
        if family != socket.AF_UNIX:
            raise AssertionError("the network was used")
        return real(family, *rest, **more)

    provider = Local(Local.Options(folder=gguf, context=512, threads=1))
    before = network_sockets()
    monkeypatch.setattr(socket, "socket", guarded)
    assert (await provider.ask(request())).text
    assert network_sockets() <= before
    assert not list(Path("/tmp").glob("bouture-*/s.sock"))
    await provider.close()
    assert capfd.readouterr() == ("", "")
    assert dict(os.environ) == environment
    assert provider.contacts == ()


def network_sockets() -> set[str]:
    """This process's own internet sockets, as the kernel lists them (Linux)."""
    mine = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            target = os.readlink(entry)
        except OSError:
            continue
        if target.startswith("socket:["):
            mine.add(target[8:-1])
    found = set()
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/self/net/{kind}").read_text().splitlines()[1:]:
            found.add(line.split()[9])
    return mine & found


@ENGINE
async def test_the_loop_goes_on_and_a_cancelled_question_ends(gguf: Path) -> None:
    provider = Local(Local.Options(folder=gguf, context=2048, threads=1, batch=1))
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.005)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await provider.ask(request(max_tokens=400, seed=2, response_format=endless()))
    assert ticks > 3
    ticking.cancel()
    long = asyncio.create_task(provider.ask(request(max_tokens=2000, response_format=endless())))
    await asyncio.sleep(0.05)
    long.cancel()
    started = time.monotonic()
    await provider.ask(request(max_tokens=1))  # The only place in the batch is free again.
    waiting = asyncio.create_task(
        provider.ask(request(max_tokens=2000, response_format=endless(), seed=4))
    )
    await asyncio.sleep(0.05)
    await provider.close()
    assert time.monotonic() - started < 5
    with pytest.raises((ProviderError, asyncio.CancelledError)):
        await waiting
    with pytest.raises(ProviderError, match="closed"):
        await provider.ask(request())


def endless() -> dict[str, Any]:
    """A schema whose answer cannot end soon."""
    schema = {"type": "string", "minLength": 5000}
    return {"type": "json_schema", "json_schema": {"schema": schema}}


@ENGINE
def test_ctrl_c_ends_a_long_answer(gguf: Path) -> None:
    script = f"""
import asyncio, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from bouture.llm.local.provider import Local
from bouture.llm.messages import Message, Request
async def main():
    provider = Local(Local.Options(folder={str(gguf)!r}, context=2048, threads=1))
    try:
        await provider.ask(Request((Message("user", "a"),), "", {{"max_tokens": 1}}))
        print("ready", flush=True)
        while True:
            await provider.ask(Request((Message("user", "a"),), "", {{"max_tokens": 2000}}))
    finally:
        await provider.close()
asyncio.run(main())
"""
    child = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=8)
    assert child.returncode == -signal.SIGINT or "KeyboardInterrupt" in said


@ENGINE
async def test_the_model_of_a_folder_of_safetensors(folder: Path, tmp_path: Path) -> None:
    wanted = tmp_path / "made.gguf"
    for options in (
        Local.Options(folder=folder, converted=wanted, context=512, threads=1),
        Local.Options(folder=wanted, context=512, threads=1),
    ):
        provider = Local(options)
        answer = await provider.ask(request(seed=1, max_tokens=200, response_format=FORMAT))
        await provider.close()
        assert set(json.loads(answer.text)) == {"nom", "age", "label"}


@ENGINE
async def test_a_template_from_a_file(tmp_path: Path) -> None:
    bare = tiny_model.make(tmp_path / "bare", template="")
    made = tmp_path / "bare.gguf"
    options = Local.Options(folder=bare, converted=made, context=512, threads=1)
    with pytest.raises(ProviderError, match="no chat template"):
        await Local(options).ask(request())
    file = tmp_path / "template.jinja"
    file.write_text(tiny_model.TEMPLATE.replace("<|user|>", ""), encoding="utf-8")
    provider = Local(options.model_copy(update={"chat_template": file}))
    answer = await provider.ask(request())
    await provider.close()
    assert answer.usage.prompt_tokens == len(tokens("Bonjour les amis")) + 3
    with pytest.raises(ProviderError, match="template cannot be read"):
        await Local(options.model_copy(update={"chat_template": tmp_path / "no"})).ask(request())


@ENGINE
async def test_what_cannot_be_loaded_says_what_to_do(gguf: Path, tmp_path: Path) -> None:
    raw = gguf.read_bytes()
    for name, content, message in (
        ("cut.gguf", raw[: len(raw) // 2], "cannot load"),
        ("head.gguf", raw[:300], "damaged"),
        ("other.gguf", b"not a model at all", "not a GGUF file"),
        ("new.gguf", raw.replace(b"llama", b"lamal", 1), "cannot load"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        provider = Local(Local.Options(folder=path, context=512, threads=1))
        for _ in range(2):
            with pytest.raises(ProviderError, match=message) as caught:
                await provider.ask(request())
        assert name in str(caught.value)
        assert caught.value.hint
        await provider.close()
    huge = Local(Local.Options(folder=gguf, context=2048, batch=256, threads=1, device="gpu"))
    with pytest.raises(ProviderError, match="no GPU"):
        await huge.ask(request())


def test_where_the_model_is(folder: Path, gguf: Path, tmp_path: Path) -> None:
    def find(path: Path, **more: Any) -> Path:
        return model_file(Local.Options(folder=path, **more))

    with pytest.raises(ProviderError, match="no model at this path"):
        find(tmp_path / "nowhere")
    with pytest.raises(ProviderError, match=r"neither a \.gguf"):
        find(tmp_path)
    with pytest.raises(ProviderError, match="converted once") as caught:
        find(folder)
    assert "converted:" in caught.value.hint
    with pytest.raises(ProviderError, match="not made from this folder"):
        find(folder, converted=gguf, weights="q8_0")
    before = gguf.stat().st_mtime_ns
    assert find(folder, converted=gguf, weights="same") == gguf
    assert gguf.stat().st_mtime_ns == before
    for name in ("m-00001-of-00002.gguf", "m-00002-of-00002.gguf"):
        (tmp_path / name).touch()
    assert find(tmp_path).name == "m-00001-of-00002.gguf"
    (tmp_path / "n.gguf").touch()
    with pytest.raises(ProviderError, match="several models"):
        find(tmp_path)


async def test_without_the_package_the_error_says_how_to_get_it(
    gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    provider = Local(Local.Options(folder=gguf))
    with pytest.raises(MissingExtraError, match=r"bouture\[local\]"):
        await provider.ask(request())
    await provider.close()


async def test_a_model_too_large_for_the_memory(
    gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import types

    monkeypatch.setitem(sys.modules, "xllamacpp", types.ModuleType("xllamacpp"))
    monkeypatch.setattr("bouture.llm.local.engine._free_bytes", lambda: 10**8)
    with pytest.raises(ProviderError, match=r"needs about 0\.3 GB of memory, 0\.1 GB are free"):
        await Local(Local.Options(folder=gguf)).ask(request())
