"""Scans inline markup as models write it: tags of any shape, unclosed, doubled, crossed (codes M03, M05, M13)."""

import re
from collections import Counter
from typing import NamedTuple

from bouture.corpus.findings import Findings, shown
from bouture.corpus.issue import Place, Severity, Wording
from bouture.corpus.label_aliases import resolve
from bouture.corpus.markup_tags import (
    EXACT,
    MENTION_NAMES,
    SHORT,
    attributes,
    resolved,
    role,
    unescaped,
)
from bouture.corpus.mention_edges import EDGE, trimmed
from bouture.corpus.schema import Schema

_TOKEN = re.compile(
    r"<\s*(?P<close>/)?\s*(?P<name>[^\W\d_][\w.:-]*)?(?P<inside>[^<>]*?)(?P<alone>/)?\s*>|(?P<reference>&[#\w]{1,10};)"
)
_EXACT_TOKEN = re.compile(rf"{EXACT.pattern}|(?P<close></e>)")
_SPACE_AFTER_OPENING = re.compile(
    r"(?:^|(?<=[\s’'\"“«(]))((?:<\s*e\d*(?:\s[^<>]*)?>)+) +", re.IGNORECASE
)
_SPACE_BEFORE_CLOSING = re.compile(r" +((?:</\s*e\d*\s*>)+)(?=[\s.,)\]]|$)", re.IGNORECASE)
_HALF_TAGS = (
    (re.compile(r"</e(?=[^\w\s>:/]|\s+[^\s>])"), "</e>"),
    (re.compile(r"(?<![</])/e>"), "</e>"),
    (re.compile(r'(<e id="[^"<>]*" t="[^"<>]*")(?![\s/]*>)'), r"\1>"),
    (re.compile(r'(?<![<\w])(e id="[^"<>]*" t="[^"<>]*">)'), r"<\1"),
)
"""Tags that lost an angle bracket, and what they are."""
_FRAGMENT = re.compile(r"</?\s*e\b|\be id\s*=|\bid=[\"“']|/e>", re.IGNORECASE)
_CUT = re.compile(r"<\s*/?\s*(?:e|ent|entity|mention)?(?:\s[^<>]*|/?)\Z", re.IGNORECASE)
_UNCLOSED_WORDS = 2
"""An unclosed mention that ends its sentence and line is closed there when it has at most that many words."""

W_CUT = Wording(
    "the answer ends inside a tag: {tag!r}", "la réponse s’arrête dans une balise : {tag!r}"
)
W_SHAPE = Wording(
    "tag not written as asked: {tag!r}", "balise écrite autrement que demandé : {tag!r}"
)
W_UNKNOWN = Wording("unknown tag {tag!r} removed", "balise inconnue {tag!r} retirée")
W_NO_CLOSE = Wording(
    "unclosed tag {tag!r}, closed after {mention!r}",
    "balise {tag!r} non fermée, fermée après {mention!r}",
)
W_UNCLOSED = Wording(
    "unclosed tag {tag!r}: where the mention ends is unclear",
    "balise {tag!r} non fermée : la fin de la mention est incertaine",
)
W_STRAY = Wording(
    "closing tag {tag!r} without an opening one, removed",
    "balise fermante {tag!r} sans ouvrante, retirée",
)
W_DOUBLED = Wording(
    "tag {tag!r} doubled, one removed", "balise {tag!r} en double, retirée une fois"
)
W_TRIMMED = Wording(
    "mention {raw!r} trimmed to {mention!r}", "mention {raw!r} ramenée à {mention!r}"
)
W_SPACES = Wording(
    "{count} space(s) between a tag and its mention removed",
    "{count} espace(s) entre une balise et sa mention retirée(s)",
)
W_FRAGMENT = Wording(
    "piece of a tag left in the text: {piece!r}",
    "morceau de balise resté dans le texte : {piece!r}",
)
W_EMPTY = Wording("mention without text {tag!r}, removed", "mention sans texte {tag!r}, retirée")


class Scanned(NamedTuple):
    """A mention as found, its id and label still as the model wrote them (empty when missing)."""

    id: str
    label: str
    start: int
    end: int
    tag: str


class _Open(NamedTuple):
    id: str
    label: str
    start: int
    tag: str
    name: str


class Scanner:
    """Reads one body from left to right. The labels of the schema may also be names of tags."""

    def __init__(self, schema: Schema | None, findings: Findings) -> None:
        self._labels = schema.entities if schema is not None else ()
        self._nesting = schema.nesting if schema is not None else None
        self._findings = findings
        self._body = ""
        self._surplus = 0
        """How many doubled tags were set aside."""
        self._closed_last = ""
        """Label of the mention closed last."""
        self._pieces: list[str] = []
        self._length = 0
        self._stack: list[_Open] = []
        self._found: list[Scanned] = []
        self._shapes: Counter[str] = Counter()
        self._after_close = False

    def scan(self, body: str) -> tuple[str, list[Scanned]]:
        """The bare text without white space around it, and its mentions in order."""
        exact = _is_exact(body)
        if not exact:
            body = self._mended(body)
        if not exact or '"> ' in body or " </" in body:
            body = self._without_spaces(body)
        self._body = body
        read = self._exactly if exact and "&" not in body else self._tolerantly
        self._put(body[read(body) :])
        self._close_the_rest()
        text = "".join(self._pieces).rstrip()
        for shape in sorted(self._shapes):
            self._note("M13", Severity.REPAIRED, W_SHAPE, tag=shape, count=self._shapes[shape])
        found = [kept for one in self._found if (kept := self._trim(one, text))]
        return text, sorted(found, key=lambda m: (m.start, -m.end))

    def _mended(self, body: str) -> str:
        """Without a tag that is cut at the end, and with the brackets that tags have lost."""
        cut = _CUT.search(body, max(0, body.rfind("<")))
        if cut and body[cut.start() :].strip() != "<":
            self._note("M03", Severity.REJECT, W_CUT, tag=shown(cut.group()))
            body = body[: cut.start()]
        for half, whole in _HALF_TAGS:
            body, mended = half.subn(whole, body)
            if mended:
                self._shapes[re.sub(r"\\1", "…", whole)] += mended
        return body

    def _without_spaces(self, body: str) -> str:
        """Without the spaces between tags and their mentions."""
        body, after = _SPACE_AFTER_OPENING.subn(r"\1", body)
        body, before = _SPACE_BEFORE_CLOSING.subn(r"\1", body)
        if after or before:
            self._note("M13", Severity.REPAIRED, W_SPACES, count=after + before)
        return body

    def _exactly(self, body: str) -> int:
        """Takes a body whose tags are all as the notation says; gives back where the last one ends."""
        done = 0
        for token in _EXACT_TOKEN.finditer(body):
            self._put(body[done : token.start()])
            done = token.end()
            if token["close"]:
                self._close("e", "</e>")
            else:
                self._push(_Open(token["id"], token["label"], self._length, token.group(), "e"))
            self._after_close = token["close"] is not None
        return done

    def _tolerantly(self, body: str) -> int:
        """Takes any body; gives back where the last tag or reference ends."""
        done = 0
        for token in _TOKEN.finditer(body):
            if self._token(token, body[done : token.start()]):
                done = token.end()
        return done

    def _token(self, token: re.Match[str], before: str) -> bool:
        """Takes one token and the text before it; False when it is text after all."""
        if token["reference"]:
            character = resolved(token["reference"])
            if character is None:
                return False
            self._put(before)
            self._put(character, raw=True)
            return True
        name = token["name"] or ""
        kind = role(name, token["inside"], self._labels)
        if kind == "text" or (not name and not token["close"]):
            return False
        self._put(before)
        if kind == "html":
            self._note("M13", Severity.REPAIRED, W_UNKNOWN, tag=token.group())
        elif token["close"]:
            self._close(name, token.group())
        elif self._stack and name.casefold() == "e" and not token["inside"].strip():
            self._close("e", token.group())
        else:
            self._open(token, name)
            if token["alone"]:
                self._close(name, "</e>")
        self._after_close = bool(token["close"])
        return True

    def _open(self, token: re.Match[str], name: str) -> None:
        id, label = _named(token, name)
        if not EXACT.fullmatch(token.group()):
            shape = re.sub(r"\d+", "1", token.group())
            self._shapes[shown(shape, 60)] += 1
        self._push(_Open(id, label, self._length, token.group(), name))

    def _push(self, opened: _Open) -> None:
        """Opens a mention, unless it is the one that was opened just before and a closing tag is missing."""
        top = self._stack[-1] if self._stack else None
        if top is not None and opened.id and top[:3] == opened[:3] and self._may_be_surplus():
            self._surplus += 1
            self._note("M13", Severity.REPAIRED, W_DOUBLED, tag=opened.tag)
            return
        self._stack.append(opened)

    def _may_be_surplus(self) -> bool:
        """Whether more tags open than close, those set aside so far not counted."""
        opening = len(re.findall(r"<\s*[eE]\d*[\s:>]", self._body))
        return opening - len(re.findall(r"<\s*/", self._body)) > self._surplus

    def _close(self, name: str, tag: str) -> None:
        if not self._stack:
            harmless = self._after_close and not self._may_nest(self._closed_last)
            severity = Severity.REPAIRED if harmless else Severity.REVIEW
            self._note("M13", severity, W_STRAY, tag=tag)
            return
        index = len(self._stack) - 1
        named = name.casefold() not in MENTION_NAMES and name != ""
        if named:
            match = [i for i, one in enumerate(self._stack) if self._answers(one, name)]
            index = match[-1] if match else index
        opened = self._stack.pop(index)
        if tag != "</e>":
            self._shapes[re.sub(r"\d+", "1", tag)] += 1
        self._closed_last = opened.label
        self._found.append(Scanned(opened.id, opened.label, opened.start, self._length, opened.tag))

    def _may_nest(self, label: str) -> bool:
        """Whether a second `</e>` after a mention may have belonged to another, whose opening is lost."""
        if self._nesting is None:
            return True
        known = resolve(label, self._labels) or label
        return any(known in pair for pair in self._nesting)

    @staticmethod
    def _answers(opened: _Open, name: str) -> bool:
        wanted = name.casefold()
        return wanted in (opened.id.casefold(), opened.name.casefold(), opened.label.casefold())

    def _close_the_rest(self) -> None:
        text = "".join(self._pieces)
        while self._stack:
            opened = self._stack.pop()
            place = Place(start=opened.start, end=min(opened.start + 1, len(text)) or None)
            twin = any((m.id, m.start) == (opened.id, opened.start) for m in self._found)
            if opened.id and twin:
                self._note("M13", Severity.REPAIRED, W_DOUBLED, place, tag=opened.tag)
                continue
            end, severity = self._likely_end(opened, text)
            if end is None and text[opened.start :].rstrip()[-1:].isalnum():
                self._note("M03", Severity.REJECT, W_CUT, place, tag=opened.tag)
                continue
            if end is None:
                self._note("M13", Severity.REJECT, W_UNCLOSED, place, tag=opened.tag)
                continue
            mention = text[opened.start : end]
            self._note("M13", severity, W_NO_CLOSE, place, tag=opened.tag, mention=mention)
            self._found.append(Scanned(opened.id, opened.label, opened.start, end, opened.tag))

    def _likely_end(self, opened: _Open, text: str) -> tuple[int | None, Severity]:
        """Where an unclosed mention ends, None when that is open.

        To review when the text reads on as in another mention of the entity, which may be shorter;
        mended when the mention ends its sentence and line.
        """
        surfaces = {
            text[m.start : m.end].strip() for m in self._found if opened.id and m.id == opened.id
        }
        for surface in sorted(surfaces, key=len, reverse=True):
            end = opened.start + len(surface)
            whole = not text[end : end + 1].isalnum()
            if surface and whole and text.startswith(surface, opened.start):
                return end, Severity.REVIEW
        line = text[opened.start :].split("\n")[0].rstrip()
        bare = line.rstrip(" .!?…»”\"'" + EDGE)
        others = any(m.start >= opened.start for m in self._found)
        sentence_inside = re.search(r"[.!?;:,]\s", bare)
        complete = re.search(r"[.!?…]", line[len(bare) :])
        few = len(bare.split()) <= _UNCLOSED_WORDS
        if bare and few and complete and not others and not sentence_inside:
            return opened.start + len(bare), Severity.REPAIRED
        return None, Severity.REJECT

    def _trim(self, one: Scanned, text: str) -> Scanned | None:
        last = min(one.end, len(text))
        start, end = trimmed(text, min(one.start, last), last)
        if (start, end) == (one.start, one.end) and start < end:
            return one
        if start >= end and text[one.start : last].strip():
            return one._replace(end=last)
        if start >= end:
            self._note("M13", Severity.REVIEW, W_EMPTY, tag=one.tag)
            return None
        if (start, end) != (one.start, one.end):
            raw, mention = text[one.start : one.end], text[start:end]
            place = Place(start=start, end=end, entity=one.id)
            self._note("M13", Severity.REPAIRED, W_TRIMMED, place, raw=raw, mention=mention)
        return one._replace(start=start, end=end)

    def _put(self, piece: str, raw: bool = False) -> None:
        if not self._length and not raw:
            piece = piece.lstrip()
        looked_at = not raw and ("=" in piece or "<" in piece or ">" in piece)
        fragment = _FRAGMENT.search(piece) if looked_at else None
        if fragment:
            place = Place(start=self._length, end=self._length + len(piece))
            self._note(
                "M13",
                Severity.REJECT,
                W_FRAGMENT,
                place,
                piece=shown(piece[fragment.start() :], 40),
            )
        self._pieces.append(piece)
        self._length += len(piece)
        if piece:
            self._after_close = False

    def _note(
        self,
        code: str,
        severity: Severity,
        wording: Wording,
        place: Place = Place(),
        **evidence: object,
    ) -> None:
        self._findings.add(code, severity, wording, place, **evidence)


def ids_of(body: str, schema: Schema | None) -> set[str]:
    """The ids that the tags of `body` give, whatever becomes of their mentions."""
    if _is_exact(body):
        given = {token["id"] for token in _EXACT_TOKEN.finditer(body) if not token["close"]}
        return {unescaped(id) for id in given} - {""}
    for half, whole in _HALF_TAGS:
        body = half.sub(whole, body)
    labels = schema.entities if schema is not None else ()
    found: set[str] = set()
    for token in _TOKEN.finditer(body):
        name = token["name"]
        if name and not token["close"] and role(name, token["inside"], labels) == "mention":
            found.add(_named(token, name)[0])
    return found - {""}


def _named(token: re.Match[str], name: str) -> tuple[str, str]:
    """Id and label that a tag gives its mention; empty when missing."""
    exact = EXACT.fullmatch(token.group())
    if exact:
        return unescaped(exact["id"]), unescaped(exact["label"])
    id, label = attributes(token["inside"])
    short, _, rest = name.partition(":")
    if SHORT.fullmatch(short):
        return id or short.upper(), label or rest
    if name.casefold() not in MENTION_NAMES and name.casefold() != "span":
        return id, label or name
    return id, label


def _is_exact(body: str) -> bool:
    """Whether every `<` and every `>` belongs to a tag as the notation says."""
    tags = len(_EXACT_TOKEN.findall(body))
    return body.count("<") == tags == body.count(">")
