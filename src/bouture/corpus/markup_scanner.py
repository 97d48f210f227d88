"""Scans inline markup as models write it: tags of any shape, unclosed, doubled, crossed (codes M03, M05, M13)."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bouture.corpus.findings import Findings, shown
from bouture.corpus.issue import Place, Severity, Wording
from bouture.corpus.label_aliases import resolve
from bouture.corpus.markup import ENTITIES, REFERENCE
from bouture.corpus.relation_lines import ID

_TOKEN = re.compile(
    r"<\s*(?P<close>/)?\s*(?P<name>[^\W\d_][\w.:-]*)?(?P<inside>[^<>]*?)(?P<alone>/)?\s*>|(?P<reference>&[#\w]{1,10};)"
)
_SPACE_AFTER_OPENING = re.compile(r"(?:^|(?<=[\s’']))((?:<\s*e\d*(?:\s[^<>]*)?>)+) +", re.IGNORECASE)
_SPACE_BEFORE_CLOSING = re.compile(r" +((?:</\s*e\d*\s*>)+)(?=[\s.,)\]]|$)", re.IGNORECASE)
_EXACT = re.compile(r'<e id="(?P<id>[^"<>]*)" t="(?P<label>[^"<>]*)">')
_CUT = re.compile(r"<\s*/?\s*(?:e|ent|entity|mention)?(?:\s[^<>]*|/?)\Z", re.IGNORECASE)
_KEY = re.compile(r"(?:(?<=\s)|^)(?P<name>\w+)\s*[=:]\s*|(?<=[\"'”»’])(?P<glued>\w+)\s*=\s*")
_QUOTES = " \t\n\r\"'“”«»‘’/"
_MENTION_NAMES = {"e", "ent", "entity", "entite", "entité", "mention", "ne"}
_ID_NAMES = {"id", "ref", "n", "num", "eid", "identifiant"}
_LABEL_NAMES = {"t", "type", "label", "class", "cat", "category", "tag", "etiquette", "étiquette"}
_SHORT = re.compile(r"[Ee]\d+")
_HTML = {
    "b", "i", "u", "em", "strong", "p", "br", "span", "div", "s", "mark", "code", "pre", "ul", "ol", "li",
    "h1", "h2", "h3", "blockquote", "html", "body", "xml", "text", "texte", "document", "doc", "article", "title",
    "sentence", "phrase", "output", "answer", "reponse", "réponse", "result", "resultat", "relation", "relations",
}  # fmt: skip
_EDGE = " \t\r\n\u00a0\u202f\u2009,;:"
_PARTNERS = {"«": "»", "“": "”", "(": ")", "[": "]", '"': '"'}
_SENTENCE_END = re.compile(r"[^\W\d_]{4,}[.!?…]\Z")
_GOES_ON = re.compile(r"\s*[a-zß-öø-ÿœ0-9,;:(]")
_UNCLOSED_WORDS = 4
"""An unclosed mention that ends its line is closed there when it has at most that many words."""

W_CUT = Wording(
    "the answer ends inside a tag: {tag!r}", "la réponse s’arrête dans une balise : {tag!r}"
)
W_SHAPE = Wording(
    "tag not written as asked: {tag!r}", "balise écrite autrement que demandé : {tag!r}"
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
W_DOUBLED = Wording("tag {tag!r} doubled, one removed", "balise {tag!r} en double, une retirée")
W_WRONG_CLOSE = Wording("tag closed by {tag!r}", "balise fermée par {tag!r}")
W_TRIMMED = Wording(
    "mention {raw!r} trimmed to {mention!r}", "mention {raw!r} ramenée à {mention!r}"
)
W_SPACES = Wording(
    "{count} space(s) between a tag and its mention removed",
    "{count} espace(s) entre une balise et sa mention retirée(s)",
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
    """Reads one body from left to right. `labels` are the entity labels that may also be names of tags."""

    def __init__(self, labels: Sequence[str], findings: Findings) -> None:
        self._labels = labels
        self._findings = findings
        self._pieces: list[str] = []
        self._length = 0
        self._stack: list[_Open] = []
        self._found: list[Scanned] = []
        self._shapes: Counter[str] = Counter()
        self._after_close = False

    def scan(self, body: str) -> tuple[str, list[Scanned]]:
        """The bare text without white space around it, and its mentions in order."""
        cut = _CUT.search(body, max(0, body.rfind("<")))
        if cut and body[cut.start() :].strip() != "<":
            self._note("M03", Severity.REJECT, W_CUT, tag=shown(cut.group()))
            body = body[: cut.start()]
        body, after = _SPACE_AFTER_OPENING.subn(r"\1", body)
        body, before = _SPACE_BEFORE_CLOSING.subn(r"\1", body)
        if after or before:
            self._note("M13", Severity.REPAIRED, W_SPACES, count=after + before)
        done = 0
        for token in _TOKEN.finditer(body):
            if self._token(token, body[done : token.start()]):
                done = token.end()
        self._put(body[done:])
        self._close_the_rest()
        text = "".join(self._pieces).rstrip()
        for shape in sorted(self._shapes):
            self._note("M13", Severity.REPAIRED, W_SHAPE, tag=shape, count=self._shapes[shape])
        found = [trimmed for one in self._found if (trimmed := self._trim(one, text))]
        return text, sorted(found, key=lambda m: (m.start, -m.end))

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
        role = self._role(name, token["inside"])
        if role == "text" or (not name and not token["close"]):
            return False
        self._put(before)
        if role == "html":
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

    def _role(self, name: str, inside: str) -> str:
        plain = name.casefold().rstrip(":.")
        if not name or plain in _MENTION_NAMES or _SHORT.fullmatch(name.partition(":")[0]):
            return "mention"
        if plain == "span" and "=" in inside and "id" in inside:
            return "mention"
        if plain in _HTML:
            return "html"
        if (
            len(name) > 2
            and resolve(name, self._labels)
            and (name.isupper() or name in self._labels)
        ):
            return "mention"
        return "text"

    def _open(self, token: re.Match[str], name: str) -> None:
        exact = _EXACT.fullmatch(token.group())
        if exact:
            id, label = unescaped(exact["id"]), unescaped(exact["label"])
        else:
            id, label = self._attributes(token["inside"])
        short, _, rest = name.partition(":")
        if _SHORT.fullmatch(short):
            id, label = id or short.upper(), label or rest
        elif name.casefold() not in _MENTION_NAMES and name.casefold() != "span":
            label = label or name
        if not exact:
            shape = re.sub(r"\d+", "1", token.group())
            self._shapes[shown(shape, 60)] += 1
        self._stack.append(_Open(id, label, self._length, token.group(), name))

    def _attributes(self, inside: str) -> tuple[str, str]:
        """Id and label of a tag, whatever the order, the names and the quotes; empty when missing."""
        id = label = ""
        keys = [key for key in _KEY.finditer(inside) if self._is_key(key)]
        ends = [key.start() for key in keys[1:]] + [len(inside)]
        for key, end in zip(keys, ends, strict=False):
            name = (key["name"] or key["glued"]).casefold()
            value = unescaped(inside[key.end() : end].strip(_QUOTES))
            if name in _ID_NAMES:
                id = id or value
            elif name in _LABEL_NAMES:
                label = label or value
            else:
                id, label = id or name.upper(), label or value
        for word in inside[: keys[0].start() if keys else None].split():
            bare = word.strip(_QUOTES)
            if ID.fullmatch(bare) or bare.isdecimal():
                id = id or bare
            else:
                label = label or bare
        return id, label

    @staticmethod
    def _is_key(key: re.Match[str]) -> bool:
        name = (key["name"] or key["glued"]).casefold()
        return name in _ID_NAMES or name in _LABEL_NAMES or bool(_SHORT.fullmatch(name))

    def _close(self, name: str, tag: str) -> None:
        if not self._stack:
            severity = Severity.REPAIRED if self._after_close else Severity.REVIEW
            self._note("M13", severity, W_STRAY, tag=tag)
            return
        index = len(self._stack) - 1
        named = name.casefold() not in _MENTION_NAMES and name != ""
        if named:
            match = [i for i, one in enumerate(self._stack) if self._answers(one, name)]
            index = match[-1] if match else index
        opened = self._stack.pop(index)
        if tag != "</e>":
            self._shapes[re.sub(r"\d+", "1", tag)] += 1
        self._found.append(Scanned(opened.id, opened.label, opened.start, self._length, opened.tag))

    @staticmethod
    def _answers(opened: _Open, name: str) -> bool:
        wanted = name.casefold()
        return wanted in (opened.id.casefold(), opened.name.casefold(), opened.label.casefold())

    def _close_the_rest(self) -> None:
        text = "".join(self._pieces)
        while self._stack:
            opened = self._stack.pop()
            place = Place(start=opened.start, end=min(opened.start + 1, len(text)) or None)
            if any(m.id == opened.id and m.start == opened.start for m in self._found):
                self._note("M13", Severity.REPAIRED, W_DOUBLED, place, tag=opened.tag)
                continue
            end = self._likely_end(opened, text)
            if end is None:
                self._note("M13", Severity.REJECT, W_UNCLOSED, place, tag=opened.tag)
                continue
            mention = text[opened.start : end]
            self._note("M13", Severity.REPAIRED, W_NO_CLOSE, place, tag=opened.tag, mention=mention)
            self._found.append(Scanned(opened.id, opened.label, opened.start, end, opened.tag))

    def _likely_end(self, opened: _Open, text: str) -> int | None:
        """Where an unclosed mention ends, if only one place is reasonable."""
        surfaces = {
            text[m.start : m.end].strip() for m in self._found if opened.id and m.id == opened.id
        }
        for surface in sorted(surfaces, key=len, reverse=True):
            end = opened.start + len(surface)
            whole = not text[end : end + 1].isalnum()
            if surface and whole and text.startswith(surface, opened.start):
                return end
        line = text[opened.start :].split("\n")[0].rstrip()
        bare = line.rstrip(" .!?…»”\"'" + _EDGE)
        others = any(m.start >= opened.start for m in self._found)
        sentence_inside = re.search(r"[.!?;:,]\s", bare)
        if bare and not others and not sentence_inside and len(bare.split()) <= _UNCLOSED_WORDS:
            return opened.start + len(bare)
        return None

    def _trim(self, one: Scanned, text: str) -> Scanned | None:
        end = min(one.end, len(text))
        start, end = trimmed(text, min(one.start, end), end)
        if start >= end and text[one.start : one.end].strip():
            return one
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


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds of a mention without white space, separators and half pairs of quotes or brackets.

    A final full stop goes only after a word of four letters or more, where the sentence ends: `Inc.`,
    `O.N.U.` and « la 3e div. avance » keep theirs.
    """
    while True:
        bounds = start, end
        while start < end and text[start] in _EDGE:
            start += 1
        while start < end and text[end - 1] in _EDGE:
            end -= 1
        inside = text[start:end]
        for opening, closing in _PARTNERS.items():
            if opening != closing and inside.startswith(opening) and closing not in inside:
                start += 1
            if opening != closing and inside.endswith(closing) and opening not in inside:
                end -= 1
        if _SENTENCE_END.search(text[start:end]) and not _GOES_ON.match(text, end):
            end -= 1
        if bounds == (start, end) or start >= end:
            return start, end


def resolved(reference: str) -> str | None:
    """The character of a reference such as `&lt;` or `&#124;`, None when there is none."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        return None
    if match["name"]:
        return "\u00a0" if match["name"] == "nbsp" else ENTITIES.get(match["name"])
    code = int(match["decimal"] or match["hex"], 10 if match["decimal"] else 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else None


def unescaped(string: str) -> str:
    """`string` with the references it knows resolved, the others as they are."""
    return REFERENCE.sub(lambda match: resolved(match.group()) or match.group(), string)


def ids_of(body: str, labels: Iterable[str]) -> set[str]:
    """The ids that the tags of `body` give."""
    silent = Findings("ids")
    return {mention.id for mention in Scanner(tuple(labels), silent).scan(body)[1] if mention.id}
