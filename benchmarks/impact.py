"""Does augmentation help, and what do wrong labels cost? `python benchmarks/impact.py [TRAIN TEST] [--what …] [--thesaurus FILE]`.

strategies: the classical strategies on `--gold` documents, made from these documents alone, CRF and
pair model, against none and the duplicate control.
noise: other gold documents with planted errors, as if a strategy had made them, as many as `--gold`
documents: perfect ones help most, and the more errors, the less they help.
"""

import argparse
import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from bouture import formats
from bouture.corpus.document import Document, Entity, Origin, Span
from bouture.corpus.schema import Schema
from bouture.corpus.tokens import tokenize
from bouture.evaluate.evaluation import Evaluation
from bouture.evaluate.experiment import evaluate
from bouture.evaluate.leaks import find_leaks
from bouture.evaluate.settings import Settings
from bouture.strategies import STRATEGIES, Declined, Materials

ROOT = Path(__file__).parent.parent
CORPUS = Path(os.environ.get("BOUTURE_SHARED", ROOT.parent / "shared")) / "data" / "textmine2025"
CLASSICAL = (
    "label_wise_token_replacement",
    "mention_replacement",
    "shuffle_within_segments",
    "synonym_replacement",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path, nargs="?", default=CORPUS / "train.csv")
    parser.add_argument("test", type=Path, nargs="?", default=CORPUS / "dev.csv")
    parser.add_argument("--thesaurus", type=Path, help="MyThes file, for synonym_replacement")
    parser.add_argument("--what", choices=("strategies", "noise", "all"), default="noise")
    parser.add_argument("--gold", type=int, default=25)
    parser.add_argument(
        "--labels", type=int, default=5, help="keep the most frequent entity labels"
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=0)
    asked = parser.parse_args()
    train = formats.read(asked.train)
    random.Random(0).shuffle(train)
    test = formats.read(asked.test)
    leaking = {leak.test for leak in find_leaks([], test, train)}
    print(
        f"{len(leaking)} test documents left out: they share runs of words with training documents"
    )
    test = [document for document in test if document.id not in leaking]
    labels = frequent_labels(train, asked.labels)
    flat_train, flat_test = ([keep(d, labels) for d in side] for side in (train, test))
    more = {"seeds": asked.seeds, "processes": asked.processes}
    if asked.what in ("strategies", "all"):
        gold = train[: asked.gold]
        made = classical(gold, asked.thesaurus)
        show(
            "classical strategies, entities",
            evaluate(
                [keep(d, labels) for d in gold],
                flat_test,
                [keep(d, labels) for d in made],
                Settings(task="entities", **more),
            ),
        )
        show(
            "classical strategies, relations",
            evaluate(gold, test, made, Settings(task="relations", **more)),
        )
    if asked.what in ("noise", "all"):
        half = len(train) // 2
        made = noisy(flat_train[half:], labels)
        arms = tuple(dict.fromkeys(d.origin.strategy for d in made if d.origin))
        settings = Settings(task="entities", sizes=(asked.gold,), arms=("duplicate", *arms), **more)
        show(
            "planted errors in perfect documents, entities",
            evaluate(flat_train[:half], flat_test, made, settings),
        )


def frequent_labels(documents: Sequence[Document], number: int) -> list[str]:
    counts = Counter(mention.label for d in documents for mention in d.mentions())
    return sorted(label for label, _ in counts.most_common(number))


def keep(document: Document, labels: Sequence[str]) -> Document:
    """The document with entities of these labels only."""
    entities = tuple(e for e in document.entities if e.label in labels)
    return Document(document.id, document.text, entities, (), document.origin)


def classical(gold: Sequence[Document], thesaurus: Path | None) -> list[Document]:
    """Three documents a strategy and gold document, of which each seed draws a third."""
    materials = Materials(gold, Schema.learn(gold))
    made = []
    for name in CLASSICAL:
        member = STRATEGIES.load(name)
        if name == "synonym_replacement" and thesaurus is None:
            print("synonym_replacement left out: no --thesaurus")
            continue
        options = {"thesaurus": thesaurus} if name == "synonym_replacement" else {}
        strategy = member(materials, member.Options(**options))
        for document in gold:
            for sample in range(3):
                id = f"{document.id}~{name}~{sample}"
                try:
                    next(strategy(document, random.Random(id)))
                except StopIteration as done:
                    for new in done.value:
                        origin = Origin(name, (document.id,), sample=sample)
                        made.append(Document(id, new.text, new.entities, new.relations, origin))
                except Declined:
                    continue
    return made


def noisy(documents: Sequence[Document], labels: Sequence[str]) -> list[Document]:
    """The documents as they are, with 20 and 50 % of mixed errors, and with 20 % of one kind."""
    kinds = {"omitted": omit, "boundary": move, "type": retype, "spurious": add}
    arms = {f"{p}% errors": (p / 100, list(kinds.values())) for p in (0, 20, 50)}
    arms |= {f"20% {name}": (0.2, [kinds[name]]) for name in ("omitted", "spurious")}
    made = []
    for name, (rate, errors) in arms.items():
        for document in documents:
            rng = random.Random(f"{name} {document.id}")
            units = [(e.label, span) for e in document.entities for span in e.spans]
            for unit in list(units):
                if rng.random() < rate:
                    rng.choice(errors)(units, unit, document, labels, rng)
            entities = tuple(
                Entity(f"E{i}", label, (span,)) for i, (label, span) in enumerate(units)
            )
            made.append(
                Document(f"{document.id} {name}", document.text, entities, (), Origin(name))
            )
    return made


Unit = tuple[str, Span]
Error = Callable[[list[Unit], Unit, Document, Sequence[str], random.Random], None]


def omit(
    units: list[Unit], unit: Unit, document: Document, labels: Sequence[str], rng: random.Random
) -> None:
    units.remove(unit)


def retype(
    units: list[Unit], unit: Unit, document: Document, labels: Sequence[str], rng: random.Random
) -> None:
    others = [label for label in labels if label != unit[0]]
    units[units.index(unit)] = (rng.choice(others), unit[1])


def move(
    units: list[Unit], unit: Unit, document: Document, labels: Sequence[str], rng: random.Random
) -> None:
    """One token more or less on one side."""
    tokens = tokenize(document.text)
    inside = [t for t in tokens if unit[1].contains(t)]
    before = [t for t in tokens if t.end <= unit[1].start][-1:]
    after = [t for t in tokens if t.start >= unit[1].end][:1]
    spans = [Span(t.start, unit[1].end) for t in before]
    spans += [Span(unit[1].start, t.end) for t in after]
    if len(inside) > 1:
        spans += [Span(inside[1].start, unit[1].end), Span(unit[1].start, inside[-2].end)]
    units[units.index(unit)] = (unit[0], rng.choice(spans))


def add(
    units: list[Unit], unit: Unit, document: Document, labels: Sequence[str], rng: random.Random
) -> None:
    """A long word outside every mention."""
    words = [
        t
        for t in tokenize(document.text)
        if len(t) > 4 and not any(t.overlaps(span) for _, span in units)
    ]
    if words:
        units.append((rng.choice(labels), rng.choice(words)))


def show(title: str, found: Evaluation) -> None:
    print(f"\n{title}: {found.test_documents} test documents, {found.test_units} units, ", end="")
    print(f"{len(found.seeds)} seeds, {found.seconds:.0f} s")
    print(
        f"announced minimum detectable effect: {100 * found.minimum_detectable_effect:.1f} points"
    )
    compared = {(c.arm, c.against): c for c in found.comparisons if c.metric == found.metric}
    print(f"{'arm':30} {'gold':>5} {'new':>5} {'micro':>6} {'macro':>6} {'unseen':>6}", end="")
    print("   micro against none       against duplicate")
    for cell in found.cells:
        unseen = f"{100 * cell.unseen_recall:6.1f}" if cell.unseen_recall is not None else "     -"
        print(f"{cell.arm:30} {cell.n_gold:5} {cell.n_extra:5.0f} ", end="")
        print(f"{100 * cell.micro.f1:6.1f} {100 * cell.macro.f1:6.1f} {unseen}", end="")
        for control in ("none", "duplicate"):
            c = compared.get((cell.arm, control))
            if c is not None:
                print(
                    f"   {100 * c.delta:+5.1f} [{100 * c.low:+5.1f}, {100 * c.high:+5.1f}]", end=""
                )
        print()
    print(found.verdict.text)
    print(found.verdict.text_fr)


if __name__ == "__main__":
    main()
