"""Documents a second and core of the strategies without a model, and time to plan 100,000 jobs: `python benchmarks/strategies.py`.

Preparation (lexicons, thesaurus) is counted apart. Of three passes over the corpus the fastest counts: on a
shared machine the others measure the neighbours. TextMine documents have 700 characters and 29 mentions.
"""

import argparse
import os
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bouture import formats
from bouture.corpus.document import Document
from bouture.corpus.schema import Schema
from bouture.strategies import STRATEGIES, Declined, Materials, Strategy
from bouture.strategies.planning import plan_jobs

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("BOUTURE_SHARED", ROOT.parent / "shared"))
CORPUS = SHARED / "data" / "textmine2025" / "train.csv"
THESAURUS = ROOT / "examples" / "direct-ukraine" / "thesaurus" / "th_fr.dat"
LOCAL = (
    "label_wise_token_replacement",
    "synonym_replacement",
    "mention_replacement",
    "shuffle_within_segments",
    "all",
    "duplicate",
    "noise",
)
GOAL = 1000
"""Documents a second and core."""
PASSES = 3
JOBS = 100_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="?", default=CORPUS)
    parser.add_argument("thesaurus", type=Path, nargs="?", default=THESAURUS)
    parser.add_argument("--p", type=float, default=0.3)
    asked = parser.parse_args()
    gold = formats.read(asked.corpus)
    print(f"{len(gold)} documents of {asked.corpus.parent.name}, p = {asked.p}")
    materials = Materials(gold, Schema.learn(gold))
    for name in LOCAL:
        if name not in STRATEGIES.names():
            print(f"{name:30} not in the catalogue")
            continue
        options: dict[str, Any] = {} if name in ("duplicate", "noise") else {"p": asked.p}
        if name in ("all", "synonym_replacement"):
            options["thesaurus"] = asked.thesaurus
        member = STRATEGIES.load(name)
        began = time.process_time()
        strategy: Strategy = member(materials, member.Options(**options))
        prepared = time.process_time() - began
        passes = [timed(strategy, gold, number) for number in range(PASSES)]
        speed = len(gold) / min(seconds for seconds, _ in passes)
        ends = dict(sorted(sum((ended for _, ended in passes), Counter()).items()))
        print(
            f"{name:30} {speed:7,.0f} documents/s {'' if speed >= GOAL else '(below the goal) '}"
            f"after {prepared:.2f} s of preparation  {ends}"
        )
    plan(gold)


def timed(strategy: Strategy, gold: Sequence[Document], number: int) -> tuple[float, Counter[str]]:
    """Seconds of processor time for one document of each, and how it ended."""
    ends: Counter[str] = Counter()
    sources = list(gold)
    began = time.process_time()
    for document in sources:
        try:
            next(strategy(document, random.Random(f"{document.id}{number}")))
        except StopIteration:
            ends["made"] += 1
        except Declined as declined:
            ends[declined.issues[0].code] += 1
    return time.process_time() - began, ends


def plan(gold: Sequence[Document]) -> None:
    """Plans 100,000 jobs and draws the first random number of each."""
    samples = -(-JOBS // (len(gold) * len(LOCAL)))
    began = time.process_time()
    jobs = plan_jobs([document.id for document in gold], [(name, samples) for name in LOCAL])
    planned = time.process_time() - began
    for job in jobs:
        job.rng(13).random()
    drawn = time.process_time() - began - planned
    print(f"{len(jobs):,} jobs planned in {planned:.2f} s, their random numbers in {drawn:.2f} s")


if __name__ == "__main__":
    main()
