"""Brings the mentions of an answer back to the text that was to be annotated, however little the answer changed it (science B.3)."""

import difflib
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from bouture.corpus.anchoring import How, Quote, anchor
from bouture.corpus.document import Document, Span
from bouture.corpus.findings import shown
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.normalise import normalise
from bouture.corpus.tokens import folded_tokens, tokenize

ALIKE = 0.9
"""Share of tokens kept (difflib ratio, 0 to 1) from which a text still is the one that was given.

Under the .98 of science B.3 because mentions are not projected through the differences: each is
looked for again, with its context.
"""
SLIP = 0.6
"""Similarity of letters (difflib ratio, 0 to 1) from which words that differ are the same ones, copied badly."""
CONTEXT = 2
"""Words on each side: with them 99.6 % of mentions are unique in their document (X-1)."""

ALTERED = Wording(
    "the text was changed: “{given}” has become “{returned}”",
    "le texte a été modifié : « {given} » est devenu « {returned} »",
)
CUT = Wording(
    "the text was not copied in full: “{given}” is missing",
    "le texte n’a pas été recopié en entier : il manque « {given} »",
)
ABSENT = Wording(
    "the mention “{mention}” ({label}) is not in the text; left out",
    "la mention « {mention} » ({label}) n’est pas dans le texte ; laissée de côté",
)
SLIGHTLY = Wording(
    "the text was changed in {count} place(s); every mention was looked for again",
    "le texte a été modifié à {count} endroit(s) ; chaque mention a été cherchée à nouveau",
)


Change: TypeAlias = tuple[str, int, int, int, int]
"""What difflib says of a difference: tokens i to j of the text have become tokens k to m of the answer."""


class Placed(NamedTuple):
    """One mention of an answer, in the text that was given."""

    entity: str
    label: str
    span: Span
    sure: bool = True
    """Whether there was only one place for it."""


class Brought(NamedTuple):
    """What an answer says of the text that was given."""

    placed: list[Placed]
    issues: list[Issue]
    missing: tuple[Span, ...] = ()
    """Stretches of the text that the answer left out or replaced: it says nothing of them."""


def bring_back(given: str, answer: Document) -> Brought:
    """The mentions of `answer` in the text `given`, and what was wrong with its text.

    Texts equal up to typography: offsets are carried over. Nearly equal: each mention is anchored
    by its string and two words on each side (a note, P53). Else a reject, P53, which says where.
    """
    place = Place(document=answer.id)
    if not len(given) / 2 <= len(answer.text) <= 2 * len(given):
        return Brought([], [altered(answer.id, given, answer.text)])
    one, other = normalise(given), normalise(answer.text)
    if one.text.strip() == other.text.strip():
        return Brought(_carried(one.text, other.text, given, answer), [])
    before, after = folded_tokens(given), folded_tokens(answer.text)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    changes = [op for op in matcher.get_opcodes() if op[0] != "equal"]
    if not changes:  # only spacing differs
        return Brought(*_anchored(given, answer))
    if matcher.ratio() < ALIKE:
        return Brought([], [_altered(given, answer, changes)])
    placed, issues = _anchored(given, answer)
    note = Issue.of("P53", Severity.NOTE, SLIGHTLY, place, count=len(changes))
    return Brought(placed, [note, *issues], _missing(given, answer, changes))


def altered(document: str, given: str, returned: str) -> Issue:
    """Why an answer is no copy of the text (P53)."""
    told = {"given": shown(given), "returned": shown(returned)}
    wording = ALTERED if returned.strip() else CUT
    return Issue.of("P53", Severity.REJECT, wording, Place(document=document), **told)


def _carried(one: str, other: str, given: str, answer: Document) -> list[Placed]:
    """Mentions at the offsets they have in the other text, through the normalised form of both."""
    lead = (len(one) - len(one.lstrip())) - (len(other) - len(other.lstrip()))
    there, here = normalise(answer.text), normalise(given)
    number = {}
    for i in range(len(there.text)):
        span = there.span(i, i + 1)
        for offset in range(span.start, span.end):
            number[offset] = i
    placed = []
    for mention in answer.mentions():
        inside = [number[o] for o in range(mention.start, mention.end) if o in number]
        if inside:
            span = here.span(inside[0] + lead, inside[-1] + 1 + lead)
            placed.append(Placed(mention.entity, mention.label, span))
    return placed


def _anchored(given: str, answer: Document) -> tuple[list[Placed], list[Issue]]:
    mentions = answer.mentions()
    tokens = tokenize(answer.text)
    quotes = [Quote(m.text, m.label, *_context(answer.text, tokens, m.span)) for m in mentions]
    placed: list[Placed] = []
    issues: list[Issue] = []
    for mention, found in zip(mentions, anchor(given, quotes), strict=True):
        if found.span is None:
            place = Place(document=answer.id, entity=mention.entity)
            told = {"mention": shown(mention.text), "label": mention.label}
            issues.append(Issue.of("P54", Severity.REVIEW, ABSENT, place, **told))
        else:
            sure = found.how is not How.AMBIGUOUS
            placed.append(Placed(mention.entity, mention.label, found.span, sure))
    return placed, issues


def _context(text: str, tokens: Sequence[Span], span: Span) -> tuple[str, str]:
    before = [t for t in tokens if t.end <= span.start][-CONTEXT:]
    after = [t for t in tokens if t.start >= span.end][:CONTEXT]
    left = text[before[0].start : span.start] if before else ""
    right = text[span.end : after[-1].end] if after else ""
    return left, right


def _missing(given: str, answer: Document, changes: Sequence[Change]) -> tuple[Span, ...]:
    """Where words of the text have nothing like them in the answer: not slips, and not mere punctuation."""
    here, there = tokenize(given), tokenize(answer.text)
    found = []
    for _, i, j, k, m in changes:
        if i == j:
            continue
        span = Span(here[i].start, here[j - 1].end)
        lost = given[span.start : span.end]
        new = answer.text[there[k].start : there[m - 1].end] if m > k else ""
        slip = difflib.SequenceMatcher(None, lost, new, autojunk=False).ratio() >= SLIP
        if not slip and any(map(str.isalnum, lost)):
            found.append(span)
    return tuple(found)


def _altered(given: str, answer: Document, changes: Sequence[Change]) -> Issue:
    """The largest difference, in words."""
    here, there = tokenize(given), tokenize(answer.text)
    _, i, j, k, m = max(changes, key=lambda op: max(op[2] - op[1], op[4] - op[3]))
    lost = given[here[i].start : here[j - 1].end] if j > i else ""
    new = answer.text[there[k].start : there[m - 1].end] if m > k else ""
    return altered(answer.id, lost, new)
