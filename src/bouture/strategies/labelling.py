"""The tokens of a document with the label each has in every mention that covers it; and where mentions begin and end."""

from bisect import bisect_left, bisect_right
from typing import NamedTuple

from bouture.corpus.document import Document, remembered
from bouture.corpus.tokens import tokenize


class LabelledToken(NamedTuple):
    """One token.

    `label` is its BIO label; under nested mentions the labels from the outermost mention to the
    innermost, joined by `|` (`I-FONCTION|B-LIEU`), so that what is true of one nesting level stays
    true of the others. `mentions` are the mentions it belongs to, as numbers in `Document.mentions()`.
    """

    start: int
    end: int
    text: str
    label: str
    mentions: tuple[int, ...]
    cut: bool
    """A mention begins or ends inside it: no operation touches such a token."""


_new = tuple.__new__
"""Makes a named tuple in half the time: documents have hundreds of tokens, and every sample labels them."""


def label_tokens(document: Document) -> list[LabelledToken]:
    """The tokens of the document in order, labelled."""
    text, mentions = document.text, document.mentions()
    found: list[LabelledToken] = []
    begun: set[int] = set()
    first = 0  # mentions before it end before every token to come
    count = len(mentions)
    for token in tokenize(text):
        start, end = token.start, token.end
        while first < count and mentions[first].end <= start:
            first += 1
        if first == count or mentions[first].start >= end:  # most tokens: outside every mention
            found.append(_new(LabelledToken, (start, end, text[start:end], "O", (), False)))
            continue
        labels, numbers, cut = [], [], False
        for number in range(first, count):
            mention = mentions[number]
            if mention.start >= end:
                break
            if mention.end <= start:
                continue
            numbers.append(number)
            labels.append(f"{'I' if number in begun else 'B'}-{mention.label}")
            begun.add(number)
            cut = cut or mention.start > start or mention.end < end
        label = "|".join(labels) or "O"
        token_text = text[start:end]
        found.append(_new(LabelledToken, (start, end, token_text, label, tuple(numbers), cut)))
    return found


@remembered
def bounds(document: Document) -> list[int]:
    """Every offset at which a mention or a masked stretch begins or ends, sorted."""
    spans = [span for entity in document.entities for span in entity.spans]
    return sorted({at for span in (*spans, *document.mask.spans) for at in (span.start, span.end)})


def is_cut(document: Document, start: int, end: int) -> bool:
    """Whether a mention, or a masked stretch, begins or ends strictly inside `text[start:end]`."""
    known = bounds(document)
    return bisect_right(known, start) < bisect_left(known, end)
