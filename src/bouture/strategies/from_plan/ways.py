"""Three ways of drawing a plan: a list of entities, relation triples, the graph of a document (science A.4.2-A.4.4)."""

import random
from collections.abc import Callable, Mapping
from typing import NamedTuple

from bouture.corpus.document import Relation
from bouture.strategies.from_plan.choice import Choice
from bouture.strategies.from_plan.draft import Draft
from bouture.strategies.from_plan.gold import Gold, Theme
from bouture.strategies.from_plan.placing import place
from bouture.strategies.from_plan.plan import (
    Layout,
    Plan,
    PlannedEntity,
    PlannedMention,
    PlannedRelation,
)
from bouture.strategies.from_plan.relations import Role
from bouture.strategies.from_plan.units import Bearer

RETOLD = 0.5
"""Chance that what gold states between two entities taken from one document is stated again."""
REUSED = 0.5
"""Chance that an end of a new triple is an entity of the plan already, so that triples hang together."""
UNUSUAL = 0.1
"""Chance that any entity of the right label will do as an end of a new fact, so that roles are not learnt by heart."""
NEW_TO_A_NAME = 0.2
"""Chance that a proper name will do for a role that gold never has it in; descriptions must be known in it."""
TRIES = 4
"""Draws for each entity or fact that is wanted, before the plan is taken as it is."""


class Size(NamedTuple):
    """How much goes into a plan."""

    mixed: float = 0.4
    """Chance that an entity comes from another document than the theme."""
    facts: int = 12
    """At most, what follows from others aside."""
    unstated: int = 3
    """Facts that must not be stated, at most."""


Way = Callable[[Draft, Theme, "Drawing"], None]


class Drawing(NamedTuple):
    """What a way of drawing works with."""

    gold: Gold
    rng: random.Random
    layout: Layout
    size: Size


class Drawn(NamedTuple):
    """A plan and the gold documents whose mentions it holds."""

    plan: Plan
    sources: tuple[str, ...]


def draw(way: Way, drawing: Drawing, keep: Mapping[str, float], without: str = "") -> Drawn | None:
    """A plan, or None when gold has nothing that can be put into one.

    Args:
        way: one of the three below.
        keep: chance of a surface to be taken when it is drawn.
        without: a gold document whose set of entities must not be the theme.
    """
    gold, rng, layout, size = drawing
    if not gold.themes:
        return None
    draft = Draft(gold, rng, keep)
    theme = _theme(gold, rng, without)
    way(draft, theme, drawing)
    for bearer in (
        () if draft.labels else theme.bearers
    ):  # all that was drawn leans on what did not come
        _take(draft, theme, bearer, whole=False)
    if not draft.labels:
        return None
    surfaces = [mention.surface for own in draft.mentions.values() for mention in own]
    layout = gold.roomy(layout, surfaces)
    place(draft, layout.sentences, gold, rng)
    unstated = _unstated(draft, rng, size.unstated)
    return Drawn(_plan(draft, unstated, layout), tuple(sorted(draft.sources)))


def entity_list(draft: Draft, theme: Theme, drawing: Drawing) -> None:
    """Entities that go together, one mention each; the facts are only those that come with them."""
    wanted = drawing.gold.size(drawing.layout.sentences, drawing.rng)
    _gather(draft, theme, drawing, wanted, whole=False)


def relation_triples(draft: Draft, theme: Theme, drawing: Drawing) -> None:
    """A few facts, each relation as often as wanted; the entities are their ends."""
    gold, rng, layout, size = drawing
    entities = gold.size(layout.sentences, rng)
    wanted = min(size.facts, max(1, gold.relations.density(entities, rng)))
    own: dict[str, list[int]] = {}
    for number, bearer in enumerate(theme.bearers):
        own.setdefault(bearer.label, []).append(number)

    def end(label: str, role: Role, but: str = "") -> str | None:
        """An entity of the label that suits the role: of the plan, of the theme, or new."""
        chance = rng.random()
        asked = None if chance < UNUSUAL else role._replace(names_too=chance >= NEW_TO_A_NAME)
        here = [
            id
            for id, known in draft.labels.items()
            if known == label and id != but and (asked is None or draft.suits(id, asked))
        ]
        if here and rng.random() < REUSED:
            return rng.choice(here)
        left = own.get(label)
        found = None
        if left and rng.random() >= size.mixed:
            bearer = theme.bearers[left.pop(rng.randrange(len(left)))]
            if asked is None or gold.relations.suits(label, bearer.main.surface, asked):
                found = draft.take(bearer, whole=False)
        found = found or draft.new(label, role=asked)
        return found if found != but else None

    for _ in range(TRIES * wanted if gold.relations.patterns else 0):
        if len(draft.facts.stated) >= wanted:
            break
        pattern = gold.relations.patterns.draw(rng)
        head = end(pattern.head, Role(pattern.label, True))
        tail = end(pattern.tail, Role(pattern.label, False), but=head) if head else None
        if head and tail:
            draft.invent(Relation(head, pattern.label, tail))


def document_graph(draft: Draft, theme: Theme, drawing: Drawing) -> None:
    """The entities of a document with all their mentions, and facts between them as dense as gold's."""
    gold, rng, layout, size = drawing
    wanted = gold.size(layout.sentences, rng)
    _gather(draft, theme, drawing, wanted, whole=True)
    facts = min(size.facts, gold.relations.density(len(draft), rng))
    limit = len(draft.facts.stated) + facts
    told = list(theme.facts)
    rng.shuffle(told)
    for one, label, other in told:
        ends = draft.id_of(one), draft.id_of(other)
        if len(draft.facts.stated) >= limit:
            return
        if ends[0] and ends[1] and ends[0] != ends[1] and rng.random() < RETOLD:
            draft.facts.add(Relation(ends[0], label, ends[1]))
    of_label: dict[str, list[str]] = {}
    for id, known in draft.labels.items():
        of_label.setdefault(known, []).append(id)
    pairs = [
        ((head, tail), len(heads) * len(tails) * weight)
        for head, heads in of_label.items()
        if (row := gold.relations.related.get(head))
        for tail, tails in of_label.items()
        if (weight := row.get(tail))
    ]
    related = Choice([labels for labels, _ in pairs], [weight for _, weight in pairs])
    tries = 2 * TRIES
    for _ in range(tries * facts if related else 0):
        if len(draft.facts.stated) >= limit:
            break
        labels = related.draw(rng)
        head, tail = (rng.choice(of_label[known]) for known in labels)
        fact = Relation(head, gold.relations.of_pair(*labels).draw(rng), tail)
        strict = rng.random() >= NEW_TO_A_NAME
        unusual = rng.random() < UNUSUAL / tries  # most draws are in vain: few of them may be odd
        if head != tail and (unusual or draft.plausible(fact, names_too=strict)):
            draft.invent(fact)


def _theme(gold: Gold, rng: random.Random, without: str) -> Theme:
    theme = gold.themes.draw(rng)
    for _ in range(TRIES):
        if theme.id != without:
            break
        theme = gold.themes.draw(rng)
    return theme


def _gather(draft: Draft, theme: Theme, drawing: Drawing, wanted: int, *, whole: bool) -> None:
    """Entities of the theme, some replaced by others of their label, and others added."""
    gold, rng, _, size = drawing
    order = rng.sample(range(len(theme.bearers)), len(theme.bearers))
    for _ in range(TRIES * wanted):
        if len(draft) >= wanted or not (order or gold.labels):
            break
        bearer = theme.bearers[order.pop()] if order else None
        if bearer is not None and rng.random() >= size.mixed:
            _take(draft, theme, bearer, whole=whole)
            continue
        replaced = bearer is not None and rng.random() < 0.5
        label = bearer.label if bearer and replaced else gold.labels.draw(rng)
        draft.new(label, gold.kinds(label, rng) if whole else None)


def _take(draft: Draft, theme: Theme, bearer: Bearer, *, whole: bool) -> None:
    """An entity of the theme, with the one that it leans on and what relates them."""
    partner = draft.partner(bearer.key)
    if partner is None:
        draft.take(bearer, whole=whole)
        return
    if not draft.willing(bearer) or not draft.fits(bearer, whole=whole):
        return
    if draft.id_of(partner.key) is None:
        other = next((one for one in theme.bearers if one.key == partner.key), None)
        if other is None or draft.take(other, whole=whole) is None:
            return
    id = draft.add(bearer, bearer.units if whole else [bearer.main])
    if id is not None:
        ends = (id, draft.id_of(partner.key))
        head, tail = ends if partner.is_head else ends[::-1]
        if head and tail:
            draft.facts.add(Relation(head, partner.relation, tail))


def _unstated(draft: Draft, rng: random.Random, most: int) -> list[Relation]:
    """Counterparts of planned facts, then facts between entities that nothing relates.

    None that a reader could gather from what is stated: who goes to the airport of a town is told to
    go to the town.
    """
    found: dict[Relation, None] = {}
    near = _near(draft)
    stated = list(draft.facts.stated)
    rng.shuffle(stated)
    for fact in stated:
        turned = Relation(fact.tail, fact.label, fact.head)
        apart = fact.head != fact.tail and not draft.facts.pair(fact.tail, fact.head)
        if len(found) < (most + 1) // 2 and apart and draft.facts.could(turned):
            found[turned] = None
    ids = list(draft.labels)
    for _ in range(TRIES * most if len(ids) > 1 else 0):
        if len(found) >= most:
            break
        head, tail = rng.sample(ids, 2)
        possible = [] if tail in near[head] else draft.possible(head, tail)
        possible = [fact for fact in possible if not _follows(fact, draft, near)]
        if possible:
            found[rng.choice(possible)] = None
    return list(found)


def _near(draft: Draft) -> dict[str, set[str]]:
    """For each entity those that a fact or the nesting of mentions relates to it."""
    near: dict[str, set[str]] = {id: set() for id in draft.labels}
    pairs = [(fact.head, fact.tail) for fact in draft.facts.stated]
    for head, tail in (*pairs, *draft.nested):
        near[head].add(tail)
        near[tail].add(head)
    return near


def _follows(fact: Relation, draft: Draft, near: Mapping[str, set[str]]) -> bool:
    """Whether the same is stated of an entity near one of the ends."""
    return any(
        other.label == fact.label
        and (
            (other.head == fact.head and other.tail in near[fact.tail])
            or (other.tail == fact.tail and other.head in near[fact.head])
        )
        for other in draft.facts.stated
    )


def _plan(draft: Draft, unstated: list[Relation], layout: Layout) -> Plan:
    where: dict[str, set[int]] = {}
    entities = []
    for id, label in draft.labels.items():
        mentions = sorted(draft.mentions[id], key=lambda m: m.sentence)
        planned = (PlannedMention(m.kind, m.surface, m.nested, m.sentence) for m in mentions)
        entities.append(PlannedEntity(id, label, tuple(planned)))
        for mention in mentions:
            for name in mention.names:
                where.setdefault(name, set()).add(mention.sentence)
    relations = tuple(
        PlannedRelation(r.head, r.label, r.tail, bool(where[r.head] & where[r.tail]))
        for r in draft.facts.stated
    )
    return Plan(tuple(entities), relations, tuple(unstated), layout)
