"""What a kind of noise sees of a document, and the edits that may be made to it without harm to a mention."""

import random
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

import msgspec

from bouture.corpus.document import Document, remembered
from bouture.strategies.editing import Edit, apply
from bouture.strategies.labelling import bounds, is_cut

BLANKS = " \u00a0\u202f\u2009"
"""Spaces within a line: plain, no-break, narrow no-break, thin."""


class Page(NamedTuple):
    """A document about to be made noisy."""

    document: Document
    rng: random.Random
    rate: float
    """Share of the words that a kind about words touches, in the documents it is applied to."""
    azerty: bool
    """Whether the keyboard is French."""

    @property
    def text(self) -> str:
        return self.document.text


Kind: TypeAlias = Callable[[Page], Sequence[Edit]]
"""What one kind of noise would change; the edits are separate, in order, and none of them is without effect."""


@remembered
def _covered(document: Document) -> tuple[list[int], list[int]]:
    """Where the stretches covered by mentions begin and end, in order, those that overlap as one."""
    starts: list[int] = []
    ends: list[int] = []
    for mention in document.mentions():
        if ends and mention.start < ends[-1]:
            ends[-1] = max(ends[-1], mention.end)
        else:
            starts.append(mention.start)
            ends.append(mention.end)
    return starts, ends


def touches(document: Document, start: int, end: int) -> bool:
    """Whether a stretch of text and a mention share a character."""
    starts, ends = _covered(document)
    return bisect_right(ends, start) < bisect_left(starts, end)


def is_safe(document: Document, edit: Edit) -> bool:
    """Whether an edit moves no bound of a mention otherwise than along with the text.

    What replaces as many characters moves nothing. Else no bound may lie inside; and what takes
    text away may not have a bound on both sides: a mention could vanish, or two become one.
    """
    if len(edit.text) == edit.end - edit.start:
        return True
    if is_cut(document, edit.start, edit.end):
        return False
    return bool(edit.text) or not {edit.start, edit.end}.issubset(bounds(document))


def edited(document: Document, edits: Sequence[Edit]) -> Document:
    """The document with safe edits made; what replaces as many characters may lie across bounds."""
    pieces: list[str] = []
    done = 0
    for edit in edits:
        if len(edit.text) == edit.end - edit.start:
            pieces += (document.text[done : edit.start], edit.text)
            done = edit.end
    text = "".join([*pieces, document.text[done:]])
    moving = [edit for edit in edits if len(edit.text) != edit.end - edit.start]
    return apply(msgspec.structs.replace(document, text=text), moving)


def replaced(text: str, found: Iterable[re.Match[str]], new: str) -> list[Edit]:
    """One edit for each match that does not read `new` already."""
    return [Edit(*match.span(), new) for match in found if match[0] != new]
