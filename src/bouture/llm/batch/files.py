"""Requests as batch files: one request a line, as OpenAI, Mistral, `vllm run-batch` or a person with bouture reads it.

Sources, read in November 2026. OpenAI, « Batch API » and its reference (the same for vLLM, `run_batch.py`):
`custom_id`, `method`, `url`, `body`; one model and at most 50,000 requests and 200 MB a file. Mistral, « Batch
processing » and « Known limitations »: `custom_id` and `body`; the model is named when the job is made; at
most 100,000 requests and 512 MB. The `custom_id` is the request's key, 64 characters long: the shortest limit
that a provider is known to set (Together; Anthropic's own format has the same).
"""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Literal, get_args

import msgspec

from bouture.errors import UsageError
from bouture.llm.messages import Message, Request

DialectName = Literal["openai", "mistral", "vllm", "bouture"]
DIALECTS: tuple[DialectName, ...] = get_args(DialectName)

MOST_REQUESTS = 50_000
"""Requests in one file (OpenAI)."""
MOST_BYTES = 200_000_000
"""Bytes in one file (OpenAI; its 200 MB taken as millions)."""

BodyOf = Callable[[Request], Mapping[str, Any]]
"""The body that is sent for a request: parameters under the names that the server takes."""


class ExportedRequest(msgspec.Struct, frozen=True):
    """One line of the dialect `bouture`; with a `text` added it is an answer."""

    key: str
    model: str
    messages: tuple[Message, ...]
    parameters: dict[str, Any]
    sample: int
    job: str
    """The first job that asks it."""


class BatchFile(msgspec.Struct, frozen=True):
    """One file that was written."""

    name: str
    sha256: str
    bytes: int
    requests: int
    model: str
    """The model that all its requests are for; empty when they may be for several."""


class Limits(msgspec.Struct, frozen=True):
    """How much may go into one file."""

    requests: int = MOST_REQUESTS
    """At least 1."""
    bytes: int = MOST_BYTES
    """At least 1; a file is closed before the line that would pass it."""


def plain_body(request: Request) -> dict[str, Any]:
    """The body in the dialect of OpenAI, parameters under their own names."""
    messages = [{"role": message.role, "content": message.content} for message in request.messages]
    return {"model": request.model, "messages": messages, **request.parameters}


def body_in(dialect: DialectName, request: Request, body_of: BodyOf) -> dict[str, Any]:
    """The body as it stands in a file of this dialect."""
    body = dict(body_of(request))
    if dialect == "mistral":
        body.pop("model", None)
    return body


def line_of(dialect: DialectName, request: Request, body: Mapping[str, Any], job: str) -> bytes:
    """One request as a line, with its line break."""
    line: Any
    if dialect == "bouture":
        line = ExportedRequest(
            request.key,
            request.model,
            request.messages,
            request.parameters,
            request.sample,
            job,
        )
    elif dialect == "mistral":
        line = {"custom_id": request.key, "body": body}
    else:
        line = {
            "custom_id": request.key,
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": body,
        }
    return msgspec.json.encode(line) + b"\n"


def digest(body: Mapping[str, Any]) -> str:
    """16 hexadecimal digits that tell a body from a changed one; the order of its keys does not count.

    A number counts as its value: 1.0 is 1, as some servers write it back.
    """
    canonical = json.dumps(_valued(body), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _valued(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {str(key): _valued(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_valued(inner) for inner in value]
    return value


class Shards:
    """Writes lines to numbered files in a folder, each within the limits; one model a file where it must be.

    Args:
        folder: exists and is empty.
        dialect: decides whether models may share a file (`bouture` only).
        limits: of each file.
    """

    def __init__(self, folder: Path, dialect: DialectName, limits: Limits) -> None:
        self._folder, self._limits = folder, limits
        self._mixed = dialect == "bouture"
        self._open: dict[str, _Shard] = {}
        self._done: list[BatchFile] = []

    def write(self, model: str, line: bytes) -> None:
        """Adds a line.

        Raises:
            UsageError: the line alone passes the limit.
            OSError: it cannot be written.
        """
        if len(line) > self._limits.bytes:
            raise UsageError(
                f"one request alone has {len(line):,} bytes; a batch file may have "
                f"{self._limits.bytes:,}",
                hint="shorten the documents or the guide it carries",
            )
        name = "" if self._mixed else model
        shard = self._open.get(name)
        if shard is not None and not shard.has_room(line, self._limits):
            self._done.append(shard.close())
            shard = None
        if shard is None:
            number = len(self._done) + len(self._open) + (name not in self._open)
            shard = _Shard(self._folder / f"requests-{number:03}.jsonl", name)
            self._open[name] = shard
        shard.write(line)

    def close(self) -> tuple[BatchFile, ...]:
        """Closes what is open; all files, by name."""
        while self._open:
            self._done.append(self._open.popitem()[1].close())
        return tuple(sorted(self._done, key=lambda file: (len(file.name), file.name)))

    def __enter__(self) -> "Shards":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _Shard:
    """One file being written."""

    def __init__(self, path: Path, model: str) -> None:
        self._path, self._model = path, model
        self._file: BinaryIO = path.open("xb")
        self._hash = hashlib.sha256()
        self._bytes = self._requests = 0

    def has_room(self, line: bytes, limits: Limits) -> bool:
        return self._requests < limits.requests and self._bytes + len(line) <= limits.bytes

    def write(self, line: bytes) -> None:
        self._file.write(line)
        self._hash.update(line)
        self._bytes += len(line)
        self._requests += 1

    def close(self) -> BatchFile:
        with self._file as file:
            file.flush()
            os.fsync(file.fileno())
        return BatchFile(
            self._path.name, self._hash.hexdigest(), self._bytes, self._requests, self._model
        )
