"""Back-translation with markers: mark, translate, translate back (EasyProject, arXiv 2211.15613; science A.3.5)."""

import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
from pydantic import Field

from bouture.corpus.answer_cleaning import clean, undecorate
from bouture.corpus.document import Document
from bouture.corpus.findings import Findings
from bouture.corpus.issue import Issue, Place, Severity, Wording, worst
from bouture.corpus.markup import to_markup
from bouture.corpus.markup_assembly import assemble
from bouture.corpus.markup_reader import W_LENGTH, W_NO_TEXT
from bouture.corpus.markup_scanner import Scanner
from bouture.corpus.normalise import fold
from bouture.errors import LossError, RecipeError
from bouture.llm.messages import Message, Response
from bouture.strategies.conversation import Prompts, converse, turns_of
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import declining, origin_of
from bouture.strategies.options import RepairOptions
from bouture.strategies.rewrite.kept import Kept, emptied

TAGS = Wording(
    "the tag {entity} ({label}) must appear {times} time(s), it appears {now} time(s)",
    "la balise {entity} ({label}) doit apparaître {times} fois, elle apparaît {now} fois",
)
CROSSED = Wording("the tags of the translation cross", "les balises de la traduction se croisent")
NOT_TRANSLATED = Wording(
    "the text was not translated into another language",
    "le texte n’a pas été traduit dans une autre langue",
)
SAME = Wording(
    "document {document!r} came back from translation as it was",
    "le document « {document} » est revenu tel quel de la traduction",
)


class BackTranslation:
    """Two questions: the text with its tags into the pivot language, and back with the mentions as they were.

    On the way out each tag must come as often as in the source; its words are translated. On the way
    back the words of each mention are given, and must come back as they are (`Kept`). A faulty answer
    is sent back with what is wrong with it. Relations are not translated: those of the source hold
    between the same entities.
    """

    name = "back_translation"
    asks_model = True

    class Options(RepairOptions):
        pivot: Literal["", "en", "fr", "de", "es", "uk"] = Field(
            "",
            description="language to translate into and back: en, fr, de, es or uk; by default en, for a corpus in English fr",
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self.pivot = options.pivot or ("fr" if materials.language == "en" else "en")
        if self.pivot == materials.language:
            raise RecipeError(
                f"back_translation: the pivot `{self.pivot}` is the language of the corpus",
                hint="name another `pivot`, or leave it out",
            )
        self._schema = materials.schema
        self._turns = turns_of(materials, options.repairs, options.repair_model)
        self._prompts = Prompts(Path(__file__).parent, materials.language)
        self._kept = Kept(materials, self._prompts)
        self._names = dict(line.split(": ", 1) for line in self._prompts.listed("pivots"))

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        kept = self._kept
        bare = msgspec.structs.replace(document, relations=())

        def read_out(response: Response) -> tuple[Document | None, Sequence[Issue]]:
            return self.read_pivot(document, response)

        out = yield from converse(document, self.out(bare), self._turns, read_out, kept.complaint)
        back = yield from converse(
            document,
            self.back(document, out.value),
            self._turns,
            kept.reader(document, carried=True),
            kept.complaint,
        )
        if fold(back.value.text) == fold(document.text):
            raise Declined(declining("P64", SAME, document), answer=back.response.text)
        notes = tuple(issue for issue in out.issues if issue.code == "P05")
        origin = origin_of(self.name, document, self.options, keeps="mentions")
        parameters = {**origin.parameters, "pivot": self.pivot}
        origin = msgspec.structs.replace(
            origin, parameters=parameters, issues=(*notes, *back.issues)
        )
        return [msgspec.structs.replace(back.value, origin=origin, meta=document.meta)]

    def out(self, document: Document) -> tuple[Message, ...]:
        """The conversation that asks for the translation into the pivot language.

        Raises:
            Declined: P06, its mentions cross; P07, it has no text.
        """
        tagged = self._kept.tagged(document)
        user = self._prompts.fill("out", pivot=self._names[self.pivot], text=tagged)
        return (Message("system", self._prompts["system"]), Message("user", user))

    def back(self, source: Document, translated: Document) -> tuple[Message, ...]:
        """The conversation that asks for the translation back."""
        mentions = self._kept.listed(source)
        user = self._prompts.fill("back", mentions=mentions, text=to_markup(translated))
        return (Message("system", self._prompts["system"]), Message("user", user))

    def read_pivot(
        self, source: Document, response: Response
    ) -> tuple[Document | None, Sequence[Issue]]:
        """The translation into the pivot language, and what is wrong with its tags (codes M, P62, P63).

        Unlike any other answer it may be in another script.
        """
        findings = Findings(source.id)
        if response.finish_reason == "length":
            findings.add("M03", Severity.REJECT, W_LENGTH, end=response.text[-80:])
        payload = clean(response.text, findings)
        if not payload or worst(findings.issues) is Severity.REJECT:
            return None, findings.issues
        text, mentions = Scanner(self._schema, findings).scan(undecorate(payload, findings))
        if not text:
            findings.add("M04", Severity.REJECT, W_NO_TEXT, answer=payload[:160])
            return None, findings.issues
        made = assemble(text, mentions, [], self._schema, findings)
        findings.issues += [*_tag_faults(source, made), *emptied(source, made)]
        if fold(text) == fold(source.text):
            findings.add("P63", Severity.REJECT, NOT_TRANSLATED)
        try:
            to_markup(made)
        except LossError:
            findings.add("P62", Severity.REJECT, CROSSED)
        return made, findings.issues


def _tag_faults(source: Document, made: Document) -> list[Issue]:
    """Tags that the translation has more or less often than the source, under its label."""
    before, after = (Counter((m.entity, m.label) for m in d.mentions()) for d in (source, made))
    found = []
    for entity, label in sorted(before.keys() | after.keys()):
        times, now = before[entity, label], after[entity, label]
        if times != now:
            place = Place(document=source.id, entity=entity)
            told = {"entity": entity, "label": label, "times": times, "now": now}
            found.append(Issue.of("P62", Severity.REJECT, TAGS, place, **told))
    return found
