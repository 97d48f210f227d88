"""Rewriting of a gold document in another register, mentions and relations kept (science A.3.1; after LLM-DA, arXiv 2402.14568)."""

import random
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from string import Template

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document, remembered
from bouture.corpus.fidelity import compare
from bouture.corpus.guide import Guide, to_complete
from bouture.corpus.issue import Issue, Place, Severity, Wording, worst
from bouture.corpus.markup import to_markup
from bouture.corpus.markup_reader import read_markup
from bouture.errors import LossError
from bouture.llm.messages import Message, Request
from bouture.strategies.dialogue import Asked, Declined, Dialogue, Materials
from bouture.strategies.editing import declining, origin_of

CROSSING = Wording(
    "mentions of document {document!r} cross: tags cannot write them",
    "des mentions du document « {document} » se croisent : les balises ne permettent pas de les noter",
)
EMPTY = Wording(
    "document {document!r} has no text to rewrite",
    "le document « {document} » n’a pas de texte à réécrire",
)
ASKED_AGAIN = Wording(
    "asked again ({times}×), the answer before had: {codes}",
    "redemandé ({times} fois) ; codes de la réponse précédente : {codes}",
)


class Rewrite:
    """Asks a model to say the same otherwise; the tags of its answer must be those of the source.

    One transformation is drawn for each document. An answer that cannot be read, or that lost or
    changed a mention or a relation, is sent back with what is wrong with it, `repairs` times.
    """

    name = "rewrite"
    asks_model = True

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        transformations: tuple[str, ...] | None = Field(
            None,
            min_length=1,
            description="instructions to draw one from, in the language of the prompts; by default those shipped",
        )
        repairs: int = Field(
            1, ge=0, le=3, description="how often a faulty answer is sent back (B.5: once pays)"
        )
        repair_model: str = Field(
            "",
            description="one of the recipe's `models`, asked to mend a faulty answer; else the same model",
        )
        guide_characters: int = Field(
            4000, ge=0, description="length of the guide's rules in the prompt, definitions aside"
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._materials = materials
        self._ruled: dict[tuple[str, ...], str] = {}
        self._writer = Asked(materials.model, materials.parameters)
        self._repairer = materials.models.get(options.repair_model)
        self._prompt = _sections(f"prompt.{materials.language}.md")
        shipped = [line.removeprefix("- ") for line in self._prompt["transformations"].split("\n")]
        # A source is rewritten more than once, and entities come again in others.
        self._line = lru_cache(1 << 12)(self._mention_line)
        self._transformations = list(options.transformations or shipped)

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        transformation = rng.choice(self._transformations)
        messages = self.messages(document, transformation)
        earlier: tuple[Issue, ...] = ()
        for turn in range(1 + self.options.repairs):
            asked = self._repairer if turn and self._repairer else self._writer
            response = yield Request(messages, asked.name, asked.parameters)
            reading = read_markup(
                response.text,
                id=document.id,
                schema=self._materials.schema,
                finish_reason=response.finish_reason,
            )
            made = reading.document
            faults = [] if made is None else compare(document, made, polarity=True)
            issues = (*reading.issues, *faults)
            if made is not None and worst(issues) is not Severity.REJECT:
                notes = (*issues, *_asked_again(document, turn, earlier))
                return [self._named(document, made, transformation, notes)]
            messages = (
                *messages,
                Message("assistant", response.text.strip() or "…"),
                Message("user", self._complaint(issues)),
            )
            earlier = issues
        raise Declined(*earlier, answer=response.text)

    def messages(self, document: Document, transformation: str) -> tuple[Message, ...]:
        """The conversation that asks for `document` rewritten.

        Raises:
            Declined: P06, its mentions cross; P07, it has no text.
        """
        if not document.text.strip():
            raise Declined(declining("P07", EMPTY, document))
        try:
            tagged = _tagged(document)
        except LossError:
            raise Declined(declining("P06", CROSSING, document)) from None
        prompt = self._prompt
        user = Template(prompt["user"]).substitute(
            rules=self._rules(document),
            text=tagged,
            mentions=self._mentions(document),
            transformation=transformation,
            labels=", ".join(self._materials.schema.entities),
            relations=prompt["relations" if document.relations else "no relations"],
        )
        return (Message("system", prompt["system"]), Message("user", user))

    def _rules(self, document: Document) -> str:
        """Definitions of the labels present, then rules as long as there is room; nothing unfinished."""
        guide = self._materials.guide
        if guide is None:
            return self._prompt["no rules"]
        present = tuple(dict.fromkeys(mention.label for mention in document.mentions()))
        if present not in self._ruled:
            self._ruled[present] = self._rules_for(guide, present)
        return self._ruled[present]

    def _rules_for(self, guide: Guide, present: Sequence[str]) -> str:
        found = [guide.entities[label] for label in present if label in guide.entities]
        line = Template(self._prompt["definition"])
        lines = [
            line.substitute(label=entity.label, definition=_one_line(entity.definition))
            for entity in found
            if not to_complete(entity.definition)
        ]
        room = self.options.guide_characters
        for rule in [*guide.rules, *(rule for entity in found for rule in entity.rules)]:
            if to_complete(rule.text):
                continue
            lines.append(f"- [{rule.id}] {_one_line(rule.text)}")
            room -= len(lines[-1])
            if room < 0:
                del lines[-1]
                break
        return "\n".join(lines) or self._prompt["no rules"]

    def _mentions(self, document: Document) -> str:
        """Each distinct tag that must appear, with how often."""
        counted = Counter((m.entity, m.label, m.text) for m in document.mentions())
        lines = [self._line(*mention, times) for mention, times in counted.items()]
        return "\n".join(lines) or self._prompt["no mentions"]

    def _mention_line(self, id: str, label: str, surface: str, times: int) -> str:
        line = Template(self._prompt["mention"])
        return line.substitute(id=id, label=label, surface=surface, times=times)

    def _complaint(self, issues: tuple[Issue, ...]) -> str:
        language = self._materials.language
        said = [f"- {i.text(language)}" for i in issues if i.severity is Severity.REJECT]
        return Template(self._prompt["repair"]).substitute(complaints="\n".join(said))

    def _named(
        self, source: Document, made: Document, transformation: str, issues: tuple[Issue, ...]
    ) -> Document:
        origin = origin_of(self.name, source, self.options, keeps="mentions")
        parameters = {**origin.parameters, "transformation": transformation}
        del parameters["transformations"]
        origin = msgspec.structs.replace(origin, parameters=parameters, issues=issues)
        return msgspec.structs.replace(made, origin=origin, meta=source.meta)


_tagged = remembered(to_markup)


def _asked_again(document: Document, times: int, earlier: tuple[Issue, ...]) -> list[Issue]:
    if not times:
        return []
    codes = ", ".join(dict.fromkeys(i.code for i in earlier if i.severity is Severity.REJECT))
    place = Place(document=document.id)
    return [Issue.of("P05", Severity.NOTE, ASKED_AGAIN, place, times=times, codes=codes)]


def _sections(name: str) -> dict[str, str]:
    """The parts of a prompt file: what stands below each `# heading`, trimmed."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    parts = re.split(r"^# (.+)\n", text, flags=re.MULTILINE)[1:]
    return {title: body.strip() for title, body in zip(parts[::2], parts[1::2], strict=True)}


def _one_line(text: str) -> str:
    return " ".join(text.split())
