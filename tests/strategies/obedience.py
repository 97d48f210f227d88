"""Scripted models that rewrite as they are told, and models that break one rule each."""

import random
from collections.abc import Callable

import msgspec

from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.corpus.markup import to_markup
from bouture.corpus.tokens import sentences
from bouture.strategies.editing import Edit, apply, cuts

Disobedience = Callable[[Document, random.Random], Document | None]
"""Breaks one rule in an answer; None where the document gives no occasion."""


def rewritten(document: Document) -> Document:
    """The same said otherwise: sentences in reverse order where no mention runs over their bounds, and a frame."""
    text = document.text
    parts = list(sentences(text))
    inside = all(
        any(p.contains(span) for p in parts) for e in document.entities for span in e.spans
    )
    if not inside:
        parts = [Span(0, len(text))]
    moved: dict[Span, int] = {}
    written = "On apprend ceci."
    for part in reversed(parts):
        written += " "
        moved[part] = len(written) - part.start
        written += text[part.start : part.end]
    written += " Le point se termine ainsi."

    def at(span: Span) -> Span:
        shift = next(shift for part, shift in moved.items() if part.contains(span))
        return Span(span.start + shift, span.end + shift)

    entities = tuple(Entity(e.id, e.label, tuple(map(at, e.spans))) for e in document.entities)
    return msgspec.structs.replace(document, text=written, entities=entities)


def obedient(document: Document) -> str:
    """The answer of a model that does as it is told."""
    return to_markup(rewritten(document))


def drops_a_tag(made: Document, rng: random.Random) -> Document | None:
    if not made.entities:
        return None
    entity = rng.choice(made.entities)
    spans = list(entity.spans)
    del spans[rng.randrange(len(spans))]
    if spans:
        shorter = msgspec.structs.replace(entity, spans=tuple(spans))
        return _with(made, [shorter if e.id == entity.id else e for e in made.entities])
    rest = [e for e in made.entities if e.id != entity.id]
    kept = tuple(r for r in made.relations if entity.id not in (r.head, r.tail))
    return msgspec.structs.replace(made, entities=tuple(rest), relations=kept)


def changes_a_label(made: Document, rng: random.Random) -> Document | None:
    labels = sorted({e.label for e in made.entities})
    if len(labels) < 2:
        return None
    entity = rng.choice(made.entities)
    other = rng.choice([label for label in labels if label != entity.label])
    changed = msgspec.structs.replace(entity, label=other)
    return _with(made, [changed if e.id == entity.id else e for e in made.entities])


def changes_a_surface(made: Document, rng: random.Random) -> Document | None:
    if not made.entities:
        return None
    mention = rng.choice(made.mentions())
    word = Edit(mention.start, mention.start + 1, f"{made.text[mention.start]}z")
    inner = {m.span for m in made.mentions() if m.start == mention.start and len(m.span) == 1}
    if inner or cuts(made, word):
        return None
    return apply(made, [word])


def swaps_ids(made: Document, rng: random.Random) -> Document | None:
    """The ids of two entities that do not read the same."""
    read = {e.id: sorted(made.mention_text(s).casefold() for s in e.spans) for e in made.entities}
    pairs = [
        (a, b)
        for a in made.entities
        for b in made.entities
        if a.id < b.id and read[a.id] != read[b.id]
    ]
    if not pairs:
        return None
    first, second = rng.choice(pairs)
    other = {first.id: second.id, second.id: first.id}
    entities = [
        msgspec.structs.replace(e, id=other[e.id]) if e.id in other else e for e in made.entities
    ]
    return _with(made, entities)


def adds_a_tagged_entity(made: Document, rng: random.Random) -> Document | None:
    if not made.entities:
        return None
    label = rng.choice(made.entities).label
    text = f"{made.text} Une source évoque Zzyzx."
    span = Span(len(text) - 6, len(text) - 1)
    added = Entity("E999", label, (span,))
    return msgspec.structs.replace(made, text=text, entities=(*made.entities, added))


def adds_untagged_mentions(made: Document, rng: random.Random) -> Document | None:
    """Names that the document annotates come once more, without tags."""
    names = sorted({m.text for m in made.mentions() if m.text[0].isupper() and len(m.text) > 3})
    if not names:
        return None
    return msgspec.structs.replace(
        made, text=f"{made.text} On parle aussi de {', de '.join(names)}."
    )


def drops_a_relation(made: Document, rng: random.Random) -> Document | None:
    if not made.relations:
        return None
    lost = rng.choice(made.relations)
    return msgspec.structs.replace(made, relations=tuple(r for r in made.relations if r != lost))


def turns_a_relation(made: Document, rng: random.Random) -> Document | None:
    known = set(made.relations)
    able = [
        r
        for r in made.relations
        if r.head != r.tail and Relation(r.tail, r.label, r.head) not in known
    ]
    if not able:
        return None
    chosen = rng.choice(able)
    turned = Relation(chosen.tail, chosen.label, chosen.head)
    return msgspec.structs.replace(
        made, relations=tuple(turned if r == chosen else r for r in made.relations)
    )


DISOBEDIENCE: tuple[Disobedience, ...] = (
    drops_a_tag,
    changes_a_label,
    changes_a_surface,
    swaps_ids,
    adds_a_tagged_entity,
    adds_untagged_mentions,
    drops_a_relation,
    turns_a_relation,
)


def _with(document: Document, entities: list[Entity]) -> Document:
    return msgspec.structs.replace(document, entities=tuple(entities))
