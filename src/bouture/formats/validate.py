"""Everything that is wrong or doubtful in a corpus file, with its place and what to do, rather than the first thing."""

import bisect
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from bouture.corpus.document import Document, Mention
from bouture.corpus.guide import Guide
from bouture.corpus.issue import SEVERITIES, Issue, Place
from bouture.corpus.tokens import tokenize
from bouture.formats.corpus_file import scan
from bouture.formats.format import Placed
from bouture.formats.problem import Problem

OPENING = frozenset("«“‘\"'([{¿¡")
"""Signs that may open a mention (a title in quotes) when its pair closes it."""
PAIRS = {"«": "»", "“": "”", "‘": "’", '"': '"', "'": "'", "(": ")", "[": "]", "{": "}"}
KEPT_AT_END = frozenset("%…’'-#@*&!?")
"""Signs that belong to names, titles and quantities."""


def validate(
    path: str | Path, format: str | None = None, guide: Guide | None = None
) -> list[Issue]:
    """Every problem of a corpus, sorted by file and line; errors have severity `reject`.

    With a guide also what disagrees with it: labels, relation ends, axioms, machine-checkable rules.

    Raises:
        FormatError: the path cannot be opened, or is in no known format.
        UnknownNameError: no such format.
    """
    placed: list[Placed] = []
    issues: list[Issue] = []
    for item in scan(path, format):
        if isinstance(item, Placed):
            placed.append(item)
        else:
            issues.append(item.issue())
    if not placed and not issues:
        issues.append(Problem("V09", Place(str(path))).issue())
    issues += [problem.issue() for problem in doubts(placed)]
    if guide is not None:
        from bouture.corpus.guide_check import check_guide

        found = check_guide(guide, [item.document for item in placed])
        broken = [issue for issue in found if issue.code in BROKEN]
        issues += _placed_in_file(broken, placed)
    return sorted(issues, key=_order)


BROKEN = frozenset({"G31", "G33", "G34", "G35", "G36"})
"""What a corpus file can break of a guide; how the two fit together is the matter of `guide check`."""


def doubts(placed: Sequence[Placed]) -> Iterator[Problem]:
    """What can be read but should be looked at: repeated or empty texts, doubtful mention edges, crossings."""
    first: dict[str, str] = {}
    for document, place in placed:
        place = msgspec.structs.replace(place, document=document.id)
        if not document.text.strip():
            yield Problem("V81", place)
        else:
            other = first.setdefault(document.text, document.id)
            if other != document.id:
                yield Problem("V80", place, {"other": other})
        words = tokenize(document.text)
        mentions = document.mentions()
        starts, ends = [w.start for w in words], [w.end for w in words]
        for mention in mentions:
            at = msgspec.structs.replace(
                place, start=mention.start, end=mention.end, entity=mention.entity
            )
            yield from _edges(document, mention, at, (starts, ends))
        for one, other_mention in _crossings(mentions):
            at = msgspec.structs.replace(place, start=one.start, end=one.end, entity=one.entity)
            yield Problem(
                "V85",
                at,
                {
                    "label": one.label,
                    "mention": one.text,
                    "other_label": other_mention.label,
                    "other": other_mention.text,
                },
            )


def _edges(
    document: Document, mention: Mention, place: Place, words: tuple[list[int], list[int]]
) -> Iterator[Problem]:
    """At most one doubt about where a mention begins and ends."""
    said = {"label": mention.label, "mention": mention.text}
    if mention.text != mention.text.strip():
        yield Problem("V82", place, said)
    elif _odd_punctuation(mention.text):
        yield Problem("V83", place, said)
    else:
        for edge in (mention.start, mention.end):
            around = _cut_word(document.text, edge, words)
            if around:
                yield Problem("V84", place, {**said, "context": around})
                return


def _odd_punctuation(text: str) -> bool:
    """Whether a mention begins or ends with a sign that is neither paired nor part of a name."""
    first, last = text[0], text[-1]
    if PAIRS.get(first) == last and len(text) > 1:
        return False
    # « .NET »: a full stop before a letter belongs to the name.
    opens = _is_punctuation(first) and first not in KEPT_AT_END and first != "."
    if opens and first in OPENING and PAIRS.get(first, "") in text[1:]:
        opens = False
    closes = _is_punctuation(last) and last not in KEPT_AT_END
    if closes and any(last == close and opening in text[:-1] for opening, close in PAIRS.items()):
        closes = False
    # « M. », « Jr. », « U.S. », « F.D.R. »: the full stop of an abbreviation belongs to it.
    ending = text.rsplit(" ", 1)[-1]
    if closes and last == "." and (len(ending) <= 4 or "." in ending[:-1]):
        closes = False
    return opens or closes


def _is_punctuation(sign: str) -> bool:
    return unicodedata.category(sign).startswith("P")


def _cut_word(text: str, edge: int, words: tuple[list[int], list[int]]) -> str:
    """The word that an edge cuts between two letters or digits, empty when it cuts none."""
    if not 0 < edge < len(text) or not (text[edge - 1].isalnum() and text[edge].isalnum()):
        return ""
    starts, ends = words
    word = bisect.bisect_right(starts, edge) - 1
    if word < 0 or not starts[word] < edge < ends[word]:
        return ""
    return text[starts[word] : ends[word]]


def _crossings(mentions: Sequence[Mention]) -> Iterator[tuple[Mention, Mention]]:
    """Pairs of mentions that overlap without nesting, each once; `mentions` in reading order."""
    still_open: list[Mention] = []
    for mention in mentions:
        still_open = [other for other in still_open if other.end > mention.start]
        for other in still_open:
            if other.start < mention.start < other.end < mention.end:
                yield other, mention
        still_open.append(mention)


def _placed_in_file(found: Sequence[Issue], placed: Sequence[Placed]) -> Iterator[Issue]:
    """Issues about documents, with the file and line their document was read from."""
    where = {item.document.id: item.place for item in placed}
    for issue in found:
        known = where.get(issue.place.document)
        if known is not None and not issue.place.path:
            place = msgspec.structs.replace(issue.place, path=known.path, line=known.line)
            issue = msgspec.structs.replace(issue, place=place)
        yield issue


def _order(issue: Issue) -> tuple[str, int, int, int, str, str]:
    place = issue.place
    return (
        place.path,
        place.line,
        place.start or 0,
        -SEVERITIES.index(issue.severity),
        issue.code,
        issue.message,
    )
