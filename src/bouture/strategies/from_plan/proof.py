"""Whether a text holds exactly what its plan says: mentions, facts with their evidence, nothing that was ruled out (codes P31-P38)."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from bouture.corpus.document import Document, Relation
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.normalise import fold
from bouture.strategies.from_plan.evidence import Evidence, named_in
from bouture.strategies.from_plan.plan import Key, MentionKind, Plan, PlannedRelation, said

LOST = Wording(
    "missing: the mention “{surface}” ({entity}, {label}), {times} time(s)",
    "manquante : la mention « {surface} » ({entity}, {label}), {times} fois",
)
OTHER_ID = Wording(
    "the mention “{surface}” must be tagged {entity} ({label}); it is tagged {now}",
    "la mention « {surface} » doit porter l’identifiant {entity} ({label}) ; elle porte {now}",
)
CHANGED = Wording(
    "changed: the mention “{surface}” ({entity}, {label}) reads “{now}”",
    "modifiée : la mention « {surface} » ({entity}, {label}) s’écrit « {now} »",
)
BEYOND = Wording(
    "one mention too many of {entity} ({label}): “{surface}”, {times} time(s)",
    "mention de trop pour {entity} ({label}) : « {surface} », {times} fois",
)
RELABELLED = Wording(
    "entity {entity} (“{surface}”) is {now}; the plan says {label}",
    "l’entité {entity} (« {surface} ») est {now} ; le plan dit {label}",
)
ABSENT = Wording("missing: the relation {relation}", "manquante : la relation {relation}")
REVERSED = Wording(
    "reversed: the relation {relation} has been written {now}",
    "inversée : la relation {relation} a été écrite {now}",
)
FORBIDDEN = Wording(
    "stated although the plan rules it out: {relation}",
    "énoncée alors que le plan l’exclut : {relation}",
)
NO_EVIDENCE = Wording(
    "{relation}: no sentence of the text is named as evidence",
    "{relation} : aucune phrase du texte n’est indiquée comme preuve",
)
WRONG_EVIDENCE = Wording(
    "{relation}: sentence {named} does not name both {head} and {tail}",
    "{relation} : la phrase {named} ne nomme pas à la fois {head} et {tail}",
)
WRONG_ACROSS = Wording(
    "{relation}: sentence {named} names neither {head} nor {tail}, or the other comes only later",
    "{relation} : la phrase {named} ne nomme ni {head} ni {tail}, ou l’autre ne vient qu’après",
)
NEXT_TO = Wording(
    "{relation}: proved by sentence {found}, not {named}",
    "{relation} : prouvée par la phrase {found}, non par la phrase {named}",
)
TOGETHER = Wording(
    "{relation}: planned across sentences, told in one",
    "{relation} : prévue d’une phrase à l’autre, énoncée en une seule",
)
EXTRA = Wording(
    "beyond the plan: the mention “{surface}” ({entity}, {label})",
    "hors du plan : la mention « {surface} » ({entity}, {label})",
)
SPLIT = Wording(
    "“{surface}” is {planned} in the plan, and {entity} ({label}) elsewhere in the text",
    "« {surface} » est {planned} dans le plan, et {entity} ({label}) ailleurs dans le texte",
)
UNTAGGED = Wording(
    "“{surface}” ({entity}, {label}) also stands untagged in the text",
    "« {surface} » ({entity}, {label}) figure aussi sans balise dans le texte",
)
UNPLANNED = Wording(
    "beyond the plan: the relation {relation}", "hors du plan : la relation {relation}"
)
OF_ANOTHER = Wording(
    "the relation {relation} of an entity beyond the plan: left out, the pair is unknown",
    "la relation {relation} d’une entité hors du plan : laissée de côté, la paire reste inconnue",
)
NEAR = 1
"""By how many a model may miscount its sentences; the proof is then the sentence that does name both ends."""


def fidelity(plan: Plan, document: Document, evidence: Evidence) -> list[Issue]:
    """What keeps a document from being what its plan says; empty when nothing does.

    Rejects: a planned mention that is missing, reads differently (typography and case aside), has
    another label or id, or is one too many (P31, P32); a planned relation that is missing (P33) or
    reversed (P34); a relation that the plan rules out (P35); evidence that does not name both ends in
    one sentence, or for a fact planned across sentences one of them with the other before (P36). To
    review: a surface of the plan that is also tagged as another entity or not at all (P37), a relation
    of planned entities that the plan does not have (P38). Notes: new entities (P37) and their relations
    (P38, to be left out: see `without_unplanned`), evidence that is one sentence off.

    Args:
        evidence: sentences that the answer names for the relations it states, ids as in the plan.
    """
    return [
        *_mentions(plan, document),
        *_relations(plan, document, evidence),
        *_proofs(plan, document, evidence),
        *_beyond(plan, document),
    ]


def without_unplanned(plan: Plan, document: Document) -> Document:
    """The document without the relations of entities that the plan does not have: nothing proves them."""
    known = plan.labels().keys()
    kept = tuple(r for r in document.relations if {r.head, r.tail} <= known)
    return msgspec.structs.replace(document, relations=kept)


def _mentions(plan: Plan, document: Document) -> Iterator[Issue]:
    labels, names = plan.labels(), plan.names()
    for id, now in document.labels().items():
        if labels.get(id, now) != now:
            told = {"entity": id, "label": labels[id], "now": now, "surface": names[id]}
            yield _reject("P32", RELABELLED, document, told)
    required, found = plan.required(), _found(labels, document)
    if required == found:
        return
    shown = {(a.entity, fold(a.surface)): a.surface for a in plan.appearances()}
    for mention in document.mentions():
        shown.setdefault((mention.entity, fold(mention.text)), mention.text)
    elsewhere = {(m.label, fold(m.text)): m.entity for m in document.mentions()}
    lost, added = required - found, found - required
    for (id, label, name), times in lost.items():
        told = {"surface": shown[id, name], "entity": id, "label": label, "times": str(times)}
        instead = next((key for key in added if key[0] == id), None)
        if instead is not None:
            added -= Counter({instead: times})
            yield _reject("P31", CHANGED, document, {**told, "now": shown[id, instead[2]]})
        elif (label, name) in elsewhere and elsewhere[label, name] != id:
            yield _reject("P31", OTHER_ID, document, {**told, "now": elsewhere[label, name]})
        else:
            yield _reject("P31", LOST, document, told)
    for (id, label, name), times in added.items():
        told = {"surface": shown[id, name], "entity": id, "label": label, "times": str(times)}
        yield _reject("P31", BEYOND, document, told)


def _found(labels: Mapping[str, str], document: Document) -> Counter[Key]:
    """The mentions of planned entities; a wrong label is told of the entity, not of each of them."""
    return Counter(
        (mention.entity, labels[mention.entity], fold(mention.text))
        for mention in document.mentions()
        if mention.entity in labels
    )


def _relations(plan: Plan, document: Document, evidence: Evidence) -> Iterator[Issue]:
    stated = set(document.relations)
    planned = {r.relation for r in plan.relations}
    for relation in [r.relation for r in plan.relations]:
        back = Relation(relation.tail, relation.label, relation.head)
        if relation in stated:
            continue
        if back not in planned and (back in stated or back in evidence):
            yield _of_relation("P34", REVERSED, document, relation, now=said(back))
        else:
            yield _of_relation("P33", ABSENT, document, relation)
    for relation in plan.unstated:
        if relation in stated:
            yield _of_relation("P35", FORBIDDEN, document, relation)
    turned = {Relation(r.tail, r.label, r.head) for r in planned - stated}
    known = plan.labels().keys()
    for relation in sorted(stated - planned - turned - set(plan.unstated)):
        if {relation.head, relation.tail} <= known:
            yield _of_relation("P38", UNPLANNED, document, relation, Severity.REVIEW)
        else:
            yield _of_relation("P38", OF_ANOTHER, document, relation, Severity.NOTE)


def _proofs(plan: Plan, document: Document, evidence: Evidence) -> Iterator[Issue]:
    """Whether the sentences named as evidence can be: does each fact stand where the answer says?"""
    where = named_in(document)
    stated = set(document.relations)
    for planned in plan.relations:
        if planned.relation in stated:
            ends = where[planned.head], where[planned.tail]
            named = evidence.get(planned.relation, ())
            yield from _proof(document, planned, ends, named)


def _proof(
    document: Document,
    planned: PlannedRelation,
    ends: tuple[set[int], set[int]],
    named: tuple[int, ...],
) -> Iterator[Issue]:
    relation = planned.relation
    if not named:
        yield _of_relation("P36", NO_EVIDENCE, document, relation)
        return
    places = ", ".join(map(str, named))
    near = [n + off for n in named for off in (-NEAR, NEAR)]
    if any(_names(n, ends, planned.together) for n in named):
        if not planned.together and any(_names(n, ends, True) for n in named):
            yield _of_relation("P36", TOGETHER, document, relation, Severity.NOTE)
    elif found := [n for n in near if _names(n, ends, planned.together)]:
        yield _of_relation(
            "P36", NEXT_TO, document, relation, Severity.NOTE, found=str(found[0]), named=places
        )
    else:
        wording = WRONG_EVIDENCE if planned.together else WRONG_ACROSS
        head, tail = relation.head, relation.tail
        yield _of_relation("P36", wording, document, relation, named=places, head=head, tail=tail)


def _names(number: int, ends: tuple[set[int], set[int]], together: bool) -> bool:
    """Whether a sentence names both ends; across sentences, one end with the other in it or before."""
    head, tail = ends
    if together:
        return number in head and number in tail
    return any(
        number in one and min(other) <= number for one, other in ((head, tail), (tail, head))
    )


def _beyond(plan: Plan, document: Document) -> Iterator[Issue]:
    """Mentions that the plan does not have, and names of the plan that stand untagged."""
    labels = plan.labels()
    planned = {fold(a.surface): a.entity for a in plan.appearances()}
    for mention in document.mentions():
        if mention.entity in labels:
            continue
        start, end = mention.start, mention.end
        place = Place(document=document.id, start=start, end=end, entity=mention.entity)
        told = {"surface": mention.text, "entity": mention.entity, "label": mention.label}
        owner = planned.get(fold(mention.text))
        if owner is None:
            yield Issue.of("P37", Severity.NOTE, EXTRA, place, **told)
        elif labels[owner] == mention.label:
            yield Issue.of("P37", Severity.REVIEW, SPLIT, place, **told, planned=owner)
    yield from _untagged(plan, document, labels)


def _untagged(plan: Plan, document: Document, labels: Mapping[str, str]) -> Iterator[Issue]:
    covered = [mention.span for mention in document.mentions()]
    told_of: set[str] = set()
    for entity in plan.entities:
        for mention in entity.mentions:
            name = fold(mention.surface)
            if mention.kind is MentionKind.PRONOUN or name in told_of:
                continue
            told_of.add(name)
            for found in re.finditer(rf"(?<!\w){re.escape(mention.surface)}(?!\w)", document.text):
                start, end = found.span()
                if not any(start < span.end and span.start < end for span in covered):
                    place = Place(document=document.id, start=start, end=end, entity=entity.id)
                    told = {"surface": mention.surface, "entity": entity.id}
                    told["label"] = labels[entity.id]
                    yield Issue.of("P37", Severity.REVIEW, UNTAGGED, place, **told)
                    break


def _reject(code: str, wording: Wording, document: Document, told: Mapping[str, str]) -> Issue:
    """Of an entity of the plan."""
    place = Place(document=document.id, entity=told["entity"])
    return Issue.of(code, Severity.REJECT, wording, place, **told)


def _of_relation(
    code: str,
    wording: Wording,
    document: Document,
    relation: Relation,
    severity: Severity = Severity.REJECT,
    **told: Any,
) -> Issue:
    place = Place(document=document.id, relation=said(relation))
    return Issue.of(code, severity, wording, place, relation=said(relation), **told)
