"""Takes apart an answer that holds two texts, or a text and its trap line; reads whatever models make of that form."""

import re
from typing import NamedTuple

from bouture.corpus.answer_cleaning import TAG
from bouture.corpus.markup import unescape
from bouture.errors import MarkupError

_THOUGHT = re.compile(r"</(?:think|thinking|reasoning|reflexion)>", re.IGNORECASE)
_BLANK = r"[ \t\u00a0]"
_DRESS = r"[ \t\u00a0#>*_=\-\[(]*"
_HEADING = re.compile(
    rf"^{_DRESS}(?:texte?|text){_BLANK}*(?:n[o°º]\.?{_BLANK}*)?(?P<number>[12])\b(?P<rest>[^<\n]{{0,60}})$",
    re.IGNORECASE | re.MULTILINE,
)
_INLINE = re.compile(
    rf"^{_DRESS}(?:texte?|text){_BLANK}*(?P<number>[12]){_BLANK}*[*_\])]*{_BLANK}*[:.–—-][*_]*{_BLANK}*(?=\S)",
    re.IGNORECASE | re.MULTILINE,
)
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)\w*[ \t]*$", re.MULTILINE)
_TRAP = re.compile(
    rf"^{_DRESS}(?:pi[èe]ge|trap)s?[ \t\u00a0*_\])]*[:：][*_]*{_BLANK}*(?:\n{_BLANK}*)?(?P<said>.*)$",
    re.IGNORECASE | re.MULTILINE,
)
"""The words may stand on the next line."""
_LABEL = re.compile(r"^(?P<words>.+?)\s*(?:\||→|->)\s*(?P<label>[^|]*)$")
_WRAPPING = " \t\u00a0\u202f\"'«»“”„‘`*_"
LONGEST = 400
"""Characters of the longest trap that is looked for."""


class Trap(NamedTuple):
    """What a hurried annotator would have tagged."""

    words: str
    label: str
    """As the answer gives it; empty when it does not."""


class Block(NamedTuple):
    """One text of an answer, as raw markup, and its trap."""

    markup: str
    trap: Trap | None


def two_texts(answer: str) -> tuple[Block, Block] | None:
    """The texts under `TEXTE 1` and `TEXTE 2` (or `TEXT 1`…); None when one of them is not there.

    Headings may be bold, numbered, followed by a remark or by the text itself. Where a number comes
    more than once (a model that thinks aloud), the last 1 that a 2 follows counts.
    """
    said = _FENCE.sub("", _THOUGHT.split(answer)[-1])
    for heading in (_HEADING, _INLINE):
        texts = _under(heading, said)
        if texts is not None and all(map(str.strip, texts)):
            return block(texts[0]), block(texts[1])
    return None


def _under(heading: re.Pattern[str], said: str) -> tuple[str, str] | None:
    """What stands under the last 1 that a 2 follows."""
    marks = [(m.start(), m.end(), m["number"]) for m in heading.finditer(said)]
    for first in range(len(marks) - 2, -1, -1):
        if (marks[first][2], marks[first + 1][2]) == ("1", "2"):
            one, two = marks[first], marks[first + 1]
            last = marks[first + 2][0] if first + 2 < len(marks) else len(said)
            return said[one[1] : two[0]], said[two[1] : last]
    return None


def block(text: str) -> Block:
    """A text and its trap line, the last one if there are several; the lines are taken out of the text."""
    found = list(_TRAP.finditer(text))
    said = next((m["said"] for m in reversed(found) if m["said"].strip()), "")
    return Block(_TRAP.sub("", text).strip(), _trap(said) if said else None)


def _trap(said: str) -> Trap | None:
    bare = _unescaped(TAG.sub("", said)[: 2 * LONGEST])
    parts = _LABEL.match(bare)
    words = _bare(parts["words"] if parts else bare)
    label = _bare(parts["label"]) if parts else ""
    return Trap(words, label) if words and len(words) <= LONGEST else None


def _bare(text: str) -> str:
    """Without quotes, bold and a full stop around it; an elision keeps its apostrophe."""
    bare = text.strip(_WRAPPING)
    if bare.endswith(".") and not bare.endswith(".."):
        bare = bare[:-1].rstrip(_WRAPPING)
    return bare


def _unescaped(text: str) -> str:
    try:
        return unescape(text)
    except MarkupError:
        return text
