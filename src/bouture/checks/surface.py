"""N3: does the text look like finished prose: quotes and brackets closed, no loops, no « de le »?"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from bouture.checks.calibration import HARD, rate
from bouture.checks.check import Reference
from bouture.checks.provenance import Sources, is_local
from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.tokens import folded_tokens, tokenize

WORDINGS = {
    "unbalanced": Wording("“{text}” is not matched", "« {text} » n’a pas son pendant"),
    "repeated": Wording("“{text}” is said again and again", "« {text} » revient sans cesse"),
    "double space": Wording("two spaces in a row", "deux espaces de suite"),
    "unfinished": Wording("the text ends without punctuation", "le texte finit sans ponctuation"),
    "contraction": Wording("“{text}” should be contracted", "« {text} » devrait être contracté"),
    "elision": Wording("“{text}” should be elided", "« {text} » devrait être élidé"),
    "space before punctuation": Wording("a space before “{text}”", "une espace devant « {text} »"),
}
PAIRS = {"(": ")", "[": "]", "«": "»", "“": "”"}
BRACKETS = re.compile("[()\\[\\]«»“”]")
CLOSING = {closing: opening for opening, closing in PAIRS.items()}
GRAM, TIMES = 4, 3
"""More than three times the same four tokens (science C.1, N3)."""
# Not before an infinitive: « de le dire », « à les entendre »
CONTRACTION = re.compile(
    r"\b(?:de|à) (?:le|les) (?!\w+(?:er|ir|re|oir)\b|(?:y|en|lui|leur)\b)", re.IGNORECASE
)
ELISION = re.compile(
    r"\b(?:le|la|de|que|ne|se|me|te|je) (?!onz|oui|ouist|ouolof|un\b|une\b|et\b|ou\b)[aeiouéèêàâîôû]\w+",
    re.IGNORECASE,
)
DOUBLE_SPACE = re.compile(r"(?<=\S)[ \u00a0\u202f]{2,}(?=\S)")
SPACE_BEFORE = re.compile(r"(?<=\w) [,.](?= |$)")


class Flaw(NamedTuple):
    """One flaw of a text and where it is."""

    problem: str
    start: int
    end: int


class Surface:
    """Flaws of the text, each sent to review unless more than 1 in 200 gold documents has it.

    Local substitutions (Dai & Adel 2020) write ungrammatical text by design and are measured as
    such: they are not asked.
    """

    name = "surface"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

    def __init__(self, reference: Reference, options: Options) -> None:
        self._sources = Sources(reference.gold)
        self._french = reference.language == "fr"
        kinds = [{flaw.problem for flaw in self._flaws(document)} for document in reference.gold]
        rates = {problem: rate(problem in kind for kind in kinds) for problem in WORDINGS}
        self._severity = {
            problem: Severity.REVIEW if found.share <= HARD else Severity.NOTE
            for problem, found in rates.items()
        }
        self.thresholds = {f"gold share, {p}": found.share for p, found in rates.items()}

    def __call__(self, document: Document) -> list[Issue]:
        if is_local(document):
            return []
        inherited = self._sources.inherited(
            document, lambda source: {flaw.problem for flaw in self._flaws(source)}
        )
        return [
            self._issue(document, flaw)
            for flaw in self._flaws(document)
            if flaw.problem not in inherited
        ]

    def kept(self, document: Document) -> None:
        """Remembers nothing."""

    def _flaws(self, document: Document) -> list[Flaw]:
        text = document.text
        found = [*_unbalanced(text), *_repeated(text), *_unfinished(text)]
        found += _all("double space", DOUBLE_SPACE, text)
        found += _all("space before punctuation", SPACE_BEFORE, text)
        if self._french:
            found += _all("contraction", CONTRACTION, text)
            found += _all("elision", ELISION, text)
        return found

    def _issue(self, document: Document, flaw: Flaw) -> Issue:
        return Issue.of(
            "N3",
            self._severity[flaw.problem],
            WORDINGS[flaw.problem],
            Place(document=document.id, start=flaw.start, end=flaw.end),
            problem=flaw.problem,
            text=document.text[flaw.start : flaw.end],
            gold_share=self.thresholds[f"gold share, {flaw.problem}"],
        )


def _all(problem: str, pattern: re.Pattern[str], text: str) -> Iterator[Flaw]:
    for found in pattern.finditer(text):
        yield Flaw(problem, *found.span())


def _unbalanced(text: str) -> Iterator[Flaw]:
    opened: list[int] = []
    for found in BRACKETS.finditer(text):
        position, character = found.start(), found[0]
        if character in PAIRS:
            opened.append(position)
        elif character in CLOSING and opened and text[opened[-1]] == CLOSING[character]:
            opened.pop()
        elif character in CLOSING and not _numbers(text, position):
            yield Flaw("unbalanced", position, position + 1)
    for position in opened:
        yield Flaw("unbalanced", position, position + 1)


def _numbers(text: str, position: int) -> bool:
    """Whether a bracket closes the number of an item: « 1) », « a) »."""
    return re.search(r"(?:^|\s)\w{1,2}$", text[max(0, position - 3) : position]) is not None


def _repeated(text: str) -> Iterator[Flaw]:
    """The first run of four tokens, at least one of them a word, that occurs more than three times."""
    words = folded_tokens(text)
    grams = list(zip(*(words[shift:] for shift in range(GRAM)), strict=False))
    if len(grams) - len(set(grams)) < TIMES:  # mostly; a run that comes too often has as many twins
        return
    tokens = tokenize(text)
    counts: Counter[tuple[str, ...]] = Counter()
    for i, gram in enumerate(grams):
        if any(word.isalpha() for word in gram):
            counts[gram] += 1
            if counts[gram] > TIMES:
                yield Flaw("repeated", tokens[i].start, tokens[i + GRAM - 1].end)
                return


def _unfinished(text: str) -> Iterator[Flaw]:
    trimmed = text.rstrip()
    if trimmed and trimmed[-1].isalnum():
        yield Flaw("unfinished", len(trimmed) - 1, len(trimmed))
