"""Concepts that models invent: one name for the ways of writing one concept, and a filter over a whole corpus (NuNER)."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from bouture.corpus.document import Document
from bouture.corpus.normalise import normalise

LONGEST = 6
"""Words of a concept; longer ones are descriptions (the prompt asks for four at most)."""
_PARENTHESIS = re.compile(r"\s*[(\[].*$", re.DOTALL)
_ARTICLE = re.compile(r"^(?:(?:le|la|les|un|une|des|the|an?)\s+|l['’]\s*)", re.IGNORECASE)
GRAMMAR = frozenset(
    (
        *(
            "nom",
            "nom propre",
            "nom commun",
            "verbe",
            "adjectif",
            "adverbe",
            "pronom",
            "préposition",
        ),
        *("déterminant", "article", "conjonction", "mot", "terme", "entité", "autre", "divers"),
        *(
            "noun",
            "proper noun",
            "common noun",
            "verb",
            "adjective",
            "adverb",
            "pronoun",
            "preposition",
        ),
        *("determiner", "conjunction", "word", "term", "entity", "misc", "miscellaneous", "other"),
    )
)
"""What says nothing of the thing: parts of speech and « other »."""


def concept_name(concept: str) -> str:
    """The normal form of a concept: lower case, one space, no article, bracket or edge punctuation; empty when it is none.

    None: parts of speech and « other », more than six words, no letter.
    """
    name = unicodedata.normalize("NFC", _PARENTHESIS.sub("", concept)).replace("_", " ")
    name = " ".join(name.lower().split()).strip(" .,;:!?\"'`*«»“”-–—/<>|")
    name = _ARTICLE.sub("", name)
    if not any(map(str.isalpha, name)) or len(name.split()) > LONGEST or name in GRAMMAR:
        return ""
    return name


def concepts(documents: Sequence[Document], least: int = 1) -> list[Document]:
    """The documents with concepts made one where they differ only in writing, and rare ones left out.

    Concepts that differ in case, accents, hyphens or a plural mark take the form that is most frequent
    (then first in alphabetical order). Entities whose concept has fewer than `least` mentions in all
    documents together are left out, with their relations, and their mentions masked: that nothing is
    annotated there says nothing (`Document.mask`).

    Args:
        documents: annotated with open concepts (strategy `open_annotation`).
        least: mentions in the whole corpus, 1 or more. NuNER keeps every concept for pre-training;
            a classifier over concepts needs several mentions of each.
    """
    counts = Counter(e.label for d in documents for e in d.entities for _ in e.spans)
    groups: dict[str, list[str]] = {}
    for label in counts:
        groups.setdefault(_key(label), []).append(label)
    chosen: dict[str, str] = {}
    for labels in groups.values():
        best = min(labels, key=lambda label: (-counts[label], label))
        enough = sum(counts[label] for label in labels) >= least
        chosen |= dict.fromkeys(labels, best if enough else "")
    return [_mapped(document, chosen) for document in documents]


def count(documents: Iterable[Document]) -> Counter[str]:
    """How many mentions each concept has."""
    return Counter(e.label for d in documents for e in d.entities for _ in e.spans)


def _mapped(document: Document, chosen: dict[str, str]) -> Document:
    kept = tuple(
        msgspec.structs.replace(e, label=chosen[e.label])
        for e in document.entities
        if chosen[e.label]
    )
    ids = {e.id for e in kept}
    left = {s for e in document.entities if e.id not in ids for s in e.spans}
    mask = msgspec.structs.replace(
        document.mask,
        spans=tuple(sorted({*document.mask.spans, *left})),
        pairs=tuple(p for p in document.mask.pairs if ids.issuperset(p)),
    )
    relations = tuple(r for r in document.relations if r.head in ids and r.tail in ids)
    return msgspec.structs.replace(document, entities=kept, relations=relations, mask=mask)


def _key(label: str) -> str:
    """A concept without case, accents, separators and plural marks, word by word."""
    bare = normalise(label, casefold=True, accents=False).text
    words = re.findall(r"[^\W_]+", bare)
    return " ".join(w[:-1] if len(w) > 3 and w[-1] in "sx" else w for w in words)
