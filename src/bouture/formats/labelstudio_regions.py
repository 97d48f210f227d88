"""The results of one Label Studio annotation as entities and relations."""

from typing import Any, NamedTuple

from bouture.corpus.document import Relation
from bouture.formats.offsets import from_utf16
from bouture.formats.record import RawEntity, RawMention, Record


class Region(NamedTuple):
    """One labelled stretch of text."""

    id: str
    entity: str
    labels: list[str]
    mention: RawMention


def read_regions(
    result: list[Any], text: str, record: Record
) -> tuple[list[RawEntity], list[Relation]]:
    """Entities in the order of their first region, and relations between them."""
    regions, relations, other = [], [], dict[str, int]()
    for number, item in enumerate(result):
        owner = f"result number {number + 1}"
        if record.cast(owner, "result", item, dict) is None:
            continue
        kind = str(item.get("type"))
        if kind == "labels":
            region = _region(item, owner, record)
            if region is not None:
                regions.append(region)
        elif kind == "relation":
            relations.append((owner, item))
        else:
            other[kind] = other.get(kind, 0) + 1
    for kind, count in other.items():
        what, what_fr = f"results of type {kind!r}", f"résultats de type « {kind} »"
        record.add("V34", what=what, what_fr=what_fr, count=count)
    entities, owner_of = _group(_in_code_points(regions, text, record), record)
    read = [each for owner, item in relations for each in _relation(item, owner, owner_of, record)]
    return entities, read


def _region(item: dict[str, Any], owner: str, record: Record) -> Region | None:
    id = record.id(owner, item)
    owner = f"region {id!r}"
    value = record.get(owner, item, "value", dict)
    if value is None or id is None:
        return None
    labels = record.get(owner, value, "labels", list)
    if labels == []:
        record.add("V05", entity=id, owner=owner, field="labels", found="[]")
    mention = record.mention(owner, value, "text")
    if not labels or mention is None:
        return None
    if any(record.cast(owner, "label", label, str) is None for label in labels):
        return None
    meta = item.get("meta")
    entity = meta.get("entity") if isinstance(meta, dict) else None
    return Region(id, entity if isinstance(entity, str) and entity else id, labels, mention)


def _in_code_points(regions: list[Region], text: str, record: Record) -> list[Region]:
    """Regions whose texts agree; offsets in UTF-16 units are converted when the texts say that they are."""
    agree = [_agrees(text, region.mention) for region in regions]
    if all(agree):
        return [_verbatim(text, region) for region in regions]
    converted = []
    for region in regions:
        start, end, said = region.mention
        moved = from_utf16(text, start, end)
        if moved is None or not _agrees(text, RawMention(*moved, said)):
            return [
                _verbatim(text, each) if good else each
                for each, good in zip(regions, agree, strict=True)
            ]
        converted.append(region._replace(mention=RawMention(*moved, said)))
    record.add("V40")
    return [_verbatim(text, region) for region in converted]


def _agrees(text: str, mention: RawMention) -> bool:
    """Whether the text at the offsets is what the region says, line ends apart (Label Studio writes them `\\n`)."""
    if mention.text is None:
        return True
    found = text[mention.start : mention.end]
    return found == mention.text or _line_ends(found) == _line_ends(mention.text)


def _line_ends(text: str) -> str:
    return text.replace("\\n", "\n").replace("\r\n", "\n").replace("\r", "\n")


def _verbatim(text: str, region: Region) -> Region:
    """The region with its text as the document has it, once it is known to agree."""
    start, end, said = region.mention
    if said is None or not 0 <= start < end <= len(text):
        return region
    return region._replace(mention=RawMention(start, end, text[start:end]))


def _group(regions: list[Region], record: Record) -> tuple[list[RawEntity], dict[str, str]]:
    """Entities from the regions that name the same one, and the entity that each region belongs to.

    A region of another label than the rest of its entity was relabelled by a person: it becomes an entity
    of its own. So does each further label of a region with several.
    """
    entities: dict[str, RawEntity] = {}
    owner_of: dict[str, str] = {}
    for region in regions:
        if len(region.labels) > 1:
            record.add("V33", entity=region.id, region=region.id, labels=", ".join(region.labels))
        for label in dict.fromkeys(region.labels):
            home = entities.get(region.entity)
            if home is not None and (home.label != label or region.entity == region.id in owner_of):
                home = None
                name = _free(region.entity, entities, regions)
                if len(region.labels) == 1 and region.id not in owner_of:
                    _note_relabelled(region, label, record)
            else:
                name = region.entity
            if home is None:
                entities[name] = RawEntity(name, label, [region.mention])
            else:
                home.mentions.append(region.mention)
            owner_of.setdefault(region.id, name)
    return list(entities.values()), owner_of


def _free(name: str, entities: dict[str, RawEntity], regions: list[Region]) -> str:
    """A name that no entity has and no region asks for."""
    asked = {region.entity for region in regions} | entities.keys()
    number = 2
    while f"{name}.{number}" in asked:
        number += 1
    return f"{name}.{number}"


def _note_relabelled(region: Region, label: str, record: Record) -> None:
    record.add(
        "V42",
        entity=region.id,
        what=f"region {region.id!r} is labelled {label}, unlike the other mentions of {region.entity!r}",
        what_fr=f"la région « {region.id} » a le type {label}, contrairement aux autres mentions de « {region.entity} »",
        reading="read as an entity of its own",
        reading_fr="lue comme une entité à part",
    )


def _relation(
    item: dict[str, Any], owner: str, owner_of: dict[str, str], record: Record
) -> list[Relation]:
    """The relations of one result: one for each label, and both ways when its direction is `bi`."""
    ends = record.id(owner, item, "from_id"), record.id(owner, item, "to_id")
    if ends[0] is None or ends[1] is None:
        return []
    head, tail = (owner_of.get(end, end) for end in ends if end is not None)
    labels = record.cast(owner, "labels", item.get("labels") or [], list) or []
    if not labels:
        record.add("V34", what="relations without a label", what_fr="relations sans type", count=1)
    direction = item.get("direction") or "right"
    found = []
    for label in labels:
        if record.cast(owner, "label", label, str) is None:
            continue
        if direction != "left":
            found.append(Relation(head, label, tail))
        if direction == "left" or (direction == "bi" and head != tail):
            found.append(Relation(tail, label, head))
    return found
