"""Short ways to write documents for the tests of the checks."""

import re

from bouture.checks.check import Reference
from bouture.corpus.document import Document, Entity, Origin, Relation, Span
from bouture.corpus.schema import Schema

MARK = re.compile(r"\[([^\]|]+)\|(\w+)\]")


def doc(id: str, marked: str, *relations: str, origin: Origin | None = None) -> Document:
    """A document from `[Kiev|LIEU] brûle`, entities e1, e2… in order; relations as `e1 R e2`."""
    text, entities, done = "", [], 0
    for number, found in enumerate(MARK.finditer(marked), start=1):
        text += marked[done : found.start()]
        start = len(text)
        text += found[1]
        entities.append(Entity(f"e{number}", found[2], (Span(start, len(text)),)))
        done = found.end()
    text += marked[done:]
    return Document(
        id, text, tuple(entities), tuple(Relation(*r.split()) for r in relations), origin
    )


def reference(gold: list[Document], *, held_out: tuple[Document, ...] = ()) -> Reference:
    """What checks compare with, the schema learnt from gold."""
    return Reference(gold, Schema.learn(gold), held_out=held_out)


def asked(source: str, keeps: str = "mentions") -> Origin:
    """The origin of a document that a model made from `source`."""
    return Origin("rewrite", (source,), requests=("k",), model="m", parameters={"keeps": keeps})


def local(source: str, strategy: str = "mention_replacement") -> Origin:
    """The origin of a document made from `source` without a model."""
    return Origin(strategy, (source,), parameters={"keeps": "labels"})
