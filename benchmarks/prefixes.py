"""How much of a prompt an engine has read before: requests of the example in several orders, in blocks of 64 characters.

    python benchmarks/prefixes.py [--samples 10]

The strategy `rewrite` asks for `--samples` rewritings of each training document of the example. A block counts
as read before when it and everything before it stood at the beginning of an earlier prompt (vLLM keeps
blocks of tokens in the same way). Orders: that of the jobs (sample by sample), and that in which batch files
and Ray take the requests (those made from one source in a row).
"""

import argparse
import tempfile
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from bouture.augment.folder import RunFolder
from bouture.augment.rounds import next_request, pending
from bouture.augment.talk import Work
from bouture.llm.messages import Request
from bouture.recipe.build import build
from bouture.recipe.reader import load_recipe
from bouture.strategies.planning import plan_jobs

RECIPE = Path(__file__).parent.parent / "examples" / "direct-ukraine" / "recipe.yaml"
BLOCK = 64


def text_of(request: Request) -> str:
    """A request as one string."""
    return "\n".join(f"{message.role}\n{message.content}" for message in request.messages)


def whole_cache(prompts: Iterable[str]) -> float:
    """Share of the blocks that some earlier prompt began with."""
    seen: set[str] = set()
    known = blocks = 0
    for prompt in prompts:
        starts = [prompt[:end] for end in range(BLOCK, len(prompt) + 1, BLOCK)]
        known += sum(start in seen for start in starts)
        blocks += len(starts)
        seen.update(starts)
    return known / blocks


def last_only(prompts: Sequence[str]) -> float:
    """Share of the blocks that the prompt just before began with."""
    known = sum(_shared(one, following) // BLOCK for one, following in pairwise(prompts))
    return known / sum(len(prompt) // BLOCK for prompt in prompts)


def _shared(one: str, other: str) -> int:
    """Characters that two strings have in common at the beginning."""
    for count, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return count
    return min(len(one), len(other))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--samples", type=int, default=10)
    options = parser.parse_args()
    study = build(load_recipe(RECIPE))
    sources = {document.id: document for document in study.train}
    jobs = plan_jobs(list(sources), [("rewrite", options.samples)])
    work = Work(sources, jobs, {"rewrite": study.strategies["rewrite"]}, [])
    with tempfile.TemporaryDirectory() as name, RunFolder(Path(name) / "run") as folder:
        in_a_row = [text_of(one.request) for one in pending(work, folder)]
        asked = [next_request(work, job, folder.store) for job in jobs]
    by_job = [text_of(request) for request in asked if request is not None]
    print(f"{len(jobs)} requests, {sum(map(len, by_job)) / len(by_job):.0f} characters each")
    print(f"every earlier request in the cache:        {whole_cache(by_job):.0%}")
    print(f"only the one before, in the order of jobs: {last_only(by_job):.0%}")
    print(f"only the one before, one source in a row:  {last_only(in_a_row):.0%}")
    first = by_job[: len(sources)]
    print(f"one rewriting a document, whole cache:     {whole_cache(first):.0%}")


if __name__ == "__main__":
    main()
