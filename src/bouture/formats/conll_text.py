"""From tokens and tags back to a text with mentions: offsets in the given text, or a text rebuilt with French spacing."""

from collections.abc import Sequence, Set
from typing import NamedTuple

from bouture.formats.conll_lines import Row

NO_SPACE_BEFORE = frozenset([",", ".", ")", "]", "}", "…", "...", "”", "’", "'", "%"])
NO_SPACE_AFTER = frozenset(["(", "[", "{", "“"])
APOSTROPHES = ("’", "'", "ʼ")


class PlacedTokens(NamedTuple):
    """A text and where each token stands in it."""

    text: str
    spans: list[tuple[int, int]]
    guessed: bool
    """Whether spaces had to be guessed."""
    contradicted: bool
    """Whether a text was given that does not hold the tokens."""


def place_tokens(rows: Sequence[Row], texts: Sequence[str], breaks: Set[int]) -> PlacedTokens:
    """Tokens found one after another in the first of `texts` that holds them, or a text rebuilt.

    `breaks` are the positions of tokens that begin a sentence.
    """
    for text in texts:
        spans = _walk(text, [row.token for row in rows])
        if spans is not None:
            return PlacedTokens(text, spans, False, False)
    rebuilt, spans = _rebuild(rows, breaks)
    guessed = len(rows) > 1 and not any(row.glued for row in rows)
    return PlacedTokens(rebuilt, spans, guessed, bool(texts))


def _walk(text: str, tokens: Sequence[str]) -> list[tuple[int, int]] | None:
    """Where each token stands when only white space is between them; None when the text is another."""
    spans, place = [], 0
    for token in tokens:
        while place < len(text) and text[place].isspace():
            place += 1
        if not text.startswith(token, place):
            return None
        spans.append((place, place + len(token)))
        place += len(token)
    return spans if not text[place:].strip() else None


def _rebuild(rows: Sequence[Row], breaks: Set[int]) -> tuple[str, list[tuple[int, int]]]:
    """Tokens joined by spaces where French has them; a line feed between sentences.

    When the file says for any token that no space follows (`SpaceAfter=No`), it is followed alone.
    """
    stated = any(row.glued for row in rows)
    text, spans = "", list[tuple[int, int]]()
    for position, row in enumerate(rows):
        if position in breaks and text:
            text += "\n"
        elif text:
            before = rows[position - 1]
            glued = before.glued if stated else _joined(before.token, row.token)
            text += "" if glued else " "
        spans.append((len(text), len(text) + len(row.token)))
        text += row.token
    return text, spans


def _joined(before: str, after: str) -> bool:
    """Whether two tokens are written without a space in French (`l’ armée`, `Kiev ,`, but `Kiev :`)."""
    if after in NO_SPACE_BEFORE or before in NO_SPACE_AFTER:
        return True
    return len(before) > 1 and before.endswith(APOSTROPHES)


def decode_tags(tags: Sequence[str], breaks: Set[int]) -> tuple[list[tuple[str, int, int]], int]:
    """Mentions as (label, first token, last token), and how many begin with an inside tag.

    IOB1, IOB2, BIOES and BILOU alike, as conlleval reads them: an inside tag with nothing open, or with
    another label open, begins a mention. `breaks` are the tokens that begin a sentence; nothing crosses them.
    """
    mentions: list[tuple[str, int, int]] = []
    open_label, unopened = "", 0
    for position, tag in enumerate(tags):
        prefix, _, label = tag.partition("-")
        if position in breaks or not label:
            open_label = ""
        if not label:
            continue
        if prefix in "IEL" and label == open_label:
            mentions[-1] = (label, mentions[-1][1], position)
        else:
            mentions.append((label, position, position))
            unopened += prefix in "IEL"
        open_label = "" if prefix in "ESLU" else label
    return mentions, unopened
