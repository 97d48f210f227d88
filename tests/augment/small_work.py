"""Small strategies, checks and jobs that meet every branch of the loop; also run as a process of its own.

python small_work.py FOLDER BASE_URL CONCURRENCY
"""

import asyncio
import random
import sys
from pathlib import Path
from typing import Any

from bouture.augment.folder import RunFolder
from bouture.augment.loop import run
from bouture.augment.outcome import Status
from bouture.augment.summary import Summary
from bouture.augment.talk import Work
from bouture.corpus.document import Document, Entity, Origin, Span
from bouture.corpus.issue import Issue, Severity, Wording
from bouture.llm.client import Client, Patience
from bouture.llm.http.openai import OpenAICompatible
from bouture.llm.messages import Message, Request
from bouture.strategies.dialogue import Declined, Dialogue
from bouture.strategies.planning import plan_jobs

SAID = Wording("seen: {what}", "vu : {what}")


def question(text: str) -> Request:
    return Request(
        (Message("system", "Réponds."), Message("user", text)), "fake", {"temperature": 0.7}
    )


def made(text: str, strategy: str, *issues: Issue) -> Document:
    text = text or "(rien)"
    return Document(
        "x", text, (Entity("E1", "MOT", (Span(0, 1),)),), origin=Origin(strategy, issues=issues)
    )


class Local:
    """No turn; mends every third document."""

    name = "local"

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        words = document.text.split()
        rng.shuffle(words)
        mended = Issue.of("M02", Severity.REPAIRED, SAID, what="a tag")
        return [made(" ".join(words), self.name, *([mended] if rng.random() < 0.3 else []))]
        yield  # a generator


class Ask:
    """One turn."""

    name = "ask"

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        response = yield question(f"{self.name} {document.id} {rng.randrange(10**6)}")
        return [made(response.text, self.name)]


class Twice:
    """Two turns; the second question depends on the first answer."""

    name = "twice"

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        first = yield question(f"{self.name} one {document.id} {rng.randrange(10**6)}")
        second = yield question(f"{self.name} two {first.text}")
        return [made(second.text, self.name)]


class Moody:
    """Declines two times out of three, once after asking."""

    name = "moody"

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        mood = rng.randrange(3)
        if mood == 0:
            raise Declined(Issue.of("P01", Severity.REJECT, SAID, what="nothing to do"))
        response = yield question(f"{self.name} {document.id} {rng.randrange(10**6)}")
        if mood == 1:
            raise Declined(
                Issue.of("M01", Severity.REJECT, SAID, what="rubbish"), answer=response.text
            )
        return [made(response.text, self.name)]


class Several:
    """One question, three documents."""

    name = "several"

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        response = yield question(f"{self.name} {document.id} {rng.randrange(10**6)}")
        return [made(f"{response.text} {part}", self.name) for part in "abc"]


class Alike:
    """Rejects a document whose last word ends like too many kept before: its verdicts depend on order."""

    name = "alike"
    thresholds = {"most": 3.0}

    def __init__(self) -> None:
        self.ends: dict[str, int] = {}

    def __call__(self, document: Document) -> list[Issue]:
        end = document.text[-2:]
        if self.ends.get(end, 0) >= 3:
            return [Issue.of("D01", Severity.REJECT, SAID, what=end)]
        return []

    def kept(self, document: Document) -> None:
        end = document.text[-2:]
        self.ends[end] = self.ends.get(end, 0) + 1


class Doubt:
    """Sends to review what holds a 7."""

    name = "doubt"
    thresholds: dict[str, float] = {}

    def __call__(self, document: Document) -> list[Issue]:
        return [Issue.of("C01", Severity.REVIEW, SAID, what="7")] if "7" in document.text else []

    def kept(self, document: Document) -> None:
        pass


STRATEGIES: dict[str, Any] = {s.name: s for s in (Local(), Ask(), Twice(), Moody(), Several())}


def work(
    client: Client | None = None, sources: int = 12, window: int = 64, names: Any = None
) -> Work:
    """Every strategy on every source, twice."""
    documents = [
        Document(f"d{n:02}", f"Le texte numéro {n} parle de Kiev .") for n in range(sources)
    ]
    jobs = plan_jobs([d.id for d in documents], [(name, 2) for name in names or STRATEGIES])
    return Work(
        sources={d.id: d for d in documents},
        jobs=jobs,
        strategies=STRATEGIES,
        checks=[Alike(), Doubt()],
        client=client,
        seed=5,
        window=window,
    )


async def run_http(
    folder: Path, base_url: str, concurrency: int, retries: int = 5, **options: Any
) -> Summary:
    """The whole work against a server."""
    with RunFolder(folder, "seed: 5\n", "five") as opened:
        provider = OpenAICompatible(
            OpenAICompatible.Options(base_url=base_url, timeout_s=5, **options)
        )
        client = Client(
            provider,
            opened.store,
            concurrency=concurrency,
            retries=retries,
            patience=Patience(first_s=0.01, rng=random.Random(1)),
        )
        try:
            return await run(work(client), opened)
        finally:
            await client.close()


def files(folder: Path) -> dict[str, bytes]:
    """The files that must be the same whatever happened on the way."""
    names = ("accepted.jsonl", "review.jsonl", "rejected.jsonl", "recipe.yaml", "run.json")
    return {name: (folder / name).read_bytes() for name in names}


def adds_up(counts: Any) -> bool:
    """The law of the summary."""
    return counts.requested == sum(getattr(counts, s.value) for s in Status) + counts.pending


if __name__ == "__main__":
    asyncio.run(run_http(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
