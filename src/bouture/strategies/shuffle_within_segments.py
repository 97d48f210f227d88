"""Shuffle within segments (Dai & Adel, COLING 2020, section 3.2): the order changes inside mentions and between them."""

import random
from bisect import bisect
from itertools import groupby, pairwise
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document
from bouture.corpus.tokens import sentences, tokenize
from bouture.strategies.dialogue import Dialogue, Materials
from bouture.strategies.editing import Edit, apply_to_tokens, cuts, made_by
from bouture.strategies.labelling import LabelledToken, label_tokens


class ShuffleWithinSegments:
    """Each segment is shuffled with probability `p`; boundaries, labels, spacing and relations stay.

    A segment is a mention or the stretch between two, within a sentence; nested mentions cut it at every bound, so each
    keeps its own tokens. What the text writes without a space moves as one (`l’aube`, `Kiev,`), and
    what touches another segment stays where it is: shuffled text remains text.
    """

    name = "shuffle_within_segments"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        p: float = Field(
            0.3,
            gt=0,
            le=1,
            description="probability that a segment is shuffled (the paper tries 0.1, 0.3, 0.5, 0.7)",
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        edits = [
            _shuffled(document, segment, rng)
            for segment in _segments(document)
            if len(segment) > 1 and rng.random() < self.options.p
        ]
        made = apply_to_tokens(document, [edit for edit in edits if edit is not None])
        return [made_by(self.name, document, made, self.options, keeps="labels")]
        yield


class Chunk(NamedTuple):
    """A stretch of text without white space, and how many tokens it is."""

    start: int
    end: int
    tokens: int


def _segments(document: Document) -> list[list[Chunk]]:
    """For each segment its chunks, in order."""
    chunks: list[list[LabelledToken]] = []
    for token in label_tokens(document):
        if chunks and chunks[-1][-1].end == token.start:
            chunks[-1].append(token)
        else:
            chunks.append([token])
    begins = [sentence.start for sentence in sentences(document.text)]
    runs = groupby(chunks, key=lambda chunk: (bisect(begins, chunk[0].start), *_place(chunk)))
    return [[Chunk(chunk[0].start, chunk[-1].end, len(chunk)) for chunk in run] for _, run in runs]


def _place(chunk: list[LabelledToken]) -> tuple[object, ...]:
    """The mentions a chunk lies in; what touches two segments is alone in its own."""
    mentions = {token.mentions for token in chunk}
    if len(mentions) > 1 or any(token.cut for token in chunk):
        return ("at", chunk[0].start)
    return ("in", *mentions)


def _shuffled(document: Document, chunks: list[Chunk], rng: random.Random) -> Edit | None:
    """The chunks in another order, the white space between them in place; None if tokens would fuse."""
    text = document.text
    words = [text[chunk.start : chunk.end] for chunk in chunks]
    gaps = [text[a.end : b.start] for a, b in pairwise(chunks)]
    rng.shuffle(words)
    shuffled = "".join(word + gap for word, gap in zip(words, [*gaps, ""], strict=True))
    edit = Edit(chunks[0].start, chunks[-1].end, shuffled)
    fuses = len(tokenize(shuffled)) != sum(chunk.tokens for chunk in chunks)
    return None if fuses or cuts(document, edit) else edit
