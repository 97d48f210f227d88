"""A provider that answers from a file: for tests, demonstrations, batches and machines without network.

One JSON object a line: `{"key": "…64 hexadecimal digits…", "text": "…"}`, and where known `finish_reason`,
`usage` (`prompt_tokens`, `completion_tokens`), `model` and `seconds`. A line may also carry the request it
answers (`messages`, with `model_asked`, `parameters`, `sample`), which is then checked against its key: an
exported request with a `text` added is such a line.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from bouture.errors import AnswerMissing, FormatError
from bouture.llm.messages import Message, Request, Response, Usage
from bouture.llm.provider import whole

_KEY = re.compile(r"[0-9a-f]{64}")


class RecordedAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a file of answers."""

    key: str
    text: str
    finish_reason: str = "stop"
    usage: Usage = Usage()
    model: str = ""
    """The model as the server named it."""
    seconds: float = 0.0
    messages: tuple[Message, ...] | None = None
    model_asked: str | None = None
    """The model as the request named it; absent: the same as `model`."""
    parameters: dict[str, Any] = {}
    sample: int = 0
    logprobs: tuple[tuple[str, float], ...] = ()

    @classmethod
    def of(cls, key: str, response: Response, request: Request | None = None) -> "RecordedAnswer":
        """The line that records this answer, with its request when it is known."""
        asked: dict[str, Any] = {}
        if request is not None:
            asked = {
                "messages": request.messages,
                "model_asked": request.model,
                "parameters": request.parameters,
                "sample": request.sample,
            }
        return cls(key=key, **msgspec.structs.asdict(response), **asked)

    @property
    def response(self) -> Response:
        """The answer; counts and numbers that no server can mean are left out."""
        counts = Usage(count(self.usage.prompt_tokens), count(self.usage.completion_tokens))
        seconds = max(0.0, self.seconds) if math.isfinite(self.seconds) else 0.0
        return Response(
            whole(self.text),
            whole(self.finish_reason),
            counts,
            whole(self.model),
            seconds,
            logprobs_of(self.logprobs),
        )

    @property
    def request(self) -> Request | None:
        """The request it answers, when the line carries it."""
        if self.messages is None:
            return None
        model = self.model if self.model_asked is None else self.model_asked
        return Request(self.messages, model, self.parameters, self.sample)


def count(value: Any) -> int:
    """A number of tokens as a file has it; 0 for what is none (below 0, above 2^53, not a number)."""
    whole_number = isinstance(value, int) and not isinstance(value, bool)
    return value if whole_number and 0 <= value < 2**53 else 0


def logprobs_of(pairs: Iterable[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    """Tokens with their log-probabilities; none at all when one of them is not finite, which JSON cannot hold."""
    read = tuple((whole(token), value) for token, value in pairs)
    return read if all(math.isfinite(value) for _, value in read) else ()


class BadAnswer(ValueError):
    """A line that is no recorded answer: `message` says why, `hint` what to do, `altered` of which kind."""

    def __init__(self, message: str, hint: str, key: str = "", *, altered: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.key = key
        """Of the request that it says it answers, when it is a key at all."""
        self.altered = altered
        """It carries a request that does not have its key."""


def is_key(value: Any) -> bool:
    """Whether this is written as the key of a request: 64 hexadecimal digits."""
    return isinstance(value, str) and _KEY.fullmatch(value) is not None


def answer_of(read: Any) -> RecordedAnswer:
    """The answer in the JSON value of a line.

    Raises:
        BadAnswer: it has no key or no text, or carries another request than the one of its key.
    """
    key = read.get("key") if isinstance(read, dict) else None
    named = str(key) if is_key(key) else ""
    try:
        answer = msgspec.convert(read, RecordedAnswer)
        altered = answer.request is not None and answer.request.key != answer.key
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise BadAnswer(
            f"not a recorded answer: {error}",
            'each line is a JSON object with at least "key" and "text"',
            named,
        ) from None
    if not named:
        raise BadAnswer(
            f"{answer.key[:80]!r} is not the key of a request",
            "copy the key from the exported request: 64 hexadecimal digits",
        )
    if altered:
        raise BadAnswer(
            "the request on this line does not have this key: it was changed after the export",
            "answer the request as it was exported, or leave `messages` out of the answer",
            named,
            altered=True,
        )
    return answer


def read_answers(path: Path) -> Iterator[RecordedAnswer]:
    """The answers of a file, in order.

    Raises:
        FormatError: the file cannot be read, or a line is no answer, or a request in it does not
            have the key it is given; with the line.
    """
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _read(line.removeprefix(b"\xef\xbb\xbf"), path, number)
    except OSError as error:
        raise FormatError(
            f"cannot read the recorded answers: {error.strerror}",
            hint="correct the path, or leave it out to use only what has been imported",
            path=path,
        ) from None


def _read(line: bytes, path: Path, number: int) -> RecordedAnswer:
    try:
        # The standard reader: it takes half an escaped emoji, as answers that were cut can have.
        return answer_of(json.loads(line))
    except BadAnswer as bad:
        raise FormatError(bad.message, hint=bad.hint, path=path, line=number) from None
    except (ValueError, RecursionError) as error:
        raise FormatError(
            f"not a recorded answer: {error}",
            hint='each line is a JSON object with at least "key" and "text"',
            path=path,
            line=number,
        ) from None


class Recorded:
    """Answers requests by key from a file of recorded answers.

    Raises:
        FormatError: a bad line, or one key with two different answers.
    """

    name = "recorded"
    contacts: tuple[str, ...] = ()

    class Options(BaseModel):
        """What a recipe can say about it."""

        model_config = ConfigDict(frozen=True, extra="forbid")

        answers: Path | None = Field(
            None, description="file of answers; none: only what the run's own store already holds"
        )

    def __init__(self, options: Options) -> None:
        self.path = options.answers
        self._answers: dict[str, Response] = {}
        if self.path is None:
            return
        for number, answer in enumerate(read_answers(self.path), start=1):
            before = self._answers.setdefault(answer.key, answer.response)
            if before.text != answer.response.text:
                raise FormatError(
                    f"the key {answer.key[:12]}… has two different answers (the second is answer {number})",
                    hint="keep one of them",
                    path=self.path,
                )

    async def ask(self, request: Request) -> Response:
        """The recorded answer to this request.

        Raises:
            AnswerMissing: there is none; the message says how to get it.
        """
        response = self._answers.get(request.key)
        if response is None:
            where = f" in {self.path}" if self.path else ""
            raise AnswerMissing(
                f"no recorded answer{where}",
                hint=f"the request is {request.key[:12]}…; `bouture batch export RUN` writes the "
                "requests without an answer; have them answered, then `bouture batch import RUN "
                "FILE` and run again",
            )
        return response

    async def close(self) -> None:
        """Nothing to let go of."""
