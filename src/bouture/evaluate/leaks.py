"""Refuses an experiment whose test documents are, in any way that can be seen, among what is trained on.

A leak makes every figure worthless, so nothing here is a warning. Looked for:

- a test document with the id of a training document, or among the sources or demonstrations of a
  synthetic one;
- a training or synthetic text that is a test text (typography, case and spaces aside);
- a synthetic text that shares a run of 13 tokens, or a tenth of its 8-grams, with the test texts.
  What training gold shares with them already is not held against the synthetic text: it tells no
  more about the test set than the gold every arm is trained on.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from bouture.corpus.document import Document
from bouture.corpus.normalise import fold
from bouture.errors import LeakError
from bouture.evaluate.arms import gold_behind

RUN = 13
"""Tokens in a row that no two texts share by chance (the 13-gram rule of GPT-3, Brown et al. 2020, appendix C)."""
GRAM = 8
CONTAINMENT = 0.1
"""Share of a synthetic text's 8-grams found in test texts from which it counts as contaminated."""
WORD = re.compile(r"\w+")


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
    runs, grams = _index(test, RUN), _index(test, GRAM)
    for document in train:
        words = _words(document)
        for table, length in ((runs, RUN), (grams, GRAM)):
            for gram in _grams(words, length):
                table.pop(gram, None)
    for document in synthetic:
        words = _words(document)
        shared_run = next((gram for gram in _grams(words, RUN) if gram in runs), None)
        if shared_run is not None:
            how = (
                f"a synthetic text repeats {RUN} tokens of a test text (« {' '.join(shared_run)} »)"
            )
            yield Leak(runs[shared_run], document.id, how)
            continue
        own = list(_grams(words, GRAM))
        shared = [gram for gram in own if gram in grams]
        if own and len(shared) / len(own) >= CONTAINMENT:
            share = f"{len(shared) / len(own):.0%}"
            how = f"a synthetic text shares {share} of its {GRAM}-grams with test texts"
            yield Leak(grams[shared[0]], document.id, how)


def _index(documents: Sequence[Document], length: int) -> dict[tuple[str, ...], str]:
    return {gram: d.id for d in reversed(documents) for gram in _grams(_words(d), length)}


def _words(document: Document) -> list[str]:
    return WORD.findall(fold(document.text))


def _grams(words: Sequence[str], length: int) -> Iterable[tuple[str, ...]]:
    return zip(*(words[shift:] for shift in range(length)), strict=False)
