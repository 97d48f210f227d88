"""Annotation of a raw text by the guide: near examples, numbered passages, several samples and their vote (science A.5, A.6)."""

import random
from collections import Counter
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from pydantic import Field

from bouture.corpus.document import Document, Span
from bouture.corpus.findings import shown
from bouture.corpus.issue import Issue, Place, Severity, Wording, worst
from bouture.corpus.markup import escape_text, to_markup
from bouture.corpus.markup_reader import read_markup
from bouture.errors import LossError
from bouture.llm.messages import Message, Request, Response
from bouture.strategies.closed_annotation.merging import Sample
from bouture.strategies.closed_annotation.passages import Passage, annotated_passages, passages
from bouture.strategies.closed_annotation.same_text import ABSENT, Placed, altered, bring_back
from bouture.strategies.closed_annotation.voting import Vote, vote
from bouture.strategies.conversation import Prompts, Rules, complaints, converse, turns_of
from bouture.strategies.demonstrations import Demonstrations
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import declining, origin_of
from bouture.strategies.options import GuideOptions

EMPTY = Wording(
    "document {document!r} has no text to annotate",
    "le document « {document} » n’a pas de texte à annoter",
)
NO_LABELS = Wording(
    "document {document!r} cannot be annotated: neither guide nor gold names a label",
    "le document « {document} » ne peut pas être annoté : ni le guide ni le corpus ne nomment de type",
)
SILENT = Wording(
    "too few readable answers for {count} passage(s), masked: “{passage}”",
    "trop peu de réponses lisibles pour {count} passage(s), masqué(s) : « {passage} »",
)
DOUBTFUL = Wording(
    "{count} span(s) without enough votes, masked: {spans}",
    "{count} mention(s) sans assez de voix, masquée(s) : {spans}",
)

LONGEST = 20_000
"""Characters of an answer, with 50 for each of the passage, beyond which it is no copy of it."""


class Answer(NamedTuple):
    """A passage as it was annotated, in the whole text."""

    document: Document
    """As written, for its relations."""
    placed: list[Placed]
    missing: list[Span]


Read = tuple[Answer | None, Sequence[Issue]]


class ClosedAnnotation:
    """Annotates raw texts with the labels of the schema; the text stays as it is.

    The text is cut into passages of numbered sentences. Each is asked for `samples` times, with other
    examples each time: gold passages that are near it and unlike each other, one of them without a
    mention. The answer must be the same text with tags. Spans with their label, ids and relations are
    voted on; what has some votes but too few is masked. An unreadable answer is sent back once, then
    counts as no vote; so do the words that a copy left out. What too few samples could be read of is masked.
    """

    name = "closed_annotation"
    asks_model = True
    sources = "raw"

    class Options(GuideOptions):
        samples: int = Field(3, ge=1, le=9, description="how often each passage is asked for")
        agreement: float = Field(
            2 / 3,
            gt=0.5,
            le=1,
            description="share of the samples that a span or relation must have",
        )
        sentences: int = Field(6, ge=1, le=50, description="sentences of a passage (B.2: 6)")
        demonstrations: int = Field(4, ge=0, le=20, description="gold passages shown as examples")
        negative: bool = Field(True, description="whether one of them is without any mention")
        guide_characters: int = Field(
            8000, ge=0, description="length of the guide's rules in the prompt, definitions aside"
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._materials = materials
        self._schema = materials.schema
        self._turns = turns_of(materials, options.repairs, options.repair_model)
        self._prompts = Prompts(Path(__file__).parent, materials.language)
        self._rules = Rules(materials.guide, self._prompts, options.guide_characters)
        self._coreference = any(len(e.spans) > 1 for d in materials.gold for e in d.entities)
        self._system = Message("system", self._instructions())
        self._examples: dict[str, str] = {}
        self._of: dict[str, str] = {}
        shown_passages = []
        for document in materials.gold if options.demonstrations else ():
            for passage in annotated_passages(document, options.sentences):
                try:
                    self._examples[passage.id] = to_markup(passage)
                except LossError:  # its mentions cross
                    continue
                self._of[passage.id] = document.id
                shown_passages.append(passage)
        self._demonstrations = Demonstrations(shown_passages, materials.schema)

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        shown_passages = passages(document.text, self.options.sentences)
        if not shown_passages:
            raise Declined(declining("P07", EMPTY, document))
        if not self._schema.entities:
            raise Declined(declining("P57", NO_LABELS, document))
        samples: list[Sample] = []
        for number in range(1, self.options.samples + 1):
            sample = Sample(self._coreference)
            for passage in shown_passages:
                yield from self._read(document, passage, (number, sample), rng)
            samples.append(sample)
        failures = [failure for sample in samples for failure in sample.failures]
        if len(failures) == len(samples) * len(shown_passages):
            raise failures[-1]
        outcome = vote(document, [s.annotation for s in samples], self.options.agreement)
        return [self._named(document, outcome, samples)]

    def _read(
        self,
        document: Document,
        passage: Passage,
        reading: tuple[int, Sample],
        rng: random.Random,
    ) -> Generator[Request, Response, None]:
        """One passage in one sample."""
        number, sample = reading
        examples = self._drawn(document, passage, rng)
        messages = self.messages(passage, [e.id for e in examples], number, sample)

        def read(response: Response) -> Read:
            return self._answer(document.id, passage, response)

        try:
            heard = yield from converse(document, messages, self._turns, read, self._complaint)
        except Declined as declined:
            sample.unread(passage.span, declined)
            return
        sample.add(document.text, heard.value.document, heard.value.placed)
        sample.left_out(heard.value.missing)
        sample.found(heard.issues, document.id)
        sample.shown.update(self._of[e.id] for e in examples)

    def messages(
        self, passage: Passage, examples: Sequence[str], number: int, sample: Sample
    ) -> tuple[Message, ...]:
        """The question about one passage: `number` of the sample, ids of the gold passages shown."""
        prompts = self._prompts
        shown_examples = [
            prompts.fill("example", number=i, text=self._examples[id])
            for i, id in enumerate(examples, 1)
        ]
        known = [
            prompts.fill("known", id=id, label=label, surface=surface)
            for id, label, surface in sample.known()
        ]
        names = ", ".join(self._schema.relations)
        user = prompts.fill(
            "user",
            examples="\n\n".join(shown_examples) or prompts["no examples"],
            known="\n".join(known) or prompts["nothing known"],
            number=number,
            passage=escape_text(passage.text),
            next=f"E{sample.next_number}",
            relations=prompts.fill("relations", names=names) if names else prompts["no relations"],
        )
        return (self._system, Message("user", user))

    def _instructions(self) -> str:
        identity = "identity coreference" if self._coreference else "identity flat"
        return self._prompts.fill(
            "system",
            identity=self._prompts[identity],
            labels=", ".join(self._schema.entities),
            rules=self._rules.of(self._schema.entities, tuple(self._schema.relations)),
        )

    def _drawn(self, document: Document, passage: Passage, rng: random.Random) -> list[Document]:
        """Examples for a passage; none of the same document, should it be gold."""
        drawn = self._demonstrations.choose(
            passage.text,
            (),
            self.options.demonstrations,
            rng,
            by="similarity",
            negative=self.options.negative and self.options.demonstrations > 1,
        )
        return [example for example in drawn if self._of[example.id] != document.id]

    def _answer(self, id: str, passage: Passage, response: Response) -> Read:
        """The annotated passage of an answer with its mentions in the whole text."""
        if len(response.text) > LONGEST + 50 * len(passage.text):
            return None, [altered(id, passage.text, response.text)]
        reading = read_markup(
            response.text, id=id, schema=self._schema, finish_reason=response.finish_reason
        )
        if reading.document is None:
            return None, reading.issues
        given = passage.numbered_as(reading.document.text)
        brought = bring_back(given.text, reading.document)
        issues = [*reading.issues, *brought.issues]
        if worst(brought.issues) is Severity.REJECT:
            return None, issues
        placed = []
        for one in brought.placed:
            span = given.back(one.span)
            if span is not None:
                placed.append(one._replace(span=span))
                continue
            told = {
                "mention": shown(given.text[one.span.start : one.span.end]),
                "label": one.label,
            }
            issues.append(Issue.of("P54", Severity.REVIEW, ABSENT, Place(document=id), **told))
        missing = [part for span in brought.missing for part in given.parts(span)]
        return Answer(reading.document, placed, missing), issues

    def _complaint(self, issues: Sequence[Issue]) -> str:
        return self._prompts.fill("repair", complaints=complaints(issues, self._materials.language))

    def _named(self, document: Document, outcome: Vote, samples: Sequence[Sample]) -> Document:
        origin = origin_of(self.name, document, self.options, keeps="text")
        parameters = {
            **origin.parameters,
            "votes": outcome.votes,
            "relation_votes": outcome.relation_votes,
        }
        shown_documents = {id for sample in samples for id in sample.shown}
        origin = msgspec.structs.replace(
            origin,
            parameters=parameters,
            demonstrations=tuple(sorted(shown_documents)),
            issues=(*self._said(samples), *_doubts(document, outcome)),
        )
        return msgspec.structs.replace(outcome.document, origin=origin, meta=document.meta)

    def _said(self, samples: Sequence[Sample]) -> list[Issue]:
        """What reading the answers found; what a person should see of too few samples is a note: the vote has settled it."""
        found = {(i.code, i.message): i for sample in samples for i in sample.issues}
        often = Counter(
            key for sample in samples for key in {(i.code, i.message) for i in sample.issues}
        )
        needed = self.options.agreement * len(samples) - 1e-9
        settled = {
            key for key, i in found.items() if i.severity is Severity.REVIEW and often[key] < needed
        }
        return [
            msgspec.structs.replace(i, severity=Severity.NOTE) if key in settled else i
            for key, i in found.items()
        ]


def _doubts(document: Document, outcome: Vote) -> list[Issue]:
    """What was masked."""
    place = Place(document=document.id)
    found = []
    if outcome.silent:
        passage = shown(document.mention_text(outcome.silent[0]))
        told = {"count": len(outcome.silent), "passage": passage}
        found.append(Issue.of("P55", Severity.REVIEW, SILENT, place, **told))
    masked = [one for one in outcome.doubtful if outcome.document.mask.covers(one[0])]
    if masked:
        spans = "; ".join(
            f"{shown(document.mention_text(span))} ({label}, {votes})"
            for span, label, votes in masked[:10]
        )
        told = {"count": len(masked), "spans": spans}
        found.append(Issue.of("P56", Severity.NOTE, DOUBTFUL, place, **told))
    return found
