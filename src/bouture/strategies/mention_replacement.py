"""Mention replacement (Dai & Adel, COLING 2020, section 3.2): a mention becomes another one of its label, in good French."""

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document, Entity, Mention, Span
from bouture.corpus.issue import Wording
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import Edit, apply_to_tokens, declining, made_by
from bouture.strategies.french.around import begins_with_determiner
from bouture.strategies.french.facts import Facts
from bouture.strategies.french.fitting import Knowledge, Spot
from bouture.strategies.french.frame import Words
from bouture.strategies.french.initials import initial
from bouture.strategies.french.refusal import Refused
from bouture.strategies.french.surface import Surface
from bouture.strategies.function_words import function_words

UNREPLACEABLE = Wording(
    "no mention of document {document!r} has a replacement that keeps nesting and agreement",
    "aucune mention du document « {document} » ne peut être remplacée sans rompre l’imbrication ou l’accord",
)
NO_MENTION = Wording(
    "document {document!r} has no mention", "le document « {document} » n’a pas de mention"
)


Kind: TypeAlias = tuple[str, tuple[str, ...], tuple[object, ...]]
"""Entities that may stand for each other: label, relations to itself, nesting of each surface."""
Sort: TypeAlias = tuple[tuple[Facts, bool], ...]
"""Donors that French treats alike: what is known of each surface, and whether it holds a determiner."""
Pools: TypeAlias = dict[int, list[tuple[Surface, ...]]]


class MentionReplacement:
    """Each entity is replaced with probability `p` by one of the same label from the training documents.

    The draw is uniform over the distinct surfaces of the label, as in the authors' code. Beyond the
    paper, whose corpora are flat and without coreference:

    - An entity is drawn once, together with the others of its label that bear the same surfaces (a
      first name that is annotated twice stays one name). One with several surfaces is replaced by a
      gold entity with as many, the longest for the longest. Pronouns stay.
    - What a corpus says by a relation from an entity to itself (TextMine's gender) is kept.
    - A mention with nested ones is replaced only by one with the same nesting, whose inner mentions
      take over ids and relations; it is left when an inner entity is also named elsewhere.
    - In French, determiner, preposition, elision and contraction before the mention follow, as `bouture.substitute`
      makes them, from what gold and the table of places tell of the surface. Where a fact is missing, or a
      word near it would have to agree otherwise, the mention is not put there.
    """

    name = "mention_replacement"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        p: float = Field(
            0.3,
            gt=0,
            le=1,
            description="probability that an entity is replaced (the paper tries 0.1, 0.3, 0.5, 0.7)",
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._french = materials.language != "en"
        self._pronouns = function_words(materials.language)
        donors: dict[Kind, dict[tuple[Surface, ...], None]] = {}
        for document in materials.gold:
            view = _View(document, self._pronouns)
            for entity in document.entities:
                surfaces = view.surfaces(entity)
                if surfaces:
                    donors.setdefault(view.kind(entity, surfaces), {})[surfaces] = None
                for surface in surfaces:
                    donors.setdefault(view.kind(entity, (surface,)), {})[(surface,)] = None
        self._knowledge = Knowledge(materials.gold if self._french else ())
        numbers: dict[Sort, int] = {}
        self._donors: dict[Kind, Pools] = {}
        """Donors of each kind, by the number of their sort."""
        for kind, found in donors.items():
            pools = self._donors.setdefault(kind, {})
            for donor in found:
                number = numbers.setdefault(self._sort(kind[0], donor), len(numbers))
                pools.setdefault(number, []).append(donor)
        self._sorts = list(numbers)

    def _sort(self, label: str, donor: Sequence[Surface]) -> "Sort":
        return tuple(
            (
                self._knowledge.facts(label, surface.text) if self._french else Facts(),
                begins_with_determiner(surface.text),
            )
            for surface in donor
        )

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        if not document.entities:
            raise Declined(declining("P04", NO_MENTION, document))
        view = _View(document, self._pronouns)
        drawn = [group for group in view.groups() if rng.random() < self.options.p]
        drawn.sort(key=lambda group: -max(map(len, group[0].spans)))  # outer mentions first
        edits: list[Edit] = []
        names = {mention.text for mention in document.mentions()}
        for group in drawn:
            edits += self._replaced(view, group, rng, (edits, names))
        made = apply_to_tokens(document, edits)
        if drawn and made.text == document.text:
            raise Declined(declining("P03", UNREPLACEABLE, document))
        return [made_by(self.name, document, made, self.options, keeps="labels")]
        yield

    def _replaced(
        self,
        view: "_View",
        group: Sequence[Entity],
        rng: random.Random,
        taken: tuple[Sequence[Edit], set[str]],
    ) -> list[Edit]:
        """The edits that put another entity in the place of these, which bear the same surfaces.

        Nothing when no other fits everywhere. `taken` holds the edits so far and the names that the
        document knows: no other entity of it may come to bear one of them.
        """
        before, names = taken
        surfaces = view.surfaces(group[0])
        if not surfaces or not all(view.is_closed(entity) for entity in group):
            return []
        named = [mention for entity in group for mention in view.named(entity)]
        spots = self._spots(view, group, named)
        if spots is None:
            return []
        kind = view.kind(group[0], surfaces)
        order = {surface.text: n for n, surface in enumerate(surfaces)}
        pools = dict(self._donors.get(kind, {}))
        for number, donor in _drawn(pools, rng):
            sort = self._sorts[number]
            fits = all(
                spot.takes(sort[order[mention.text]][0])
                for mention, spot in zip(named, spots, strict=False)
            )
            if not fits:
                del pools[number]
            elif names.isdisjoint(new.text for new in donor):
                edits = self._edits(view, named, spots, dict(zip(order, donor, strict=True)))
                if edits and _are_separate([*edits, *before]):
                    names.update(new.text for new in donor)
                    return edits
                del pools[number]  # another of its sort would be refused for the same reason
        return []

    def _spots(
        self, view: "_View", group: Sequence[Entity], named: Sequence[Mention]
    ) -> list[Spot] | None:
        """The places of the mentions; None when one of them is no noun. None at all outside French."""
        if not self._french:
            return []
        lexicon = self._knowledge.under(group[0].label)
        pronouns = [m for entity in group for m in view.pronouns(entity)]
        try:
            return [Spot(view.words, mention, pronouns, lexicon) for mention in named]
        except Refused:
            return None

    def _edits(
        self,
        view: "_View",
        named: Sequence[Mention],
        spots: Sequence[Spot],
        pairs: Mapping[str, Surface],
    ) -> list[Edit]:
        """The edits that put other surfaces there; none where the words around do not allow it."""
        group = named[0].entity
        if not self._french:
            found = [_in_english(view, mention, pairs[mention.text], group) for mention in named]
            return [] if None in found else [edit for edit in found if edit is not None]
        edits: list[Edit] = []
        for mention, spot in zip(named, spots, strict=True):
            surface = pairs[mention.text]
            known = self._knowledge.facts(mention.label, surface.text)
            try:
                edits += spot.edits(surface, known, [m.span for m in view.inner(mention)], group)
            except Refused:
                return []
        return edits


def _in_english(view: "_View", mention: Mention, new: Surface, group: str) -> Edit | None:
    """Puts a surface in the place of a mention; None where « a » would become « an » or the other way."""
    if view.word_before(mention) in ("a", "an") and initial(new.text) != initial(mention.text):
        return None
    inner = [(mention.span, new.span)]
    for old, (span, _) in zip(view.inner(mention), new.inner, strict=True):
        inner.append((old.span, span))
    return Edit(mention.start, mention.end, new.text, tuple(inner), group=group)


def _drawn(pools: Pools, rng: random.Random) -> Iterator[tuple[int, tuple[Surface, ...]]]:
    """The donors of all pools in a random order, each once; pools may be taken away meanwhile."""
    drawn: dict[int, set[int]] = {number: set() for number in pools}
    while any(len(drawn[number]) < len(pool) for number, pool in pools.items()):
        number, at = _place(pools, rng.randrange(sum(map(len, pools.values()))))
        if at not in drawn[number]:
            drawn[number].add(at)
            yield number, pools[number][at]


def _place(pools: Pools, at: int) -> tuple[int, int]:
    """The pool, and the place in it, of donor number `at` of all."""
    for number, pool in pools.items():
        if at < len(pool):
            return number, at
        at -= len(pool)
    raise IndexError(at)


def _are_separate(edits: Sequence[Edit]) -> bool:
    return all(first.end <= second.start for first, second in pairwise(sorted(edits)))


class _View:
    """A document as this strategy looks at it: its mentions with the tokens and mentions around them."""

    def __init__(self, document: Document, pronouns: frozenset[str]) -> None:
        self.document = document
        self.words = Words(document)
        self._number, self._ends = self.words.at, self.words.ending
        self._mentions = document.mentions()
        self._order = {mention: n for n, mention in enumerate(self._mentions)}
        self._named: dict[str, list[Mention]] = {}
        self._pronouns: dict[str, list[Mention]] = {}
        for mention in self._mentions:
            found = self._pronouns if mention.text.lower() in pronouns else self._named
            found.setdefault(mention.entity, []).append(mention)
        self._loops: dict[str, list[str]] = {}
        for relation in document.relations:
            if relation.head == relation.tail:
                self._loops.setdefault(relation.head, []).append(relation.label)

    def kind(self, entity: Entity, surfaces: Sequence[Surface]) -> Kind:
        structures = tuple(surface.structure for surface in surfaces)
        return entity.label, tuple(sorted(self._loops.get(entity.id, ()))), structures

    def groups(self) -> list[list[Entity]]:
        """The entities, those of one kind with the same surfaces together, in the order of the document."""
        found: dict[object, list[Entity]] = {}
        for entity in self.document.entities:
            surfaces = self.surfaces(entity)
            key = (self.kind(entity, surfaces), surfaces) if surfaces else entity.id
            found.setdefault(key, []).append(entity)
        return list(found.values())

    def word_before(self, mention: Mention) -> str:
        number = self._number[mention.start]
        return self.words.forms[number - 1] if number else ""

    def named(self, entity: Entity) -> list[Mention]:
        """The mentions of an entity that are no pronouns."""
        return self._named.get(entity.id, [])

    def pronouns(self, entity: Entity) -> list[Mention]:
        return self._pronouns.get(entity.id, [])

    def inner(self, mention: Mention) -> list[Mention]:
        """The mentions nested in one, and those that share its span and come after it."""
        found = []
        for other in self._mentions[self._order[mention] + 1 :]:
            if other.start >= mention.end:
                break
            if other.end <= mention.end:
                found.append(other)
        return found

    def surfaces(self, entity: Entity) -> tuple[Surface, ...]:
        """Its distinct surfaces, the longest first; empty when one of its mentions cannot be moved."""
        found: dict[str, Surface] = {}
        for mention in self.named(entity):
            surface = self._surface(mention)
            if surface is None or found.setdefault(mention.text, surface) != surface:
                return ()
        return tuple(sorted(found.values(), key=lambda s: -len(s.text)))

    def is_closed(self, entity: Entity) -> bool:
        """Whether all that is nested in the mentions of an entity is named nowhere else."""
        own = self.named(entity)
        inner = {m.entity for mention in own for m in self.inner(mention)}
        return all(
            any(outer.span.contains(span) for outer in own)
            for id in inner
            for span in self.document.entity(id).spans
        )

    def _surface(self, mention: Mention) -> Surface | None:
        inner = self.inner(mention)
        at, end = mention.start, mention.end
        crossed = False
        for other in self._mentions:
            if other.start >= end:
                break
            if other.end > at and other.span.crosses(mention.span):
                crossed = True
                break
        if crossed or at not in self._number or end not in self._ends:
            return None
        if any(m.entity == mention.entity for m in inner):
            return None
        nested = tuple((Span(m.start - at, m.end - at), m.label) for m in inner)
        return Surface(mention.text, nested)
