"""Reads an answer given as JSON {text, mentions, relations}; mentions are found again in the text (codes M05, M07, M09)."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from bouture.corpus.findings import Findings, shown
from bouture.corpus.issue import Place, Severity, Wording
from bouture.corpus.markup_scanner import Scanned
from bouture.corpus.relation_lines import Triple, triple

_TEXT = (
    "text",
    "texte",
    "sentence",
    "phrase",
    "document",
    "content",
    "tagged_text",
    "texte_annote",
)
_MENTIONS = ("mentions", "entities", "entites", "entités", "spans", "annotations", "ner")
_RELATIONS = ("relations", "relation", "triples", "links", "liens")
_LABEL = (
    "type",
    "label",
    "t",
    "entity_type",
    "category",
    "class",
    "labels",
    "étiquette",
    "etiquette",
)
_SURFACE = ("text", "mention", "surface", "name", "span", "value", "entity", "texte", "nom", "form")
_BEFORE = ("ctx_g", "before", "left", "left_context", "contexte_gauche", "avant")
_AFTER = ("ctx_d", "after", "right", "right_context", "contexte_droit", "apres", "après")
_HEAD = ("head", "tete", "tête", "source", "subject", "sujet", "from", "arg1", "e1", "h")
_TAIL = ("tail", "queue", "target", "object", "objet", "to", "arg2", "e2", "cible")
_RELATION_LABEL = ("label", "type", "relation", "predicate", "r", "name")
_WITH_TYPE = re.compile(
    r"^(?P<text>.+?)\s*[(\[|:]\s*(?P<label>[\w /’'-]{1,40}?)\s*[)\]]?$", re.DOTALL
)

W_JSON = Wording("JSON instead of the inline markup", "JSON au lieu du balisage dans le texte")
W_MENDED = Wording("JSON with stray commas, mended", "JSON avec des virgules en trop, réparé")
W_BAD = Wording("JSON that cannot be read: {why}", "JSON illisible : {why}")
W_CUT = Wording("the JSON is cut: {why}", "le JSON est coupé : {why}")
W_TRAILING = Wording(
    "text after the JSON, removed: {removed!r}", "texte après le JSON, retiré : {removed!r}"
)
W_NO_TEXT = Wording("the JSON holds no text", "le JSON ne contient pas de texte")
W_ENTITY = Wording("a mention that cannot be read: {item!r}", "mention illisible : {item!r}")
W_RELATION = Wording("a relation that cannot be read: {item!r}", "relation illisible : {item!r}")
W_ABSENT = Wording(
    "mention {mention!r} is not in the text", "la mention {mention!r} n’est pas dans le texte"
)
W_NEAR = Wording(
    "mention {mention!r} stands in the text as {found!r} ({how})",
    "la mention {mention!r} est dans le texte sous la forme {found!r} ({how})",
)
W_AMBIGUOUS = Wording(
    "mention {mention!r} occurs several times; the first likely one was taken",
    "la mention {mention!r} est présente plusieurs fois ; la première occurrence plausible est retenue",
)


class FromJson(NamedTuple):
    """What a JSON answer says; `text` may still be inline markup when there are no `mentions`."""

    text: str
    mentions: list[Scanned]
    relations: list[Triple]


def from_json(payload: str, tagged: re.Pattern[str], findings: Findings) -> FromJson | None:
    """The content of a JSON answer, None when it is no JSON. `tagged` recognises inline markup."""
    if not payload.startswith(("{", "[")):
        return None
    value = _parsed(payload, findings)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, dict):
        rejected = any(issue.severity is Severity.REJECT for issue in findings.issues)
        return FromJson("", [], []) if rejected else None
    found = {str(key).casefold(): item for key, item in value.items()}
    text = _first(found, _TEXT)
    if not isinstance(text, str) or not text.strip():
        findings.add("M04", Severity.REJECT, W_NO_TEXT, keys=sorted(found)[:10])
        return FromJson("", [], [])
    findings.add("M02", Severity.NOTE, W_JSON)
    text = re.sub(r"[\ud800-\udfff]", "\ufffd", text).strip()
    relations = list(_relations(_first(found, _RELATIONS), findings))
    if tagged.search(text):
        return FromJson(text, [], relations)
    return FromJson(text, _anchored(text, _first(found, _MENTIONS), findings), relations)


def _parsed(payload: str, findings: Findings) -> Any:
    """The JSON value at the start of the payload, None when there is none."""
    mended = re.sub(r",(\s*[}\]])", r"\1", payload)
    why = ""
    for candidate in (payload, mended):
        try:
            value, end = json.JSONDecoder(strict=False).raw_decode(candidate)
        except (ValueError, RecursionError) as error:
            why = getattr(error, "msg", None) or type(error).__name__
            continue
        if candidate is not payload:
            findings.add("M05", Severity.REPAIRED, W_MENDED)
        if isinstance(value, dict) and candidate[end:].strip():
            findings.add("M02", Severity.REPAIRED, W_TRAILING, removed=shown(candidate[end:]))
        return value
    if re.match(r"[{\[]\s*[{\"]", payload):
        cut = not payload.rstrip().endswith(("}", "]"))
        code, wording = ("M03", W_CUT) if cut else ("M05", W_BAD)
        findings.add(code, Severity.REJECT, wording, why=why)
    return None


def _first(found: dict[str, Any], keys: tuple[str, ...]) -> Any:
    return next((found[key] for key in keys if key in found), None)


class _Item(NamedTuple):
    id: str
    label: str
    text: str
    before: str
    after: str


def _anchored(text: str, raw: Any, findings: Findings) -> list[Scanned]:
    from bouture.corpus.anchoring import How, Quote, anchor

    items = list(_items(raw, findings))
    quotes = [Quote(i.text, i.label, before=i.before, after=i.after) for i in items]
    mentions: list[Scanned] = []
    for item, one in zip(items, anchor(text, quotes), strict=True):
        if one.how is How.ABSENT or one.span is None:
            findings.add("M07", Severity.REJECT, W_ABSENT, mention=item.text)
            continue
        start, end = one.span.start, one.span.end
        place = Place(start=start, end=end, entity=item.id)
        if one.how is How.AMBIGUOUS:
            findings.add(
                "M09", Severity.REVIEW, W_AMBIGUOUS, place, mention=item.text, score=one.score
            )
        elif one.how not in (How.EXACT, How.NORMALISED):
            severity = Severity.REPAIRED if one.how is How.CASEFOLD else Severity.REVIEW
            evidence = {"mention": item.text, "found": text[start:end], "how": str(one.how)}
            findings.add("M07", severity, W_NEAR, place, **evidence)
        mentions.append(Scanned(item.id, item.label, start, end, item.text))
    return sorted(mentions, key=lambda m: (m.start, -m.end))


def _items(raw: Any, findings: Findings) -> Iterator[_Item]:
    """The mentions listed under whatever shape: a list, or a dict of labels."""
    if raw is None:
        return
    if isinstance(raw, dict):
        raw = [
            {"type": label, "text": surface}
            for label, surfaces in raw.items()
            for surface in (surfaces if isinstance(surfaces, list) else [surfaces])
        ]
    for number, item in enumerate(raw if isinstance(raw, list) else [raw], 1):
        found = list(_item(item, number))
        if not found or any(not i.text.strip() or not i.label.strip() for i in found):
            findings.add("M05", Severity.REJECT, W_ENTITY, item=shown(str(item)))
            continue
        yield from found


def _item(item: Any, number: int) -> Iterator[_Item]:
    if isinstance(item, str):
        match = _WITH_TYPE.match(item)
        if match:
            yield _Item("", match["label"], match["text"], "", "")
        return
    if not isinstance(item, dict):
        return
    fields = {str(key).casefold(): value for key, value in item.items()}
    id = _word(fields.get("id"))
    label = _first(fields, _LABEL)
    label = _word(label[0] if isinstance(label, list) and label else label)
    several = fields.get("mentions")
    id = id or (f"E{number}" if isinstance(several, list) else "")
    for one in several if isinstance(several, list) else [fields]:
        inner = one if isinstance(one, dict) else {"text": one}
        surface = _word(_first(inner, _SURFACE))
        yield _Item(id, label, surface, _word(_first(inner, _BEFORE)), _word(_first(inner, _AFTER)))


def _relations(raw: Any, findings: Findings) -> Iterator[Triple]:
    if raw is None:
        return
    for item in raw if isinstance(raw, list) else [raw]:
        cells: list[str] = []
        if isinstance(item, dict):
            fields = {str(key).casefold(): value for key, value in item.items()}
            cells = [_word(_first(fields, keys)) for keys in (_HEAD, _RELATION_LABEL, _TAIL)]
        elif isinstance(item, list):
            cells = [_word(cell) for cell in item]
        elif isinstance(item, str):
            found = triple(item)
            cells = [found.head, found.label, found.tail] if found else []
        if len(cells) == 3 and all(cells):
            yield Triple(cells[0], cells[1], cells[2], canonical=True)
        else:
            findings.add("M15", Severity.REVIEW, W_RELATION, item=shown(str(item)))


def _word(value: Any) -> str:
    """A string or number as a string, anything else as nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return (
        re.sub(r"[\ud800-\udfff]", "\ufffd", str(value)) if isinstance(value, str) else f"{value:d}"
    )
