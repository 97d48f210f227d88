"""Open annotation of a raw text: every entity with a concept of the model's own, found again in the text (NuNER, arXiv 2402.15343)."""

import random
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from pydantic import Field

from bouture.corpus.anchoring import How, Quote, anchor
from bouture.corpus.document import Document, Entity, Mask, Origin, Span
from bouture.corpus.findings import shown
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.tokens import sentences, tokenize
from bouture.llm.messages import Message, Request, Response
from bouture.strategies.conversation import Heard, Prompts, complaints, converse, turns_of
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import declining, origin_of
from bouture.strategies.masking import outside
from bouture.strategies.open_annotation.listing import Listed, read_list
from bouture.strategies.options import RepairOptions

EMPTY = Wording(
    "document {document!r} has no text to annotate",
    "le document « {document} » n’a pas de texte à annoter",
)
ABSENT = Wording(
    "{count} listed entity(ies) are not in the text, left out: {mentions}",
    "{count} entité(s) listée(s) absente(s) du texte, laissée(s) de côté : {mentions}",
)
SEVERAL = Wording(
    "{count} listed entity(ies) in several places, which ones is not known, masked: {mentions}",
    "{count} entité(s) listée(s) à plusieurs endroits, sans savoir lesquels, masquée(s) : {mentions}",
)
UNREAD = Wording(
    "no usable answer for {count} passage(s), masked: “{passage}”",
    "aucune réponse utilisable pour {count} passage(s), masqué(s) : « {passage} »",
)


class OpenAnnotation:
    """Asks for all entities of a raw text, each with a concept and its description; labels are the concepts.

    A listed string must be in the text. One that looks like a name (a capital or a digit) is annotated
    wherever it occurs as a whole word (precision .97, X-1); another once for each time it is listed,
    and where that leaves a choice the places left are masked. `concepts` makes one name of the ways
    of writing a concept, over a whole corpus.
    """

    name = "open_annotation"
    asks_model = True
    sources = "raw"

    class Options(RepairOptions):
        characters: int = Field(
            2000, ge=100, description="longer texts are asked about in passages of whole sentences"
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._language = materials.language
        self._turns = turns_of(materials, options.repairs, options.repair_model)
        self._prompts = Prompts(Path(__file__).parent, materials.language)

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        if not sentences(document.text):
            raise Declined(declining("P07", EMPTY, document))
        found = _Found(document)
        declined: list[tuple[Span, Declined]] = []
        stretches = list(_stretches(document.text, self.options.characters))
        for stretch in stretches:
            try:
                heard = yield from self._ask(document, document.mention_text(stretch))
            except Declined as refused:
                declined.append((stretch, refused))
            else:
                found.add(stretch, heard.value, heard.issues)
        if len(declined) == len(stretches):
            raise declined[-1][1]
        found.unread([stretch for stretch, _ in declined])
        return [found.document(origin_of(self.name, document, self.options, keeps="text"))]

    def _ask(
        self, document: Document, text: str
    ) -> Generator[Request, Response, Heard[list[Listed]]]:
        def read(response: Response) -> tuple[list[Listed] | None, Sequence[Issue]]:
            return read_list(response.text, id=document.id, finish_reason=response.finish_reason)

        return (
            yield from converse(document, self.messages(text), self._turns, read, self._complaint)
        )

    def messages(self, text: str) -> tuple[Message, ...]:
        """The question about a text."""
        user = self._prompts.fill("user", text=text)
        return (Message("system", self._prompts["system"]), Message("user", user))

    def _complaint(self, issues: Sequence[Issue]) -> str:
        return self._prompts.fill("repair", complaints=complaints(issues, self._language))


class _Found:
    """What has been found in a text so far."""

    def __init__(self, document: Document) -> None:
        self._document = document
        tokens = tokenize(document.text)
        self._starts = {token.start for token in tokens}
        self._ends = {token.end for token in tokens}
        self._concepts: dict[tuple[Span, str], None] = {}
        self._descriptions: dict[str, str] = {}
        self._masked: set[Span] = set()
        self._absent: list[str] = []
        self._several: list[str] = []
        self._issues: list[Issue] = []

    def add(self, stretch: Span, listed: Sequence[Listed], issues: Sequence[Issue]) -> None:
        """The entities listed for one stretch, found again in it."""
        self._issues += issues
        text = self._document.mention_text(stretch)
        names = [one for one in listed if _is_name(one.mention)]
        others = [one for one in listed if not _is_name(one.mention)]
        found = anchor(text, [Quote(o.mention, o.concept) for o in names], occurrences="all")
        found += anchor(text, [Quote(o.mention, o.concept) for o in others])
        for one, anchored in zip([*names, *others], found, strict=True):
            moved = self._whole(
                Span(s.start + stretch.start, s.end + stretch.start) for s in anchored.spans
            )
            if not moved:
                self._absent.append(one.mention)
                continue
            if anchored.how is How.AMBIGUOUS:
                self._several.append(one.mention)
                self._masked.update(moved)
                continue
            if one.description:
                self._descriptions.setdefault(one.concept, one.description)
            self._concepts |= dict.fromkeys((span, one.concept) for span in moved)
        if any(issue.code == "M03" for issue in issues):
            self._masked.update(_unreached(text, stretch, listed[-1:]))

    def _whole(self, places: Iterable[Span]) -> list[Span]:
        """Those that are whole words; a part of one (« Croix » in « Croix-Rouge ») is masked."""
        found = []
        for place in places:
            if place.start in self._starts and place.end in self._ends:
                found.append(place)
            else:
                self._masked.add(place)
        return found

    def unread(self, stretches: Sequence[Span]) -> None:
        """Stretches without a usable answer."""
        self._masked.update(stretches)
        if stretches:
            passage = shown(self._document.mention_text(stretches[0]))
            self._note("P55", Severity.REVIEW, UNREAD, count=len(stretches), passage=passage)

    def document(self, origin: Origin) -> Document:
        """The annotated text: one entity for each mention, in reading order."""
        for code, wording, mentions in (
            ("P54", ABSENT, self._absent),
            ("P56", SEVERAL, self._several),
        ):
            if mentions:
                told = "; ".join(shown(m, 60) for m in mentions[:10])
                self._note(code, Severity.NOTE, wording, count=len(mentions), mentions=told)
        ordered = sorted(_uncrossed(self._concepts), key=lambda k: (k[0].start, -k[0].end))
        entities = tuple(
            Entity(f"E{n}", concept, (span,)) for n, (span, concept) in enumerate(ordered, 1)
        )
        taken = {span for span, _ in ordered}
        used = {concept for _, concept in ordered}
        descriptions = {c: said for c, said in sorted(self._descriptions.items()) if c in used}
        origin = msgspec.structs.replace(
            origin,
            parameters={**origin.parameters, "labels": "open", "descriptions": descriptions},
            issues=tuple(self._issues),
        )
        mask = Mask(outside(self._masked, taken))
        source = self._document
        return Document(source.id, source.text, entities, (), origin, source.meta, mask)

    def _note(self, code: str, severity: Severity, wording: Wording, **told: object) -> None:
        place = Place(document=self._document.id)
        self._issues.append(Issue.of(code, severity, wording, place, **told))


def _uncrossed(concepts: Iterable[tuple[Span, str]]) -> list[tuple[Span, str]]:
    """One concept for a span, the first; of spans that cross, the longest (the first of equals)."""
    first: dict[Span, str] = {}
    for span, concept in concepts:
        first.setdefault(span, concept)
    kept: list[Span] = []
    for span in sorted(first, key=lambda s: (-len(s), s.start)):
        if not any(span.crosses(other) for other in kept):
            kept.append(span)
    return [(span, first[span]) for span in kept]


def _unreached(text: str, stretch: Span, last: Sequence[Listed]) -> list[Span]:
    """What a list that was cut had not reached: all after the first place of its last entry, or all."""
    quotes = [Quote(one.mention, one.concept) for one in last]
    reached = [a.spans[0].end for a in anchor(text, quotes, occurrences="all") if a.spans]
    start = stretch.start + sum(reached)
    return [Span(start, stretch.end)] if start < stretch.end else []


def _is_name(mention: str) -> bool:
    return any(c.isupper() or c.isdigit() for c in mention)


def _stretches(text: str, characters: int) -> Iterator[Span]:
    """A text in stretches of whole sentences, at most `characters` long where a sentence is not longer."""
    found = sentences(text)
    start = found[0].start
    for sentence, following in zip(found, [*found[1:], None], strict=True):
        if following is None or following.end - start > characters:
            yield Span(start, sentence.end)
            if following is not None:
                start = following.start
