"""Label Studio JSON: tasks with annotations or predictions; regions, relations; carries everything."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from bouture.corpus.document import Document, Entity, Mask
from bouture.corpus.issue import Wording
from bouture.errors import FormatError
from bouture.formats.format import Carried, Placed, Scanned
from bouture.formats.json_text import items
from bouture.formats.labelstudio_regions import read_regions
from bouture.formats.problem import Problem
from bouture.formats.record import Record
from bouture.formats.source import load, replacing


class LabelStudio:
    """A list of tasks as Label Studio imports and exports them (JSON, not JSON-MIN).

    The document id, `meta`, `origin` and `mask` are in `data`. A region is a mention; its `meta.entity` names
    the entity it belongs to, which survives when Label Studio gives the region another id. Offsets are code points,
    as Label Studio counts since its editor of late 2021 (label-studio-frontend pull request 308);
    files of older versions, in UTF-16 units, are recognised by the text of their regions.
    """

    name = "labelstudio"
    suffixes: tuple[str, ...] = (".json",)
    cannot_carry = Wording("nothing: it carries everything", "rien : il conserve tout")

    def recognises(self, path: Path, head: str) -> bool:
        return head.lstrip("\ufeff \r\n\t").startswith("[") and path.suffix.lower() != ".csv"

    def scan(self, path: Path) -> Iterator[Scanned]:
        text, problems = load(path)
        yield from problems
        if any(problem.code == "V01" for problem in problems):
            return
        for position, (place, task) in enumerate(items(text, str(path))):
            if isinstance(task, Problem):
                yield task
                continue
            record = Record(place)
            document = _read_task(task, position, record)
            yield from record.problems
            if document is not None:
                yield Placed(document, record.place)

    def lose(self, document: Document) -> Carried:
        return Carried(document)

    def write(self, documents: Sequence[Document], path: Path) -> None:
        with replacing(path) as stream:
            for number, document in enumerate(documents):
                stream.write((b",\n" if number else b"[\n") + encode_task(document))
            stream.write(b"\n]\n" if documents else b"[]\n")


def encode_task(document: Document) -> bytes:
    """A document as one task in JSON.

    Raises:
        FormatError: `meta` or `origin` holds something that JSON has no form for.
    """
    try:
        return msgspec.json.encode(task(document))
    except (TypeError, ValueError, OverflowError) as error:
        raise FormatError(
            f"cannot be written as JSON: {error}",
            hint="keep text, numbers, lists and objects in 'meta'",
            document=document.id,
        ) from error


def task(document: Document, kind: str = "annotations") -> dict[str, Any]:
    """A document as a Label Studio task, annotated (`annotations`) or to be corrected (`predictions`)."""
    data: dict[str, Any] = {"text": document.text, "id": document.id}
    if document.meta:
        data["meta"] = document.meta
    if document.origin is not None:
        data["origin"] = document.origin
    if document.mask:
        data["mask"] = document.mask
    return {"data": data, kind: [{"result": _result(document)}]}


def _result(document: Document) -> list[dict[str, Any]]:
    """Regions, entity by entity, then relations, each from first mention to first mention."""
    taken = {entity.id for entity in document.entities}
    first: dict[str, str] = {}
    result: list[dict[str, Any]] = []
    for number, entity in enumerate(document.entities):
        names = _region_ids(entity, number, taken)
        first[entity.id] = names[0]
        for name, span in zip(names, entity.spans, strict=True):
            value = {
                "start": span.start,
                "end": span.end,
                "text": document.mention_text(span),
                "labels": [entity.label],
            }
            result.append(
                {
                    "id": name,
                    "from_name": "label",
                    "to_name": "text",
                    "type": "labels",
                    "value": value,
                    "meta": {"entity": entity.id},
                }
            )
    for relation in document.relations:
        ends = {"from_id": first[relation.head], "to_id": first[relation.tail]}
        labels = [relation.label]
        result.append({"type": "relation", **ends, "direction": "right", "labels": labels})
    return result


def _region_ids(entity: Entity, number: int, taken: set[str]) -> list[str]:
    """One id for each mention: the entity's own for the first, unless Label Studio would cut it at a `#`."""
    names = []
    for mention in range(len(entity.spans)):
        name = entity.id
        if mention or "#" in entity.id:
            name = f"r{number}.{mention}"
            while name in taken:
                name += "_"
        taken.add(name)
        names.append(name)
    return names


def _read_task(task: Any, position: int, record: Record) -> Document | None:
    if record.cast(f"task number {position + 1}", "task", task, dict) is None:
        return None
    data = task.get("data")
    if not isinstance(data, dict):
        min_form = "text" in task and "data" not in task
        record.add(
            "V41",
            owner=f"task number {position + 1}",
            why="it has no 'data'" + (" (JSON-MIN form)" if min_form else ""),
            why_fr="pas de « data »" + (" (forme JSON-MIN)" if min_form else ""),
            advice="export from Label Studio as JSON, not as JSON-MIN",
            advice_fr="exportez de Label Studio en JSON, pas en JSON-MIN",
        )
        return None
    _name(task, data, position, record)
    field = _text_field(data)
    text = record.get("task data", data, field, str)
    result = None if text is None else _choose_result(task, record)
    if result is None:
        return None
    entities, relations = read_regions(result, text, record)
    ours = {field, "id"}
    origin = None
    if isinstance(data.get("origin"), dict) and "strategy" in data["origin"]:
        origin = record.origin(data["origin"])
        ours.add("origin")
    mask = Mask()
    if isinstance(data.get("mask"), dict) and data["mask"].keys() <= {"spans", "pairs"}:
        mask = record.mask(data["mask"])
        ours.add("mask")
    meta = {}
    if isinstance(data.get("meta"), dict):
        meta = data["meta"]
        ours.add("meta")
    # Other fields belong to the project: carried with the metadata.
    meta = meta | {name: value for name, value in data.items() if name not in ours}
    return record.document(text, entities, relations, origin, meta, mask)


def _name(task: dict[str, Any], data: dict[str, Any], position: int, record: Record) -> None:
    """The document's id: the one under `data`, or else the task's own, or else its rank."""
    for source in (data, task):
        value = source.get("id")
        if value not in (None, "") and (id := record.id("task", source)) is not None:
            record.name(id)
            return
    record.name(str(position + 1))
    record.add(
        "V42",
        what="the task has no id",
        what_fr="la tâche n’a pas d’identifiant",
        reading=f"its rank is taken: {position + 1}",
        reading_fr=f"son rang en tient lieu : {position + 1}",
    )


def _text_field(data: dict[str, Any]) -> str:
    """`text`, or the only field with a text when the project calls it otherwise."""
    texts = [name for name, value in data.items() if isinstance(value, str) and name != "id"]
    return texts[0] if "text" not in data and len(texts) == 1 else "text"


def _choose_result(task: dict[str, Any], record: Record) -> list[Any] | None:
    """The results of the last annotation that was not cancelled; without annotations, of the first prediction."""
    annotations = record.cast("task", "annotations", task.get("annotations") or [], list) or []
    annotations = [one for one in annotations if isinstance(one, dict)]
    kept = [one for one in annotations if not one.get("was_cancelled")]
    if annotations and not kept:
        record.add("V31")
        return None
    if not kept:
        predictions = record.cast("task", "predictions", task.get("predictions") or [], list) or []
        kept = [one for one in predictions if isinstance(one, dict)][:1]
    if not kept:
        record.add("V32")
        return []
    chosen = max(enumerate(kept), key=lambda pair: (str(pair[1].get("updated_at") or ""), pair[0]))
    if len(annotations) > 1:
        record.add("V30", count=len(annotations), chosen=_described(chosen[1], chosen[0]))
    found: list[Any] | None = record.cast("annotation", "result", chosen[1].get("result"), list)
    return found


def _described(annotation: dict[str, Any], position: int) -> str:
    """Which annotation was taken: its id, or its rank, and when it was submitted."""
    name = annotation.get("id", f"no. {position + 1}")
    when = annotation.get("updated_at") or annotation.get("created_at")
    return f"{name} ({when})" if when else str(name)
