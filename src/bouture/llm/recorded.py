"""A provider that answers from a file: for tests, demonstrations, batches and machines without network.

One JSON object a line: `{"key": "…64 hexadecimal digits…", "text": "…"}`, and where known `finish_reason`,
`usage` (`prompt_tokens`, `completion_tokens`), `model` and `seconds`. A line may also carry the request it
answers (`messages`, with `model_asked`, `parameters`, `sample`), which is then checked against its key: an
exported request with a `text` added is such a line.
"""

import json
import re
from collections.abc import Iterator
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
        return Response(
            whole(self.text), self.finish_reason, self.usage, self.model, max(0.0, self.seconds)
        )

    @property
    def request(self) -> Request | None:
        """The request it answers, when the line carries it."""
        if self.messages is None:
            return None
        model = self.model if self.model_asked is None else self.model_asked
        return Request(self.messages, model, self.parameters, self.sample)


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
        answer = msgspec.convert(json.loads(line), RecordedAnswer)
        altered = answer.request is not None and answer.request.key != answer.key
    except (ValueError, RecursionError) as error:
        raise FormatError(
            f"not a recorded answer: {error}",
            hint='each line is a JSON object with at least "key" and "text"',
            path=path,
            line=number,
        ) from None
    if not _KEY.fullmatch(answer.key):
        raise FormatError(
            f"{answer.key[:80]!r} is not the key of a request",
            hint="copy the key from the exported request: 64 hexadecimal digits",
            path=path,
            line=number,
        )
    if altered:
        raise FormatError(
            "the request on this line does not have this key: it was changed after the export",
            hint="answer the request as it was exported, or leave `messages` out of the answer",
            path=path,
            line=number,
        )
    return answer


class Recorded:
    """Answers requests by key from a file of recorded answers.

    Raises:
        FormatError: a bad line, or one key with two different answers.
    """

    name = "recorded"

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
