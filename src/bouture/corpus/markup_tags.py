"""One tag as models write it: what it is, and its id and label whatever the order, names and quotes of its attributes."""

import re
from collections.abc import Sequence

from bouture.corpus.label_aliases import resolve
from bouture.corpus.markup import REFERENCE, character
from bouture.corpus.relation_lines import ID

EXACT = re.compile(r'<e id="(?P<id>[^"<>]*)" t="(?P<label>[^"<>]*)">')
"""A tag exactly as the notation says."""
_KEY = re.compile(r"(?:(?<=\s)|^)(?P<name>\w+)\s*[=:]\s*|(?<=[\"'”»’])(?P<glued>\w+)\s*=\s*")
_QUOTES = " \t\n\r\"'“”«»‘’/"
MENTION_NAMES = {"e", "ent", "entity", "entite", "entité", "mention", "ne"}
_ID_NAMES = {"id", "ref", "n", "num", "eid", "identifiant"}
_LABEL_NAMES = {"t", "type", "label", "class", "cat", "category", "tag", "etiquette", "étiquette"}
SHORT = re.compile(r"[Ee]\d+")
_HTML = {
    "b", "i", "u", "em", "strong", "p", "br", "span", "div", "s", "mark", "code", "pre", "ul", "ol", "li",
    "h1", "h2", "h3", "blockquote", "html", "body", "xml", "text", "texte", "document", "doc", "article", "title",
    "sentence", "phrase", "output", "answer", "reponse", "réponse", "result", "resultat", "relation", "relations",
}  # fmt: skip


def role(name: str, inside: str, labels: Sequence[str]) -> str:
    """What a tag with this name is: a `mention`, `html` around the text, or `text` that only looks like one."""
    plain = name.casefold().rstrip(":.")
    if not name or plain in MENTION_NAMES or SHORT.fullmatch(name.partition(":")[0]):
        return "mention"
    if plain == "span" and "=" in inside and "id" in inside:
        return "mention"
    if plain in _HTML:
        return "html"
    if len(name) > 2 and resolve(name, labels) and (name.isupper() or name in labels):
        return "mention"
    return "text"


def attributes(inside: str) -> tuple[str, str]:
    """Id and label of a tag, whatever the order, the names and the quotes; empty when missing."""
    id = label = ""
    keys = list(_KEY.finditer(inside))
    ends = [key.start() for key in keys[1:]] + [len(inside)]
    for key, end in zip(keys, ends, strict=False):
        name = (key["name"] or key["glued"]).casefold()
        value = unescaped(inside[key.end() : end].strip(_QUOTES))
        if name in _ID_NAMES:
            id = id or value
        elif name in _LABEL_NAMES:
            label = label or value
        elif SHORT.fullmatch(name):
            id, label = id or name.upper(), label or value
        elif ID.fullmatch(value):
            id = id or value
    for word in re.split(r"[\s\"'“”«»]+", inside[: keys[0].start() if keys else None]):
        bare = word.strip(_QUOTES + "=:")
        if ID.fullmatch(bare) or bare.isdecimal():
            id = id or bare
        elif bare.casefold() not in _ID_NAMES | _LABEL_NAMES:
            label = label or bare
    return id, label


def resolved(reference: str) -> str | None:
    """The character of a reference; models also write `&nbsp;`."""
    return "\u00a0" if reference == "&nbsp;" else character(reference)


def unescaped(string: str) -> str:
    """`string` with the references it knows resolved, the others as they are."""
    return REFERENCE.sub(lambda match: resolved(match.group()) or match.group(), string)
