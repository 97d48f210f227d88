"""What rewriting strategies share: an instruction is drawn, the text comes back tagged, and is held against its source."""

import random
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from bouture.corpus.document import Document
from bouture.corpus.issue import Issue
from bouture.llm.messages import Message
from bouture.strategies.conversation import Prompts, Rules, converse, turns_of
from bouture.strategies.dialogue import Dialogue, Materials
from bouture.strategies.editing import origin_of
from bouture.strategies.options import GuideOptions
from bouture.strategies.rewrite.kept import Kept


class Drawn(NamedTuple):
    """What the model is told to do with a text."""

    instruction: str
    parameters: dict[str, Any]
    """How the origin of what is made says it."""


class Rewriting:
    """Asks a model to say the same otherwise; the tags of its answer must be those of the source.

    One instruction is drawn for each document (`draw`, given by each strategy). An answer that
    cannot be read, or that lost or changed a mention or a relation, is sent back with what is wrong
    with it, `repairs` times.
    """

    name = ""
    asks_model = True
    drawn_from: frozenset[str] = frozenset()
    """Options that instructions are drawn from: an origin says what was drawn instead."""

    def __init__(self, materials: Materials, options: GuideOptions) -> None:
        self.options = options
        self._schema = materials.schema
        self._turns = turns_of(materials, options.repairs, options.repair_model)
        self._prompts = Prompts(Path(__file__).parent, materials.language)
        self._rules = Rules(
            materials.guide, self._prompts, options.guide_characters, references=False
        )
        self._kept = Kept(materials, self._prompts)

    def draw(self, rng: random.Random) -> Drawn:
        """What to do with the next text."""
        raise NotImplementedError

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        drawn = self.draw(rng)
        messages = self.messages(document, drawn.instruction)
        kept = self._kept
        heard = yield from converse(
            document, messages, self._turns, kept.reader(document), kept.complaint
        )
        return [self._named(document, heard.value, drawn, heard.issues)]

    def messages(self, document: Document, instruction: str) -> tuple[Message, ...]:
        """The conversation that asks for `document` rewritten.

        Raises:
            Declined: P06, its mentions cross; P07, it has no text.
        """
        prompts, tagged = self._prompts, self._kept.tagged(document)
        user = prompts.fill(
            "user",
            rules=self._rules.of([mention.label for mention in document.mentions()]),
            text=tagged,
            mentions=self._kept.listed(document),
            transformation=instruction,
            labels=", ".join(self._schema.entities),
            relations=prompts["relations" if document.relations else "no relations"],
        )
        return (Message("system", prompts["system"]), Message("user", user))

    def _named(
        self, source: Document, made: Document, drawn: Drawn, issues: tuple[Issue, ...]
    ) -> Document:
        origin = origin_of(self.name, source, self.options, keeps="mentions")
        said = {k: v for k, v in origin.parameters.items() if k not in self.drawn_from}
        origin = msgspec.structs.replace(
            origin, parameters={**said, **drawn.parameters}, issues=issues
        )
        return msgspec.structs.replace(made, origin=origin, meta=source.meta)
