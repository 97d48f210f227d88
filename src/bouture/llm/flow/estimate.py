"""Tokens of a request before it is sent, without a tokenizer: from its characters and from answers seen so far."""

import math

import msgspec

from bouture.llm.messages import Request, Usage

CHARACTERS_PER_TOKEN = 3.2
"""Before any answer was seen. Measured with Mistral's Tekken vocabulary on up to 200 texts of each of five
French corpora: 3.9 to 4.7 for plain prose, 2.2 to 3.3 with inline tags; this lies between."""
MESSAGE_TOKENS, REQUEST_TOKENS = 4, 3
"""What a chat format adds to each message and to the request; about so much in most."""
PROMPT_SPREAD = 0.25
"""Standard deviation of the logarithm, before any answer: twice this is a factor of 1.65 either way."""
ANSWER_SPREAD = 0.7
"""The same for the length of answers: a factor of 4 either way."""
ANSWER_GUESS = 500
"""Tokens of an answer when nobody says better."""
_PRIOR = 4
"""The spread assumed before weighs as much as so many answers."""
_LEAST_SPREAD = 0.01
"""However many answers there are, those to come may differ from them by so much."""


class Estimate(msgspec.Struct, frozen=True):
    """A number of tokens: what is likely, and a range that holds the mean of many such in about 95 of 100 cases."""

    low: int
    expected: int
    high: int
    answers: int = 0
    """How many answers it rests on; 0: on general experience alone."""


class _Ratios(msgspec.Struct):
    """Tokens for something (characters, answers), with how much it varies; nothing else is kept."""

    number: int = 0
    tokens: float = 0.0
    things: float = 0.0
    logs: float = 0.0
    squares: float = 0.0

    def learn(self, tokens: float, things: float) -> None:
        log = math.log(tokens / things)
        self.number += 1
        self.tokens += tokens
        self.things += things
        self.logs += log
        self.squares += log * log

    def spread(self, before: float) -> float:
        """Standard deviation of the logarithm of the mean to come."""
        number = self.number
        around = max(0.0, self.squares - self.logs**2 / number) if number else 0.0
        variance = (_PRIOR * before**2 + around) / (_PRIOR + max(0, number - 1))
        return math.sqrt(variance / (number + 1) + _LEAST_SPREAD**2)


class Estimator:
    """Learns from each answer, in the time of one: a ratio of sums for each model asked.

    Deterministic: the same answers give the same estimates, in any order but for rounding.

    Args:
        characters_per_token: before any answer of a model was seen.
    """

    def __init__(self, characters_per_token: float = CHARACTERS_PER_TOKEN) -> None:
        self._characters_per_token = characters_per_token
        self._prompts: dict[str, _Ratios] = {}
        self._answers: dict[str, _Ratios] = {}

    def learn(self, request: Request, usage: Usage, group: str = "") -> None:
        """Takes an answer into account; counts of 0 say nothing.

        Args:
            group: the answers that are alike in length, e.g. those of one turn of one strategy.
        """
        tokens = usage.prompt_tokens - overhead(request)
        characters = _characters(request)
        if tokens > 0 and characters > 0:
            self._prompts.setdefault(request.model, _Ratios()).learn(tokens, characters)
        if usage.completion_tokens > 0:
            self._answers.setdefault(group, _Ratios()).learn(usage.completion_tokens, 1)

    def prompt_tokens(self, request: Request) -> Estimate:
        """Tokens of the prompt, the form of the answer it asks for not counted."""
        seen = self._prompts.get(request.model, _Ratios())
        per = seen.tokens / seen.things if seen.number else 1 / self._characters_per_token
        added, expected = overhead(request), _characters(request) * per
        factor = math.exp(2 * seen.spread(PROMPT_SPREAD))
        low, high = expected / factor, expected * factor
        return _estimate(low, expected, high, seen.number, added)

    def completion_tokens(
        self, group: str = "", longest: int | None = None, guess: int = ANSWER_GUESS
    ) -> Estimate:
        """Tokens of an answer of this group.

        Args:
            group: as in `learn`.
            longest: `max_tokens` of the request.
            guess: what is likely before any answer of the group was seen.
        """
        seen = self._answers.get(group, _Ratios())
        expected = seen.tokens / seen.number if seen.number else float(guess)
        factor = math.exp(2 * seen.spread(ANSWER_SPREAD))
        low, high = expected / factor, expected * factor
        if longest is not None:
            low, expected, high = min(low, longest), min(expected, longest), min(high, longest)
        return _estimate(low, expected, high, seen.number)


def _estimate(low: float, expected: float, high: float, answers: int, added: int = 0) -> Estimate:
    return Estimate(
        math.floor(low) + added, round(expected) + added, math.ceil(high) + added, answers
    )


def overhead(request: Request) -> int:
    """Tokens that the chat format adds, about."""
    return REQUEST_TOKENS + MESSAGE_TOKENS * len(request.messages)


def _characters(request: Request) -> int:
    return sum(len(message.content) for message in request.messages)
