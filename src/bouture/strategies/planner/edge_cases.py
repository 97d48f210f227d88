"""Edge cases of science E.3 that a document shows by itself: what models get wrong and corpora have few of."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log2
from types import MappingProxyType

from bouture.corpus.document import Document, Mention
from bouture.corpus.fidelity import CUES
from bouture.corpus.issue import Wording
from bouture.corpus.normalise import fold
from bouture.corpus.tokens import tokenize

EDGES: Mapping[str, Wording] = MappingProxyType(
    {
        "nested": Wording("a mention inside another", "une mention dans une autre"),
        "long": Wording("a very long mention", "une mention très longue"),
        "coordinated": Wording("two things in one mention", "deux choses dans une mention"),
        "ambiguous": Wording(
            "a surface that can bear several labels", "une forme qui peut porter plusieurs types"
        ),
        "new surface": Wording(
            "a surface seen nowhere else", "une forme que rien d’autre ne contient"
        ),
        "several surfaces": Wording(
            "one entity under several names", "une entité sous plusieurs noms"
        ),
        "several relations": Wording(
            "several relations between two entities", "plusieurs relations entre deux entités"
        ),
        "cue": Wording("a negation or a supposition", "une négation ou une supposition"),
        "capitals": Wording("words all in capitals", "des mots tout en capitales"),
        "relative time": Wording("a relative date", "une date relative"),
    }
)
"""What each is called."""

LONGEST = 0.99
"""A mention longer, in tokens, than this share of gold's is very long (E.3)."""
DOUBT = 0.5
"""Bits of entropy of the labels of a surface from which it is ambiguous (E.3)."""

_AND = re.compile(r"(?<=\w)\s(?:et|ou|and|or)\s(?=\w)|,\s")
_RELATIVE = re.compile(
    r"\b(?:hier|avant-hier|aujourd[’']hui|demain|la veille|le lendemain|ce (?:matin|soir|jour)|cette nuit"
    r"|(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) (?:dernier|prochain)"
    r"|il y a \w+ (?:jours?|heures?|semaines?|mois)|yesterday|tomorrow|today|last (?:week|night|month)"
    r"|(?:days?|hours?|weeks?|months?) ago)\b",
    re.IGNORECASE,
)
_CAPITALS = re.compile(r"\b[^\W\d_]{4,}\b")


class EdgeCases:
    """Tells which edge cases a document shows, in the terms of one gold corpus."""

    def __init__(self, gold: Sequence[Document]) -> None:
        labels: dict[str, Counter[str]] = {}
        lengths = []
        for document in gold:
            for mention in document.mentions():
                labels.setdefault(fold(mention.text), Counter())[mention.label] += 1
                lengths.append(len(tokenize(mention.text)))
        lengths.sort()
        self._longest = lengths[int(LONGEST * (len(lengths) - 1))] if lengths else 0
        self._seen = {surface: counts.total() for surface, counts in labels.items()}
        self._ambiguous = {s for s, counts in labels.items() if _entropy(counts) > DOUBT}
        self._gold = {document.id for document in gold}

    def of(self, document: Document) -> list[str]:
        """Names of the cases it shows, each once."""
        mentions = document.mentions()
        surfaces = [fold(mention.text) for mention in mentions]
        # In gold, a surface that is nowhere else is there once; in a new document, never.
        known = 1 if document.id in self._gold else 0
        shown = {
            "nested": _nested(mentions),
            "long": any(len(tokenize(m.text)) > self._longest for m in mentions),
            "coordinated": any(_AND.search(m.text) for m in mentions),
            "ambiguous": any(surface in self._ambiguous for surface in surfaces),
            "new surface": any(self._seen.get(surface, 0) <= known for surface in surfaces),
            "several surfaces": _renamed(mentions, surfaces),
            "several relations": _doubly(document),
            "cue": any(pattern.search(document.text) for _, _, pattern in CUES),
            "capitals": any(w.group().isupper() for w in _CAPITALS.finditer(document.text)),
            "relative time": _RELATIVE.search(document.text) is not None,
        }
        return [name for name, found in shown.items() if found]


def _nested(mentions: Sequence[Mention]) -> bool:
    """Reading order puts the longer first: what begins before the furthest end so far is inside, or crosses."""
    return any(second.start < first.end for first, second in pairwise(mentions))


def _renamed(mentions: Sequence[Mention], surfaces: Sequence[str]) -> bool:
    names: dict[str, set[str]] = {}
    for mention, surface in zip(mentions, surfaces, strict=True):
        names.setdefault(mention.entity, set()).add(surface)
    return any(len(found) > 1 for found in names.values())


def _doubly(document: Document) -> bool:
    pairs = Counter(frozenset((relation.head, relation.tail)) for relation in document.relations)
    return any(times > 1 for times in pairs.values())


def _entropy(counts: Counter[str]) -> float:
    total = counts.total()
    return -sum(n / total * log2(n / total) for n in counts.values())
