"""One sample of a text: the passages that were read put together, with ids that mean the same thing all through."""

from collections.abc import Sequence

import msgspec

from bouture.corpus.document import Document, Relation, Span
from bouture.corpus.issue import Issue, Place
from bouture.corpus.normalise import fold
from bouture.corpus.tokens import folded_tokens
from bouture.strategies.closed_annotation.same_text import Placed
from bouture.strategies.closed_annotation.voting import Annotation
from bouture.strategies.dialogue import Declined

MOST_KNOWN = 40
"""Entities of earlier passages that a prompt lists, the latest."""
WORD = 3
"""Letters from which a word that two mentions share says that an id was used again on purpose."""


class Sample:
    """What has been read in one sample so far.

    Args:
        coreference: whether an entity may have several mentions; else each is an entity of its own.
    """

    def __init__(self, coreference: bool) -> None:
        self.annotation = Annotation()
        self.failures: list[Declined] = []
        self.issues: list[Issue] = []
        self.shown: set[str] = set()
        """Ids of the gold documents shown."""
        self.next_number = 1
        self._coreference = coreference
        self._labels: dict[str, str] = {}
        self._surfaces: dict[str, list[str]] = {}

    def known(self) -> list[tuple[str, str, str]]:
        """(id, label, first surface) of the entities so far; nothing where each mention is its own entity."""
        if not self._coreference:
            return []
        return [(id, self._labels[id], s[0]) for id, s in self._surfaces.items()][-MOST_KNOWN:]

    def unread(self, span: Span, why: Declined) -> None:
        """A passage without a usable answer."""
        self.annotation.unread.append(span)
        self.failures.append(why)

    def left_out(self, spans: Sequence[Span]) -> None:
        """Stretches that an answer does not have."""
        self.annotation.unread += spans

    def add(self, text: str, answer: Document, placed: Sequence[Placed]) -> None:
        """A passage: its mentions in the whole `text`, and the relations of `answer` between them."""
        names: dict[str, str] = {}
        for one in placed:
            surface = text[one.span.start : one.span.end]
            if one.entity in names and self._coreference:
                name = names[one.entity]
            elif one.entity not in names and self._again(one, surface):
                name = one.entity
            else:
                name = self._fresh()
            names.setdefault(one.entity, name)
            self._labels.setdefault(name, one.label)
            self._surfaces.setdefault(name, []).append(surface)
            self.annotation.placed.append(one._replace(entity=name))
        self.annotation.relations |= {
            Relation(names[r.head], r.label, names[r.tail])
            for r in answer.relations
            if r.head in names and r.tail in names
        }

    def found(self, issues: Sequence[Issue], document: str) -> None:
        """What reading found; places in a passage mean nothing in the whole text."""
        place = Place(document=document)
        self.issues += [msgspec.structs.replace(issue, place=place) for issue in issues]

    def _again(self, one: Placed, surface: str) -> bool:
        """Whether an id of an earlier passage means the same entity here: not when numbering began anew."""
        if not self._coreference or self._labels.get(one.entity) != one.label:
            return False
        known = {w for s in self._surfaces[one.entity] for w in folded_tokens(s) if len(w) >= WORD}
        same = any(fold(surface) == fold(s) for s in self._surfaces[one.entity])
        return same or surface[:1].islower() or bool(known & set(folded_tokens(surface)))

    def _fresh(self) -> str:
        name = f"E{self.next_number}"
        self.next_number += 1
        return name
