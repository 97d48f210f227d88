"""Entities with conditional random fields, one for each layer of nesting; needs no download and no GPU.

Layer 0 holds the outermost mentions, layer 1 those inside them, and so on (layered flat models, Ju
et al. 2018). Each layer sees the labels of the one above as features. Training is L-BFGS with L1
and L2 penalties (python-crfsuite): the same documents in the same order give the same model.
"""

import math
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pycrfsuite
from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document, Span
from bouture.corpus.tokens import tokenize
from bouture.evaluate.crf_features import token_features
from bouture.evaluate.learner import counted
from bouture.evaluate.scores import Found, mention_units

OUTSIDE = "O"


class CrfOptions(BaseModel):
    """Settings of the CRF."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    c1: float = Field(
        0.05, ge=0, description="weight of the L1 penalty; more of it, fewer features"
    )
    c2: float = Field(0.05, ge=0, description="weight of the L2 penalty")
    max_iterations: int = Field(60, ge=1, description="most iterations of L-BFGS for each layer")
    max_layers: int = Field(3, ge=1, le=6, description="deepest nesting learnt")


class Crf:
    """Learns to find mentions, nested or not."""

    Options = CrfOptions
    name = "crf"
    task = "entities"
    seeded = False

    def __init__(self, options: CrfOptions = CrfOptions()) -> None:
        self.options = options
        self.seen = _Seen()

    def fit(
        self, documents: Sequence[Document], weights: Sequence[int] | None = None, seed: int = 0
    ) -> "CrfModel":
        """Learn from `documents`, each counting `weights[i]` times; `seed` changes nothing.

        Mentions that do not begin and end on token boundaries, or nest deeper than `max_layers`,
        cannot be learnt; the model's `dropped` says how many there were. Masked stretches teach
        nothing: the tokens around them are learnt as separate sequences.
        """
        counts = [weight for _, weight in counted(documents, weights) if weight > 0]
        kept = [document for document, weight in counted(documents, weights) if weight > 0]
        spread = [Layers.of(d, self.seen.tokens(d.text), self.options.max_layers) for d in kept]
        depth = max((layers.depth for layers in spread), default=0)
        fields = []
        for level in range(depth):
            fields.append(self._fit_layer(kept, spread, counts, level))
        dropped = sum(layers.dropped for layers in spread)
        return CrfModel(tuple(fields), dropped, self.seen)

    def _fit_layer(
        self,
        documents: Sequence[Document],
        spread: Sequence["Layers"],
        weights: Sequence[int],
        level: int,
    ) -> bytes:
        # n copies of every document weigh the penalties down n times: dividing both by the
        # common divisor is the same objective for less work.
        common = math.gcd(*weights) or 1
        trainer = pycrfsuite.Trainer(verbose=False)
        trainer.select("lbfgs")
        trainer.set_params(
            {
                "c1": self.options.c1 / common,
                "c2": self.options.c2 / common,
                "max_iterations": self.options.max_iterations,
            }
        )
        for document, layers, weight in zip(documents, spread, weights, strict=True):
            above = layers.tags[level - 1] if level else None
            for run in _decided(document, self.seen.tokens(document.text)):
                sequence = self.seen.sequence(document.text, above, run)
                for _ in range(weight // common):
                    trainer.append(sequence, layers.tags[level][run])
        return _train(trainer)


class Layers:
    """The mentions of one document spread over layers in which none overlap, as BIO tags."""

    def __init__(self, tags: list[list[str]], depth: int, dropped: int) -> None:
        self.tags = tags
        self.depth = depth
        self.dropped = dropped

    @classmethod
    def of(cls, document: Document, tokens: Sequence[Span], max_layers: int) -> "Layers":
        """Each mention goes to the first layer where it overlaps nothing, the longer mentions first."""
        first = {token.start: index for index, token in enumerate(tokens)}
        last = {token.end: index for index, token in enumerate(tokens)}
        tags = [[OUTSIDE] * len(tokens) for _ in range(max_layers)]
        depth = dropped = 0
        for label, start, end in mention_units(document):
            begin, finish = first.get(start), last.get(end)
            if begin is None or finish is None:
                dropped += 1
                continue
            for level in range(max_layers):
                if all(tag == OUTSIDE for tag in tags[level][begin : finish + 1]):
                    tags[level][begin : finish + 1] = [f"I-{label}"] * (finish + 1 - begin)
                    tags[level][begin] = f"B-{label}"
                    depth = max(depth, level + 1)
                    break
            else:
                dropped += 1
        return cls(tags, depth, dropped)


class CrfModel:
    """A trained stack of CRFs. Raises nothing: a model of no mention finds none."""

    def __init__(self, fields: tuple[bytes, ...], dropped: int, seen: "_Seen") -> None:
        self.fields = fields
        self.dropped = dropped
        """Training mentions that could not be learnt."""
        self._seen = seen
        self._taggers = [_open(field) for field in fields]

    def predict(self, text: str) -> list[Found]:
        """The mentions found, in reading order, the longer first where two start together."""
        tokens = self._seen.tokens(text)
        found: list[Found] = []
        above: list[str] | None = None
        for tagger in self._taggers:
            if not tokens:
                break
            above = list(tagger.tag(self._seen.sequence(text, above)))
            found += read_tags(above, tokens)
        return sorted(dict.fromkeys(found), key=lambda f: (f.start, -f.end, f.label))


def read_tags(tags: Sequence[str], tokens: Sequence[Span]) -> Iterable[Found]:
    """The mentions that BIO tags stand for; an I- that continues nothing begins a mention (conlleval)."""
    label, begin = "", 0
    for index, tag in enumerate([*tags, OUTSIDE]):
        if label and tag != f"I-{label}":
            yield Found(label, tokens[begin].start, tokens[index - 1].end)
            label = ""
        if tag != OUTSIDE and not label:
            label, begin = tag[2:], index


class _Seen:
    """Tokens and features of the texts met so far: an experiment fits the same documents many times."""

    def __init__(self) -> None:
        self._tokens: dict[str, tuple[Span, ...]] = {}
        self._features: dict[str, list[list[str]]] = {}

    def tokens(self, text: str) -> tuple[Span, ...]:
        if text not in self._tokens:
            self._tokens[text] = tokenize(text)
        return self._tokens[text]

    def sequence(self, text: str, above: Sequence[str] | None, run: slice = slice(None)) -> Any:
        """The features of a run of tokens in crfsuite's own form, with the tags of the layer above if any."""
        if text not in self._features:
            # Most features occur many times: kept once each, thousands of texts fit in memory.
            self._features[text] = [
                [sys.intern(feature) for feature in own]
                for own in token_features(text, self.tokens(text))
            ]
        features = self._features[text]
        if above is not None:
            features = [
                [*own, *_layer_features(above, index)] for index, own in enumerate(features)
            ]
        return pycrfsuite.ItemSequence(features[run])


def _decided(document: Document, tokens: Sequence[Span]) -> Iterator[slice]:
    """The runs of tokens outside the mask: what nobody has decided on teaches nothing."""
    if not document.mask.spans:
        yield slice(None)
        return
    begin = 0
    for index, token in enumerate(tokens):
        if document.mask.covers(token):
            if begin < index:
                yield slice(begin, index)
            begin = index + 1
    if begin < len(tokens):
        yield slice(begin, len(tokens))


def _layer_features(above: Sequence[str], index: int) -> list[str]:
    tag = above[index]
    if tag == OUTSIDE:
        return ["a=O"]
    features = [f"a={tag}", f"al={tag[2:]}"]
    if index + 1 == len(above) or above[index + 1] != f"I-{tag[2:]}":
        features.append(f"a-last={tag[2:]}")
    return features


def _train(trainer: Any) -> bytes:
    """The trained model as bytes; crfsuite only knows how to write a file."""
    descriptor, path = tempfile.mkstemp(suffix=".crf")
    os.close(descriptor)
    try:
        trainer.train(path)
        with open(path, "rb") as file:
            return file.read()
    finally:
        os.unlink(path)


def _open(field: bytes) -> Any:
    tagger = pycrfsuite.Tagger()
    tagger.open_inmemory(field)
    return tagger
