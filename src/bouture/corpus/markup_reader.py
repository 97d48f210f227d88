"""Reads what a model really answers when asked for inline markup: mends what is unambiguous, codes the rest (science B.5).

Codes: M01 refusal, M02 chatter, M03 cut, M04 empty, M05 one mention unreadable, M06 label outside the
schema, M07 string absent (JSON), M08 inside a word, M09 ambiguous (JSON), M10 nesting, M11 two labels, M12
decoration, M13 tags, M15 relations, M17 script, M18 placeholders, M19 meta-content. M14 and M16 need
the source or the demonstrations: checks compare those.
"""

import re
from collections.abc import Sequence

import msgspec

from bouture.corpus.answer_cleaning import META, TAG, clean, undecorate
from bouture.corpus.document import Document
from bouture.corpus.findings import Findings, shown
from bouture.corpus.issue import Issue, Place, Severity, Wording, worst
from bouture.corpus.markup_assembly import assemble
from bouture.corpus.markup_json import from_json
from bouture.corpus.markup_scanner import Scanner, ids_of
from bouture.corpus.markup_tags import unescaped
from bouture.corpus.relation_lines import HEADER, ID, NONE, Triple, attempted, triple
from bouture.corpus.schema import Schema

_FOREIGN = (
    r"\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
)
_FOREIGN_LETTER = re.compile(f"[{_FOREIGN}]")
_FOREIGN_PASSAGE = re.compile(rf"(?:[{_FOREIGN}]+[\s,.;:!?’'-]+){{2,}}[{_FOREIGN}]+")
_FOREIGN_SHARE = 0.3
"""Share of letters outside the Latin script from which the text is in another language."""
_PLACEHOLDER = re.compile(
    r"⟦[^⟧]*⟧|\{\{[^}]*\}\}|(?-i:\bX{3,}\b|<[A-ZÉÈÀ][A-ZÉÈÀ_]{2,30}\d*>)"
    r"|\[(?:(?:le |la |l['’]|the )?(?:nom|name|prénom|ville|city|lieu|place|pays|country|date|heure|personne|person|organisation|"
    r"organization|fonction|unité|unit|insérer|insert|à compléter|entité|entity|mention|votre|your)\b[^\]]{0,40})\]"
    r"|\b(?:Ville|Pays|Région|Monsieur|Madame|M\.|Mme|Général|Organisation|City|Country|Person) (?-i:[XYZ])\b(?!['’.-]\w)",
    re.IGNORECASE,
)

_PLACEHOLDER_SIGN = re.compile(r"[⟦{<\[]|XXX|\b[XYZ]\b")
"""What every placeholder holds."""

W_LENGTH = Wording(
    "the answer is cut (finish_reason = length)", "la réponse est coupée (finish_reason = length)"
)
W_NO_TEXT = Wording("the answer holds no text", "la réponse ne contient pas de texte")
W_AFTER = Wording(
    "text after the relations, removed: {removed!r}",
    "texte après les relations, retiré : {removed!r}",
)
W_MORE = Wording(
    "another annotated text follows; left out: {removed!r}",
    "un autre texte annoté suit ; laissé de côté : {removed!r}",
)
W_ORDER = Wording("relations before the text", "relations avant le texte")
W_UNREADABLE = Wording(
    "a relation line that cannot be read: {line!r}", "ligne de relation illisible : {line!r}"
)
W_SCRIPT = Wording(
    "passage in another script: {passage!r}", "passage dans une autre écriture : {passage!r}"
)
W_PLACEHOLDER = Wording(
    "placeholder left: {placeholder!r}", "texte à remplir laissé tel quel : {placeholder!r}"
)
W_META = Wording("the text speaks of itself: {said!r}", "le texte parle de lui-même : {said!r}")


class Reading(msgspec.Struct, frozen=True):
    """What an answer says. `document` is None if and only if one issue is a reject."""

    text: str
    """The bare text, as far as there is one."""
    document: Document | None
    issues: tuple[Issue, ...]


def read_markup(
    answer: str, *, id: str, schema: Schema | None, finish_reason: str = "stop"
) -> Reading:
    """The document that `answer` writes down, white space around it aside; never fails on any string.

    Args:
        answer: what the model answered, raw.
        id: of the document to make; not empty.
        schema: labels are mapped to those of the schema and relation ends checked against it: a
            hard schema removes relations it does not allow, a soft one sends them to review. None
            accepts every label.
        finish_reason: `length` when the answer was cut.
    """
    findings = Findings(id)
    if finish_reason == "length":
        findings.add("M03", Severity.REJECT, W_LENGTH, end=shown(answer[-80:]))
    payload = clean(answer, findings)
    codes = {issue.code for issue in findings.issues}
    if not payload or "M01" in codes:
        return Reading(payload, None, tuple(findings.issues))
    document = _document(payload, schema, findings)
    if document is not None:
        _look_at_content(document.text, schema, findings)
    issues = tuple(findings.issues)
    rejected = worst(issues) is Severity.REJECT
    return Reading(document.text if document else payload, None if rejected else document, issues)


def _document(payload: str, schema: Schema | None, findings: Findings) -> Document | None:
    """The document of a payload; None when there is nothing to make one of (already rejected)."""
    content = from_json(payload, TAG, findings)
    if content is not None and not content.text:
        return None
    if content is not None and not TAG.search(content.text):
        return assemble(content.text, content.mentions, content.relations, schema, findings)
    tagged = content.text if content is not None else payload
    body, relations = _split(tagged, ids_of(tagged, schema), schema, findings)
    if content is not None:
        relations = [*relations, *content.relations]
    text, mentions = Scanner(schema, findings).scan(undecorate(body, findings))
    if not text:
        findings.add("M04", Severity.REJECT, W_NO_TEXT, answer=shown(payload))
        return None
    return assemble(text, mentions, relations, schema, findings)


def _split(
    payload: str, ids: set[str], schema: Schema | None, findings: Findings
) -> tuple[str, list[Triple]]:
    """The tagged text and the relation lines."""
    known = frozenset(schema.relations) if schema is not None else frozenset[str]()
    folded = {id.casefold() for id in ids}
    lines = payload.split("\n")
    read = [_relation(line, folded, known) for line in lines]
    numbers = [i for i, one in enumerate(read) if one is not None]
    relations = [one for one in read if one is not None]
    first = numbers[0] if numbers else len(lines)
    header = next((i for i, line in enumerate(lines) if _is_header(line) and i <= first), None)
    broken = [i for i, line in enumerate(lines) if read[i] is None and _names(line, folded, known)]
    start = min([first, *([] if header is None else [header]), *broken])
    body = "\n".join(lines[:start]).rstrip("\r\n ")
    rest = [line for i, line in enumerate(lines[start:], start) if read[i] is None]
    if not body.strip() and relations:
        findings.add("M02", Severity.REPAIRED, W_ORDER)
        return "\n".join(rest).strip("\r\n "), relations
    _look_at_rest(rest, (folded, known), findings)
    return body, relations


def _relation(line: str, ids: set[str], known: frozenset[str]) -> Triple | None:
    """The relation a line states, None when it is text: names must be known, or look like ids."""
    found = triple(line)
    if found is None:
        return None
    cells = [unescaped(cell) for cell in (found.head, found.label, found.tail)]
    found = found._replace(head=cells[0], label=cells[1], tail=cells[2])
    ends = [_known_end(cell, ids) for cell in (found.head, found.tail)]
    certain = all(ends) or (any(ends) and found.label in known) or attempted(line)
    likely = found.canonical and (any(ends) or found.label in known)
    return found if certain or likely else None


def _names(line: str, ids: set[str], known: frozenset[str]) -> bool:
    """Whether a line of text names an id and a relation: a relation line gone wrong."""
    if TAG.search(line) or len(line) > 200:
        return False
    words = {word.strip("|,;()[]`*-") for word in line.split()}
    ends = any(word.casefold() in ids for word in words)
    return ends and bool(words & known or (not known and "|" in line))


def _known_end(cell: str, ids: set[str]) -> bool:
    folded = cell.casefold()
    return folded in ids or re.split(r"[\s(:]", folded.strip("([ "))[0] in ids


def _is_header(line: str) -> bool:
    return bool(line.strip()) and bool(HEADER.match(line) or NONE.match(line))


def _look_at_rest(
    lines: Sequence[str], names: tuple[set[str], frozenset[str]], findings: Findings
) -> None:
    """What stands among and after the relation lines: chatter, lines that cannot be read, a second text."""
    chatter: list[str] = []
    for number, line in enumerate(lines):
        if TAG.search(line):
            more = "\n".join(lines[number:])
            findings.add("M02", Severity.REVIEW, W_MORE, removed=shown(more))
            break
        cut = ID.fullmatch(line.strip()) or re.search(r"\w\s*(?:->|→)\s*\w", line)
        if "|" in line or cut or _names(line, *names):
            findings.add("M15", Severity.REVIEW, W_UNREADABLE, line=shown(line))
        elif line.strip(" \t\r-*_=#`") and not _is_header(line):
            chatter.append(line.strip())
    if chatter:
        findings.add("M02", Severity.REPAIRED, W_AFTER, removed=shown("\n".join(chatter)))


def _look_at_content(text: str, schema: Schema | None, findings: Findings) -> None:
    if foreign := len(_FOREIGN_LETTER.findall(text)):
        mostly = foreign > _FOREIGN_SHARE * sum(map(str.isalpha, text))
        found = _FOREIGN_PASSAGE.search(text) or (_FOREIGN_LETTER.search(text) if mostly else None)
        severity = Severity.REJECT if mostly else Severity.REVIEW
        _found("M17", severity, W_SCRIPT, found, findings, "passage")
    if _PLACEHOLDER_SIGN.search(text):
        template = _label_in_brackets(text, schema) or _PLACEHOLDER.search(text)
        _found("M18", Severity.REJECT, W_PLACEHOLDER, template, findings, "placeholder")
    _found("M19", Severity.REJECT, W_META, META.search(text), findings, "said")


def _label_in_brackets(text: str, schema: Schema | None) -> re.Match[str] | None:
    labels = "|".join(map(re.escape, schema.entities)) if schema is not None else ""
    return re.search(rf"\[(?:{labels})[\s\d_:.-]*\]", text) if labels else None


def _found(
    code: str,
    severity: Severity,
    wording: Wording,
    match: re.Match[str] | None,
    findings: Findings,
    name: str,
) -> None:
    if match is not None:
        place = Place(start=match.start(), end=match.end())
        findings.add(code, severity, wording, place, **{name: shown(match.group())})
