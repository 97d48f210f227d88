"""Mention replacement (Dai & Adel, COLING 2020, section 3.2): a mention becomes another one of its label, in good French."""

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document, Entity, Mention, Span
from bouture.corpus.issue import Wording
from bouture.strategies.determiners import (
    DETERMINERS,
    PLACING,
    Agreement,
    Before,
    agreement,
    before,
    form_before,
    initial,
    written,
)
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import Edit, apply_to_tokens, cuts, declining, made_by
from bouture.strategies.function_words import function_words
from bouture.strategies.labelling import label_tokens

UNREPLACEABLE = Wording(
    "no mention of document {document!r} has a replacement that keeps nesting and agreement",
    "aucune mention du document « {document} » ne peut être remplacée sans rompre l’imbrication ou l’accord",
)
NO_MENTION = Wording(
    "document {document!r} has no mention", "le document « {document} » n’a pas de mention"
)


class Surface(NamedTuple):
    """A mention as it can be put elsewhere: its text and the mentions nested in it."""

    text: str
    inner: tuple[tuple[Span, str], ...] = ()
    """Span within the text, and label, in the order of `Document.mentions()`."""

    @property
    def structure(self) -> tuple[tuple[str, tuple[int, ...], bool], ...]:
        """What must be equal in two surfaces that replace each other."""
        spans = [span for span, _ in self.inner]
        return tuple(
            (label, tuple(i for i, s in enumerate(spans) if s.contains(span)), span == self.span)
            for span, label in self.inner
        )

    @property
    def span(self) -> Span:
        return Span(0, len(self.text))


Item = TypeVar("Item")
Kind = tuple[str, tuple[str, ...], int]
"""Entities that may stand for each other: label, relations to itself, number of surfaces."""


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
    - In French, a mention is put only where determiner and preposition allow it: `le`/`l’`, `de`/`d’`,
      `ce`/`cet` and the like are corrected where gender and initial are known from gold, otherwise
      the mention is not put there.
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
        forms: dict[tuple[str, str], set[str]] = {}
        for document in materials.gold:
            view = _View(document, self._pronouns)
            for entity in document.entities:
                surfaces = view.surfaces(entity)
                if surfaces:
                    donors.setdefault(view.kind(entity, len(surfaces)), {})[surfaces] = None
                for surface in surfaces:
                    donors.setdefault(view.kind(entity, 1), {})[(surface,)] = None
            for mention in view.whole:
                seen = forms.setdefault((mention.label, mention.text), set())
                seen.add(view.before(mention).form)
        self._donors = {kind: list(found) for kind, found in donors.items()}
        self._agreements = {key: agreement(key[1], frozenset(seen)) for key, seen in forms.items()}

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
        donors = self._donors.get(view.kind(group[0], len(surfaces)), [])
        for donor in _in_drawn_order(donors, rng):
            pairs = dict(zip((s.text for s in surfaces), donor, strict=True))
            if names.isdisjoint(new.text for new in donor) and all(
                _can_stand_for(new, old) for new, old in zip(donor, surfaces, strict=True)
            ):
                edits = [self._edit(view, m, pairs[m.text], group[0].id) for m in named]
                found = [edit for edit in edits if edit is not None]
                if len(found) == len(edits) and _are_separate([*found, *before]):
                    names.update(new.text for new in donor)
                    return found
        return []

    def _edit(self, view: "_View", mention: Mention, new: Surface, group: str) -> Edit | None:
        """Puts a surface in the place of a mention; None where the words around do not allow it."""
        now = view.before(mention)
        known = self._agreements[mention.label, new.text]
        start, lead = mention.start, ""
        if self._french:
            if not now.form and mention.text[0].isupper() and not new.text[0].isupper():
                return None  # the beginning of a sentence
            form = form_before(now, known)
            if form is None or not _may_follow(now, known):
                return None
            if form != now.form:
                text = view.document.text
                start, lead = now.start, written(form, text[now.start : mention.start], text)
        elif now.form in ("a", "an") and initial(new.text) != initial(mention.text):
            return None
        whole = Span(len(lead), len(lead) + len(new.text))
        inner = [(mention.span, whole)]
        for old, (span, _) in zip(view.inner(mention), new.inner, strict=True):
            inner.append((old.span, Span(len(lead) + span.start, len(lead) + span.end)))
        edit = Edit(start, mention.end, lead + new.text, tuple(inner), group=group)
        return None if lead and cuts(view.document, edit) else edit


def _in_drawn_order(items: Sequence[Item], rng: random.Random) -> Iterator[Item]:
    """All items in a random order, drawn one by one: mostly the first few do."""
    moved: dict[int, Item] = {}
    for number in range(len(items)):
        drawn = rng.randrange(number, len(items))
        yield moved.get(drawn, items[drawn])
        moved[drawn] = moved.get(number, items[number])


def _can_stand_for(new: Surface, old: Surface) -> bool:
    return new.text != old.text and new.structure == old.structure


def _may_follow(now: Before, new: Agreement) -> bool:
    """Whether gold has the mention with a determiner where one stands, without where none does."""
    if now.form in DETERMINERS:
        return True
    return now.form in new.seen if now.form in PLACING else bool(new.seen & {"", "à"})


def _are_separate(edits: Sequence[Edit]) -> bool:
    return all(first.end <= second.start for first, second in pairwise(sorted(edits)))


class _View:
    """A document as this strategy looks at it: its mentions with the tokens and mentions around them."""

    def __init__(self, document: Document, pronouns: frozenset[str]) -> None:
        self.document = document
        self._tokens = label_tokens(document)
        self._number = {token.start: n for n, token in enumerate(self._tokens) if not token.cut}
        self._ends = {token.end for token in self._tokens if not token.cut}
        self._mentions = document.mentions()
        self.whole = [m for m in self._mentions if m.start in self._number and m.end in self._ends]
        """Mentions that begin and end with a token."""
        self._order = {mention: n for n, mention in enumerate(self._mentions)}
        self._named: dict[str, list[Mention]] = {}
        for mention in self._mentions:
            if mention.text.lower() not in pronouns:
                self._named.setdefault(mention.entity, []).append(mention)
        self._loops: dict[str, list[str]] = {}
        for relation in document.relations:
            if relation.head == relation.tail:
                self._loops.setdefault(relation.head, []).append(relation.label)

    def kind(self, entity: Entity, surfaces: int) -> Kind:
        return entity.label, tuple(sorted(self._loops.get(entity.id, ()))), surfaces

    def groups(self) -> list[list[Entity]]:
        """The entities, those of one kind with the same surfaces together, in the order of the document."""
        found: dict[object, list[Entity]] = {}
        for entity in self.document.entities:
            surfaces = self.surfaces(entity)
            key = (self.kind(entity, len(surfaces)), surfaces) if surfaces else entity.id
            found.setdefault(key, []).append(entity)
        return list(found.values())

    def before(self, mention: Mention) -> Before:
        return before(self._tokens, self._number[mention.start])

    def named(self, entity: Entity) -> list[Mention]:
        """The mentions of an entity that are no pronouns."""
        return self._named.get(entity.id, [])

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
        crossed = any(
            m.start < at < m.end < end or at < m.start < end < m.end for m in self._mentions
        )
        if crossed or at not in self._number or end not in self._ends:
            return None
        if any(m.entity == mention.entity for m in inner):
            return None
        nested = tuple((Span(m.start - at, m.end - at), m.label) for m in inner)
        return Surface(mention.text, nested)
