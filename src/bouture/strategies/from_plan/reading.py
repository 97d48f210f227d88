"""Reads the answer to a plan: the document it writes, the sentences it names as evidence, and whether that is the plan."""

from typing import NamedTuple

import msgspec

from bouture.corpus.document import Document, Relation
from bouture.corpus.issue import Issue
from bouture.corpus.markup_reader import read_markup
from bouture.corpus.schema import Schema
from bouture.llm.messages import Response
from bouture.strategies.from_plan.evidence import Evidence, in_three_cells, read_evidence
from bouture.strategies.from_plan.plan import Plan
from bouture.strategies.from_plan.proof import fidelity


class Written(NamedTuple):
    """An answer that could be read."""

    document: Document
    evidence: Evidence


def read(
    response: Response, plan: Plan, id: str, schema: Schema
) -> tuple[Written | None, list[Issue]]:
    """What an answer says, and what is wrong with it; never fails on any answer.

    A symmetric relation is the same either way: it is read as the plan has it.
    """
    reading = read_markup(
        in_three_cells(response.text),
        id=id,
        schema=schema,
        finish_reason=response.finish_reason,
    )
    if reading.document is None:
        return None, list(reading.issues)
    turns = _turns(plan, schema)
    evidence = {
        turns.get(relation, relation): found
        for relation, found in read_evidence(response.text, schema).items()
    }
    relations = tuple(dict.fromkeys(turns.get(r, r) for r in reading.document.relations))
    document = msgspec.structs.replace(reading.document, relations=relations)
    return Written(document, evidence), [*reading.issues, *fidelity(plan, document, evidence)]


def _turns(plan: Plan, schema: Schema) -> dict[Relation, Relation]:
    """The other way round of each symmetric relation that the plan names one way only."""
    named = {r.relation for r in plan.relations} | set(plan.unstated)
    return {
        back: one
        for one in named
        if one.label in schema.relations
        and schema.relations[one.label].symmetric
        and (back := Relation(one.tail, one.label, one.head)) not in named
    }
