"""Rewriting of a gold document in another register, mentions and relations kept (science A.3.1; after LLM-DA, arXiv 2402.14568)."""

import random
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document, remembered
from bouture.corpus.fidelity import compare
from bouture.corpus.issue import Issue, Wording
from bouture.corpus.markup import to_markup
from bouture.corpus.markup_reader import read_markup
from bouture.errors import LossError
from bouture.llm.messages import Message, Response
from bouture.strategies.conversation import Prompts, Rules, complaints, converse, turns_of
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import declining, origin_of

CROSSING = Wording(
    "mentions of document {document!r} cross: tags cannot write them",
    "des mentions du document « {document} » se croisent : les balises ne permettent pas de les noter",
)
EMPTY = Wording(
    "document {document!r} has no text to rewrite",
    "le document « {document} » n’a pas de texte à réécrire",
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
        self._turns = turns_of(materials, options.repairs, options.repair_model)
        self._prompts = Prompts(Path(__file__).parent, materials.language)
        self._rules = Rules(materials.guide, self._prompts, options.guide_characters)
        # A source is rewritten more than once, and entities come again in others.
        self._line = lru_cache(1 << 12)(self._mention_line)
        self._transformations = list(
            options.transformations or self._prompts.listed("transformations")
        )

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        transformation = rng.choice(self._transformations)
        messages = self.messages(document, transformation)

        def read(response: Response) -> tuple[Document | None, Sequence[Issue]]:
            reading = read_markup(
                response.text,
                id=document.id,
                schema=self._materials.schema,
                finish_reason=response.finish_reason,
            )
            made = reading.document
            faults = [] if made is None else compare(document, made, polarity=True)
            return made, (*reading.issues, *faults)

        heard = yield from converse(document, messages, self._turns, read, self._complaint)
        return [self._named(document, heard.value, transformation, heard.issues)]

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
        prompts = self._prompts
        user = prompts.fill(
            "user",
            rules=self._rules.of([mention.label for mention in document.mentions()]),
            text=tagged,
            mentions=self._mentions(document),
            transformation=transformation,
            labels=", ".join(self._materials.schema.entities),
            relations=prompts["relations" if document.relations else "no relations"],
        )
        return (Message("system", prompts["system"]), Message("user", user))

    def _mentions(self, document: Document) -> str:
        """Each distinct tag that must appear, with how often."""
        counted = Counter((m.entity, m.label, m.text) for m in document.mentions())
        lines = [self._line(*mention, times) for mention, times in counted.items()]
        return "\n".join(lines) or self._prompts["no mentions"]

    def _mention_line(self, id: str, label: str, surface: str, times: int) -> str:
        return self._prompts.fill("mention", id=id, label=label, surface=surface, times=times)

    def _complaint(self, issues: Sequence[Issue]) -> str:
        said = complaints(issues, self._materials.language)
        return self._prompts.fill("repair", complaints=said)

    def _named(
        self, source: Document, made: Document, transformation: str, issues: tuple[Issue, ...]
    ) -> Document:
        origin = origin_of(self.name, source, self.options, keeps="mentions")
        parameters = {**origin.parameters, "transformation": transformation}
        del parameters["transformations"]
        origin = msgspec.structs.replace(origin, parameters=parameters, issues=issues)
        return msgspec.structs.replace(made, origin=origin, meta=source.meta)


_tagged = remembered(to_markup)
