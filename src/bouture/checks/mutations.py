"""Known errors put into good documents, to measure what the checks see and what they do not (science C.0)."""

import random
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from bouture.corpus.document import Document, Entity, Mention, Origin, Relation, Span
from bouture.corpus.tokens import sentences, tokenize


class Materials(NamedTuple):
    """What some errors are made with."""

    labels: Sequence[str]
    """Entity labels of the corpus."""
    held_out: Sequence[Document]
    foreign: Sequence[str]
    """Sentences in another language, at least twelve words each."""


Mutation = Callable[[Document, random.Random, Materials], Document | None]
"""The document with one error more; None where it cannot have this error."""


def shift_offsets(document: Document, rng: random.Random, materials: Materials) -> Document | None:
    """One mention of a longer word begins and ends one character late (F2)."""
    inner = {position for t in tokenize(document.text) for position in range(t.start + 1, t.end)}
    found = [
        m
        for m in document.mentions()
        if m.start + 1 in inner and m.end < len(document.text) and len(m.text) > 2
    ]
    if not found:
        return None
    chosen = rng.choice(found)
    return _with_span(document, chosen, Span(chosen.start + 1, chosen.end + 1))


def unknown_label(document: Document, rng: random.Random, materials: Materials) -> Document | None:
    """One entity has a label that the schema does not know (S1)."""
    if not document.entities:
        return None
    chosen = rng.choice(document.entities)
    return _relabelled(document, {chosen.id: "ÉTIQUETTE_INVENTÉE"})


def reversed_relation(
    document: Document, rng: random.Random, materials: Materials
) -> Document | None:
    """One relation between different labels has its ends exchanged (S2)."""
    labels = document.labels()
    known = set(document.relations)
    found = [
        r
        for r in document.relations
        if labels[r.head] != labels[r.tail] and Relation(r.tail, r.label, r.head) not in known
    ]
    if not found:
        return None
    chosen = rng.choice(found)
    turned = Relation(chosen.tail, chosen.label, chosen.head)
    relations = tuple(turned if r == chosen else r for r in document.relations)
    return msgspec.structs.replace(document, relations=relations)


def self_loop(document: Document, rng: random.Random, materials: Materials) -> Document | None:
    """One relation between two entities goes from its head to its head (S3)."""
    found = [r for r in document.relations if r.head != r.tail]
    if not found:
        return None
    chosen = rng.choice(found)
    loop = Relation(chosen.head, chosen.label, chosen.head)
    return msgspec.structs.replace(document, relations=(*document.relations, loop))


def one_dropped(document: Document, rng: random.Random, materials: Materials) -> Document | None:
    """One mention is not annotated (L1)."""
    mentions = document.mentions()
    return _without(document, {rng.choice(mentions)}) if mentions else None


def many_dropped(document: Document, rng: random.Random, materials: Materials) -> Document | None:
    """30 % of the mentions, at least one, are not annotated (L1)."""
    mentions = document.mentions()
    if not mentions:
        return None
    return _without(document, set(rng.sample(mentions, max(1, round(0.3 * len(mentions))))))


def many_relabelled(
    document: Document, rng: random.Random, materials: Materials
) -> Document | None:
    """30 % of the entities, at least one, have another label of the schema (S5)."""
    if not document.entities:
        return None
    number = max(1, round(0.3 * len(document.entities)))
    return _relabelled(
        document,
        {
            entity.id: rng.choice([label for label in materials.labels if label != entity.label])
            for entity in rng.sample(document.entities, number)
        },
    )


def lost_in_rewriting(
    document: Document, rng: random.Random, materials: Materials
) -> Document | None:
    """A rewritten document, which promised to keep them, has lost a mention (F3)."""
    made = one_dropped(document, rng, materials)
    return made and rewritten(made, document)


def altered_in_rewriting(
    document: Document, rng: random.Random, materials: Materials
) -> Document | None:
    """A rewritten document has a mention cut by its last token (F3)."""
    found = [m for m in document.mentions() if len(tokenize(m.text)) > 1]
    if not found:
        return None
    chosen = rng.choice(found)
    end = chosen.start + tokenize(chosen.text)[-2].end
    shortened = _with_span(document, chosen, Span(chosen.start, end))
    return shortened and rewritten(shortened, document)


def foreign_text(document: Document, rng: random.Random, materials: Materials) -> Document | None:
    """The text is in another language (N1)."""
    text = " ".join(rng.sample(materials.foreign, min(3, len(materials.foreign))))
    return Document(document.id, text)


def foreign_sentence(
    document: Document, rng: random.Random, materials: Materials
) -> Document | None:
    """A sentence in another language is added (N1)."""
    return _followed(document, rng.choice(materials.foreign))


def cut_in_half(document: Document, rng: random.Random, materials: Materials) -> Document | None:
    """The text stops in the middle, in the middle of a sentence (N3, N4)."""
    tokens = tokenize(document.text)
    ends = {sentence.end for sentence in sentences(document.text)}
    half = next((t.end for t in tokens[len(tokens) // 2 :] if t.end not in ends), None)
    if half is None or half == len(document.text):
        return None
    kept = _without(document, {m for m in document.mentions() if m.end > half})
    return msgspec.structs.replace(kept, text=document.text[:half])


def bracket_lost(document: Document, rng: random.Random, materials: Materials) -> Document | None:
    """A bracket is opened and never closed (N3)."""
    return _followed(document, "(voir plus haut.")


def copied_source(document: Document, rng: random.Random, materials: Materials) -> Document | None:
    """A model asked to rewrite gave the source back (D2)."""
    return rewritten(document, document)


def leaked_passage(document: Document, rng: random.Random, materials: Materials) -> Document | None:
    """Fifteen words of a held-out document are added (D3)."""
    found = [d for d in materials.held_out if len(tokenize(d.text)) >= 20]
    if not found:
        return None
    text = rng.choice(found).text
    tokens = tokenize(text)
    start = rng.randrange(len(tokens) - 19)
    return _followed(document, text[tokens[start].start : tokens[start + 19].end] + ".")


MUTATIONS: dict[str, Mutation] = {
    "offsets shifted by one": shift_offsets,
    "label outside the schema": unknown_label,
    "relation reversed": reversed_relation,
    "relation to itself": self_loop,
    "one mention dropped": one_dropped,
    "30 % of mentions dropped": many_dropped,
    "30 % of entities relabelled": many_relabelled,
    "mention lost in rewriting": lost_in_rewriting,
    "mention altered in rewriting": altered_in_rewriting,
    "text in another language": foreign_text,
    "sentence in another language": foreign_sentence,
    "cut in half": cut_in_half,
    "bracket lost": bracket_lost,
    "source copied": copied_source,
    "held-out passage": leaked_passage,
}
"""By name, in the order of the checks meant to see them. Repetitions are not here: they need two documents."""


def rewritten(made: Document, source: Document) -> Document:
    """`made` as a model's rewriting of `source` that promised to keep the mentions."""
    origin = Origin("rewrite", (source.id,), requests=("0",), parameters={"keeps": "mentions"})
    return made.with_origin(origin)


def _followed(document: Document, sentence: str) -> Document:
    return msgspec.structs.replace(document, text=f"{document.text} {sentence}")


def _relabelled(document: Document, labels: dict[str, str]) -> Document:
    entities = tuple(Entity(e.id, labels.get(e.id, e.label), e.spans) for e in document.entities)
    return msgspec.structs.replace(document, entities=entities)


def _with_span(document: Document, mention: Mention, span: Span) -> Document | None:
    """The document with one mention moved; None when its entity has a mention there already."""
    if span in document.entity(mention.entity).spans:
        return None
    entities = tuple(
        Entity(e.id, e.label, tuple(span if s == mention.span else s for s in e.spans))
        if e.id == mention.entity
        else e
        for e in document.entities
    )
    return msgspec.structs.replace(document, entities=entities)


def _without(document: Document, dropped: set[Mention]) -> Document:
    """The document without these mentions, the entities left without any, and their relations."""
    spans = {(m.entity, m.span) for m in dropped}
    entities = []
    for entity in document.entities:
        kept = tuple(span for span in entity.spans if (entity.id, span) not in spans)
        if kept:
            entities.append(Entity(entity.id, entity.label, kept))
    ids = {entity.id for entity in entities}
    relations = tuple(r for r in document.relations if r.head in ids and r.tail in ids)
    return msgspec.structs.replace(document, entities=tuple(entities), relations=relations)
