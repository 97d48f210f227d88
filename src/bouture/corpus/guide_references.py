"""The passages of a guide that its definitions and rules send the reader to, for prompts that quote one without the other."""

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from bouture.corpus.guide import Guide, to_complete

_QUOTED = re.compile(r"[«“]\s*([^«»“”\n]{2,80}?)\s*[»”]")
_HEADING = re.compile(r"^#{1,6}\s+(?P<title>.+?)\s*$")
_TITLED = re.compile(r"^\*\*(?P<title>[^*\n]{2,80}?)\.?\*\*\s+(?P<text>\S.*)$")


class Passage(NamedTuple):
    """A paragraph of the guide that begins with a title in bold."""

    section: str
    """The heading it stands under."""
    title: str
    text: str


def passages(guide: Guide) -> Iterator[Passage]:
    """The titled paragraphs of the guide, those of its entities and relations (definition, direction…) left out."""
    labels = {*guide.entities, *guide.relations}
    section = ""
    for line in guide.text.splitlines():
        if heading := _HEADING.match(line):
            section = heading["title"]
        elif section not in labels and not to_complete(line) and (found := _TITLED.match(line)):
            yield Passage(section, found["title"], found["text"].strip())


def referred(guide: Guide, said: str, labels: Collection[str]) -> tuple[Passage, ...]:
    """What `said`, a stretch of the guide, refers to by a title in quotation marks.

    « Selon les couples de la ligne « Imbrication » » names a paragraph. « La liste figure dans « Cas
    difficiles » » names a section: of this, the paragraphs whose title holds one of the `labels`
    (« Têtes d’EVENEMENT »), since the others speak of something else.
    """
    quoted = set(_QUOTED.findall(said))
    return tuple(
        passage
        for passage in passages(guide)
        if passage.title in quoted
        or (passage.section in quoted and not set(labels).isdisjoint(_words(passage.title)))
    )


def _words(title: str) -> list[str]:
    return re.findall(r"\w+", title)
