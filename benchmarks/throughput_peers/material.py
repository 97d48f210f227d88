"""What all lines of the throughput benchmark are given: a recipe, the bodies bouture sends, the prompts for peers."""

import json
from pathlib import Path
from typing import NamedTuple

import msgspec
import yaml

from bouture.augment.talk import Made, Talk
from bouture.llm.http.openai import OpenAICompatible
from bouture.llm.http.wire import Wire
from bouture.llm.messages import Request
from bouture.strategies.planning import Job
from bouture.verbs.session import Opening, session

EXAMPLE = Path(__file__).parents[2] / "examples" / "direct-ukraine"
SOURCES = 100
MOST_BODIES, MOST_PROMPTS = 20_000, 5_000


class Material(NamedTuple):
    """Files, for one size."""

    recipe: Path
    documents: int
    """As many as asked for, or the next multiple of 100 beyond a hundred."""
    bodies: Path
    """Bodies of the first requests: `distinct` ones, and the `order` in which they are sent."""
    prompts: Path
    """The same as messages: `id`, `system`, `user`, and the source's `text`; at most a few thousand."""


def material(folder: Path, url: str, documents: int, concurrency: int) -> Material:
    """Writes the files into `folder`."""
    sources = min(SOURCES, documents)
    samples = -(-documents // sources)
    recipe = {
        "name": "throughput",
        "language": "fr",
        "corpus": {
            "train": str(EXAMPLE / "train.jsonl"),
            "dev": str(EXAMPLE / "dev.jsonl"),
            "test": str(EXAMPLE / "test.jsonl"),
            "guide": str(EXAMPLE / "guide.md"),
        },
        "model": {
            "provider": "openai",
            "name": "fake",
            "parameters": {"temperature": 0.9, "max_tokens": 1200},
            "options": {"base_url": url},
            "concurrency": concurrency,
        },
        "strategies": [{"use": "rewrite", "samples": samples, "limit": sources}],
        "run": str(folder / "run"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(recipe, allow_unicode=True, sort_keys=False))
    bodies, prompts = folder / "bodies.json", folder / "prompts.json"
    _write(path, folder / "aside", bodies, prompts)
    return Material(path, sources * samples, bodies, prompts)


def _write(recipe: Path, aside: Path, bodies: Path, prompts: Path) -> None:
    """The first requests of the jobs, as bouture sends them and as they are."""
    wire = Wire(OpenAICompatible.elsewhere, {})
    numbers: dict[str, int] = {}
    order: list[int] = []
    told: list[dict[str, str]] = []
    with session(recipe, {"run": json.dumps(str(aside))}, Opening(asking=False)) as opened:
        work = opened.work(checked=False)
        for job in work.jobs[:MOST_BODIES]:
            request = Talk(work, job).start()
            if isinstance(request, Made):
                raise SystemExit(f"nothing is asked for {job.id}: {request.issues}")
            body = wire.body(request)[0].decode()
            order.append(numbers.setdefault(body, len(numbers)))
            if len(told) < MOST_PROMPTS:
                told.append(_prompt(job, request, work.sources[job.source].text))
    bodies.write_bytes(msgspec.json.encode({"distinct": list(numbers), "order": order}))
    prompts.write_bytes(msgspec.json.encode(told))


def _prompt(job: Job, request: Request, text: str) -> dict[str, str]:
    system, user = (message.content for message in request.messages)
    return {"id": job.id, "system": system, "user": user, "text": text}
