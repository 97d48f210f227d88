"""The whole local path at 1,000, 10,000 and 100,000 documents: speed, processor, memory and disk for each.

    python benchmarks/scale.py [--documents 1000 10000 100000] [--checks default|fast|none] [--json]

Each size runs in a process of its own: the strategy `rewrite` on the example corpus asks a provider inside the
process that answers at once (the marked-up text of the prompt, other words before each sentence), the answer
is stored, aligned, checked by every default check and written to the ledger; then the files of the run are
written. Nothing is waited for, so the time is bouture's own. `fast` leaves out the check of near-duplicates,
the only one whose memory grows with what was kept; `none` leaves out all of them.

`docs/scale.md` extrapolates from these figures.
"""

import argparse
import asyncio
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from bouture.augment.folder import RunFolder
from bouture.augment.loop import run
from bouture.augment.talk import Work
from bouture.llm.client import Client
from bouture.llm.messages import Request, Response, Usage
from bouture.recipe.build import Study, build
from bouture.recipe.reader import load_recipe
from bouture.strategies.planning import plan_jobs

RECIPE = Path(__file__).parent.parent / "examples" / "direct-ukraine" / "recipe.yaml"
TEXT = re.compile(r"## Texte à réécrire\n\n(.*?)\n\n## Mentions", re.DOTALL)
SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-ZÉÀ])")


class Instant:
    """Rewrites without a model: each sentence gets a lead of 8 to 14 words of the corpus."""

    name = "instant"
    contacts: tuple[str, ...] = ()

    def __init__(self, words: list[str]) -> None:
        self._words = words

    async def ask(self, request: Request) -> Response:
        prompt = request.messages[-1].content
        found = TEXT.search(prompt)
        assert found is not None
        text, _, relations = found.group(1).partition("\n\n")
        rng = random.Random(request.key)
        told = [f"{self._lead(rng)} : {sentence}" for sentence in SENTENCE.split(text)]
        answer = " ".join(told) + (f"\n\n{relations}" if relations else "")
        size = sum(len(message.content) for message in request.messages)
        return Response(answer, usage=Usage(size // 4, len(answer) // 4), model="instant")

    def _lead(self, rng: random.Random) -> str:
        return " ".join(rng.choices(self._words, k=rng.randint(8, 14))).capitalize()

    async def close(self) -> None:
        """Nothing to let go of."""


def resident() -> float:
    """Memory of this process now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def work(study: Study, documents: int, checks: str) -> tuple[Work, Instant]:
    words = [w for d in study.train for w in d.text.split() if w.isalpha() and w.islower()]
    sources = {document.id: document for document in study.train}
    samples = -(-documents // len(sources))
    jobs = plan_jobs(list(sources), [("rewrite", samples)])[:documents]
    used = [] if checks == "none" else study.checks()
    if checks == "fast":
        used = [check for check in used if check.name != "near_duplicates"]
    strategies = {"rewrite": study.strategies["rewrite"]}
    return Work(sources, jobs, strategies, used), Instant(words)


async def measure(documents: int, checks: str, folder: Path) -> dict[str, Any]:
    """Runs one size in this process."""
    planned, provider = work(build(load_recipe(RECIPE)), documents, checks)
    before = resident()
    wall, cpu = time.perf_counter(), time.process_time()
    with RunFolder(folder) as opened:
        client = Client(provider, opened.store, concurrency=64)
        planned = msgspec.structs.replace(planned, client=client)
        summary = await run(planned, opened)
        await client.close()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        after = resident()
    return {
        "documents": documents,
        "checks": checks,
        "accepted": summary.accepted + summary.repaired,
        "review": summary.review,
        "rejected": summary.rejected,
        "per_second": round(documents / wall, 1),
        "cpu_ms": round(cpu / documents * 1e3, 3),
        "rss_before_mb": round(before),
        "rss_after_mb": round(after),
        "rss_peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
        "bytes": dict(sizes(folder, documents)),
    }


def sizes(folder: Path, documents: int) -> Iterator[tuple[str, int]]:
    """Bytes a document of each file of the run."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.stat().st_size:
            yield path.name, round(path.stat().st_size / documents)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--checks", choices=["default", "fast", "none"], default="default")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        with tempfile.TemporaryDirectory() as name:
            (documents,) = options.documents
            found = asyncio.run(measure(documents, options.checks, Path(name) / "run"))
        print(json.dumps(found))
        return
    for documents in options.documents:
        command = [sys.executable, __file__, "--here", "--documents", str(documents)]
        command += ["--checks", options.checks]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        print(said.strip() if options.json else table(json.loads(said)), flush=True)


def table(found: dict[str, Any]) -> str:
    disk = ", ".join(f"{name} {size:,}" for name, size in found["bytes"].items())
    return (
        f"{found['documents']:,} documents, checks {found['checks']}: {found['per_second']:,} a second, "
        f"{found['cpu_ms']} ms CPU each; accepted {found['accepted']:,}, review {found['review']:,}, "
        f"rejected {found['rejected']:,}\n  memory {found['rss_before_mb']} MB before, "
        f"{found['rss_after_mb']} after, {found['rss_peak_mb']} at most\n  bytes a document: {disk}"
    )


if __name__ == "__main__":
    main()
