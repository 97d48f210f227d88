"""Bodies for each dialect, flat schemas, and what a refusal teaches: laws without a server."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bouture.errors import RequestRefused
from bouture.llm.http.refusals import facts_in
from bouture.llm.http.schemas import flat, is_strict
from bouture.llm.http.servers import TGI, Mistral
from bouture.llm.http.wire import Dialect, Sent, Wire
from bouture.llm.messages import Message, Request
from bouture.llm.provider import Learnt
from llm.fake_dialects import COMMON, mistral, no_format, no_schema, openai_reasoning, pydantic, tgi

SCHEMA = {
    "type": "object",
    "properties": {"texte": {"type": "string"}, "tags": {"$ref": "#/$defs/tags"}},
    "required": ["texte", "tags"],
    "additionalProperties": False,
    "$defs": {"tags": {"type": "array", "items": {"type": "string"}}},
}
FLAT = {
    "type": "object",
    "properties": {
        "texte": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["texte", "tags"],
    "additionalProperties": False,
}
FORMAT = {"type": "json_schema", "json_schema": {"name": "doc", "schema": SCHEMA, "strict": True}}
NAMES = [
    "temperature",
    "top_p",
    "max_tokens",
    "seed",
    "stop",
    "logprobs",
    "top_logprobs",
    "presence_penalty",
    "frequency_penalty",
    "reasoning_effort",
    "response_format",
    "user",
    "top_k",
]


def request(**parameters: Any) -> Request:
    return Request((Message("user", "Bonjour"),), "m", parameters)


def body(wire: Wire, asked: Request) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(wire.body(asked)[0])
    return made


def test_plain_parameters_go_as_they_are() -> None:
    wire = Wire(Dialect(), {"user": "me", "temperature": 9})
    assert body(wire, request(temperature=0.5, max_tokens=7, seed=1)) == {
        "model": "m",
        "messages": [{"role": "user", "content": "Bonjour"}],
        "user": "me",
        "temperature": 0.5,
        "max_tokens": 7,
        "seed": 1,
    }
    assert "model" not in body(wire, Request((Message("user", "x"),)))


def test_each_dialect_has_its_names() -> None:
    sent = body(Wire(Mistral.dialect, {}), request(seed=1, max_tokens=7))
    assert (sent["random_seed"], sent["max_tokens"], "seed" in sent) == (1, 7, False)
    sent = body(Wire(TGI.dialect, {}), request(stop="\n\n", response_format=FORMAT))
    assert sent["stop"] == ["\n\n"]
    assert sent["response_format"] == {"type": "json", "value": FLAT}


def test_a_schema_is_sent_flat_and_strict_only_where_it_can_be() -> None:
    wire = Wire(Dialect(), {})
    sent = body(wire, request(response_format=FORMAT))["response_format"]["json_schema"]
    assert sent == {"name": "doc", "schema": FLAT, "strict": True}
    loose = {**SCHEMA, "required": ["texte"]}
    named = {"name": "doc", "schema": loose, "strict": True}
    asked = request(response_format={"type": "json_schema", "json_schema": named})
    sent = body(wire, asked)["response_format"]["json_schema"]
    assert sent["strict"] is False
    assert asked.parameters["response_format"]["json_schema"]["strict"] is True


def test_half_a_character_is_replaced_and_the_rest_goes_as_it_is() -> None:
    raw, _ = Wire(Dialect(), {}).body(Request((Message("user", "é \ud83d \U0001f600"),)))
    assert json.loads(raw)["messages"][0]["content"] == "é \ufffd \U0001f600"


# ------------------------------------------------------------------ flat schemas

_PLAIN = st.recursive(
    st.sampled_from(
        [{"type": "string"}, {"type": "integer", "minimum": 0}, {"enum": ["a", "$ref"]}]
    ),
    lambda inner: st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(
            lambda fields: {"type": "object", "properties": fields, "required": sorted(fields)},
            st.dictionaries(
                st.sampled_from(["a", "b", "$ref", "$defs", "type"]), inner, max_size=3
            ),
        ),
        st.builds(lambda one, two: {"anyOf": [one, two]}, inner, inner),
    ),
    max_leaves=12,
)


@given(_PLAIN)
def test_a_schema_without_references_is_flat_already(schema: dict[str, Any]) -> None:
    assert flat(schema) == schema


@given(_PLAIN)
def test_a_reference_means_what_it_refers_to(part: dict[str, Any]) -> None:
    schema = {
        "properties": {"x": {"$ref": "#/$defs/a~1b"}, "y": {"items": {"$ref": "#/$defs/again"}}},
        "$defs": {"a/b": part, "again": {"$ref": "#/$defs/a~1b"}},
    }
    assert flat(schema) == {"properties": {"x": part, "y": {"items": part}}}


def test_what_stands_beside_a_reference_stays() -> None:
    schema = {"items": {"$ref": "#/$defs/a", "title": "A"}, "$defs": {"a": {"type": "string"}}}
    assert flat(schema) == {"items": {"type": "string", "title": "A"}}


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ({"$ref": "#"}, "refers to itself"),
        ({"properties": {"x": {"$ref": "#"}}}, "refers to itself"),
        (
            {
                "$ref": "#/$defs/a",
                "$defs": {"a": {"items": {"$ref": "#/$defs/b"}}, "b": {"$ref": "#/$defs/a"}},
            },
            "refers to itself",
        ),
        ({"$ref": "#/$defs/a"}, "refers to nothing"),
        ({"$ref": "file:///etc/passwd"}, "outside"),
        ({"$ref": "https://example.org/s.json#/a"}, "outside"),
        ({"$ref": "#/title", "title": "x"}, "no schema"),
    ],
)
def test_schemas_that_cannot_be_sent(schema: dict[str, Any], why: str) -> None:
    with pytest.raises(RequestRefused, match=why):
        flat(schema)


def test_a_schema_nested_too_deeply_is_refused() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(5000):
        schema = {"items": schema}
    with pytest.raises(RequestRefused, match="too deeply"):
        flat(schema)


def test_strict_needs_closed_objects_that_require_all() -> None:
    assert is_strict(FLAT)
    assert not is_strict({**FLAT, "additionalProperties": True})
    assert not is_strict({**FLAT, "required": ["texte"]})
    assert not is_strict({"type": "array", "items": {"type": "object", "properties": {}}})


# ------------------------------------------------------------------ learning


def talk(wire: Wire, asked: Request, refuse: Any) -> tuple[dict[str, Any] | None, list[Learnt]]:
    """Asks again as the provider does; the body that was taken, or None, and what was learnt."""
    learnt: list[Learnt] = []
    for _ in range(30):
        raw, sent = wire.body(asked)
        refusal = refuse(json.loads(raw))
        if refusal is None:
            return json.loads(raw), learnt
        facts = facts_in(refusal[1], sent)
        if not facts:
            return None, learnt
        learnt += wire.learn(facts, sent)
    raise AssertionError("it never ends")


@given(
    st.sets(st.sampled_from(NAMES)),
    st.sets(st.sampled_from([*NAMES, "max_completion_tokens", "random_seed"])),
    st.sampled_from(["detail", "message", "string", "python"]),
)
def test_learning_ends_and_sends_all_that_is_taken(
    given_names: set[str], taken: set[str], form: str
) -> None:
    parameters: dict[str, Any] = dict.fromkeys(sorted(given_names), 1)
    if "response_format" in parameters:
        parameters["response_format"] = FORMAT
    asked, takes = request(**parameters), COMMON | taken
    wire = Wire(Dialect(), {})
    sent, learnt = talk(wire, asked, pydantic(takes, form))
    limited = "max_tokens" in given_names
    if limited and not takes & {"max_tokens", "max_completion_tokens"}:
        assert sent is None  # an answer without a bound is never asked for
        return
    assert sent is not None
    assert set(sent) <= takes
    kept = given_names & takes
    if "logprobs" in given_names and "logprobs" not in takes:
        kept -= {"top_logprobs"}
    assert kept <= set(sent)
    assert not limited or {"max_tokens", "max_completion_tokens"} & set(sent)
    assert (
        "seed" not in given_names
        or not takes & {"seed", "random_seed"}
        or ({"seed", "random_seed"} & set(sent))
    )
    # What was learnt is enough for another run, which is then refused nothing.
    later = Wire(Dialect(), {})
    later.remember(learnt)
    again, more = talk(later, asked, pydantic(takes, form))
    assert (again, more) == (sent, [])


@pytest.mark.parametrize(
    ("dialect", "refuse", "expected"),
    [
        (Dialect(), openai_reasoning, {"max_completion_tokens": 9, "top_p": 1}),
        (Mistral.dialect, mistral, {"max_tokens": 9, "top_p": 1, "temperature": 0.3}),
        (Dialect(), mistral, {"max_tokens": 9, "top_p": 1, "temperature": 0.3}),
    ],
)
def test_servers_as_they_are(dialect: Dialect, refuse: Any, expected: dict[str, Any]) -> None:
    asked = request(max_tokens=9, top_p=1, temperature=0.3, logprobs=True, top_logprobs=2)
    sent, learnt = talk(Wire(dialect, {}), asked, refuse)
    assert sent is not None
    assert {k: v for k, v in sent.items() if k not in ("messages", "model")} == expected
    assert all(fact.said for fact in learnt)


def test_a_constraint_steps_down_and_never_up() -> None:
    asked = request(response_format=FORMAT)
    wire = Wire(Dialect(), {})
    sent, learnt = talk(wire, asked, no_schema)
    assert sent is not None and sent["response_format"] == {"type": "json_object"}
    assert [(fact.parameter, fact.instead) for fact in learnt] == [
        ("response_format", "json_object")
    ]
    sent, learnt = talk(wire, asked, no_format)
    assert sent is not None and "response_format" not in sent
    assert [fact.instead for fact in learnt] == [""]
    wire.remember([Learnt("response_format", "json_object")])
    assert "response_format" not in body(wire, asked)


def test_tgi_takes_its_own_form_and_a_plain_provider_learns_to_do_without() -> None:
    asked = request(response_format=FORMAT)
    sent, learnt = talk(Wire(TGI.dialect, {}), asked, tgi)
    assert sent is not None and learnt == []
    sent, learnt = talk(Wire(Dialect(), {}), asked, tgi)
    assert sent is not None and "response_format" not in sent
    assert [fact.instead for fact in learnt] == ["json_object", ""]


def test_two_requests_that_meet_the_same_refusal_teach_once() -> None:
    wire = Wire(Dialect(), {})
    asked = request(max_tokens=9, response_format=FORMAT)
    (raw, first), (_, second) = wire.body(asked), wire.body(asked)
    for refuse in (openai_reasoning, no_schema):
        said = refuse(json.loads(raw))
        assert said is not None
        assert len(wire.learn(facts_in(said[1], first), first)) == 1
        assert wire.learn(facts_in(said[1], second), second) == []
    sent = body(wire, asked)
    assert sent["response_format"] == {"type": "json_object"}
    assert "max_completion_tokens" in sent


SENT = Sent({"seed": "seed", "logprobs": "logprobs", "stop": "stop", "top_p": "top_p"})


@pytest.mark.parametrize(
    ("said", "parameter"),
    [
        ('{"error": {"message": "Unrecognized request argument supplied: seed"}}', "seed"),
        ('{"error": "unknown field \\"seed\\""}', "seed"),
        ('{"error":{"code":400,"message":"Unsupported param: logprobs"}}', "logprobs"),
        ("json: unknown field 'stop'", "stop"),
        ('{"message": "property \'logprobs\' is not supported"}', "logprobs"),
        ('{"message": "This model does not support logprobs"}', "logprobs"),
        ('{"message": "got an unexpected keyword argument \'seed\'"}', "seed"),
        (
            '{"detail": [{"loc": ["body", "seed"], "type": "value_error.extra", "msg": "x"}]}',
            "seed",
        ),
        ('{"error": {"code": "unknown_parameter", "param": "seed", "message": "?"}}', "seed"),
        ('{"error": {"message": "top_p is not supported by this model", "param": null}}', "top_p"),
    ],
)
def test_words_that_refuse_a_parameter(said: str, parameter: str) -> None:
    assert {fact.parameter for fact in facts_in(said, SENT)} == {parameter}


@pytest.mark.parametrize(
    "said",
    [
        "",
        "no",
        "[" * 100_000,
        '{"error": {"message": "This model\'s maximum context length is 4096 tokens."}}',
        '{"error": {"message": "top_p must be in (0, 1], got 7", "param": "top_p"}}',
        '{"detail": [{"loc": ["body", "top_p"], "type": "less_than_equal", "msg": "≤ 1"}]}',
        '{"detail": [{"loc": ["body", "messages", 0, "seed"], "type": "extra_forbidden"}]}',
        '{"detail": [{"loc": ["body", "messages"], "type": "extra_forbidden"}]}',
        '{"error": {"message": "Unsupported parameter: \'model\'", "param": "model", "code": "unsupported_parameter"}}',
        '{"error": {"message": "unknown field: elsewhere"}}',
    ],
)
def test_words_that_refuse_something_else(said: str) -> None:
    assert facts_in(said, SENT) == []


@given(
    st.text(max_size=300)
    | st.recursive(st.none() | st.text(max_size=9), st.lists, max_leaves=9).map(json.dumps)
)
def test_no_refusal_breaks_the_reading(said: str) -> None:
    assert {fact.parameter for fact in facts_in(said, SENT)} <= set(SENT.neutral.values())
