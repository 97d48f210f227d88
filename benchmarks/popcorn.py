"""What can be proved of POPCORN's graph-to-text corpus after the fact, beside human gold of the same ontology: `python benchmarks/popcorn.py`.

The texts of POPCORN (github.com/Todaime/popcorn-dataset, MIT) were written by a model from a knowledge
graph; a second prompt had the mentions annotated. Neither the graph's own names nor evidence were
kept, so only what text and annotation say can be counted. Each line is a question that the proof of
`bouture.strategies.from_plan` answers before a document is accepted.
"""

import argparse
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from bouture import formats
from bouture.corpus.document import Document, Relation
from bouture.corpus.normalise import fold
from bouture.corpus.schema import Schema
from bouture.strategies.from_plan.evidence import named_in

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("BOUTURE_SHARED", ROOT.parent / "shared"))

Measure = Callable[[Document], tuple[int, int]]
"""How many of how many, in one document."""


def never_together(document: Document) -> tuple[int, int]:
    where = named_in(document)
    apart = [r for r in _between(document) if not where[r.head] & where[r.tail]]
    return len(apart), len(_between(document))


def loops(document: Document) -> tuple[int, int]:
    found = [r for r in document.relations if r.head == r.tail]
    # TextMine says gender by a relation from an entity to itself: those are meant.
    meant = [r for r in found if r.label.startswith("GENDER")]
    return len(found) - len(meant), len(document.relations)


def split(document: Document) -> tuple[int, int]:
    """Entities that share a label and a surface with another one."""
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for mention in document.mentions():
        owners[mention.label, fold(mention.text)].add(mention.entity)
    shared = {id for ids in owners.values() if len(ids) > 1 for id in ids}
    return len(shared), len(document.entities)


def two_labels(document: Document) -> tuple[int, int]:
    """Distinct surfaces that are mentions of entities of different labels, one span apart."""
    labels: dict[str, set[str]] = defaultdict(set)
    spans: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for mention in document.mentions():
        labels[fold(mention.text)].add(mention.label)
        spans[fold(mention.text)].add((mention.start, mention.end))
    mixed = [name for name, found in labels.items() if len(found) > 1 and len(spans[name]) > 1]
    return len(mixed), len(labels)


def untagged(document: Document) -> tuple[int, int]:
    """Distinct annotated names (with a capital) that also stand untagged in the text."""
    covered = [mention.span for mention in document.mentions()]
    names = {m.text for m in document.mentions() if m.text[0].isupper() and len(m.text) > 2}
    left = 0
    for name in sorted(names):
        places = re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", document.text)
        left += any(
            not any(p.start() < s.end and s.start < p.end() for s in covered) for p in places
        )
    return left, len(names)


def both_ways(document: Document) -> tuple[int, int]:
    stated = set(document.relations)
    turned = [r for r in _between(document) if Relation(r.tail, r.label, r.head) in stated]
    return len(turned), len(_between(document))


def unspoken(schema: Schema) -> Measure:
    """Pairs that a relation of gold could join and that have none: negatives for whoever trains on the file."""
    ends = {pair for type in schema.relations.values() for pair in type.ends}

    def measure(document: Document) -> tuple[int, int]:
        labels = document.labels()
        related = {(r.head, r.tail) for r in document.relations}
        pairs = [(h, t) for h in labels for t in labels if h != t]
        possible = [pair for pair in pairs if (labels[pair[0]], labels[pair[1]]) in ends]
        return sum(pair not in related for pair in possible), len(possible)

    return measure


def unseen_ends(schema: Schema) -> Measure:
    def measure(document: Document) -> tuple[int, int]:
        labels = document.labels()
        odd = [
            r
            for r in _between(document)
            if not schema.allows(labels[r.head], r.label, labels[r.tail])
        ]
        return len(odd), len(_between(document))

    return measure


def _between(document: Document) -> list[Relation]:
    return [r for r in document.relations if r.head != r.tail]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path, nargs="?", default=SHARED)
    data = parser.parse_args().shared / "data"
    synthetic = formats.read(data / "popcorn_synthetic" / "synthetic.jsonl")
    gold = formats.read(data / "textmine2025" / "dev.jsonl")
    train = formats.read(data / "textmine2025" / "train.jsonl")
    schema = Schema.learn(train)
    measures: dict[str, Measure] = {
        "relations whose ends never share a sentence": never_together,
        "relations from an entity to itself, gender aside": loops,
        "relations stated in both directions": both_ways,
        "relations with ends never seen in TextMine train": unseen_ends(schema),
        "entities that share label and surface with another": split,
        "surfaces with two labels in one text": two_labels,
        "annotated names that also stand untagged": untagged,
        "type-compatible pairs without a relation": unspoken(schema),
    }
    print(f"{'':52} {'POPCORN, 358 by a model':>31} {'TextMine dev, 80 by hand':>31}")
    for name, measure in measures.items():
        print(f"{name:52} {_row(synthetic, measure):>31} {_row(gold, measure):>31}")
    _repetition(synthetic, gold)


def _row(documents: Sequence[Document], measure: Measure) -> str:
    counts = [measure(document) for document in documents]
    some, total = (sum(column) for column in zip(*counts, strict=True))
    touched = sum(count > 0 for count, _ in counts) / len(documents)
    return f"{some}/{total} = {some / max(1, total):.1%}, {touched:.0%} of texts"


def _repetition(synthetic: Sequence[Document], gold: Sequence[Document]) -> None:
    for name, documents in (("POPCORN", synthetic), ("TextMine dev", gold)):
        counts = Counter(fold(m.text) for d in documents for m in d.mentions())
        [(surface, most)] = counts.most_common(1)
        print(
            f"{name}: the commonest surface, « {surface} », is {most / counts.total():.1%} of mentions"
        )


if __name__ == "__main__":
    main()
