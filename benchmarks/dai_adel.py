"""The shape of Dai and Adel's result (COLING 2020), with the control they lacked: `python benchmarks/dai_adel.py [CORPUS]`.

50 gold sentences, each operator and all of them against none and against copies of the same sentences, five
samples, strict entity F1 of a CRF, paired intervals. Two experiments: every arm with the same number of
documents; and « all » as in the paper, n from each operator, with as many copies.

Each sample's operators know that sample alone. An operator that leaves a sentence as it is is asked again: a copy
counts as a document in the authors' code, not here.
"""

import argparse
import os
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bouture import formats
from bouture.corpus.document import Document
from bouture.corpus.schema import Schema
from bouture.evaluate.arms import Remake
from bouture.evaluate.evaluation import Evaluation
from bouture.evaluate.experiment import evaluate
from bouture.evaluate.leaks import find_leaks
from bouture.evaluate.settings import Settings
from bouture.strategies import STRATEGIES, Declined, Materials, Strategy
from bouture.strategies.planning import Job

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("BOUTURE_SHARED", ROOT.parent / "shared")) / "data"
SHIPPED = ROOT / "examples" / "direct-ukraine" / "thesaurus" / "th_fr.dat"
INSTALLED = {
    "fr": Path("/usr/share/mythes/th_fr_FR_v2.dat"),
    "en": Path("/usr/share/mythes/th_en_US_v2.dat"),
}
"""Where Debian's mythes-fr and mythes-en-us put theirs."""
ENGLISH = ("conll04", "crossner_politics", "mit_restaurant", "re3d", "wnut17")
OPERATORS = (
    "label_wise_token_replacement",
    "synonym_replacement",
    "mention_replacement",
    "shuffle_within_segments",
)
TRIES = 8
"""Draws for each document wanted, at most."""


class Asked(NamedTuple):
    """What the command line says."""

    corpus: str
    thesaurus: Path | None
    p: float
    n: int
    gold: int
    seeds: int
    pool: int
    test: int

    @property
    def language(self) -> str:
        return "en" if self.corpus in ENGLISH else "fr"


def main() -> None:
    asked = read_arguments()
    began = time.monotonic()
    train, test = corpora(asked)
    names = [*OPERATORS, "all"]
    if asked.thesaurus is None:
        names.remove("synonym_replacement")
        print("synonym_replacement left out: no thesaurus")
    print(
        f"{asked.corpus}: {asked.gold} of {len(train)} sentences, {len(test)} test sentences, "
        f"p = {asked.p}, n = {asked.n}, {asked.seeds} samples"
    )
    show("the same number of documents", run(asked, names, train, test, asked.n))
    operators = len(names) - 1
    title = f"« all » as in the paper: {asked.n} from each of {operators} operators"
    show(title, run(asked, ["all"], train, test, asked.n * operators))
    print(f"{time.monotonic() - began:.0f} s")


def read_arguments() -> Asked:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", nargs="?", default="conll04", help="a folder of the corpora")
    parser.add_argument("--thesaurus", type=Path, help="MyThes file for synonyms")
    parser.add_argument("--p", type=float, default=0.3)
    parser.add_argument("--n", type=int, default=3, help="documents for each gold sentence")
    parser.add_argument("--gold", type=int, default=50)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument(
        "--pool", type=int, default=500, help="sentences the samples are drawn from"
    )
    parser.add_argument("--test", type=int, default=1000, help="test sentences, at most")
    asked = Asked(**vars(parser.parse_args()))
    if asked.thesaurus is not None:
        return asked
    installed = INSTALLED[asked.language]
    shipped = SHIPPED if asked.language == "fr" else None
    return asked._replace(thesaurus=installed if installed.exists() else shipped)


def corpora(asked: Asked) -> tuple[list[Document], list[Document]]:
    """Sentences to draw samples from, and others to test on that share no long run of words with them."""
    files = sorted((SHARED / asked.corpus).glob("*.jsonl"), reverse=True)  # train, then dev
    documents = [document for file in files for document in formats.read(file)]
    documents = [msgspec.structs.replace(d, relations=(), meta={}) for d in documents]
    random.Random(0).shuffle(documents)
    train, test = documents[: asked.pool], documents[asked.pool :]
    # Again until there is none: of test sentences that are the same, one is named at a time.
    while leaking := {leak.test for leak in find_leaks([], test, train)}:
        test = [document for document in test if document.id not in leaking]
    return train, test[: asked.test]


def run(
    asked: Asked, names: Sequence[str], train: list[Document], test: list[Document], n: int
) -> Evaluation:
    """One experiment: `n` documents for each gold sentence from each strategy named."""

    def make(sample: Sequence[Document], seed: int) -> list[Document]:
        return [d for name in names for d in made(asked, name, sample, (n, seed))]

    settings = Settings(
        task="entities",
        sizes=(asked.gold,),
        seeds=asked.seeds,
        arms=("duplicate", *names),
        factor=n,
    )
    first = make(train[:5], 0)  # says which arms there are; made again from each sample
    return evaluate(train, test, first, settings, remake=Remake(frozenset(names), make))


def made(
    asked: Asked, name: str, sample: Sequence[Document], drawn: tuple[int, int]
) -> list[Document]:
    """`n` documents of one strategy for each sentence of a sample, fewer where it keeps declining."""
    n, seed = drawn
    member = STRATEGIES.load(name)
    options: dict[str, Any] = {"p": asked.p}
    if name in ("all", "synonym_replacement") and asked.thesaurus is not None:
        options |= {"thesaurus": asked.thesaurus, "inside_mentions": True}  # as in the paper
    materials = Materials(sample, Schema.learn(sample), language=asked.language)
    strategy: Strategy = member(materials, member.Options(**options))
    found = []
    for source in sample:
        jobs = (Job(source.id, name, number) for number in range(n * TRIES))
        new = (document for job in jobs for document in once(strategy, source, job, seed))
        found += [document for document, _ in zip(new, range(n), strict=False)]
    return found


def once(strategy: Strategy, source: Document, job: Job, seed: int) -> list[Document]:
    """What one draw makes."""
    try:
        next(strategy(source, job.rng(seed)))
    except StopIteration as end:
        return [msgspec.structs.replace(document, id=job.id) for document in end.value]
    except Declined:
        pass
    return []


def show(title: str, found: Evaluation) -> None:
    print(f"\n{title}: {found.test_units} mentions to find, {found.seconds:.0f} s, ", end="")
    print(f"minimum detectable effect {100 * found.minimum_detectable_effect:.1f} points")
    print(f"{'arm':30} {'new':>4} {'F1':>5} {'sd':>4} {'unseen':>6}", end="")
    print("   against none               against duplicate")
    compared = {(c.arm, c.against): c for c in found.comparisons if c.metric == found.metric}
    for cell in found.cells:
        print(f"{cell.arm:30} {cell.n_extra:4.0f} {100 * cell.micro.f1:5.1f}", end="")
        print(
            f" {100 * (cell.micro.f1_sd or 0):4.1f} {100 * (cell.unseen_recall or 0):6.1f}", end=""
        )
        for control in ("none", "duplicate"):
            c = compared.get((cell.arm, control))
            said = ""
            if c is not None:
                said = f"{100 * c.delta:+5.1f} [{100 * c.low:+5.1f}, {100 * c.high:+5.1f}]"
                said += f" p {c.p_holm:.3f}"
            print(f"   {said:24}", end="")
        print()
    print(found.verdict.text)


if __name__ == "__main__":
    main()
