"""Tokens before sending: plausible without an answer, close after a few."""

import random
from itertools import pairwise

import pytest

from bouture.llm.flow.estimate import Estimator, overhead
from bouture.llm.messages import Message, Request, Usage


def request(characters: int, model: str = "m", messages: int = 1) -> Request:
    return Request((Message("user", "a" * characters),) * messages, model)


def test_before_any_answer_it_says_so_and_gives_a_wide_range() -> None:
    estimate = Estimator().prompt_tokens(request(3_200))
    assert estimate.answers == 0
    assert estimate.expected == 1_000 + overhead(request(0))
    assert estimate.low < 0.7 * estimate.expected
    assert estimate.high > 1.5 * estimate.expected


@pytest.mark.parametrize("per_token", [2.2, 4.1])
def test_answers_calibrate_it_for_each_model(per_token: float) -> None:
    rng = random.Random(1)
    estimator = Estimator()
    for _ in range(30):
        asked = request(rng.randint(500, 5_000), messages=2)
        characters = sum(len(message.content) for message in asked.messages)
        tokens = characters / per_token * rng.uniform(0.9, 1.1) + overhead(asked)
        estimator.learn(asked, Usage(round(tokens), 5))
    estimate = estimator.prompt_tokens(request(10_000))
    assert estimate.answers == 30
    assert estimate.expected == pytest.approx(10_000 / per_token, rel=0.05)
    assert estimate.low <= 10_000 / per_token + overhead(request(0)) <= estimate.high
    assert estimate.high < 1.25 * estimate.low
    assert estimator.prompt_tokens(request(10_000, "other")).answers == 0


def test_the_range_narrows_as_answers_come_in() -> None:
    estimator, widths = Estimator(), []
    for _ in range(50):
        estimate = estimator.prompt_tokens(request(10_000))
        widths.append(estimate.high - estimate.low)
        estimator.learn(request(1_000), Usage(300 + overhead(request(0)), 1))
    assert all(later <= earlier for earlier, later in pairwise(widths[1:]))
    assert widths[-1] < 0.2 * widths[0]


def test_the_range_holds_the_mean_to_come() -> None:
    rng = random.Random(2)
    held = 0
    for _ in range(300):
        estimator = Estimator()
        mean = rng.uniform(50, 2_000)
        for _ in range(10):
            estimator.learn(request(1), Usage(0, round(mean * rng.lognormvariate(-0.08, 0.4))), "g")
        estimate = estimator.completion_tokens("g")
        held += estimate.low <= mean <= estimate.high
    assert held >= 0.93 * 300


def test_answers_are_estimated_by_group_and_never_longer_than_allowed() -> None:
    estimator = Estimator()
    before = estimator.completion_tokens("write", longest=800, guess=300)
    assert (before.expected, before.high, before.answers) == (300, 800, 0)
    for _ in range(9):
        estimator.learn(request(100), Usage(40, 120), "write")
        estimator.learn(request(100), Usage(40, 7), "judge")
    assert estimator.completion_tokens("write").expected == 120
    assert estimator.completion_tokens("judge").expected == 7
    assert estimator.completion_tokens("write", longest=100).high == 100


def test_what_says_nothing_teaches_nothing() -> None:
    estimator = Estimator()
    estimator.learn(request(100), Usage())
    estimator.learn(request(0), Usage(1, 0))
    assert estimator.prompt_tokens(request(100)) == Estimator().prompt_tokens(request(100))
    assert estimator.completion_tokens() == Estimator().completion_tokens()
