"""The lines of a brat .ann file: written from a document, read into one."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from bouture.corpus.document import Document, Relation
from bouture.formats.record import RawEntity, RawMention, Record

IDENTITY = "Identity"
"""Type of the equivalence that joins the mentions of one entity."""
ENTITY_ID = "EntityId"
"""Type of the note that keeps an entity's id."""

_MENTION = re.compile(
    r"(?P<id>T[^\t]*)\t(?P<label>\S+) (?P<spans>-?\d+ -?\d+(?:;-?\d+ -?\d+)*)(?:\t(?P<text>.*))?",
    re.S,
)
_RELATION = re.compile(
    r"R[^\t]*\t(?P<label>\S+)\s+[^\s:]+:(?P<head>\S+)\s+[^\s:]+:(?P<tail>\S+)\s*"
)
_EQUIVALENCE = re.compile(r"\*\t(?P<type>\S+)\s+(?P<members>\S.*)")
_NOTE = re.compile(rf"#[^\t]*\t{ENTITY_ID} (?P<target>\S+)\t(?P<id>.+)", re.S)
_BREAKS = str.maketrans("\n\r\t", "   ")
NOT_READ = {
    "A": ("attributes", "attributs"),
    "M": ("attributes", "attributs"),
    "N": ("normalisations", "normalisations"),
    "#": ("notes", "notes"),
}


def default_ids(document: Document) -> list[str]:
    """For each entity the id of its first T line, which is its id unless a note says otherwise."""
    names, number = [], 1
    for entity in document.entities:
        names.append(f"T{number}")
        number += len(entity.spans)
    return names


def annotation_lines(document: Document) -> Iterator[str]:
    """T lines entity by entity, then equivalences, relations and notes."""
    firsts = default_ids(document)
    name_of = dict(zip((entity.id for entity in document.entities), firsts, strict=True))
    for entity, first in zip(document.entities, firsts, strict=True):
        for number, span in enumerate(entity.spans, start=int(first[1:])):
            text = document.mention_text(span).translate(_BREAKS)
            yield f"T{number}\t{entity.label} {span.start} {span.end}\t{text}"
    for entity, first in zip(document.entities, firsts, strict=True):
        if len(entity.spans) > 1:
            members = (f"T{int(first[1:]) + i}" for i in range(len(entity.spans)))
            yield f"*\t{IDENTITY} {' '.join(members)}"
    for number, relation in enumerate(document.relations, start=1):
        head, tail = name_of[relation.head], name_of[relation.tail]
        yield f"R{number}\t{relation.label} Arg1:{head} Arg2:{tail}"
    noted = [(id, name) for id, name in name_of.items() if id != name]
    for number, (id, name) in enumerate(noted, start=1):
        yield f"#{number}\t{ENTITY_ID} {name}\t{id}"


class _Lines(NamedTuple):
    """What the lines of one file say, by kind; each with the line it is on."""

    mentions: dict[str, tuple[str, RawMention]]
    relations: list[tuple[int, str, str, str]]
    equivalences: list[tuple[int, list[str]]]
    names: dict[str, str]
    not_read: dict[tuple[str, str], int]


def read_annotations(lines: str, text: str, record: Record) -> Document | None:
    """The document of one pair of files."""
    read = _Lines({}, [], [], {}, {})
    whole = record.place
    for number, line in enumerate(lines.split("\n"), start=1):
        record.place = msgspec.structs.replace(whole, line=number)
        if line.strip():
            _read_line(line.removesuffix("\r"), text, read, record)
    entity_of, entities = _join(read, whole.line, record)
    relations = []
    for number, head, label, tail in read.relations:
        record.place = msgspec.structs.replace(whole, line=number)
        relation = Relation(entity_of.get(head, head), label, entity_of.get(tail, tail))
        missing = {relation.head, relation.tail} - entities.keys()
        if not missing:
            relations.append(relation)
        for end in sorted(missing - record.broken):
            record.add("V14", relation=f"{head} | {label} | {tail}", end=end)
    record.place = whole
    for (what, what_fr), count in read.not_read.items():
        record.add("V34", what=what, what_fr=what_fr, count=count)
    return record.document(text, list(entities.values()), relations)


def _read_line(line: str, text: str, read: _Lines, record: Record) -> None:
    kind = line[0]
    if kind == "T" and (match := _MENTION.fullmatch(line)):
        _read_mention(match, text, read, record)
    elif kind == "R" and (match := _RELATION.fullmatch(line)):
        read.relations.append((record.place.line, match["head"], match["label"], match["tail"]))
    elif kind == "*" and (match := _EQUIVALENCE.fullmatch(line)):
        read.equivalences.append((record.place.line, match["members"].split()))
    elif kind == "#" and (match := _NOTE.fullmatch(line)):
        read.names[match["target"]] = match["id"]
    elif kind == "E":
        record.add("V36", id=line.split("\t", 1)[0])
    elif kind in NOT_READ:
        read.not_read[NOT_READ[kind]] = read.not_read.get(NOT_READ[kind], 0) + 1
    else:
        record.add("V03", syntax="brat", why=repr(line[:60]))


def _read_mention(match: re.Match[str], text: str, read: _Lines, record: Record) -> None:
    id, spans = match["id"], match["spans"]
    if ";" in spans:
        record.add("V35", entity=id, id=id, span=spans)
        record.broken.add(id)
        return
    if id in read.mentions:
        record.add("V11", entity=id, id=id)
        return
    start, end = map(int, spans.split())
    said = match["text"]
    inside = 0 <= start < end <= len(text)
    if (
        said is not None
        and inside
        and text[start:end].translate(_BREAKS) == said.translate(_BREAKS)
    ):
        said = text[start:end]
    mention = RawMention(start, end, said)
    # Checked here, where the line is known; what is wrong is not handed on.
    if record.check_mention(text, id, mention):
        read.mentions[id] = (match["label"], mention)
    else:
        record.broken.add(id)


def _join(read: _Lines, line: int, record: Record) -> tuple[dict[str, str], dict[str, RawEntity]]:
    """Entities from mentions joined by equivalences; and for each mention the entity it belongs to."""
    group_of = {id: id for id in read.mentions}
    whole = record.place
    for number, members in read.equivalences:
        record.place = msgspec.structs.replace(whole, line=number)
        known = [member for member in members if member in read.mentions]
        for member in members:
            if member not in read.mentions and member not in record.broken:
                record.add("V19", group="equivalence", member=member)
        labels = sorted({read.mentions[member][0] for member in known})
        if len(labels) > 1:
            record.add("V18", group="equivalence", labels=", ".join(labels))
        elif known:
            groups = {group_of[member] for member in known}
            first = next(id for id in read.mentions if group_of[id] in groups)
            group_of |= {id: first for id, group in group_of.items() if group in groups}
    record.place = whole
    entity_of = {id: read.names.get(first, first) for id, first in group_of.items()}
    entities: dict[str, RawEntity] = {}
    for id, (label, mention) in read.mentions.items():
        name = entity_of[id]
        if name not in entities:
            entities[name] = RawEntity(name, label, [])
        elif group_of[id] == id:
            record.add("V11", entity=name, id=name)
            continue
        entities[name].mentions.append(mention)
    return entity_of, entities
