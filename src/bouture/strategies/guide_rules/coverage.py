"""Which rules of the guide have been illustrated, on which side and in which register (science A.4.5)."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple, get_args

from bouture.corpus.document import Document
from bouture.corpus.guide import Guide
from bouture.strategies.guide_rules.task import Polarity, tasks_of

POLARITIES: tuple[Polarity, ...] = get_args(Polarity)


class Covered(NamedTuple):
    """One cell of the table."""

    rule: str
    label: str
    """Empty for a general rule."""
    polarity: Polarity
    """`positive` where the rule applies."""
    register: str
    """As the origin of the documents names it; the empty string when no document says."""
    documents: int


def coverage(guide: Guide, documents: Sequence[Document]) -> tuple[Covered, ...]:
    """How many documents illustrate each finished rule, by polarity and register.

    Every rule, polarity and register that any of the documents has gets a row, with 0 where nothing
    was made; rules in the order of the guide. What a document illustrates is read from its origin
    (`rule`, `polarity`, `register`); other documents, and rules that the guide no longer has, count
    for nothing.
    """
    counted: Counter[tuple[str, str, str]] = Counter()
    for document in documents:
        told = document.origin.parameters if document.origin else {}
        if told.get("polarity") in POLARITIES and isinstance(told.get("rule"), str):
            counted[told["rule"], told["polarity"], str(told.get("register", ""))] += 1
    registers = sorted({register for _, _, register in counted}) or [""]
    return tuple(
        Covered(
            task.rule.id, task.label, polarity, register, counted[task.rule.id, polarity, register]
        )
        for task in tasks_of(guide)
        for polarity in POLARITIES
        for register in registers
    )
