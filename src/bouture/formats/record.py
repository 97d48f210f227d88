"""One record of a file on its way to a Document: asks for its fields and collects everything that is wrong."""

from typing import Any, NamedTuple

import msgspec

from bouture.corpus.document import Document, Entity, Mask, Origin, Relation, Span
from bouture.corpus.issue import Place
from bouture.errors import DocumentError
from bouture.formats.offsets import explain_mismatch, explain_outside
from bouture.formats.problem import Problem

EXPECTED = {
    str: ("text", "du texte"),
    int: ("a whole number", "un nombre entier"),
    list: ("a list", "une liste"),
    dict: ("an object", "un objet"),
}


class RawMention(NamedTuple):
    """A mention as a file gives it: unchecked offsets, and its text when the file repeats it."""

    start: int
    end: int
    text: str | None = None


class RawEntity(NamedTuple):
    """An entity as a file gives it."""

    id: str
    label: str
    mentions: list[RawMention]


class Record:
    """Collects the problems of one document; `document` builds it when none of them is an error."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.problems: list[Problem] = []
        self.broken: set[str] = set()
        """Ids of entities that are there but wrong, so that relations to them are not called dangling."""

    def name(self, document: str) -> None:
        """From here on problems are said of this document."""
        self.place = msgspec.structs.replace(self.place, document=document)

    def add(self, code: str, *, entity: str = "", relation: str = "", **evidence: Any) -> None:
        """Notes a problem."""
        place = msgspec.structs.replace(self.place, entity=entity, relation=relation)
        if relation:
            evidence["relation"] = relation
        self.problems.append(Problem(code, place, evidence))

    @property
    def failed(self) -> bool:
        """Whether any problem is an error."""
        return any(problem.severity == "reject" for problem in self.problems)

    # Fields

    def get(self, owner: str, record: dict[str, Any], field: str, kind: type) -> Any:
        """The field, of the type `kind`; None, and a problem, when it is missing or of another type."""
        if field not in record:
            self.add("V05", owner=owner, field=field, found=", ".join(map(repr, record)) or "∅")
            return None
        return self.cast(owner, field, record[field], kind)

    def cast(self, owner: str, field: str, value: Any, kind: type) -> Any:
        """`value` if it is a `kind`; None, and a problem, when it is not."""
        if isinstance(value, str) and kind is str:
            self._check_characters(owner, field, value)
        if type(value) is kind:
            return value
        expected, expected_fr = EXPECTED[kind]
        self.add(
            "V06",
            owner=owner,
            field=field,
            expected=expected,
            expected_fr=expected_fr,
            found=_shown(value),
        )
        return None

    def id(self, owner: str, record: dict[str, Any], field: str = "id") -> str | None:
        """An id: text, or a whole number that becomes text; never empty."""
        value = record.get(field)
        if type(value) is int:
            return str(value)
        if value == "":
            self.add("V05", owner=owner, field=field, found="''")
            return None
        found: str | None = self.get(owner, record, field, str)
        return found

    def number(self, owner: str, record: dict[str, Any], field: str) -> int | None:
        """A whole number; one written as text or with decimals is accepted and noted."""
        value = record.get(field)
        read: int | None = None
        if (isinstance(value, str) and value.strip().isdecimal()) or (
            isinstance(value, float) and value.is_integer()
        ):
            read = int(value)
        if read is not None:
            self.add("V07", owner=owner, field=field, found=repr(value), number=read)
            return read
        found: int | None = self.get(owner, record, field, int)
        return found

    def mention(self, owner: str, record: Any, text_field: str) -> RawMention | None:
        """`start`, `end` and, when given, the text of a mention."""
        if self.cast(owner, "mention", record, dict) is None:
            return None
        start = self.number(owner, record, "start")
        end = self.number(owner, record, "end")
        said = record.get(text_field)
        if said is not None:
            said = self.cast(owner, text_field, said, str)
        return None if start is None or end is None else RawMention(start, end, said)

    def origin(self, value: Any) -> Origin | None:
        """Where the document came from, as bouture writes it."""
        if value is None:
            return None
        try:
            return msgspec.convert(value, Origin)
        except msgspec.ValidationError as error:
            self.add("V03", syntax="origin", why=str(error))
            return None

    def mask(self, value: Any) -> Mask:
        """Where nobody has said yes or no, as bouture writes it."""
        if value is None:
            return Mask()
        try:
            return msgspec.convert(value, Mask)
        except (msgspec.ValidationError, DocumentError) as error:
            self.add("V03", syntax="mask", why=str(error))
            return Mask()

    # The document

    def document(
        self,
        text: str,
        entities: list[RawEntity],
        relations: list[Relation],
        origin: Origin | None = None,
        meta: dict[str, Any] | None = None,
        mask: Mask = Mask(),
    ) -> Document | None:
        """The document, or None when something is an error; problems are in `problems`."""
        built = [entity for raw in entities if (entity := self._entity(text, raw)) is not None]
        self._check_ids(entities)
        kept = self._relations(relations, {raw.id for raw in entities} | self.broken)
        if self.failed:
            return None
        try:
            return Document(
                self.place.document, text, tuple(built), tuple(kept), origin, meta or {}, mask
            )
        except DocumentError as error:
            self.add("V03", syntax="document", why=error.message)
            return None

    def check_mention(self, text: str, entity: str, mention: RawMention) -> bool:
        """Whether a mention lies inside the text and reads as the file says; a problem when not."""
        start, end, said = mention
        if not 0 <= start < end <= len(text):
            guess = explain_outside(text, start, end, said)
            self.add(
                "V12",
                entity=entity,
                id=entity,
                start=start,
                end=end,
                length=len(text),
                guess=guess.en,
                guess_fr=guess.fr,
            )
            return False
        if said is not None and text[start:end] != said:
            self._mismatch(text, entity, mention)
            return False
        return True

    def _entity(self, text: str, raw: RawEntity) -> Entity | None:
        spans: dict[Span, None] = {}
        for mention in raw.mentions:
            if not self.check_mention(text, raw.id, mention):
                continue
            span = Span(mention.start, mention.end)
            if span in spans:
                self.add("V16", entity=raw.id, id=raw.id, start=span.start, end=span.end)
            spans[span] = None
        if not raw.mentions:
            self.add("V05", entity=raw.id, owner=f"entity {raw.id!r}", field="mentions", found="[]")
        if not raw.label:
            self.add("V05", entity=raw.id, owner=f"entity {raw.id!r}", field="label", found="''")
        if not raw.id:
            self.add("V05", owner="entity", field="id", found="''")
        if not (spans and raw.label and raw.id):
            return None
        return Entity(raw.id, raw.label, tuple(spans))

    def _mismatch(self, text: str, id: str, mention: RawMention) -> None:
        start, end, said = mention
        guess = explain_mismatch(text, start, end, said or "")
        self.add(
            "V13",
            entity=id,
            id=id,
            start=start,
            end=end,
            found=text[start:end],
            said=said,
            guess=guess.en,
            guess_fr=guess.fr,
        )

    def _check_ids(self, entities: list[RawEntity]) -> None:
        seen: set[str] = set()
        for entity in entities:
            if entity.id in seen:
                self.add("V11", entity=entity.id, id=entity.id)
            seen.add(entity.id)

    def _relations(self, relations: list[Relation], known: set[str]) -> list[Relation]:
        kept: dict[Relation, None] = {}
        for relation in relations:
            shown = f"{relation.head} | {relation.label} | {relation.tail}"
            if not relation.label:
                self.add("V05", relation=shown, owner=shown, field="label", found="''")
            for end in dict.fromkeys((relation.head, relation.tail)):
                if end not in known:
                    self.add("V14", relation=shown, end=end)
            if relation in kept:
                self.add("V15", relation=shown)
            kept[relation] = None
        return list(kept)

    def _check_characters(self, owner: str, field: str, value: str) -> None:
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            self.add("V17", owner=owner, field=field, offset=error.start)


def _shown(value: Any) -> str:
    """A value short enough for a message."""
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:37]}…"
