"""What a document to be written must hold, as data: the plan IS the label (science A.4, LP1)."""

from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.corpus.markup import CLOSE_TAG, escape_text, open_tag, to_markup
from bouture.corpus.normalise import fold


class MentionKind(StrEnum):
    """How a mention names its entity (science A.4.4)."""

    FULL = "full"
    SHORT = "short"
    ACRONYM = "acronym"
    DESCRIPTION = "description"
    PRONOUN = "pronoun"


class Nested(msgspec.Struct, frozen=True):
    """A mention of another entity of the plan inside the surface of a mention; code points, half-open."""

    entity: str
    start: int
    end: int


class PlannedMention(msgspec.Struct, frozen=True):
    """One mention that must appear exactly in this form, with the mentions nested in it."""

    kind: MentionKind
    surface: str
    nested: tuple[Nested, ...] = ()
    sentence: int = 1
    """Where it can stand (from 1): one distribution in which every fact can be told; not binding."""


class PlannedEntity(msgspec.Struct, frozen=True):
    """One entity; `mentions` may be empty when it is named inside the mention of another one only."""

    id: str
    label: str
    mentions: tuple[PlannedMention, ...] = ()


class PlannedRelation(msgspec.Struct, frozen=True, order=True):
    """A fact that must be stated."""

    head: str
    label: str
    tail: str
    together: bool = True
    """Whether one sentence has to name both ends; else the fact spans sentences."""

    @property
    def relation(self) -> Relation:
        return Relation(self.head, self.label, self.tail)


class Layout(msgspec.Struct, frozen=True):
    """The form of the text: imitated from a gold document."""

    sentences: int = 1
    words: int = 0
    """About so many; 0: as it comes."""
    traits: tuple[str, ...] = ()
    """What the register shows by: names of the sections `trait …` of the prompts."""


Key = tuple[str, str, str]
"""Entity id, label, folded surface."""


class Plan(msgspec.Struct, frozen=True):
    """Entities with their mentions, facts to state, facts not to state, and the form of the text.

    A surface names one entity of the plan only (two labels on one span apart).
    """

    entities: tuple[PlannedEntity, ...]
    relations: tuple[PlannedRelation, ...] = ()
    unstated: tuple[Relation, ...] = ()
    """Facts that the text must neither state nor imply: known to be false of it."""
    layout: Layout = Layout()

    def labels(self) -> dict[str, str]:
        """Entity id -> label."""
        return {entity.id: entity.label for entity in self.entities}

    def required(self) -> Counter[Key]:
        """How often each mention must appear, nested ones included."""
        labels = self.labels()
        return Counter(
            (one.entity, labels[one.entity], fold(one.surface)) for one in self.appearances()
        )

    def appearances(self) -> Iterator["Appearance"]:
        """Every mention of the plan, each outer one followed by those nested in it."""
        for entity in self.entities:
            for mention in entity.mentions:
                yield Appearance(entity.id, mention.surface, mention.sentence)
                for inner in mention.nested:
                    surface = mention.surface[inner.start : inner.end]
                    yield Appearance(inner.entity, surface, mention.sentence)

    def names(self) -> dict[str, str]:
        """Entity id -> how it is called first: its main surface, or the one inside another mention."""
        found: dict[str, str] = {}
        for entity in self.entities:
            full = [m.surface for m in entity.mentions if m.kind is MentionKind.FULL]
            if full or entity.mentions:
                found[entity.id] = (full or [entity.mentions[0].surface])[0]
        for one in self.appearances():
            found.setdefault(one.entity, one.surface)
        return found

    def compact(self) -> dict[str, Any]:
        """The plan in a short form that people can read and JSON can hold."""
        relations = [
            f"{said(r.relation)}{'' if r.together else ' (across sentences)'}"
            for r in self.relations
        ]
        return {
            "entities": [_entity_line(entity) for entity in self.entities],
            "relations": relations,
            "unstated": [said(relation) for relation in self.unstated],
            "sentences": self.layout.sentences,
        }


class Appearance(NamedTuple):
    """One mention of a plan, flat."""

    entity: str
    surface: str
    sentence: int


def marked(labels: Mapping[str, str], entity: str, mention: PlannedMention) -> str:
    """A planned mention in the inline markup, the nested ones tagged too; `labels` are those of the plan."""
    if not mention.nested:
        tag = open_tag(entity, labels[entity])
        return f"{tag}{escape_text(mention.surface)}{CLOSE_TAG}"
    spans: dict[str, list[Span]] = {entity: [Span(0, len(mention.surface))]}
    for inner in mention.nested:
        spans.setdefault(inner.entity, []).append(Span(inner.start, inner.end))
    entities = tuple(Entity(id, labels[id], tuple(found)) for id, found in spans.items())
    return to_markup(Document("mention", mention.surface, entities))


def said(relation: Relation) -> str:
    """A relation as the notation writes it."""
    return f"{relation.head} | {relation.label} | {relation.tail}"


def _entity_line(entity: PlannedEntity) -> str:
    mentions = "; ".join(
        f"{m.surface} ({m.kind})"
        + "".join(f" [{m.surface[n.start : n.end]} = {n.entity}]" for n in m.nested)
        for m in entity.mentions
    )
    return f"{entity.id} {entity.label}: {mentions or '(inside another mention)'}"
