"""What a provider, vLLM or a person with another machine does with batch files: the fake server's echo, line by line."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from llm.fake_server import completion, echo

Line = dict[str, Any]


def requests_in(folder: Path) -> list[Line]:
    """Every exported request of a round, in order."""
    return [
        json.loads(line)
        for path in sorted(folder.glob("requests-*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]


def key_of(line: Line) -> str:
    """The key of a request or an answer, in any dialect."""
    return str(line.get("custom_id") or line["key"])


def answer(line: Line, said: Callable[[Line], str] = echo) -> Line:
    """The line that answers an exported request, in the dialect of the request."""
    if "key" in line:
        done = completion(said(line))
        return {
            "key": line["key"],
            "text": done["choices"][0]["message"]["content"],
            "model": done["model"],
            "usage": done["usage"],
        }
    response = {"status_code": 200, "request_id": "r", "body": completion(said(line["body"]))}
    return {
        "id": "batch_req_1",
        "custom_id": line["custom_id"],
        "response": response,
        "error": None,
    }


def expired(line: Line) -> Line:
    """What OpenAI's file of errors says of a request that was not reached in time."""
    said = {
        "code": "batch_expired",
        "message": "This request could not be executed before the completion window expired.",
    }
    return {"id": "batch_req_2", "custom_id": key_of(line), "response": None, "error": said}


def overloaded(line: Line, status: int = 429) -> Line:
    """A request that the provider refused with an HTTP status."""
    body = {"error": {"message": "Slow down.", "type": "requests", "code": None}}
    response = {"status_code": status, "request_id": "r", "body": body}
    return {"id": "batch_req_3", "custom_id": key_of(line), "response": response, "error": None}


def write(path: Path, lines: Iterable[Line]) -> Path:
    """A file of answers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path
