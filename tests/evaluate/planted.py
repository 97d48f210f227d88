"""Small corpora whose right answer is known: what an extra document is worth is planted in it."""

import random
from collections.abc import Sequence

from bouture.corpus.document import Document, Entity, Origin, Relation, Span

ROOTS = ("Bar", "Cor", "Dal", "Fen", "Gur", "Hol", "Jas", "Kav", "Lum", "Mor", "Nim", "Pol", "Rav")
MIDDLES = ("a", "e", "i", "o", "ou", "an", "in")
ENDS = {
    "PERSONNE": ("vic", "dar", "lek", "mus", "tin"),
    "LIEU": ("bol", "fra", "gne", "pic", "sud"),
}
VERBS = ("retrouve", "quitte", "rejoint", "observe", "traverse", "évacue")


def name(label: str, rng: random.Random) -> str:
    """A made-up proper noun; only its ending tells its label, and it takes examples to learn that."""
    return rng.choice(ROOTS) + rng.choice(MIDDLES) + rng.choice(ENDS[label])


def document(id: str, rng: random.Random, origin: Origin | None = None) -> Document:
    """Two sentences « X verb Y. » where X and Y are of any label, with relations between unlike ones."""
    text, entities, relations = "", [], []
    for sentence in range(2):
        ids = []
        for place in range(2):
            label = rng.choice(sorted(ENDS))
            surface = name(label, rng)
            text += f"{rng.choice(VERBS)} " if place else "On dit que "
            entities.append(
                Entity(f"E{sentence}{place}", label, (Span(len(text), len(text) + len(surface)),))
            )
            ids.append((f"E{sentence}{place}", label))
            text += surface + (". " if place else " ")
        (head, one), (tail, other) = ids
        if one != other:
            relations.append(Relation(head, f"{one}_{other}", tail))
    return Document(id, text.strip(), tuple(entities), tuple(relations), origin)


def corpus(prefix: str, number: int, strategy: str = "") -> list[Document]:
    """`number` documents; the same arguments give the same documents."""
    origin = Origin(strategy) if strategy else None
    return [document(f"{prefix}{i}", random.Random(f"{prefix}{i}"), origin) for i in range(number)]


def copies(documents: Sequence[Document], strategy: str) -> list[Document]:
    """Each document again, as if a strategy had made it: no new content."""
    return [
        Document(f"{d.id}~{strategy}", d.text, d.entities, d.relations, Origin(strategy, (d.id,)))
        for d in documents
    ]


def wrong(documents: Sequence[Document], strategy: str) -> list[Document]:
    """Each document with its labels swapped, as if a strategy had mistaken every one."""
    other = {"PERSONNE": "LIEU", "LIEU": "PERSONNE"}
    return [
        Document(
            f"{d.id}~{strategy}",
            d.text,
            tuple(Entity(e.id, other[e.label], e.spans) for e in d.entities),
            (),
            Origin(strategy),
        )
        for d in documents
    ]
