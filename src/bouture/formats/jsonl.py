"""bouture JSONL: one document a line; carries everything. Also reads corpora with `clusters` of mentions."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from bouture.corpus.document import Document, Entity, Relation, Span
from bouture.corpus.issue import Place, Wording
from bouture.errors import FormatError
from bouture.formats.format import Carried, Placed, Scanned
from bouture.formats.json_text import parse, why_broken
from bouture.formats.problem import Problem
from bouture.formats.record import RawEntity, Record
from bouture.formats.source import (
    BOM,
    DROPPED,
    UTF16_MARKS,
    decode,
    raw_lines,
    replacing,
    undecodable,
)

FIELDS = {
    "id",
    "text",
    "entities",
    "relations",
    "meta",
    "origin",
    "mask",
    "clusters",
    "doc_relations",
}
ENTITY_FIELDS = {"id", "label", "start", "end", "text", "mentions"}


class Jsonl:
    """`{"id","text","entities":[{"id","label","start","end","text"}],"relations":[{"head","label","tail"}]}`.

    `mask`, when there is one: `{"spans":[[start,end]],"pairs":[[head,tail]]}`, what nobody has decided on. An entity with several mentions is `{"id","label","mentions":[{"start","end","text"}]}`. The text
    of a mention is written for people and checked on reading when it is there.
    """

    name = "jsonl"
    suffixes: tuple[str, ...] = (".jsonl", ".ndjson")
    cannot_carry = Wording("nothing: it carries everything", "rien : il conserve tout")

    def recognises(self, path: Path, head: str) -> bool:
        return head.lstrip("\ufeff \r\n\t").startswith("{") and path.suffix.lower() != ".json"

    def scan(self, path: Path) -> Iterator[Scanned]:
        extra = ExtraFields()
        for number, raw in raw_lines(path):
            place = Place(str(path), number)
            if number == 1 and raw.startswith(BOM):
                raw = raw[len(BOM) :]
                yield Problem("V02", place, DROPPED)
            if number == 1 and raw.startswith(UTF16_MARKS):
                yield undecodable(raw, 0, place)
                return
            if not raw.strip():
                continue
            record = Record(place)
            value = _parse(raw, record)
            document = None if value is None else _read_document(value, record, extra)
            yield from record.problems
            if document is not None:
                yield Placed(document, record.place)
        yield from extra.problems()

    def lose(self, document: Document) -> Carried:
        return Carried(document)

    def write(self, documents: Sequence[Document], path: Path) -> None:
        with replacing(path) as stream:
            for document in documents:
                stream.write(encode_line(document))


def encode_line(document: Document) -> bytes:
    """A document as one line of bouture JSONL, with its line feed.

    Raises:
        FormatError: `meta` or `origin` holds something that JSON has no form for.
    """
    record: dict[str, Any] = {
        "id": document.id,
        "text": document.text,
        "entities": [_entity_record(document, entity) for entity in document.entities],
        "relations": [msgspec.to_builtins(relation) for relation in document.relations],
    }
    if document.origin is not None:
        record["origin"] = document.origin
    if document.meta:
        record["meta"] = document.meta
    if document.mask:
        record["mask"] = document.mask
    try:
        return msgspec.json.encode(record) + b"\n"
    except (TypeError, ValueError, OverflowError) as error:
        raise FormatError(
            f"cannot be written as JSON: {error}",
            hint="keep text, numbers, lists and objects in 'meta'",
            document=document.id,
        ) from error


def _entity_record(document: Document, entity: Entity) -> dict[str, Any]:
    mentions = [_mention_record(document, span) for span in entity.spans]
    head = {"id": entity.id, "label": entity.label}
    return head | (mentions[0] if len(mentions) == 1 else {"mentions": mentions})


def _mention_record(document: Document, span: Span) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "text": document.mention_text(span)}


class ExtraFields:
    """Fields that are not read: how often, and where first."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[int, Place]] = {}

    def note(self, record: dict[str, Any], known: set[str], place: Place) -> None:
        """Counts the fields of `record` that are not `known`."""
        if record.keys() <= known:
            return
        for field in record:
            if field not in known:
                count, first = self._seen.get(field, (0, place))
                self._seen[field] = (count + 1, first)

    def problems(self) -> Iterator[Problem]:
        """One note a field, at its first place."""
        for field, (count, place) in self._seen.items():
            yield Problem("V08", Place(place.path, place.line), {"field": field, "count": count})


def _parse(raw: bytes, record: Record) -> dict[str, Any] | None:
    """The object on one line; None, and a problem, when there is none."""
    text = decode(raw, record.place)
    if isinstance(text, Problem):
        record.problems.append(text)
        return None
    try:
        value = parse(text)
    except (ValueError, RecursionError) as error:
        cut, why = why_broken(text, error)
        if cut and not raw.endswith(b"\n"):
            record.add("V04", what="a document", what_fr="un document")
        else:
            record.add("V03", syntax="JSON", why=why)
        return None
    found: dict[str, Any] | None = record.cast("line", "document", value, dict)
    return found


def _read_document(value: dict[str, Any], record: Record, extra: ExtraFields) -> Document | None:
    id = record.id("document", value)
    if id is not None:
        record.name(id)
    extra.note(value, FIELDS, record.place)
    text = record.get("document", value, "text", str)
    entities = _read_entities(value, record, extra)
    relations = _read_relations(value.get("relations") or [], record)
    if value.get("clusters"):
        entities, relations = _merge_clusters(value, record, entities, relations)
    meta = record.cast("document", "meta", value.get("meta") or {}, dict)
    origin = record.origin(value.get("origin"))
    if id is None or text is None:
        return None
    return record.document(text, entities, relations, origin, meta, record.mask(value.get("mask")))


def _read_entities(value: dict[str, Any], record: Record, extra: ExtraFields) -> list[RawEntity]:
    entities = []
    listed = record.cast("document", "entities", value.get("entities") or [], list) or []
    for position, item in enumerate(listed):
        if record.cast(f"entity number {position + 1}", "entity", item, dict) is None:
            continue
        extra.note(item, ENTITY_FIELDS, record.place)
        id = record.id(f"entity number {position + 1}", item)
        owner = f"entity {id!r}"
        label = record.get(owner, item, "label", str)
        given = record.cast(owner, "mentions", item.get("mentions", [item]), list) or []
        mentions = [m for each in given if (m := record.mention(owner, each, "text"))]
        if id is not None and label is not None and len(mentions) == len(given):
            entities.append(RawEntity(id, label, mentions))
        elif id is not None:
            record.broken.add(id)
    return entities


def _read_relations(value: Any, record: Record) -> list[Relation]:
    relations = []
    for position, item in enumerate(record.cast("document", "relations", value, list) or []):
        owner = f"relation number {position + 1}"
        if record.cast(owner, "relation", item, dict) is None:
            continue
        head, tail = record.id(owner, item, "head"), record.id(owner, item, "tail")
        label = record.get(owner, item, "label", str)
        if head is not None and label is not None and tail is not None:
            relations.append(Relation(head, label, tail))
    return relations


def _merge_clusters(
    value: dict[str, Any], record: Record, mentions: list[RawEntity], relations: list[Relation]
) -> tuple[list[RawEntity], list[Relation]]:
    """Entities given mention by mention, joined by `clusters` into one entity a cluster.

    The relations are those of `doc_relations`, between clusters; without it, `relations` with their
    ends replaced by the clusters.
    """
    loose = {mention.id: mention for mention in mentions}
    clusters = record.cast("document", "clusters", value["clusters"], dict) or {}
    home: dict[str, str] = {}
    entities = []
    for id, members in clusters.items():
        joined = []
        for member in record.cast(f"cluster {id!r}", "members", members, list) or []:
            if member not in loose:
                if member in record.broken:
                    continue
                record.add("V19", entity=id, group=f"cluster {id!r}", member=member)
                continue
            joined.append(loose.pop(member))
            home[member] = id
        labels = sorted({mention.label for mention in joined})
        if len(labels) > 1:
            record.add("V18", entity=id, group=f"cluster {id!r}", labels=", ".join(labels))
        if joined:
            spans = [mention.mentions[0] for mention in joined]
            entities.append(RawEntity(id, labels[0], spans))
    entities += loose.values()
    projected = list(
        dict.fromkeys(
            Relation(home.get(r.head, r.head), r.label, home.get(r.tail, r.tail)) for r in relations
        )
    )
    if "doc_relations" not in value:
        return entities, projected
    stated = _read_relations(value["doc_relations"], record)
    left_out = set(projected) - set(stated)
    if left_out:
        record.add("V20", count=len(left_out))
    return entities, stated
