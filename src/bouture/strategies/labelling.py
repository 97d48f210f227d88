"""The tokens of a document with the label each has in every mention that covers it."""

from typing import NamedTuple

from bouture.corpus.document import Document
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


def label_tokens(document: Document) -> list[LabelledToken]:
    """The tokens of the document in order, labelled."""
    mentions = document.mentions()
    found = []
    begun: set[int] = set()
    first = 0  # mentions before it end before every token to come
    for token in tokenize(document.text):
        while first < len(mentions) and mentions[first].end <= token.start:
            first += 1
        labels, numbers, cut = [], [], False
        for number in range(first, len(mentions)):
            mention = mentions[number]
            if mention.start >= token.end:
                break
            if mention.end <= token.start:
                continue
            numbers.append(number)
            labels.append(f"{'I' if number in begun else 'B'}-{mention.label}")
            begun.add(number)
            cut = cut or mention.start > token.start or mention.end < token.end
        text = document.text[token.start : token.end]
        label = "|".join(labels) or "O"
        found.append(LabelledToken(token.start, token.end, text, label, tuple(numbers), cut))
    return found
