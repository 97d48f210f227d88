"""Drives a strategy by hand, with literal answers."""

import random
from collections.abc import Sequence

from bouture.corpus.document import Document
from bouture.corpus.markup import from_markup
from bouture.corpus.schema import Schema
from bouture.llm.messages import Request, Response
from bouture.strategies.dialogue import Materials, Strategy


def gold(*markups: str) -> list[Document]:
    """Documents d0, d1… from the inline markup."""
    return [from_markup(markup, id=f"d{number}") for number, markup in enumerate(markups)]


def materials(documents: Sequence[Document], **known: object) -> Materials:
    return Materials(documents, Schema.learn(documents), **known)


def make(strategy: Strategy, document: Document, seed: int = 0) -> Document:
    """What a strategy without a turn makes."""
    try:
        request = next(strategy(document, random.Random(seed)))
    except StopIteration as end:
        [made] = end.value
        return made
    raise AssertionError(f"asked {request}")


def converse(
    strategy: Strategy, document: Document, answers: Sequence[str | Response], seed: int = 0
) -> tuple[list[Document], list[Request]]:
    """The documents made and the requests yielded; every answer must be used."""
    dialogue = strategy(document, random.Random(seed))
    requests = [next(dialogue)]
    left = [a if isinstance(a, Response) else Response(a) for a in answers]
    while True:
        try:
            requests.append(dialogue.send(left.pop(0)))
        except StopIteration as end:
            assert not left
            return end.value, requests
