"""Makes a document of scanned mentions and relation lines, as far as the schema allows (codes M05, M06, M08, M10, M11, M13, M15)."""

import re
from collections.abc import Sequence

from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.corpus.findings import Findings, shown
from bouture.corpus.issue import Place, Severity, Wording
from bouture.corpus.label_aliases import resolve
from bouture.corpus.markup_scanner import Scanned
from bouture.corpus.normalise import fold
from bouture.corpus.relation_lines import Triple
from bouture.corpus.schema import Schema

_LEADING_ID = re.compile(r"^\W*(?P<id>[A-Za-z]{1,3}[_-]?\d+(?:\.\d+)?)(?=[\s(:,]|$)")
_WHOLE_TEXT_WORDS = 10
"""A mention that is the whole text is suspect from this many words."""

W_NO_LABEL = Wording("mention {mention!r} has no label", "la mention {mention!r} n’a pas de type")
W_LABEL_FOUND = Wording(
    "mention {mention!r} had no label; {label} taken from its entity",
    "la mention {mention!r} n’avait pas de type ; elle prend celui de son entité, {label}",
)
W_ALIAS = Wording("label {label!r} read as {meant}", "type {label!r} lu comme {meant}")
W_OUTSIDE = Wording(
    "label {label!r} is outside the schema; mention {mention!r} left out",
    "type {label!r} hors du schéma ; mention {mention!r} laissée de côté",
)
W_NO_ID = Wording(
    "mention {mention!r} had no id; it is {id}",
    "la mention {mention!r} n’avait pas d’identifiant ; elle reçoit {id}",
)
W_TWO_LABELS = Wording(
    "id {id!r} is {first} and {second}: the latter is now {new}",
    "l’identifiant {id!r} désigne {first} et {second} : le second devient {new}",
)
W_TWICE = Wording(
    "mention {mention!r} tagged twice, one kept",
    "mention {mention!r} balisée deux fois, gardée une fois",
)
W_CROSSING = Wording(
    "mentions {first!r} and {second!r} cross", "les mentions {first!r} et {second!r} se croisent"
)
W_IN_WORD = Wording(
    "mention {mention!r} starts or ends inside a word",
    "la mention {mention!r} commence ou finit à l’intérieur d’un mot",
)
W_NESTED = Wording(
    "{inner} inside {outer} is not foreseen: {mention!r}",
    "{inner} dans {outer} n’est pas prévu : {mention!r}",
)
W_SAME_SPAN = Wording(
    "{mention!r} is both {outer} and {inner}", "{mention!r} est à la fois {outer} et {inner}"
)
W_WHOLE = Wording("one mention is the whole text", "une mention couvre tout le texte")
W_LINE = Wording(
    "{count} relation line(s) not written as asked",
    "{count} ligne(s) de relation écrite(s) autrement que demandé",
)
W_END = Wording(
    "{relation}: no mention {end!r}; relation left out",
    "{relation} : pas de mention {end!r} ; relation laissée de côté",
)
W_END_NAMED = Wording("{relation}: {end!r} read as {id}", "{relation} : {end!r} lu comme {id}")
W_RELATION_LABEL = Wording(
    "{relation}: label outside the schema; relation left out",
    "{relation} : type hors du schéma ; relation laissée de côté",
)
W_RELATION_ALIAS = Wording(
    "{relation}: label read as {meant}", "{relation} : type lu comme {meant}"
)
W_RELATION_TWICE = Wording(
    "{relation} stated twice, one kept", "{relation} énoncée deux fois, gardée une fois"
)
W_ENDS_HARD = Wording(
    "{relation}: {head} → {tail} is not allowed; relation left out",
    "{relation} : {head} → {tail} n’est pas permis ; relation laissée de côté",
)
W_ENDS_SOFT = Wording(
    "{relation}: {head} → {tail} never seen in gold",
    "{relation} : {head} → {tail} jamais vu dans le corpus annoté",
)


def assemble(
    text: str,
    mentions: Sequence[Scanned],
    relations: Sequence[Triple],
    schema: Schema | None,
    findings: Findings,
) -> Document:
    """The document; whatever had to be left out or changed is in `findings`."""
    labelled = _labelled(text, mentions, schema, findings)
    used = {end for relation in relations for end in (relation.head, relation.tail)}
    entities = _entities(text, labelled, used, findings)
    document = Document(findings.document, text, entities)
    _look_at_mentions(document, schema, findings)
    kept = _Relations(document, schema, findings).read(relations)
    return Document(findings.document, text, entities, kept)


def _labelled(
    text: str, mentions: Sequence[Scanned], schema: Schema | None, findings: Findings
) -> list[Scanned]:
    """The mentions whose label is known or could be found, under that label."""
    of_id = {m.id: m.label for m in reversed(mentions) if m.id and m.label}
    kept: list[Scanned] = []
    for one in mentions:
        mention, label = text[one.start : one.end], one.label
        place = Place(start=one.start, end=one.end, entity=one.id)
        if not label:
            label = of_id.get(one.id, "")
            if not label:
                findings.add("M05", Severity.REJECT, W_NO_LABEL, place, mention=mention)
                continue
            findings.add(
                "M13", Severity.REPAIRED, W_LABEL_FOUND, place, mention=mention, label=label
            )
        meant = label if schema is None else resolve(label, schema.entities)
        if meant is None:
            findings.add("M06", Severity.REVIEW, W_OUTSIDE, place, label=label, mention=mention)
            continue
        if meant != label:
            findings.add("M06", Severity.REPAIRED, W_ALIAS, place, label=label, meant=meant)
        kept.append(one._replace(label=meant))
    return kept


def _entities(
    text: str, mentions: Sequence[Scanned], used: set[str], findings: Findings
) -> tuple[Entity, ...]:
    labels: dict[tuple[str, str], str] = {}
    spans: dict[str, dict[Span, None]] = {}
    taken = {m.id for m in mentions}
    label_of: dict[str, str] = {}
    # Without any id nor relation the answer is plain NER; else a missing id may hide a coreference.
    flat = not used and taken == {""}
    for one in mentions:
        mention = text[one.start : one.end]
        place = Place(start=one.start, end=one.end, entity=one.id)
        id = labels.get((one.id, one.label), one.id)
        if not id:
            id = _fresh(taken)
            severity = Severity.REPAIRED if flat else Severity.REVIEW
            findings.add("M13", severity, W_NO_ID, place, mention=mention, id=id)
        elif label_of.get(id, one.label) != one.label:
            id = _fresh(taken)
            severity = Severity.REJECT if one.id in used else Severity.REPAIRED
            evidence = {"first": label_of[one.id], "second": one.label, "new": id}
            findings.add("M13", severity, W_TWO_LABELS, place, id=one.id, **evidence)
        if one.id:
            labels[one.id, one.label] = id
        label_of[id] = one.label
        span = Span(one.start, one.end)
        if span in spans.setdefault(id, {}):
            findings.add("M13", Severity.REPAIRED, W_TWICE, place, mention=mention)
        spans[id][span] = None
    return tuple(Entity(id, label_of[id], tuple(found)) for id, found in spans.items())


def _fresh(taken: set[str]) -> str:
    """An id nobody has, added to `taken`."""
    number = 1
    while f"E{number}" in taken:
        number += 1
    taken.add(f"E{number}")
    return f"E{number}"


def _look_at_mentions(document: Document, schema: Schema | None, findings: Findings) -> None:
    """Mentions that cross, nest where they should not, cut a word or swallow the text."""
    text = document.text
    around: list[int] = []
    mentions = document.mentions()
    for index, one in enumerate(mentions):
        place = Place(start=one.start, end=one.end, entity=one.entity)
        if _cuts_word(text, one.start) or _cuts_word(text, one.end):
            findings.add("M08", Severity.REVIEW, W_IN_WORD, place, mention=one.text)
        if len(one.text) == len(text) and len(text.split()) >= _WHOLE_TEXT_WORDS:
            findings.add("M13", Severity.REVIEW, W_WHOLE, place, label=one.label)
        around = [i for i in around if mentions[i].end > one.start]
        for outer in (mentions[i] for i in around):
            if outer.end < one.end:
                evidence = {"first": outer.text, "second": one.text}
                findings.add("M13", Severity.REJECT, W_CROSSING, place, **evidence)
            elif outer.entity != one.entity and schema is not None:
                same = outer.span == one.span
                _look_at_nesting((outer.label, one.label), same, schema, findings, place, one.text)
        around.append(index)


def _look_at_nesting(
    pair: tuple[str, str],
    same: bool,
    schema: Schema,
    findings: Findings,
    place: Place,
    mention: str,
) -> None:
    if (schema.hard and not schema.nesting) or pair in schema.nesting:
        return
    evidence = {"outer": pair[0], "inner": pair[1], "mention": mention}
    if not same:
        severity = Severity.REVIEW if schema.hard else Severity.NOTE
        findings.add("M10", severity, W_NESTED, place, **evidence)
    elif (pair[1], pair[0]) not in schema.nesting:
        severity = Severity.REJECT if schema.hard else Severity.REVIEW
        findings.add("M11", severity, W_SAME_SPAN, place, **evidence)


def _cuts_word(text: str, at: int) -> bool:
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


class _Relations:
    """Relation lines against the mentions and the schema."""

    def __init__(self, document: Document, schema: Schema | None, findings: Findings) -> None:
        self._labels = document.labels()
        self._schema = schema
        self._findings = findings
        self._ids = {id.casefold(): id for id in self._labels}
        self._surfaces: dict[str, set[str]] = {}
        for mention in document.mentions():
            self._surfaces.setdefault(fold(mention.text), set()).add(mention.entity)

    def read(self, relations: Sequence[Triple]) -> tuple[Relation, ...]:
        kept: dict[Relation, None] = {}
        for one in relations:
            relation = self._relation(one)
            if relation is None:
                continue
            if relation in kept:
                self._note(Severity.REPAIRED, W_RELATION_TWICE, one)
            kept[relation] = None
        odd = sum(not one.canonical for one in relations)
        if odd:
            self._findings.add("M15", Severity.REPAIRED, W_LINE, count=odd)
        return tuple(kept)

    def _relation(self, one: Triple) -> Relation | None:
        label = one.label
        if self._schema is not None:
            meant = resolve(label, self._schema.relations)
            if meant is None:
                self._note(Severity.REVIEW, W_RELATION_LABEL, one)
                return None
            if meant != label:
                self._note(Severity.REPAIRED, W_RELATION_ALIAS, one, meant=meant)
            label = meant
        ends = [self._end(cell, one) for cell in (one.head, one.tail)]
        if ends[0] is None or ends[1] is None:
            return None
        relation = Relation(ends[0], label, ends[1])
        return relation if self._allowed(relation, one) else None

    def _end(self, cell: str, one: Triple) -> str | None:
        """The entity that a cell names: its id in any case, its id with a comment, or its text."""
        if cell in self._labels:
            return cell
        leading = _LEADING_ID.match(cell)
        id = self._ids.get(cell.casefold()) or self._ids.get(
            leading["id"].casefold() if leading else ""
        )
        named = self._surfaces.get(fold(cell), set())
        if id is None and len(named) == 1:
            id = next(iter(named))
        if id is None:
            self._note(Severity.REVIEW, W_END, one, end=cell)
        else:
            self._note(Severity.REPAIRED, W_END_NAMED, one, end=cell, id=id)
        return id

    def _allowed(self, relation: Relation, one: Triple) -> bool:
        if self._schema is None:
            return True
        head, tail = self._labels[relation.head], self._labels[relation.tail]
        type = self._schema.relations[relation.label]
        loop = relation.head == relation.tail
        if (
            self._schema.allows(head, relation.label, tail)
            and not (loop and type.irreflexive)
            and not (type.reflexive and not loop)
        ):
            return True
        reversed_fits = self._schema.allows(tail, relation.label, head)
        wording = W_ENDS_HARD if self._schema.hard else W_ENDS_SOFT
        evidence = {"head": head, "tail": tail, "reversed_fits": reversed_fits}
        self._note(Severity.REVIEW, wording, one, **evidence)
        return not self._schema.hard

    def _note(self, severity: Severity, wording: Wording, one: Triple, **evidence: object) -> None:
        said = shown(f"{one.head} | {one.label} | {one.tail}")
        place = Place(relation=said)
        self._findings.add("M15", severity, wording, place, relation=said, **evidence)
