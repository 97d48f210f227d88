"""Gold entities as they can be put into a plan: their mentions with what is nested in them, and the facts that come along."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import msgspec

from bouture.corpus.document import Document, Entity, Mention, Relation
from bouture.corpus.guide import Guide
from bouture.corpus.guide_violations import broken_rules
from bouture.corpus.normalise import fold
from bouture.corpus.schema import Schema
from bouture.corpus.tokens import sentences
from bouture.strategies.from_plan.mention_kinds import kinds
from bouture.strategies.from_plan.plan import MentionKind

LONGEST = 120
"""Characters of a mention that can be asked for word by word."""
_WORD = re.compile(r"[a-zß-öø-ÿœ][\w-]*")
_ODD = re.compile(r"[\r\n\t|<>&\u2028\u2029\x00-\x1f]")

Key = tuple[str, str]
"""Gold document id, entity id; a name from a pool has its label and itself."""


class Part(msgspec.Struct, frozen=True):
    """A mention of another entity inside a surface."""

    key: Key
    label: str
    start: int
    end: int


class Unit(msgspec.Struct, frozen=True):
    """One mention as it can stand elsewhere."""

    kind: MentionKind
    surface: str
    parts: tuple[Part, ...] = ()


class Bearer(msgspec.Struct, frozen=True):
    """An entity that a plan can take over: from gold, or a name from a pool (`source` empty)."""

    key: Key
    label: str
    units: tuple[Unit, ...]
    """Its mentions outside other mentions, in reading order; one at least is no pronoun."""
    facts: tuple[tuple[Key, str, Key], ...] = ()
    """Gold relations among itself and what is nested in it."""
    source: str = ""
    names: frozenset[str] = frozenset()
    """Its surfaces, folded, without pronouns; with those nested in them."""

    @property
    def main(self) -> Unit:
        """The mention that names it best."""
        order = (MentionKind.FULL, MentionKind.SHORT, MentionKind.ACRONYM, MentionKind.DESCRIPTION)
        return min(
            (unit for unit in self.units if unit.kind in order),
            key=lambda unit: order.index(unit.kind),
        )


def names(units: Iterable[Unit]) -> frozenset[str]:
    """The surfaces of mentions, folded, without pronouns; with those nested in them."""
    found = set()
    for unit in units:
        if unit.kind is not MentionKind.PRONOUN:
            found.add(fold(unit.surface))
        found.update(fold(unit.surface[part.start : part.end]) for part in unit.parts)
    return frozenset(found)


class Reading(NamedTuple):
    """What is needed to judge the mentions of gold."""

    schema: Schema
    guide: Guide | None
    language: str
    lower: frozenset[str] = frozenset()
    """Words that gold has in lower case: what begins a sentence with a capital is one of them or a name."""


def lower_words(documents: Iterable[Document]) -> frozenset[str]:
    """The words that stand somewhere in lower case."""
    words: set[str] = set()
    for document in documents:
        words.update(_WORD.findall(document.text))
    return frozenset(words)


def bearers(document: Document, reading: Reading) -> list[Bearer]:
    """The entities of a gold document that can be put into a plan.

    Left out: mentions that cross others, cut a word, break a coded rule of the guide, nest as the
    guide does not allow, or hold what a line of a prompt cannot (line breaks, `|`, several sentences).
    The capital of a common word that begins a sentence is not taken along.
    """
    view = _View(document, reading)
    found = (view.bearer(entity) for entity in document.entities)
    return [one for one in found if one is not None]


class _View:
    """A gold document as mentions with what is inside them."""

    def __init__(self, document: Document, reading: Reading) -> None:
        self._document = document
        self._reading = reading
        broken = broken_rules(reading.guide, document) if reading.guide else []
        faulty = {(i.place.start, i.place.end) for i in broken}
        self._starts = {sentence.start for sentence in sentences(document.text)}
        self._free: dict[str, list[Mention]] = {}
        self._inner: dict[Mention, list[Mention]] = {}
        self._look(document.mentions(), faulty)
        self._facts: dict[str, list[Relation]] = {}
        for relation in document.relations:
            for end in {relation.head, relation.tail}:
                self._facts.setdefault(end, []).append(relation)

    def _look(
        self, mentions: Sequence[Mention], faulty: Collection[tuple[int | None, int | None]]
    ) -> None:
        """Which mentions are free, what is nested in each; those that cross are neither."""
        inside: set[Mention] = set()
        crossed: set[Mention] = set()
        for number, outer in enumerate(mentions):
            inner = self._inner.setdefault(outer, [])
            for one in islice(mentions, number + 1, None):
                if one.start >= outer.end:
                    break
                if one.end > outer.end:
                    crossed |= {outer, one}
                else:
                    inside.add(one)
                    if (one.start, one.end) not in faulty:
                        inner.append(one)
        self._crossed = crossed
        for mention in mentions:
            bad = mention in crossed or (mention.start, mention.end) in faulty
            if mention not in inside and not bad:
                self._free.setdefault(mention.entity, []).append(mention)

    def bearer(self, entity: Entity) -> Bearer | None:
        """An entity with those of its mentions that can stand elsewhere; None when only pronouns can."""
        free = self._free.get(entity.id, [])
        if entity.label not in self._reading.schema.entities:
            return None
        forms = kinds([mention.text for mention in free], self._reading.language)
        units = [
            unit
            for mention, kind in zip(free, forms, strict=True)
            if (unit := self._unit(mention, kind)) is not None
        ]
        if all(unit.kind is MentionKind.PRONOUN for unit in units):
            return None
        id = self._document.id
        members = {entity.id, *(part.key[1] for unit in units for part in unit.parts)}
        facts = {
            ((id, r.head), r.label, (id, r.tail)): None
            for member in sorted(members)
            for r in self._facts.get(member, ())
            if r.head in members and r.tail in members
        }
        return Bearer((id, entity.id), entity.label, tuple(units), tuple(facts), id, names(units))

    def _unit(self, mention: Mention, kind: MentionKind) -> Unit | None:
        inner = self._inner[mention]
        if not self._can_stand(mention) or not self._crossed.isdisjoint(inner):
            return None
        if any(one.entity == mention.entity or not self._nests(mention, one) for one in inner):
            return None
        parts = tuple(
            Part(
                (self._document.id, one.entity),
                one.label,
                one.start - mention.start,
                one.end - mention.start,
            )
            for one in inner
        )
        return Unit(kind, self._surface(mention), parts)

    def _surface(self, mention: Mention) -> str:
        text = mention.text
        lower = text[0].lower()
        first = _WORD.match(lower + text[1:])
        begins = mention.start in self._starts and text[0].isupper() and len(lower) == 1
        common = begins and first is not None and first.group() in self._reading.lower
        return lower + text[1:] if common else text

    def _nests(self, outer: Mention, inner: Mention) -> bool:
        schema = self._reading.schema
        if inner.label not in schema.entities:
            return False
        hard = schema.hard and schema.nesting
        return not hard or (outer.label, inner.label) in schema.nesting

    def _can_stand(self, mention: Mention) -> bool:
        text, at, end = mention.text, mention.start, mention.end
        whole = self._document.text
        cut = (at > 0 and whole[at - 1].isalnum() and text[0].isalnum()) or (
            end < len(whole) and whole[end].isalnum() and text[-1].isalnum()
        )
        return (
            not cut
            and not _ODD.search(text)
            and text == text.strip()
            and text[-1] not in "'’.!?…"
            and len(text) <= LONGEST
            and len(sentences(text)) == 1
        )


def weights_by_surface(bearers: Sequence[Bearer], tempering: float) -> list[float]:
    """Weights under which each distinct main surface weighs its count to the power `tempering`."""
    counts: dict[str, int] = {}
    for one in bearers:
        name = fold(one.main.surface)
        counts[name] = counts.get(name, 0) + 1
    return [counts[fold(one.main.surface)] ** (tempering - 1) for one in bearers]


def by_label(bearers: Iterable[Bearer]) -> Mapping[str, list[Bearer]]:
    """Bearers by the label of their entity, labels in the order met."""
    found: dict[str, list[Bearer]] = {}
    for one in bearers:
        found.setdefault(one.label, []).append(one)
    return found
