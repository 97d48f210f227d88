"""F2: are the mentions whole words, cleanly cut, without crossing each other?"""

from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from bouture.checks.calibration import rate, tolerated
from bouture.checks.check import Reference
from bouture.checks.provenance import Sources
from bouture.corpus.document import Document, Mention
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.tokens import sentences, tokenize

WORDINGS = {
    "crossing": Wording(
        "“{mention}” and “{other}” overlap without one containing the other",
        "« {mention} » et « {other} » se chevauchent sans que l’une contienne l’autre",
    ),
    "inside a word": Wording(
        "“{mention}” begins or ends inside a word",
        "« {mention} » commence ou finit à l’intérieur d’un mot",
    ),
    "untrimmed": Wording(
        "“{mention}” begins or ends with white space",
        "« {mention} » commence ou finit par une espace",
    ),
    "several sentences": Wording(
        "“{mention}” runs over several sentences", "« {mention} » s’étend sur plusieurs phrases"
    ),
}
WORST = {
    "crossing": Severity.REJECT,
    "inside a word": Severity.REJECT,
    "untrimmed": Severity.REJECT,
    "several sentences": Severity.NOTE,
}


class Found(NamedTuple):
    """One flaw of one mention."""

    problem: str
    mention: Mention
    other: str = ""


class Offsets:
    """Offsets that fit the text. Each flaw goes as far as gold lets it: reject when gold is free of it."""

    name = "offsets"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

    def __init__(self, reference: Reference, options: Options) -> None:
        self._sources = Sources(reference.gold)
        kinds = [{found.problem for found in flaws(document)} for document in reference.gold]
        rates = {problem: rate(problem in kind for kind in kinds) for problem in WORDINGS}
        self._severity = {p: tolerated(WORST[p], found) for p, found in rates.items()}
        self.thresholds = {f"gold share, {p}": found.share for p, found in rates.items()}

    def __call__(self, document: Document) -> list[Issue]:
        inherited = self._sources.inherited(document, _keys)
        return [
            Issue.of(
                "F2",
                self._severity[found.problem],
                WORDINGS[found.problem],
                Place(
                    document=document.id,
                    start=found.mention.start,
                    end=found.mention.end,
                    entity=found.mention.entity,
                ),
                problem=found.problem,
                mention=found.mention.text,
                other=found.other,
                gold_share=self.thresholds[f"gold share, {found.problem}"],
            )
            for found in flaws(document)
            if (found.problem, found.mention.text) not in inherited
        ]

    def kept(self, document: Document) -> None:
        """Remembers nothing."""


def _keys(document: Document) -> Iterator[tuple[str, str]]:
    for found in flaws(document):
        yield found.problem, found.mention.text


def flaws(document: Document) -> Iterator[Found]:
    """Every flaw of every mention, in reading order."""
    tokens = tokenize(document.text)
    starts = [token.start for token in tokens]

    def inside(offset: int) -> bool:
        number = bisect_left(starts, offset) - 1
        return number >= 0 and offset < tokens[number].end

    ends = [sentence.end for sentence in sentences(document.text)]
    earlier: list[Mention] = []
    for mention in document.mentions():
        earlier = [other for other in earlier if other.end > mention.start]
        for other in earlier:
            if other.span.crosses(mention.span):
                yield Found("crossing", mention, other.text)
        earlier.append(mention)
        if mention.text != mention.text.strip():
            yield Found("untrimmed", mention)
        elif inside(mention.start) or inside(mention.end):
            yield Found("inside a word", mention)
        if any(mention.start < end < mention.end for end in ends):
            yield Found("several sentences", mention)
