"""What goes in and out of a Ray worker, without Ray: the feed, the asker, the errors, the rows of vLLM."""

import asyncio
import json
import pickle
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bouture.errors import AnswerMissing, ProviderError, RequestRefused, ServerUnreachable
from bouture.llm.catalog import PROVIDERS
from bouture.llm.flow.lane import Flow
from bouture.llm.flow.patience import Patience
from bouture.llm.messages import Request, Response
from bouture.llm.provider import Learnt
from bouture.llm.ray import vllm as ray_vllm
from bouture.llm.ray.feed import EMPTY, Feed
from bouture.llm.ray.session import RayPlan
from bouture.llm.ray.vllm import VllmPlan
from bouture.llm.ray.worker import Asker, Failure, Said, WorkerSpec
from llm.fake_server import FakeServer, Status
from llm.ray_requests import PLAIN, RICH, SCHEMA, ask

KEY = "sk-very-secret-0123456789"
VARIABLE = "BOUTURE_TEST_RAY_KEY"
FAST = Patience(first_s=0.01)


def batch(*requests: Request) -> dict[str, Any]:
    return {"number": [0], "batch": [msgspec.json.encode(requests)]}


def said(row: dict[str, Any]) -> list[Said]:
    return msgspec.json.decode(row["said"][0], type=list[Said])


async def test_a_feed_gives_each_batch_when_it_is_there_and_none_after_the_last() -> None:
    feed = Feed()
    taken = asyncio.create_task(feed.take(1))
    await feed.put(0, b"zero")
    await asyncio.sleep(0)
    assert not taken.done()
    await feed.put(1, b"one")
    assert await taken == b"one"
    assert await feed.take(0) == b"zero"
    last = asyncio.create_task(feed.take(2))
    await feed.end(2)
    assert await last is None


@given(st.permutations(range(8)), st.integers(0, 8))
def test_a_read_that_starts_again_finds_what_is_done_empty_and_the_rest_as_it_was(
    order: list[int], done: int
) -> None:
    async def again() -> list[bytes | None]:
        feed = Feed()
        for number in range(8):
            await feed.put(number, b"%d" % number)
        for number in order[:done]:
            await feed.done(number)
        await feed.end(8)
        return [await feed.take(number) for number in range(9)]

    read = asyncio.run(again())
    answered = set(order[:done])
    assert read == [*(EMPTY if n in answered else b"%d" % n for n in range(8)), None]


async def test_a_worker_asks_a_batch_at_once_and_says_what_became_of_each() -> None:
    async with FakeServer(slow_s=0.05) as server:
        asker = Asker(
            WorkerSpec("openai", {"base_url": server.base_url}, Flow(most=8, first=8), FAST)
        )
        answered = said(await asker(batch(*(ask(f"q{n}") for n in range(8)))))
        assert [(one.position, one.response.text) for one in answered if one.response] == [
            (n, f"q{n}") for n in range(8)
        ]
        assert server.most_at_once > 1
        server.script += [Status(500), Status(400, "no")]
        (refused,) = said(await asker(batch(ask("bad"))))
        assert refused.failure and refused.failure.kind == "refused"
        assert (refused.retries, {one.retries for one in answered}) == (1, {0})


async def test_an_error_that_concerns_every_request_is_not_asked_again() -> None:
    async with FakeServer() as server:
        asker = Asker(WorkerSpec("openai", {"base_url": server.base_url}, patience=FAST))
        server.script += [Status(401, "wrong key")]
        (first,) = said(await asker(batch(ask("a"))))
        later = said(await asker(batch(ask("b"), ask("c"))))
        kinds = {one.failure.kind for one in (first, *later) if one.failure}
        assert (kinds, len(server.bodies)) == ({"hopeless"}, 1)


async def test_a_worker_without_the_key_says_which_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    asker = Asker(
        WorkerSpec("openai", {"base_url": "https://host.invalid/v1", "key_variable": VARIABLE})
    )
    (one,) = said(await asker(batch(ask("a"))))
    assert one.failure and one.failure.kind == "hopeless" and VARIABLE in one.failure.message


class Curious:
    """A provider that learns."""

    name = "curious"
    contacts = ()
    Options = RayPlan  # Any options will do.

    def __init__(self, options: object) -> None:
        self.known: list[Learnt] = []

    def on_learnt(self, fact: Learnt) -> None:
        raise AssertionError("replaced by the worker")

    def remember(self, facts: tuple[Learnt, ...]) -> None:
        self.known += facts

    async def ask(self, request: Request) -> Response:
        if not self.known:
            self.known.append(Learnt("seed", "", "no seed here"))
            self.on_learnt(self.known[0])
        return Response("yes")

    async def close(self) -> None:
        pass


async def test_what_a_server_does_not_take_is_told_once_and_known_when_told_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(PROVIDERS.members, "curious", f"{__name__}:Curious")
    asker = Asker(WorkerSpec("curious"))
    told = [one.learnt for one in said(await asker(batch(ask("a"), ask("b"))))]
    assert told == [(Learnt("seed", "", "no seed here"),), ()]
    asker = Asker(WorkerSpec("curious", learnt=(Learnt("seed", ""),)))
    assert [one.learnt for one in said(await asker(batch(ask("a"))))] == [()]


def test_the_key_does_not_travel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, KEY)
    spec = WorkerSpec("openai", {"base_url": "https://host.invalid/v1", "key_variable": VARIABLE})
    sent = pickle.dumps((spec, Asker(spec)))
    assert VARIABLE.encode() in sent and KEY.encode() not in sent
    assert pickle.loads(sent)[0].options == spec.options


@pytest.mark.parametrize(
    "error",
    [
        ServerUnreachable("down", hint="wait"),
        RequestRefused("no", hint="change it"),
        AnswerMissing("none"),
        ProviderError("wrong key", hint="correct it"),
    ],
)
def test_an_error_comes_back_as_it_was(error: ProviderError) -> None:
    if isinstance(error, RequestRefused):
        error.filtered = True
    if isinstance(error, ServerUnreachable):
        error.perhaps_billed = True
    wired = msgspec.json.decode(msgspec.json.encode(Failure.of(error)), type=Failure)
    back = wired.error()
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))


@given(st.integers(1, 20), st.integers(1, 10_000))
def test_the_workers_together_keep_the_limits_of_the_run(workers: int, limit: int) -> None:
    flow = Flow(most=4, requests_per_minute=limit, tokens_per_minute=None)
    part = WorkerSpec("openai", flow=flow).shared(workers).flow
    assert part.requests_per_minute is not None and part.tokens_per_minute is None
    assert part.requests_per_minute * workers <= max(limit, workers)


def test_a_plan_that_cannot_work_is_refused() -> None:
    for wrong in ({"workers": 0}, {"batch": 0}, {"object_store_mb": 1}, {"worker": 2}):
        with pytest.raises(ValidationError):
            RayPlan.model_validate(wrong)


def test_rows_for_vllm_say_what_the_request_says_and_no_more() -> None:
    plain, rich = (ray_vllm.row({"request": msgspec.json.encode(r)}) for r in (PLAIN, RICH))
    assert (plain["request"], rich["request"]) == (PLAIN, RICH)
    assert plain["messages"] == [{"role": "user", "content": "plain"}]
    assert plain["sampling_params"] == {"temperature": 0.0, "max_tokens": None}
    outputs = rich["sampling_params"].pop("structured_outputs")
    assert json.loads(outputs["json"]) == SCHEMA
    assert rich["sampling_params"] == {"max_tokens": 3, "seed": 7, "stop": "###", "logprobs": 2}


def test_a_parameter_vllm_does_not_know_is_refused_by_name() -> None:
    why = ray_vllm.unfit(ask("q", reasoning_effort="low"))
    assert why and why.kind == "refused" and "reasoning_effort" in why.message
    assert ray_vllm.unfit(PLAIN) is ray_vllm.unfit(RICH) is None


def engine_row(**columns: Any) -> dict[str, Any]:
    """What Ray's engine stage hands on."""
    row = {"number": 4, "position": 1, "request": ask("q"), "time_taken_llm": 0.5}
    row |= {"generated_text": "a b", "num_input_tokens": 9, "num_generated_tokens": 2}
    return row | columns


@pytest.mark.parametrize(
    ("columns", "finish"),
    [
        ({}, "stop"),
        ({"request": ask("q", max_tokens=2)}, "length"),
        ({"num_input_tokens": 30}, "length"),
    ],
)
def test_an_answer_of_vllm_that_fills_its_room_is_taken_as_cut(
    columns: dict[str, Any], finish: str
) -> None:
    plan = VllmPlan(model_source="/models/m", engine_kwargs={"max_model_len": 32})
    back = ray_vllm.said(engine_row(**columns), plan)
    (one,) = msgspec.json.decode(back["said"], type=list[Said])
    assert one.response and (one.response.text, one.response.finish_reason) == ("a b", finish)


def test_log_probabilities_of_vllm_are_those_of_the_tokens_chosen() -> None:
    entries = [
        {5: {"logprob": -0.5, "decoded_token": "a"}, 6: {"logprob": -0.1, "decoded_token": "z"}},
        {"7": {"logprob": -2.0, "decoded_token": " b"}},
    ]
    back = ray_vllm.said(
        engine_row(logprobs=entries, generated_tokens=[5, 7]), VllmPlan(model_source="m")
    )
    (one,) = msgspec.json.decode(back["said"], type=list[Said])
    assert one.response and one.response.logprobs == (("a", -0.5), (" b", -2.0))
