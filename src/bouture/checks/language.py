"""N1: is the text in the language of the corpus?"""

from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bouture.checks.calibration import HARD, SOFT, lower_bound
from bouture.checks.check import Reference
from bouture.checks.provenance import Sources
from bouture.corpus.document import Document, Span, remembered
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.overlap import WORD
from bouture.corpus.tokens import sentences
from bouture.errors import UnknownNameError

FOREIGN = Wording(
    "the text is {found}, not {language}: P = {probability:.2f}",
    "langue du texte : {found}, et non {language} (P = {probability:.2f})",
)
FOREIGN_SENTENCE = Wording(
    "a sentence is {found}, not {language}: P = {probability:.2f}",
    "langue d’une phrase : {found}, et non {language} (P = {probability:.2f})",
)
LANGUAGES = ("fr", "en", "uk", "ru", "de", "es")
"""The languages to choose from: among all of them, a list of foreign names looks Breton."""


class Language:
    """P(language) by py3langid, mentions left out: reject for a text, review for a sentence.

    A text is rejected below 0.9, a sentence of at least eight words sent to review below 0.5, or
    below what gold itself shows when that is lower. Texts of fewer than three words are not judged,
    nor is what is made of gold's own words (three quarters of them: English sentences have up to
    0.71 of it, 95 % of them 0.26, `benchmarks/language.py`).
    """

    name = "language"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        text: float = Field(0.9, gt=0, le=1, description="least P(language) of a text")
        sentence: float = Field(0.5, gt=0, le=1, description="least P(language) of a sentence")
        familiar: float = Field(
            0.75, gt=0, le=1, description="share of words that gold uses from which not to ask"
        )
        words: int = Field(3, ge=1, description="fewer words are not judged")
        sentence_words: int = Field(8, ge=1, description="shorter sentences are not judged")

    def __init__(self, reference: Reference, options: Options) -> None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        self.options = options
        self._language = reference.language
        self._sources = Sources(reference.gold)
        self._identifier: Any = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        if reference.language not in self._identifier.labels:
            raise UnknownNameError("language", reference.language, self._identifier.labels)
        self._identifier.set_languages(sorted({*LANGUAGES, reference.language}))
        # A source is asked about with every document that was made from it.
        self._leasts: dict[str, float] = {}
        self._probability = lru_cache(4096)(self._score)
        judged = [(d, self._probability(_masked(d))) for d in reference.gold if self._is_judged(d)]
        texts = [probability for _, probability in judged]
        # A gold document in another language tells nothing about the words of this one.
        self._known = vocabulary([d for d, probability in judged if probability >= options.text])
        least = [self._least(d) for d in reference.gold]
        self.thresholds = {
            "text": min([options.text, *([lower_bound(texts, HARD)] if texts else [])]),
            "sentence": min([options.sentence, *([lower_bound(least, SOFT)] if least else [])]),
        }

    def __call__(self, document: Document) -> list[Issue]:
        sources = self._sources.of(document)
        if self._is_judged(document) and not self._is_familiar(_masked(document)):
            text = _masked(document)
            limit = min(
                [self.thresholds["text"], *(self._probability(_masked(s)) for s in sources)]
            )
            probability = self._probability(text)
            if probability < limit:
                place = Place(document=document.id)
                return [self._issue(Severity.REJECT, place, text, probability, limit)]
        asked = [one for one in self._sentences(document) if not self._is_familiar(one[1])]
        if not asked:
            return []
        limit = min([self.thresholds["sentence"], *(self._least(source) for source in sources)])
        return [
            self._issue(
                Severity.REVIEW,
                Place(document=document.id, start=span.start, end=span.end),
                text,
                self._probability(text),
                limit,
            )
            for span, text in asked
            if self._probability(text) < limit
        ]

    def kept(self, document: Document) -> None:
        """Remembers nothing."""

    def _is_judged(self, document: Document) -> bool:
        return len(_masked(document).split()) >= self.options.words

    def _is_familiar(self, text: str) -> bool:
        """Whether gold uses most of the words of a text."""
        return common_share(text, self._known) >= self.options.familiar

    def _sentences(self, document: Document) -> Iterator[tuple[Span, str]]:
        """The sentences that are long enough, as they are: a masked one may have nothing left."""
        for span in sentences(document.text):
            text = document.mention_text(span)
            if len(text.split()) >= self.options.sentence_words:
                yield span, text

    def _least(self, document: Document) -> float:
        """Of a source, asked for once for each document made from it."""
        if document.id not in self._leasts:
            self._leasts[document.id] = self._least_of(document)
        return self._leasts[document.id]

    def _least_of(self, document: Document) -> float:
        return min((self._probability(text) for _, text in self._sentences(document)), default=1.0)

    def _score(self, text: str) -> float:
        return float(dict(self._identifier.rank(text))[self._language])

    def _issue(
        self, severity: Severity, place: Place, text: str, probability: float, limit: float
    ) -> Issue:
        return Issue.of(
            "N1",
            severity,
            FOREIGN if severity is Severity.REJECT else FOREIGN_SENTENCE,
            place,
            language=self._language,
            found=self._identifier.classify(text)[0],
            probability=round(probability, 4),
            threshold=round(limit, 4),
        )


def vocabulary(documents: Iterable[Document]) -> frozenset[str]:
    """The words of at least two letters or figures of some documents, case-folded."""
    return frozenset(w for d in documents for w in WORD.findall(d.text.casefold()) if len(w) > 1)


def common_share(text: str, known: Container[str]) -> float:
    """Share of the words of a text that are known; 0 without any word."""
    said = WORD.findall(text.casefold())
    return sum(word in known for word in said) / max(1, len(said))


@remembered
def _masked(document: Document) -> str:
    """The text without its mentions: names say little about the language around them."""
    pieces, done = [], 0
    for mention in document.mentions():
        if mention.start > done:
            pieces.append(document.text[done : mention.start])
        done = max(done, mention.end)
    return " ".join(" ".join([*pieces, document.text[done:]]).split())
