"""Time of the local strategies over a corpus, preparation included: `python benchmarks/strategies.py [CORPUS] [THESAURUS]`."""

import argparse
import os
import random
import time
from collections import Counter
from pathlib import Path

from bouture import formats
from bouture.corpus.schema import Schema
from bouture.strategies import STRATEGIES, Declined, Materials

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("BOUTURE_SHARED", ROOT.parent / "shared"))
CORPUS = SHARED / "data" / "textmine2025" / "train.csv"
THESAURUS = ROOT / "examples" / "direct-ukraine" / "thesaurus" / "th_fr.dat"
OPERATIONS = (
    "label_wise_token_replacement",
    "synonym_replacement",
    "mention_replacement",
    "shuffle_within_segments",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path, nargs="?", default=CORPUS)
    parser.add_argument("thesaurus", type=Path, nargs="?", default=THESAURUS)
    parser.add_argument("--p", type=float, default=0.3)
    asked = parser.parse_args()
    gold = formats.read(asked.corpus)
    materials = Materials(gold, Schema.learn(gold))
    total = 0.0
    for name in OPERATIONS:
        member = STRATEGIES.load(name)
        options = {"p": asked.p}
        if name == "synonym_replacement":
            options["thesaurus"] = asked.thesaurus
        started = time.perf_counter()
        strategy = member(materials, member.Options(**options))
        ends: Counter[str] = Counter()
        for document in gold:
            try:
                next(strategy(document, random.Random(document.id)))
            except StopIteration:
                ends["made"] += 1
            except Declined as declined:
                ends[declined.issues[0].code] += 1
        seconds = time.perf_counter() - started
        total += seconds
        print(f"{name:30} {seconds:6.2f} s  {dict(sorted(ends.items()))}")
    print(f"{len(gold)} documents, four operations: {total:.1f} s")


if __name__ == "__main__":
    main()
