"""Refuses an experiment whose test documents are, in any way that can be seen, among what is trained on.

A leak makes every figure worthless, so nothing here is a warning. Looked for:

- a test document with the id of a training document, or among the sources or demonstrations of a
  synthetic one;
- a training or synthetic text that is a test text (typography, case and spaces aside);
- a synthetic text that shares a run of 13 words, or a tenth of its 8-grams, with the test texts.
  What training gold shares with them already is not held against the synthetic text: it tells no
  more about the test set than the gold every arm is trained on.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bouture.corpus.document import Document
from bouture.corpus.normalise import fold
from bouture.corpus.overlap import Overlap
from bouture.errors import LeakError
from bouture.evaluate.arms import gold_behind

RUN = 13
"""Words in a row that no two texts share by chance (the 13-gram rule of GPT-3, Brown et al. 2020, appendix C)."""
GRAM = 8
CONTAINMENT = 0.1
"""Share of a synthetic text's 8-grams found in test texts from which it counts as contaminated."""


class Leak(NamedTuple):
    """One test document that training could see."""

    test: str
    """Id of the test document."""
    through: str
    """Id of the training or synthetic document."""
    how: str
    """In words."""


def refuse_leaks(
    train: Sequence[Document], test: Sequence[Document], synthetic: Sequence[Document]
) -> None:
    """Do nothing when there is no leak.

    Raises:
        LeakError: there is at least one; the message says how many and describes the first.
    """
    leaks = find_leaks(train, test, synthetic)
    if not leaks:
        return
    first = leaks[0]
    more = f" ({len(leaks)} leaks in all)" if len(leaks) > 1 else ""
    raise LeakError(
        f"{first.how}: document {first.through!r}{more}",
        hint="take these documents out of the test set, or what was made from them out of the "
        "training data; figures measured with them would be worthless",
        document=first.test,
    )


def find_leaks(
    train: Sequence[Document], test: Sequence[Document], synthetic: Sequence[Document]
) -> list[Leak]:
    """Every leak, identity first, then texts, then overlap; in the order of the documents."""
    return [
        *_by_id(train, test, synthetic),
        *_by_text(train, test, "a training text is a test text"),
        *_by_text(synthetic, test, "a synthetic text is a test text"),
        *_by_overlap(train, test, synthetic),
    ]


def _by_id(
    train: Sequence[Document], test: Sequence[Document], synthetic: Sequence[Document]
) -> Iterator[Leak]:
    held_out = {document.id for document in test}
    for document in train:
        if document.id in held_out:
            yield Leak(document.id, document.id, "a test document is among the training documents")
    for document in synthetic:
        if document.id in held_out:
            yield Leak(document.id, document.id, "a test document is among the synthetic documents")
        for source in sorted(gold_behind(document) & held_out):
            how = "a test document is among the sources or demonstrations of a synthetic document"
            yield Leak(source, document.id, how)


def _by_text(documents: Sequence[Document], test: Sequence[Document], how: str) -> Iterator[Leak]:
    held_out = {fold(document.text).strip(): document.id for document in reversed(test)}
    for document in documents:
        twin = held_out.get(fold(document.text).strip())
        if twin is not None and twin != document.id:
            yield Leak(twin, document.id, how)


def _by_overlap(
    train: Sequence[Document], test: Sequence[Document], synthetic: Sequence[Document]
) -> Iterator[Leak]:
    if not synthetic:
        return
    runs, grams = (Overlap(test, length, but=train) for length in (RUN, GRAM))
    for document in synthetic:
        run, shared = runs.shared(document.text), grams.shared(document.text)
        if run.longest:
            how = f"a synthetic text repeats {run.longest} words of a test text (“{run.words}”)"
            yield Leak(run.document, document.id, how)
        elif shared.containment >= CONTAINMENT:
            how = f"a synthetic text shares {shared.containment:.0%} of its {GRAM}-grams with test texts"
            yield Leak(shared.document, document.id, how)
