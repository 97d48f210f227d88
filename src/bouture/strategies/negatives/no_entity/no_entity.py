"""Texts without a single entity, in the register of gold: what synthetic corpora lack most (science A.4.6 d, X-6)."""

import random
from collections.abc import Sequence
from pathlib import Path

import msgspec
from pydantic import Field

from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.register import register_of
from bouture.llm.messages import Message
from bouture.strategies.answers import checked, sent_back
from bouture.strategies.apart import ANNOTATION
from bouture.strategies.conversation import Prompts, Rules, converse, one_line, turns_of
from bouture.strategies.dialogue import Dialogue, Materials
from bouture.strategies.editing import origin_beside
from bouture.strategies.negatives.gazetteer import CAPITAL, NUMBER, Gazetteer
from bouture.strategies.negatives.no_entity.near_entities import (
    NearEntity,
    exclusions,
    near_entities,
    stretches,
)
from bouture.strategies.options import RepairOptions
from bouture.strategies.showing import register_text

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

    class Options(RepairOptions):
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

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._materials = materials
        self._turns = turns_of(materials, options.repairs, options.repair_model)
        self._prompts = Prompts(Path(__file__).parent, materials.language)
        self._gazetteer = Gazetteer(materials.gold, options.annotated)
        rules = Rules(materials.guide, self._prompts, 0).of(materials.schema.entities)
        self._system = self._prompts.fill("system", rules=rules, allowed=self._set_aside())
        shipped = self._prompts.listed("nouns")
        found = near_entities(materials.guide, self._gazetteer, shipped)
        self._nouns = tuple(map(NearEntity, options.nouns)) or found

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        nouns = rng.sample(self._nouns, min(self.options.number, len(self._nouns)))
        messages = self.messages(document, nouns)

        read = checked(document, self._materials, self._faults)
        again = sent_back(self._prompts, self._materials.language)
        heard = yield from converse(document, messages, self._turns, read, again)
        return [self._named(document, heard.value, nouns, heard.issues)]

    def messages(self, document: Document, nouns: Sequence[NearEntity]) -> tuple[Message, ...]:
        """The conversation that asks for a text like `document` without its entities."""
        prompts, guide = self._prompts, self._materials.guide
        also = [
            prompts[f"no {shape}{' but these' if any(_has(n.words, shape) for n in nouns) else ''}"]
            for shape in (CAPITAL, NUMBER)
            if shape in self._gazetteer.shapes
        ]
        shown = register_text(document, guide) if document.text.strip() else prompts["no register"]
        user = prompts.fill(
            "user",
            register=shown,
            labels=", ".join(self._materials.schema.entities),
            also=f" ({', '.join(also)})" if also else "",
            nouns=", ".join(map(self._quoted, nouns)) or prompts["no nouns"],
        )
        return (Message("system", self._system), Message("user", user))

    def _set_aside(self) -> str:
        """What the guide says it does not annotate; empty when it says nothing."""
        guide = self._materials.guide
        lines = [
            self._prompts.fill("rule", id=rule.id, text=one_line(rule.text))
            for _, rule in (exclusions(guide) if guide else ())
        ]
        if not lines:
            return ""
        return "\n\n" + self._prompts.fill("allowed", rules="\n".join(lines))

    def _quoted(self, noun: NearEntity) -> str:
        """The words, and the rule that says how they are to be taken: « vingt heures » is no time of day there."""
        name = "ruled noun" if noun.rule else "noun"
        return self._prompts.fill(name, words=noun.words, rule=noun.rule)

    def _faults(self, made: Document) -> list[Issue]:
        """Everything that is tagged, or that gold would annotate and that was not asked for (P49)."""
        found = []
        for mention in made.mentions():
            place = Place(document=made.id, start=mention.start, end=mention.end)
            told = {"surface": mention.text, "label": mention.label}
            found.append(Issue.of("P49", Severity.REJECT, TAGGED, place, **told))
        allowed = stretches(made.text, [noun.words for noun in self._nouns])
        for seen in self._gazetteer.found(made.text):
            if any(stretch.contains(seen.span) for stretch in allowed):
                continue
            place = Place(document=made.id, start=seen.span.start, end=seen.span.end)
            told = {"surface": seen.text, "percent": str(round(100 * seen.share))}
            found.append(Issue.of("P49", Severity.REJECT, KNOWN[seen.shape], place, **told))
        return found

    def _named(
        self,
        shown: Document,
        made: Document,
        nouns: Sequence[NearEntity],
        issues: tuple[Issue, ...],
    ) -> Document:
        told = {
            "nouns": [noun.words for noun in nouns],
            "register": register_of(shown),
            "apart": list(ANNOTATION),
        }
        origin = origin_beside(self.name, shown, self.options, "nothing", told)
        return made.with_origin(msgspec.structs.replace(origin, issues=issues))


def _has(words: str, shape: str) -> bool:
    """Whether some of the words has a capital, or a digit."""
    return any(map(str.isupper if shape == CAPITAL else str.isdigit, words))
