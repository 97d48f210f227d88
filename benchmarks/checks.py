"""What the checks see and what they do not: detection matrix and false alarms.

    python benchmarks/checks.py [SHARED]

On TextMine (`SHARED/data/textmine2025`): checks calibrated on train, errors put into the documents
of dev; on the example corpus likewise, with its guide. Errors of rewriting are put into documents
of train, whose sources the checks know. False alarms: five-fold on train, each fold judged by
checks calibrated on the other four. The rates of `contamination` and `source_copy` on unchanged
TextMine documents are left out of the total: its texts share whole passages with each other, and
both are right to say so.
"""

import sys
import time
from collections import Counter
from pathlib import Path

from bouture import formats
from bouture.checks.catalog import CHECKS, DEFAULT_CHECKS
from bouture.checks.check import Check, Reference
from bouture.checks.detection import detection_matrix
from bouture.checks.mutations import Materials
from bouture.corpus.document import Document
from bouture.corpus.guide_reader import read_guide
from bouture.corpus.issue import worst
from bouture.corpus.schema import Schema

ROOT = Path(__file__).parent.parent
FOREIGN = [
    "The spokesman said that the convoy had been moving slowly towards the capital since dawn.",
    "Officials warned that the bridge would remain closed until the engineers had finished their work.",
    "According to residents, the shelling began before sunrise and went on for more than three hours.",
]
OVERLAP = ("contamination", "source_copy")
REWRITING = ("mention lost in rewriting", "mention altered in rewriting", "source copied")


def checks_for(reference: Reference) -> list[Check]:
    """Every default check, calibrated."""
    members = [CHECKS.load(name) for name in DEFAULT_CHECKS]
    return [member(reference, member.Options()) for member in members]


def false_alarms(reference: Reference, folds: int = 5) -> None:
    """Five-fold on gold: rates of review and reject, in all and by check."""
    gold = reference.gold
    total: Counter[str] = Counter()
    by_check: Counter[str] = Counter()
    for fold in range(folds):
        rest = [d for i, d in enumerate(gold) if i % folds != fold]
        checks = checks_for(Reference(rest, reference.schema, reference.guide, reference.held_out))
        for document in gold[fold::folds]:
            issues = {check.name: check(document) for check in checks}
            for check in checks:
                check.kept(document)
            flat = [i for name, found in issues.items() if name not in OVERLAP for i in found]
            total[str(worst(flat))] += 1
            by_check.update(
                f"{name}: {worst(found)}" for name, found in issues.items() if worst(found)
            )
    n = len(gold)
    print(
        f"  false alarms, n = {n}: reject {total['reject'] / n:.1%}, review {total['review'] / n:.1%}"
    )
    for name, times in sorted(by_check.items()):
        print(f"    {name:36} {times:4d}  {times / n:.1%}")


def matrix(reference: Reference, unseen: list[Document]) -> None:
    """Prints recall for each error, in all and by check."""
    labels = sorted({e.label for d in reference.gold for e in d.entities})
    materials = Materials(labels, reference.held_out, FOREIGN)
    started = time.perf_counter()
    checks = checks_for(reference)
    print(
        f"  calibrated on {len(reference.gold)} documents in {time.perf_counter() - started:.1f} s"
    )
    new = [
        found
        for found in detection_matrix(checks, unseen, materials)
        if found.error not in REWRITING
    ]
    derived = [
        found
        for found in detection_matrix(checks, reference.gold[: len(unseen)], materials)
        if found.error in REWRITING
    ]
    for found in [*new, *derived]:
        by = ", ".join(f"{name} {rate.share:.0%}" for name, rate in found.by_check.items())
        print(f"    {found.error:30} n = {found.documents:3d}  {found.caught.share:6.1%}   {by}")


def main() -> None:
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared"
    textmine = shared / "data" / "textmine2025"
    example = ROOT / "examples" / "direct-ukraine"
    corpora = []
    if textmine.is_dir():
        corpora.append(
            ("TextMine", [formats.read(textmine / f"{p}.csv") for p in ("train", "dev")], None)
        )
    guide = read_guide(example / "guide.md")
    parts = [formats.read(example / f"{part}.jsonl") for part in ("train", "dev")]
    corpora.append(("direct-ukraine, with its guide", parts, guide))
    corpora.append(("direct-ukraine, without", parts, None))
    for name, (gold, unseen), used in corpora:
        print(name)
        schema = used.schema() if used else Schema.learn(gold)
        reference = Reference(gold, schema, used, unseen)
        false_alarms(reference)
        # The documents to mutate must not be the held-out ones themselves
        half = len(unseen) // 2
        matrix(Reference(gold, schema, used, unseen[:half]), unseen[half:])


if __name__ == "__main__":
    main()
