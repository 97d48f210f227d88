"""The shape of every strategy: a dialogue that yields requests, is sent responses and returns documents.

Zero turns (a local substitution), one turn and several turns have the same type. A dialogue does
no I/O: a test drives it by hand, a run is replayed by driving it again with stored answers.
"""

import random
from collections.abc import Generator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import msgspec

from bouture.corpus.document import Document
from bouture.corpus.guide import Guide
from bouture.corpus.issue import Issue
from bouture.corpus.schema import Schema
from bouture.llm.messages import Request, Response
from bouture.strategies.wanted import Wanted

Dialogue: TypeAlias = Generator[Request, Response, list[Document]]


class Declined(Exception):
    """Raised by a dialogue that cannot make a document: the issues say why. Ends in `rejected`.

    `answer` is the raw answer that could not be used, when there was one.
    """

    def __init__(self, *issues: Issue, answer: str = "") -> None:
        super().__init__("; ".join(i.message for i in issues))
        self.issues = issues
        self.answer = answer


class Strategy(Protocol):
    """Makes new documents from one source document.

    `name` is the name in the catalogue; it goes into the `origin` of what it makes. The documents
    returned carry a complete `origin` except for `sample` and `requests`, which the loop fills in,
    as it does the `sample` of each request. Their ids are also given by the loop. A class whose
    dialogues yield requests says so with `asks_model = True`: a recipe must then name a model.
    """

    name: str

    def __call__(self, document: Document, rng: random.Random) -> Dialogue: ...


class Asked(msgspec.Struct, frozen=True):
    """A model to ask, as data."""

    name: str = ""
    """As the server knows it."""
    parameters: dict[str, Any] = {}
    """Sampling parameters of its requests."""


class Materials(msgspec.Struct, frozen=True):
    """What a strategy may know: training documents only, never dev or test."""

    gold: Sequence[Document]
    schema: Schema
    guide: Guide | None = None
    language: str = "fr"
    """Of the prompts: `fr` or `en`."""
    model: str = ""
    """Name of the model to ask, as data."""
    parameters: dict[str, Any] = {}
    """Sampling parameters for the model's requests."""
    models: Mapping[str, Asked] = {}
    """The recipe's further models by their names there, for a strategy that asks several."""
    wanted: Wanted = Wanted()
    """What the corpus lacks, for a strategy that chooses what to write about."""
