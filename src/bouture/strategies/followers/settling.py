"""What becomes of the disagreements of a judge: an issue and a mask; an edit only where asked for and where gold agrees (science A.7)."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from bouture.corpus.document import Document, Entity, Mention, Relation, Span
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.schema import Schema
from bouture.strategies.followers.usage import Usage

BOUNDARY = Wording(
    "{follower}: “{mention}” ({label}) should read “{now}”",
    "{follower} : « {mention} » ({label}) devrait se lire « {now} »",
)
TYPE = Wording(
    "{follower}: “{mention}” is said to be {now}, not {label}",
    "{follower} : « {mention} » serait {now} et non {label}",
)
NO_ENTITY = Wording(
    "{follower}: “{mention}” is said not to be {label}",
    "{follower} : « {mention} » ne serait pas {label}",
)
APPLIED = Wording(
    "{follower}: “{mention}” ({label}) changed to {now}, as gold has it",
    "{follower} : « {mention} » ({label}) changé en {now}, comme dans le corpus annoté",
)
CONTRADICTION = Wording(
    "{follower}: the verdict on “{mention}” ({label}) contradicts itself or names no correction; set aside",
    "{follower} : le verdict sur « {mention} » ({label}) se contredit ou ne nomme pas de correction ; laissé de côté",
)


class Disagreement(NamedTuple):
    """A judge says that a mention is wrong: its boundaries (`span`), its type (`label`), or all of it (neither)."""

    mention: Mention
    span: Span | None = None
    label: str = ""
    """The right label, or `?` when the judge names none of the schema."""

    @property
    def kind(self) -> str:
        """`boundary`, `type` or `none`."""
        return "boundary" if self.span else "type" if self.label else "none"


UNNAMED = "?"


class Policy(NamedTuple):
    """What to do about a disagreement."""

    follower: str
    schema: Schema
    """An edit must not make a relation that it does not know."""
    mask: bool
    apply: bool


def settle(
    document: Document, found: Sequence[Disagreement], policy: Policy, usage: Usage
) -> tuple[Document, list[Issue], list[Span]]:
    """The document, edited where the policy and gold allow it; issues for all else, and what to mask.

    P60 (repaired): an edit. P58 (review): a disagreement that was not acted upon; its region, old and
    new boundaries together, is to be masked when the policy says so.
    """
    issues: list[Issue] = []
    masked: list[Span] = []
    agreed = [one for one in found if policy.apply and _gold_agrees(one, usage, document)]
    made, done = _corrected(document, agreed, policy.schema)
    for one in found:
        if one in done:
            issues.append(_issue("P60", Severity.REPAIRED, APPLIED, document, one, policy))
            continue
        wording = {"boundary": BOUNDARY, "type": TYPE, "none": NO_ENTITY}[one.kind]
        issues.append(_issue("P58", Severity.REVIEW, wording, document, one, policy))
        if policy.mask:
            old, new = one.mention.span, one.span or one.mention.span
            masked.append(Span(min(old.start, new.start), max(old.end, new.end)))
    return made, issues, masked


def contradiction(document: Document, mention: Mention, follower: str) -> Issue:
    """The note on a verdict that cannot be followed (P61; M20 of science B.5)."""
    told = {"follower": follower, "mention": mention.text, "label": mention.label}
    place = Place(document=document.id, start=mention.start, end=mention.end, entity=mention.entity)
    return Issue.of("P61", Severity.NOTE, CONTRADICTION, place, **told)


def _issue(
    code: str,
    severity: Severity,
    wording: Wording,
    document: Document,
    one: Disagreement,
    policy: Policy,
) -> Issue:
    mention = one.mention
    now = document.mention_text(one.span) if one.span else one.label or "O"
    told: dict[str, Any] = {
        "follower": policy.follower,
        "mention": mention.text,
        "label": mention.label,
        "kind": one.kind,
        "now": now,
    }
    place = Place(document=document.id, start=mention.start, end=mention.end, entity=mention.entity)
    return Issue.of(code, severity, wording, place, **told)


def _gold_agrees(one: Disagreement, usage: Usage, document: Document) -> bool:
    """The second signal (A.7): gold annotates the correction more often than what stands there."""
    surface, label = one.mention.text, one.mention.label
    if one.span is not None:
        now = usage.annotated(document.mention_text(one.span), label)
        return now > usage.annotated(surface, label)
    if one.label == UNNAMED:
        return False
    if one.label:
        return usage.annotated(surface, one.label) > usage.annotated(surface, label)
    return usage.plain(surface) > usage.labels(surface).total()


def _corrected(
    document: Document, agreed: Sequence[Disagreement], schema: Schema
) -> tuple[Document, list[Disagreement]]:
    """The document with those corrections that leave it sound, and which these are.

    A type is that of the entity: it changes only when the same is said of all its mentions.
    """
    done: list[Disagreement] = []
    groups: dict[tuple[str, str | Span], list[Disagreement]] = {}
    for one in agreed:
        key = one.label if one.kind == "type" else one.mention.span
        groups.setdefault((one.mention.entity, key), []).append(one)
    for (entity, _), edits in groups.items():
        spans = {one.mention.span for one in edits}
        if edits[0].kind == "type" and spans != set(document.entity(entity).spans):
            continue
        made = _edited(document, edits)
        if _is_sound(made, edits, schema):
            document = made
            done += edits
    return document, done


def _is_sound(made: Document, edits: Sequence[Disagreement], schema: Schema) -> bool:
    """Whether what was corrected crosses no mention and repeats none, and the schema knows the relations of a new type."""
    labels = made.labels()
    for one in edits:
        entity, span = one.mention.entity, one.span or one.mention.span
        if one.kind == "none":
            continue
        if any(
            span.crosses(m.span)
            or (m.entity != entity and m.span == span and m.label == labels[entity])
            for m in made.mentions()
        ):
            return False
        if one.label and not all(
            schema.allows(labels[r.head], r.label, labels[r.tail])
            for r in made.relations
            if entity in (r.head, r.tail)
        ):
            return False
    return True


def _edited(document: Document, edits: Sequence[Disagreement]) -> Document:
    """The document with the edits made; an entity without mention left goes, with its relations."""
    labels = {e.mention.entity: e.label for e in edits if e.kind == "type"}
    moved = {(e.mention.entity, e.mention.span): e.span for e in edits if e.kind != "type"}
    entities = []
    for entity in document.entities:
        spans = dict.fromkeys(moved.get((entity.id, s), s) for s in entity.spans)
        kept = tuple(s for s in spans if s is not None)
        if kept:
            entities.append(Entity(entity.id, labels.get(entity.id, entity.label), kept))
    ids = {e.id for e in entities}
    relations: tuple[Relation, ...] = tuple(
        r for r in document.relations if r.head in ids and r.tail in ids
    )
    pairs = tuple(p for p in document.mask.pairs if ids.issuperset(p))
    mask = msgspec.structs.replace(document.mask, pairs=pairs)
    return msgspec.structs.replace(
        document, entities=tuple(entities), relations=relations, mask=mask
    )


def kinds(found: Sequence[Disagreement]) -> dict[str, int]:
    """How many disagreements of each kind."""
    return dict(sorted(Counter(one.kind for one in found).items()))
