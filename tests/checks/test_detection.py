"""The checks tested by planted errors (recall of each kind) and by gold itself (false alarms), science C.0."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bouture import formats
from bouture.checks.catalog import CHECKS, DEFAULT_CHECKS
from bouture.checks.check import Check, Reference
from bouture.checks.detection import Detection, caught, detection_matrix
from bouture.checks.mutations import MUTATIONS, Materials
from bouture.corpus.document import Document
from bouture.corpus.guide_reader import read_guide
from bouture.corpus.issue import Severity
from bouture.corpus.schema import Schema

FOREIGN = [
    "The spokesman said that the convoy had been moving slowly towards the capital since dawn.",
    "Officials warned that the bridge would remain closed until the engineers had finished their work.",
]
OF_THE_SOURCE = {"mention lost in rewriting", "mention altered in rewriting", "source copied"}
OVERLAP = {"contamination", "source_copy"}
"""On TextMine, whose texts share whole passages, what these find in gold is really there."""


def built(reference: Reference) -> list[Check]:
    members = [CHECKS.load(name) for name in DEFAULT_CHECKS]
    return [member(reference, member.Options()) for member in members]


def matrix(reference: Reference, unseen: Sequence[Document]) -> dict[str, Detection]:
    """Errors in unseen documents; errors of rewriting in gold, where the source is known."""
    half = len(unseen) // 2
    held_out = tuple(unseen[:half])
    known = Reference(reference.gold, reference.schema, reference.guide, held_out)
    labels = sorted({e.label for d in reference.gold for e in d.entities})
    materials = Materials(labels, held_out, FOREIGN)
    checks = built(known)
    new = {d.error: d for d in detection_matrix(checks, unseen[half:], materials)}
    derived = detection_matrix(checks, reference.gold[:20], materials)
    return new | {d.error: d for d in derived if d.error in OF_THE_SOURCE}


def false_alarms(reference: Reference, folds: int) -> tuple[float, float]:
    """Rates of reject and review when each fold of gold is judged by checks calibrated on the others."""
    gold = reference.gold
    rejected = reviewed = 0
    for fold in range(folds):
        rest = [d for i, d in enumerate(gold) if i % folds != fold]
        checks = built(Reference(rest, reference.schema, reference.guide, reference.held_out))
        for document in gold[fold::folds]:
            issues = [i for c in checks if c.name not in OVERLAP for i in c(document)]
            for check in checks:
                check.kept(document)
            reject = any(i.severity is Severity.REJECT for i in issues)
            rejected += reject
            reviewed += caught(issues) and not reject
    return rejected / len(gold), reviewed / len(gold)


@pytest.fixture(scope="module")
def direct(example: Path) -> tuple[Reference, list[Document]]:
    gold = formats.read(example / "train.jsonl")
    guide = read_guide(example / "guide.md")
    return Reference(gold, guide.schema(), guide), formats.read(example / "dev.jsonl")


@pytest.fixture(scope="module")
def found(direct: tuple[Reference, list[Document]]) -> dict[str, Detection]:
    return matrix(*direct)


LEAST = {
    "offsets shifted by one": ("offsets", 1.0),
    "label outside the schema": ("schema_labels", 1.0),
    "relation reversed": ("relation_ends", 0.8),
    "relation to itself": ("relation_axioms", 1.0),
    "one mention dropped": ("completeness", 0.1),
    "30 % of mentions dropped": ("completeness", 0.2),
    "30 % of entities relabelled": ("relation_ends", 0.6),
    "mention lost in rewriting": ("fidelity", 1.0),
    "mention altered in rewriting": ("fidelity", 1.0),
    "text in another language": ("language", 1.0),
    "sentence in another language": ("language", 0.9),
    "cut in half": ("surface", 0.9),
    "bracket lost": ("surface", 1.0),
    "source copied": ("source_copy", 1.0),
    "held-out passage": ("contamination", 1.0),
}
"""For each error, the check meant to see it and the least recall on the example corpus."""


def test_every_kind_of_error_is_tested() -> None:
    assert LEAST.keys() == MUTATIONS.keys()


@pytest.mark.parametrize("error", LEAST)
def test_planted_errors_are_found_by_the_check_meant_for_them(
    found: dict[str, Detection], error: str
) -> None:
    check, least = LEAST[error]
    detection = found[error]
    assert detection.documents >= 10
    assert check in detection.by_check, f"{check} sees no case of: {error}"
    assert detection.by_check[check].share >= least


def test_the_example_corpus_raises_no_alarm(direct: tuple[Reference, list[Document]]) -> None:
    reference, unseen = direct
    known = Reference(reference.gold, reference.schema, reference.guide, tuple(unseen))
    rejected, reviewed = false_alarms(known, folds=3)
    assert rejected <= 0.005
    assert reviewed <= 0.05


@pytest.mark.shared
@pytest.mark.slow
def test_textmine_gold_passes_as_new_documents(shared: Path) -> None:
    folder = shared / "data" / "textmine2025"
    gold, dev = (formats.read(folder / f"{part}.csv") for part in ("train", "dev"))
    rejected, reviewed = false_alarms(Reference(gold, Schema.learn(gold), None, dev), folds=5)
    assert rejected <= 0.005
    assert reviewed <= 0.07
    assert reviewed > 0, "checks that never find anything are not working"


@pytest.mark.shared
@pytest.mark.slow
def test_textmine_errors_are_found_without_a_guide(shared: Path) -> None:
    folder = shared / "data" / "textmine2025"
    gold, dev = (formats.read(folder / f"{part}.csv") for part in ("train", "dev"))
    found = matrix(Reference(gold, Schema.learn(gold)), dev)
    for error, check, least in (
        ("offsets shifted by one", "offsets", 1.0),
        ("relation reversed", "relation_ends", 0.6),
        ("relation to itself", "relation_axioms", 0.4),
        ("30 % of mentions dropped", "completeness", 0.4),
        ("30 % of entities relabelled", "type_consistency", 0.4),
        ("text in another language", "language", 1.0),
        ("held-out passage", "contamination", 0.9),
    ):
        assert found[error].by_check[check].share >= least, error
