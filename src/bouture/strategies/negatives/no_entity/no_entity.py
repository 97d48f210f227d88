"""Texts without a single entity, in the register of gold: what synthetic corpora lack most (science A.4.6 d, X-6)."""

import random
from collections.abc import Sequence
from pathlib import Path

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.markup_reader import read_markup
from bouture.corpus.tokens import folded_tokens
from bouture.llm.messages import Message, Response
from bouture.strategies.conversation import Prompts, Rules, complaints, converse, turns_of
from bouture.strategies.counterfactual.apart import ANNOTATION
from bouture.strategies.dialogue import Dialogue, Materials
from bouture.strategies.editing import origin_of
from bouture.strategies.guide_rules.demonstration import as_shown
from bouture.strategies.negatives.gazetteer import CAPITAL, NUMBER, Gazetteer
from bouture.strategies.negatives.no_entity.near_entities import near_entities
from bouture.strategies.planner.register import register_of

TAGGED = Wording(
    "the text is to hold no entity, and “{surface}” is tagged {label}",
    "le texte ne doit contenir aucune entité, et « {surface} » est balisé {label}",
)
KNOWN = {
    "": Wording(
        "the text is to hold no entity, and the corpus annotates “{surface}” in {percent}% of cases",
        "le texte ne doit contenir aucune entité, et le corpus annote « {surface} » dans {percent} % des cas",
    ),
    CAPITAL: Wording(
        "the text is to hold no entity, and “{surface}” looks like a name: the corpus annotates {percent}% of them",
        "le texte ne doit contenir aucune entité, et « {surface} » a l’air d’un nom propre : le corpus en annote {percent} %",
    ),
    NUMBER: Wording(
        "the text is to hold no entity, and the corpus annotates {percent}% of numbers such as “{surface}”",
        "le texte ne doit contenir aucune entité, et le corpus annote {percent} % des nombres comme « {surface} »",
    ),
}
"""By the shape of the word; the empty string when gold knows the word itself."""


class NoEntity:
    """Asks for a text without entity, with a few words that look like some; whatever gold would annotate is sent back.

    How many there should be is the planner's business (gold: 27 % of sentences in CoNLL-style data;
    synthetic sets 0.4 to 5 %).
    """

    name = "no_entity"
    asks_model = True

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        nouns: tuple[str, ...] = Field(
            (),
            description="words that look like entities and are none; by default those of the guide's exclusions, or common nouns that gold never annotates",
        )
        number: int = Field(
            2, ge=0, le=6, description="how many of these words a text is asked for"
        )
        annotated: float = Field(
            0.8,
            gt=0,
            le=1,
            description="share of its occurrences that gold annotates, from which a surface, capitals or numbers may not occur",
        )
        repairs: int = Field(1, ge=0, le=3, description="how often a faulty answer is sent back")
        repair_model: str = Field(
            "",
            description="one of the recipe's `models`, asked to mend a faulty answer; else the same model",
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._materials = materials
        self._turns = turns_of(materials, options.repairs, options.repair_model)
        self._prompts = Prompts(Path(__file__).parent, materials.language)
        self._gazetteer = Gazetteer(materials.gold, options.annotated)
        rules = Rules(materials.guide, self._prompts, 0).of(materials.schema.entities)
        self._system = self._prompts.fill("system", rules=rules)
        shipped = self._prompts.listed("nouns")
        self._nouns = options.nouns or near_entities(materials.guide, self._gazetteer, shipped)
        self._allowed = {word for noun in self._nouns for word in folded_tokens(noun)}

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        nouns = rng.sample(self._nouns, min(self.options.number, len(self._nouns)))
        messages = self.messages(document, nouns)

        def read(response: Response) -> tuple[Document | None, Sequence[Issue]]:
            reading = read_markup(
                response.text,
                id=document.id,
                schema=self._materials.schema,
                finish_reason=response.finish_reason,
            )
            made = reading.document
            return made, (*reading.issues, *(self._faults(made) if made else ()))

        heard = yield from converse(document, messages, self._turns, read, self._complaint)
        return [self._named(document, heard.value, nouns, heard.issues)]

    def messages(self, document: Document, nouns: Sequence[str]) -> tuple[Message, ...]:
        """The conversation that asks for a text like `document` without its entities."""
        prompts = self._prompts
        shapes = ((CAPITAL, "no capital"), (NUMBER, "no number"))
        also = [prompts[name] for shape, name in shapes if shape in self._gazetteer.shapes]
        quoted = ("« {} »" if self._materials.language == "fr" else "“{}”").format
        user = prompts.fill(
            "user",
            register=as_shown(document) if document.text.strip() else prompts["no register"],
            labels=", ".join(self._materials.schema.entities),
            also=f" ({', '.join(also)})" if also else "",
            nouns=", ".join(map(quoted, nouns)) or prompts["no nouns"],
        )
        return (Message("system", self._system), Message("user", user))

    def _faults(self, made: Document) -> list[Issue]:
        """Everything that is tagged, or that gold would annotate and that was not asked for (P49)."""
        found = []
        for mention in made.mentions():
            place = Place(document=made.id, start=mention.start, end=mention.end)
            told = {"surface": mention.text, "label": mention.label}
            found.append(Issue.of("P49", Severity.REJECT, TAGGED, place, **told))
        for seen in self._gazetteer.found(made.text):
            if self._allowed.issuperset(folded_tokens(seen.text)):
                continue
            place = Place(document=made.id, start=seen.span.start, end=seen.span.end)
            told = {"surface": seen.text, "percent": str(round(100 * seen.share))}
            found.append(Issue.of("P49", Severity.REJECT, KNOWN[seen.shape], place, **told))
        return found

    def _complaint(self, issues: Sequence[Issue]) -> str:
        said = complaints(issues, self._materials.language)
        return self._prompts.fill("repair", complaints=said)

    def _named(
        self, shown: Document, made: Document, nouns: Sequence[str], issues: tuple[Issue, ...]
    ) -> Document:
        origin = origin_of(self.name, shown, self.options, keeps="nothing")
        parameters = {
            **origin.parameters,
            "nouns": list(nouns),
            "register": register_of(shown),
            "apart": list(ANNOTATION),
        }
        origin = msgspec.structs.replace(
            origin,
            sources=(),
            demonstrations=(shown.id,),
            parameters=parameters,
            issues=issues,
        )
        return made.with_origin(origin)
