"""Probable annotation errors of a corpus, each as an Issue with its place and its evidence (codes A01-A07).

They are suspicions for a person to judge: most come from a contrast between what is annotated here and
left alone there.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from bouture.corpus.candidates import WORD, cuts_a_word
from bouture.corpus.document import Document, Mention
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.normalise import APOSTROPHES, Normalised, fold, normalise
from bouture.corpus.tokens import tokenize

MISSED_HERE = 0.5
"""A string annotated elsewhere in its document is suspect when at least this share of its occurrences
in the corpus is annotated."""

MISSED_ELSEWHERE, SEEN_ENOUGH = 0.8, 3
"""A string annotated only in other documents: this share of its occurrences, and so many of them."""

ODD_LABEL, MAIN_LABEL, ODD_FROM = 0.1, 0.8, 5
"""A label is odd for a string when it has at most this share of its mentions, another at least that
share, and there are so many mentions."""

RARE_DETERMINER, DETERMINER_FROM = 0.05, 20
"""A determiner is suspect when at most this share of the mentions of the label, out of so many, begin with one."""

DETERMINER = re.compile(
    r"(?:le|la|les|un|une|des|du|de la|ce|cet|cette|ces|mon|ton|son|sa|ses|nos|vos|leur|leurs|the|an?) "
    r"|(?:de )?l'",
)
INITIAL = re.compile(r"(?<!\w)\w\.\Z")
PRONOUN = re.compile(
    r"ils?|elles?|on|je|j'|tu|[mts]e|[mts]'|nous|vous|qui|que|qu'|dont|où|lui|leurs?|eux|l[ae]|les|l'|y|en|"
    r"ce|c'|cela|ça|(?:celle|celui|ceux)s?(?:-ci|-là)?|ce dernier|cette dernière|ces derni(?:er|ère)s|"
    r"[mts]on|[mts]a|[mts]es|[nv]otre|(?:le|la)quel(?:le)?|lesquel(?:le)?s|moi|toi|soi|une?|des|"
    r"he|she|it|they|we|i|you|him|hers?|them|his|its|their|who|which|that|this|these|those"
)
"""Words that stand for anything: the same string is rightly annotated here and not there."""

MISSED_IN_DOCUMENT = Wording(
    en="“{surface}” is annotated {label} elsewhere in this document, but not here",
    fr="«\u00a0{surface}\u00a0» est annoté {label} ailleurs dans ce document, mais pas ici",
)
MISSED_IN_CORPUS = Wording(
    en="“{surface}” is annotated {label} in other documents ({annotated} of {total} times), but not here",
    fr="«\u00a0{surface}\u00a0» est annoté {label} dans d’autres documents ({annotated} fois sur {total}), mais pas ici",
)
UNUSUAL_LABEL = Wording(
    en="“{surface}” is {label} here, and {usual} {times} times out of {total}",
    fr="«\u00a0{surface}\u00a0» est {label} ici, et {usual} {times} fois sur {total}",
)
DETERMINER_INSIDE = Wording(
    en="“{surface}” begins with a determiner, as do only {share:.1%} of the {total} mentions of {label}",
    fr="«\u00a0{surface}\u00a0» commence par un déterminant, ce qui n’est le cas que de {percent}\u00a0% des {total} mentions de {label}",
)
CROSSING = Wording(
    en="“{surface}” ({label}) and “{other}” ({other_label}) overlap and neither contains the other",
    fr="«\u00a0{surface}\u00a0» ({label}) et «\u00a0{other}\u00a0» ({other_label}) se chevauchent sans que l’une contienne l’autre",
)
EDGE = Wording(
    en="“{surface}” ({label}) begins or ends with {edge!r}",
    fr="«\u00a0{surface}\u00a0» ({label}) commence ou finit par {edge!r}",
)
INSIDE_WORD = Wording(
    en="“{surface}” ({label}) begins or ends inside a word: “{around}”",
    fr="«\u00a0{surface}\u00a0» ({label}) commence ou finit à l’intérieur d’un mot\u00a0: «\u00a0{around}\u00a0»",
)

_STRAIGHT = str.maketrans(APOSTROPHES, "'" * len(APOSTROPHES))
_OPENS, _CLOSES = "([{«“", ")]}»”"


def probable_errors(documents: Sequence[Document]) -> list[Issue]:
    """Every suspicion, in the order of the documents and of their text."""
    found = [
        *_missed(documents),
        *_unusual_labels(documents),
        *_determiners(documents),
        *(issue for document in documents for issue in _of_one_document(document)),
    ]
    rank = {document.id: i for i, document in enumerate(documents)}
    return sorted(
        found,
        key=lambda i: (rank[i.place.document], i.place.start or 0, i.place.end or 0, i.code),
    )


class _Occurrences:
    """Where the annotated strings of the corpus occur in one document, annotated or bare."""

    def __init__(self, document: Document, needles: dict[str, list[str]]) -> None:
        self.document = document
        normal = normalise(document.text)
        mentions = document.mentions()
        self._spans = {(m.start, m.end) for m in mentions}
        covered = bytearray(len(document.text))
        for m in mentions:
            covered[m.start : m.end] = b"\x01" * (m.end - m.start)
        self.annotated = Counter(normalise(m.text).text for m in mentions)
        self.bare: list[tuple[str, int, int]] = []
        for surface, start, end in _occurrences(normal, needles):
            if not any(covered[start:end]):
                self.bare.append((surface, start, end))


def _occurrences(
    normal: Normalised, needles: dict[str, list[str]]
) -> Iterator[tuple[str, int, int]]:
    """(string, start, end) of every whole-word occurrence, longest first at each place, none inside another."""
    reached = 0
    for word in WORD.finditer(normal.text):
        if word.start() < reached:
            continue
        for needle in needles.get(word.group(), ()):
            end = word.start() + len(needle)
            if normal.text.startswith(needle, word.start()) and not cuts_a_word(
                normal.text, word.start(), end
            ):
                span = normal.span(word.start(), end)
                yield needle, span.start, span.end
                reached = end
                break


def _missed(documents: Sequence[Document]) -> Iterator[Issue]:
    labels: dict[str, Counter[str]] = {}
    for document in documents:
        for m in document.mentions():
            labels.setdefault(normalise(m.text).text, Counter())[m.label] += 1
    needles: dict[str, list[str]] = {}
    for surface in sorted(labels, key=lambda s: (-len(s), s)):
        first = WORD.match(surface)
        if first is not None and len(surface) > 2 and not PRONOUN.fullmatch(surface.casefold()):
            needles.setdefault(first.group(), []).append(surface)
    read = [_Occurrences(document, needles) for document in documents]
    bare = Counter(surface for one in read for surface, _, _ in one.bare)
    annotated: Counter[str] = sum((one.annotated for one in read), Counter())
    for one in read:
        for surface, start, end in one.bare:
            total = annotated[surface] + bare[surface]
            share = annotated[surface] / total
            here = one.annotated[surface] > 0
            seen = annotated[surface] >= SEEN_ENOUGH
            if not (share >= MISSED_HERE if here else seen and share >= MISSED_ELSEWHERE):
                continue
            yield Issue.of(
                "A01" if here else "A02",
                Severity.REVIEW,
                MISSED_IN_DOCUMENT if here else MISSED_IN_CORPUS,
                Place(document=one.document.id, start=start, end=end),
                surface=surface,
                label=min(labels[surface], key=lambda x: (-labels[surface][x], x)),
                annotated=annotated[surface],
                total=total,
                share=share,
            )


def _unusual_labels(documents: Sequence[Document]) -> Iterator[Issue]:
    labels: dict[str, Counter[str]] = {}
    for document in documents:
        for m in document.mentions():
            labels.setdefault(fold(m.text), Counter())[m.label] += 1
    for document in documents:
        for m in document.mentions():
            surface = fold(m.text)
            counts = labels[surface]
            total = counts.total()
            usual = min(counts, key=lambda x: (-counts[x], x))
            if (
                total >= ODD_FROM
                and counts[m.label] <= ODD_LABEL * total
                and counts[usual] >= MAIN_LABEL * total
                and not PRONOUN.fullmatch(surface)
            ):
                yield Issue.of(
                    "A03",
                    Severity.REVIEW,
                    UNUSUAL_LABEL,
                    _place(document, m),
                    surface=m.text,
                    label=m.label,
                    usual=usual,
                    times=counts[usual],
                    total=total,
                )


def _determiners(documents: Sequence[Document]) -> Iterator[Issue]:
    total: Counter[str] = Counter()
    suspects: dict[str, list[tuple[Document, Mention]]] = {}
    for document in documents:
        for m in document.mentions():
            total[m.label] += 1
            # « Le Monde », « La Haye »: a capital inside the sentence belongs to the name.
            lower = m.text[:1].islower() or m.start == 0
            if lower and DETERMINER.match(fold(m.text)) and not PRONOUN.fullmatch(fold(m.text)):
                suspects.setdefault(m.label, []).append((document, m))
    for label, found in suspects.items():
        share = len(found) / total[label]
        if total[label] < DETERMINER_FROM or share > RARE_DETERMINER:
            continue
        for document, m in found:
            yield Issue.of(
                "A04",
                Severity.REVIEW,
                DETERMINER_INSIDE,
                _place(document, m),
                surface=m.text,
                label=label,
                share=share,
                percent=f"{100 * share:.1f}".replace(".", ","),
                total=total[label],
            )


def _of_one_document(document: Document) -> Iterator[Issue]:
    mentions = document.mentions()
    straight = document.text.translate(_STRAIGHT)
    ends = {t.end for t in tokenize(document.text) if len(t) > 1}
    for i, m in enumerate(mentions):
        edge = _edge(m, ends)
        if edge:
            yield Issue.of(
                "A06",
                Severity.REVIEW,
                EDGE,
                _place(document, m),
                surface=m.text,
                label=m.label,
                edge=edge,
            )
        if cuts_a_word(straight, m.start, m.end):
            around = document.text[max(0, m.start - 10) : m.end + 10]
            yield Issue.of(
                "A07",
                Severity.REVIEW,
                INSIDE_WORD,
                _place(document, m),
                surface=m.text,
                label=m.label,
                around=around,
            )
        for other in mentions[i + 1 :]:
            if other.start >= m.end:
                break
            if m.span.crosses(other.span):
                yield Issue.of(
                    "A05",
                    Severity.REVIEW,
                    CROSSING,
                    _place(document, m),
                    surface=m.text,
                    label=m.label,
                    other=other.text,
                    other_label=other.label,
                    other_start=other.start,
                    other_end=other.end,
                )


def _edge(mention: Mention, token_ends: set[int]) -> str:
    """The character at an edge that does not belong to a mention, or nothing."""
    first, last = mention.text[0], mention.text[-1]
    for character in (first, last):
        if character.isspace():
            return character
    if first in ",;:.!?…" + _CLOSES:
        return first
    # A full stop stays with an abbreviation, an acronym or an initial.
    stops = last == "." and mention.end not in token_ends and not INITIAL.search(mention.text)
    if last in ",;:!?" + _OPENS or stops:
        return last
    for opening, closing in zip(_OPENS, _CLOSES, strict=True):
        if first == opening and closing not in mention.text:
            return first
        if last == closing and opening not in mention.text:
            return last
    return ""


def _place(document: Document, mention: Mention) -> Place:
    return Place(document=document.id, start=mention.start, end=mention.end, entity=mention.entity)
