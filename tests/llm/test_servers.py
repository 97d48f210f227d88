"""Each preset over HTTP, against a server with the strictness of the real one."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bouture.errors import ProviderError, RequestRefused
from bouture.llm.catalog import PROVIDERS
from bouture.llm.http.openai import OpenAICompatible
from bouture.llm.http.servers import TGI, VLLM, LlamaCpp, Mistral, Ollama
from bouture.llm.messages import Message, Request, Response
from bouture.llm.provider import Learning, Learnt
from llm.fake_dialects import mistral, no_schema, openai_reasoning, pydantic, tgi
from llm.fake_server import Body, FakeServer, Status, completion
from llm.test_wire import FLAT, FORMAT

PRESETS = [OpenAICompatible, Mistral, VLLM, Ollama, LlamaCpp, TGI]
PARAMETERS: Mapping[str, Any] = {
    "max_tokens": 50,
    "temperature": 0.7,
    "seed": 3,
    "stop": "###",
    "response_format": FORMAT,
}


def request(text: str = "Bonjour", **parameters: Any) -> Request:
    return Request((Message("user", text),), "m", parameters)


def made(kind: type[OpenAICompatible], server: FakeServer, **options: Any) -> OpenAICompatible:
    return kind(kind.Options.model_validate({"base_url": server.base_url, **options}))


async def ask(provider: OpenAICompatible, asked: Request) -> Response:
    try:
        return await provider.ask(asked)
    finally:
        await provider.close()


@pytest.mark.parametrize("kind", PRESETS)
def test_a_preset_needs_no_option_but_the_services_their_key(
    kind: type[OpenAICompatible], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-o-0123456789")
    monkeypatch.setenv("MISTRAL_API_KEY", "sk-m-0123456789")
    provider = kind(kind.Options())
    assert isinstance(provider, Learning)
    assert provider.name in ("openai", "mistral", "vllm", "ollama", "llamacpp", "tgi")
    assert provider.contacts in (("api.openai.com",), ("api.mistral.ai",), ("localhost",))


@pytest.mark.parametrize(("kind", "variable"), [(OpenAICompatible, "OPENAI"), (Mistral, "MISTRAL")])
async def test_the_key_of_a_service_goes_to_that_service_only(
    kind: type[OpenAICompatible], variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(f"{variable}_API_KEY", raising=False)
    with pytest.raises(ProviderError, match=f"{variable}_API_KEY is not set"):
        kind(kind.Options())
    monkeypatch.setenv(f"{variable}_API_KEY", "sk-very-secret-0123456789")
    async with FakeServer() as server:
        await ask(made(kind, server), request())
    assert "Authorization" not in server.headers[0]


@pytest.mark.parametrize(
    ("kind", "refusing", "expected"),
    [
        (
            OpenAICompatible,
            lambda body: None,
            {
                **PARAMETERS,
                "response_format": {
                    **FORMAT,
                    "json_schema": {"name": "doc", "schema": FLAT, "strict": True},
                },
            },
        ),
        (
            Mistral,
            mistral,
            {
                "max_tokens": 50,
                "temperature": 0.7,
                "random_seed": 3,
                "stop": "###",
                "response_format": {
                    **FORMAT,
                    "json_schema": {"name": "doc", "schema": FLAT, "strict": True},
                },
            },
        ),
        (
            TGI,
            tgi,
            {**PARAMETERS, "stop": ["###"], "response_format": {"type": "json", "value": FLAT}},
        ),
    ],
)
async def test_a_preset_is_taken_at_once(
    kind: type[OpenAICompatible], refusing: Any, expected: dict[str, Any]
) -> None:
    async with FakeServer(refusing=refusing) as server:
        assert (await ask(made(kind, server), request(**PARAMETERS))).text == "Bonjour"
    (body,) = server.bodies
    assert {k: v for k, v in body.items() if k not in ("messages", "model")} == expected


async def test_openai_itself_is_sent_max_completion_tokens() -> None:
    for address, name in [
        ("https://api.openai.com/v1", "max_completion_tokens"),
        ("https://eu.api.openai.com/v1", "max_completion_tokens"),
        ("https://api.openai.com.example.org/v1", "max_tokens"),
    ]:
        options = OpenAICompatible.Options(base_url=address, key_variable="HOME")
        sent = OpenAICompatible(options)._wire.body(request(max_tokens=5))[0]
        assert json.loads(sent)[name] == 5


# ------------------------------------------------------------------ what is refused is learnt once


async def test_what_is_refused_is_renamed_or_left_out_at_once_and_from_then_on() -> None:
    async with FakeServer(refusing=openai_reasoning) as server:
        provider = made(OpenAICompatible, server)
        learnt: list[Learnt] = []
        provider.on_learnt = learnt.append
        asked = request(max_tokens=50, temperature=0.7, logprobs=True)
        assert (await provider.ask(asked)).text == "Bonjour"
        tries = len(server.bodies)
        await provider.ask(asked)
        await provider.close()
        assert tries == 4 and len(server.bodies) == 5
        assert [(f.parameter, f.instead) for f in learnt] == [
            ("max_tokens", "max_completion_tokens"),
            ("temperature", ""),
            ("logprobs", ""),
        ]
        assert "Use 'max_completion_tokens' instead" in learnt[0].said
        again = made(OpenAICompatible, server)
        again.on_learnt = learnt.append
        again.remember(learnt)
        await ask(again, asked)
    assert len(server.bodies) == 6 and len(learnt) == 3


async def test_requests_in_flight_that_meet_the_same_refusal_teach_it_once() -> None:
    async with FakeServer(refusing=pydantic({"messages", "model", "max_tokens"})) as server:
        provider = made(OpenAICompatible, server)
        learnt: list[Learnt] = []
        provider.on_learnt = learnt.append
        asked = [request(f"{n}", max_tokens=5, seed=n, temperature=1) for n in range(20)]
        answers = await asyncio.gather(*(provider.ask(one) for one in asked))
        await provider.close()
    assert [answer.text for answer in answers] == [f"{n}" for n in range(20)]
    facts = [(fact.parameter, fact.instead) for fact in learnt]
    assert sorted(facts) == [("seed", ""), ("seed", "random_seed"), ("temperature", "")]
    assert len(server.bodies) <= 20 * 3


async def test_a_constraint_steps_down() -> None:
    async with FakeServer(refusing=no_schema) as server:
        provider = made(OpenAICompatible, server)
        assert (await ask(provider, request(response_format=FORMAT))).text == "Bonjour"
    assert server.bodies[-1]["response_format"] == {"type": "json_object"}


async def test_a_server_that_refuses_everything_is_asked_a_bounded_number_of_times() -> None:
    count = iter(range(1000))

    def refuse(body: dict[str, Any]) -> tuple[int, str]:
        name = next((k for k in body if k not in ("messages", "model")), "messages")
        return 400, json.dumps({"error": {"message": f"unknown field: {name} {next(count)}"}})

    many: dict[str, Any] = {f"p{n}": n for n in range(50)}
    async with FakeServer(refusing=refuse) as server:
        with pytest.raises(RequestRefused):
            await ask(made(OpenAICompatible, server), request(**many))
    assert len(server.bodies) <= 12


async def test_a_limit_on_the_answer_is_never_given_up() -> None:
    async with FakeServer(refusing=pydantic({"messages", "model"})) as server:
        provider = made(OpenAICompatible, server)
        with pytest.raises(RequestRefused, match="422"):
            await ask(provider, request(max_tokens=5))
    assert [set(body) - {"messages", "model"} for body in server.bodies] == [
        {"max_tokens"},
        {"max_completion_tokens"},
    ]


async def test_a_refusal_of_the_request_itself_teaches_nothing() -> None:
    async with FakeServer() as server:
        provider = made(OpenAICompatible, server)
        learnt: list[Learnt] = []
        provider.on_learnt = learnt.append
        server.script.append(
            Status(400, '{"error": {"message": "This model\'s maximum context length is 4096"}}')
        )
        with pytest.raises(RequestRefused, match="maximum context length"):
            await ask(provider, request(seed=1, temperature=2))
    assert len(server.bodies) == 1 and learnt == []


# ------------------------------------------------------------------ context


@pytest.mark.parametrize(
    ("kind", "path", "page"),
    [
        (
            VLLM,
            "/v1/models",
            {"data": [{"id": "other", "max_model_len": 9}, {"id": "m", "max_model_len": 100}]},
        ),
        (LlamaCpp, "/props", {"total_slots": 4, "default_generation_settings": {"n_ctx": 100}}),
        (TGI, "/info", {"model_id": "x", "max_input_tokens": 60, "max_total_tokens": 100}),
        (
            Ollama,
            "/api/ps",
            {
                "models": [
                    {"name": "m:latest", "context_length": 100},
                    {"name": "big", "context_length": 9},
                ]
            },
        ),
    ],
)
async def test_what_surely_does_not_fit_is_refused_before_it_is_sent(
    kind: type[OpenAICompatible], path: str, page: Any
) -> None:
    async with FakeServer() as server:
        server.pages[path] = page
        provider = made(kind, server)
        await provider.ask(request("un " * 50, max_tokens=50))
        with pytest.raises(RequestRefused, match=r"51 words.* 50 tokens.* 100 tokens"):
            await provider.ask(request("un " * 51, max_tokens=50))
        await provider.ask(request("un " * 60))
        await provider.close()
    assert len(server.bodies) == 2 and server.visited == [path]


async def test_the_stated_context_counts_and_nothing_is_asked() -> None:
    async with FakeServer() as server:
        provider = made(VLLM, server, context=10)
        with pytest.raises(RequestRefused, match="does not fit"):
            await ask(provider, request("un deux trois", max_completion_tokens=8))
    assert server.bodies == [] and server.visited == []


@pytest.mark.parametrize("kind", [VLLM, LlamaCpp, TGI, Ollama])
@pytest.mark.parametrize(
    "page", [None, [], {"data": "no"}, {"n_ctx": "many", "max_model_len": True}]
)
async def test_a_server_that_does_not_tell_its_context_is_asked_all_the_same(
    kind: type[OpenAICompatible], page: Any
) -> None:
    async with FakeServer() as server:
        if page is not None:
            server.pages[made(kind, server)._dialect.context_at] = page
        provider = made(kind, server)
        for _ in range(3):
            assert (await provider.ask(request("un " * 500, max_tokens=5))).text
        await provider.close()
    assert len(server.visited) == 1


# ------------------------------------------------------------------ errors that concern every request


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, '{"error": {"message": "The model `m` does not exist", "code": "model_not_found"}}'),
        (
            404,
            '{"object":"error","message":"The model `m` does not exist.","type":"NotFoundError"}',
        ),
        (
            404,
            '{"error":{"message":"model \\"m\\" not found, try pulling it first","type":"api_error"}}',
        ),
        (
            400,
            '{"object":"error","message":"Invalid model: m","type":"invalid_model","code":"1500"}',
        ),
    ],
)
async def test_an_unknown_model_stops_at_once_and_the_known_ones_are_listed(
    status: int, said: str
) -> None:
    async with FakeServer() as server:
        server.script.append(Status(status, said))
        server.pages["/v1/models"] = {"data": [{"id": f"x{n}"} for n in range(20)] + [{"id": "mm"}]}
        with pytest.raises(ProviderError) as caught:
            await ask(made(OpenAICompatible, server), request())
        assert type(caught.value) is ProviderError
        assert caught.value.hint.startswith("the server has mm, x0")
        assert len(caught.value.hint) < 100
        server.pages.clear()
        server.script.append(Status(status, said))
        with pytest.raises(ProviderError) as caught:
            await ask(made(OpenAICompatible, server), request())
    assert "model's name" in caught.value.hint


@pytest.mark.parametrize(
    ("status", "said", "hint"),
    [
        (401, '{"error": {"message": "Incorrect API key provided"}}', "MY_KEY"),
        (403, '{"error": {"message": "Country, region, or territory not supported"}}', "MY_KEY"),
        (402, "", "credit"),
        (404, "<html>Not Found</html>", "base_url"),
        (
            429,
            '{"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}',
            "credit",
        ),
    ],
)
async def test_what_concerns_every_request_says_what_to_do(
    status: int, said: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-very-secret-0123456789")
    async with FakeServer() as server:
        server.script.append(Status(status, said))
        with pytest.raises(ProviderError) as caught:
            await ask(made(OpenAICompatible, server, key_variable="MY_KEY"), request())
    assert type(caught.value) is ProviderError
    assert hint in caught.value.hint


async def test_a_server_that_wants_a_key_when_none_is_named() -> None:
    async with FakeServer() as server:
        server.script.append(Status(401, "Unauthorized"))
        with pytest.raises(ProviderError, match="key_variable"):
            await ask(made(VLLM, server), request())


@pytest.mark.parametrize(
    "step",
    [
        Body(json.dumps(completion("à moitié", "content_filter"))),
        Status(
            400,
            '{"error": {"code": "content_filter", "message": "triggering Azure OpenAI\'s policy"}}',
        ),
        Status(
            400, '{"error": {"code": "x", "innererror": {"code": "ResponsibleAIPolicyViolation"}}}'
        ),
        Status(403, '{"error": {"message": "Your input was flagged by moderation", "code": 403}}'),
    ],
)
async def test_a_content_filter_concerns_one_request(step: Any) -> None:
    async with FakeServer() as server:
        server.script.append(step)
        with pytest.raises(RequestRefused) as caught:
            await ask(made(OpenAICompatible, server), request())
    assert caught.value.filtered


async def test_a_firewall_that_blocks_one_text_does_not_stop_a_run_that_works() -> None:
    async with FakeServer() as server:
        provider = made(OpenAICompatible, server)
        server.script.append(Status(403, "<html>blocked</html>"))
        with pytest.raises(ProviderError) as caught:
            await provider.ask(request())
        assert type(caught.value) is ProviderError
        await provider.ask(request())
        server.script.append(Status(403, "<html>blocked</html>"))
        with pytest.raises(RequestRefused):
            await provider.ask(request())
        await provider.close()


# ------------------------------------------------------------------ the page


def test_the_recipes_of_the_page_can_be_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "providers.md").read_text(encoding="utf-8")
    blocks = [yaml.safe_load(part.partition("```")[0]) for part in page.split("```yaml\n")[1:]]
    sections = [
        section
        for block in blocks
        for section in ([block["model"]] if "model" in block else [])
        + [*block.get("models", {}).values()]
    ]
    assert {section["provider"] for section in sections} == set(PROVIDERS.members)
    for section in sections:
        PROVIDERS.load(section["provider"]).Options.model_validate(section.get("options", {}))
        assert section["name"]
