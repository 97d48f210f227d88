"""Shuffle within segments (Dai & Adel, COLING 2020, section 3.2): the order changes inside mentions and between them."""

import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document
from bouture.corpus.tokens import sentences, tokenize
from bouture.strategies.dialogue import Dialogue, Materials
from bouture.strategies.editing import Edit, apply_to_tokens, made_by
from bouture.strategies.labelling import LabelledToken, is_cut, label_tokens


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
    begins = [sentence.start for sentence in sentences(document.text)]
    found: list[list[Chunk]] = []
    last: object = None
    for chunk, place in _chunks(label_tokens(document)):
        here = (bisect(begins, chunk.start), place)
        if here == last:
            found[-1].append(chunk)
        else:
            found.append([chunk])
            last = here
    return found


def _chunks(tokens: Sequence[LabelledToken]) -> Iterator[tuple[Chunk, object]]:
    """Each chunk with the mentions it lies in; one that touches two segments with its own place, so it is alone."""
    first = 0
    for following in range(1, len(tokens) + 1):
        token = tokens[following - 1]
        if following < len(tokens) and tokens[following].start == token.end:
            continue
        start, mentions = tokens[first].start, token.mentions
        mixed = token.cut or any(
            t.cut or t.mentions != mentions for t in tokens[first : following - 1]
        )
        yield Chunk(start, token.end, following - first), start if mixed else mentions
        first = following


def _shuffled(document: Document, chunks: list[Chunk], rng: random.Random) -> Edit | None:
    """The chunks in another order, the white space between them in place; None if tokens would fuse."""
    text = document.text
    words = [text[chunk.start : chunk.end] for chunk in chunks]
    gaps = [text[a.end : b.start] for a, b in pairwise(chunks)]
    rng.shuffle(words)
    shuffled = "".join(word + gap for word, gap in zip(words, [*gaps, ""], strict=True))
    start, end = chunks[0].start, chunks[-1].end
    fuses = len(tokenize(shuffled)) != sum(chunk.tokens for chunk in chunks)
    return None if fuses or is_cut(document, start, end) else Edit(start, end, shuffled)
