"""What every plan must be, whatever was drawn: used on corpora of all kinds."""

from collections.abc import Collection

from bouture.corpus.document import Document
from bouture.corpus.guide_violations import broken_axioms
from bouture.corpus.markup import from_markup
from bouture.corpus.normalise import fold
from bouture.corpus.schema import Schema
from bouture.corpus.tokens import sentences
from bouture.strategies.from_plan.plan import Plan, marked
from bouture.strategies.from_plan.ways import Drawn


def check(drawn: Drawn, schema: Schema, gold: Collection[Document]) -> None:
    """Fails when a plan breaks a law."""
    plan = drawn.plan
    _entities(plan, schema)
    _relations(plan, schema)
    _unstated(plan, schema)
    _places(plan)
    known = {document.id for document in gold}
    assert set(drawn.sources) <= known and list(drawn.sources) == sorted(set(drawn.sources))
    texts = "\n".join(d.text for d in gold if d.id in drawn.sources).casefold()
    assert all(one.surface.casefold() in texts for one in plan.appearances())


def _entities(plan: Plan, schema: Schema) -> None:
    labels = plan.labels()
    assert len(labels) == len(plan.entities) and set(labels.values()) <= set(schema.entities)
    assert {one.entity for one in plan.appearances()} == set(labels)
    owners: dict[str, str] = {}
    for entity in plan.entities:
        for mention in entity.mentions:
            assert len(sentences(mention.surface)) == 1
            assert owners.setdefault(fold(mention.surface), entity.id) == entity.id
            for inner in mention.nested:
                part = fold(mention.surface[inner.start : inner.end])
                if part != fold(mention.surface):  # two labels on one span apart
                    assert owners.setdefault(part, inner.entity) == inner.entity
                pair = (entity.label, labels[inner.entity])
                assert not schema.hard or not schema.nesting or pair in schema.nesting
            read = from_markup(marked(labels, entity.id, mention))
            assert read.text == mention.surface and read.labels().items() <= labels.items()


def _relations(plan: Plan, schema: Schema) -> None:
    labels = plan.labels()
    stated = {r.relation for r in plan.relations}
    assert len(stated) == len(plan.relations)
    for relation in stated:
        type = schema.relations[relation.label]
        assert schema.allows(labels[relation.head], relation.label, labels[relation.tail])
        assert list(broken_axioms(relation, type, stated)) == []
        if type.inverse:
            assert any(
                (r.head, r.label, r.tail) == (relation.tail, type.inverse, relation.head)
                for r in stated
            )


def _unstated(plan: Plan, schema: Schema) -> None:
    labels = plan.labels()
    assert len(set(plan.unstated)) == len(plan.unstated)
    assert not {r.relation for r in plan.relations} & set(plan.unstated)
    for relation in plan.unstated:
        assert schema.allows(labels[relation.head], relation.label, labels[relation.tail])
        if schema.relations[relation.label].symmetric:
            ends = {relation.head, relation.tail}
            assert all({r.head, r.tail} != ends for r in plan.relations)


def _places(plan: Plan) -> None:
    where: dict[str, set[int]] = {}
    for one in plan.appearances():
        assert 1 <= one.sentence <= plan.layout.sentences
        where.setdefault(one.entity, set()).add(one.sentence)
    for planned in plan.relations:
        assert planned.together == bool(where[planned.head] & where[planned.tail])
