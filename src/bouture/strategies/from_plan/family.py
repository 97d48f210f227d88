"""Plan, then text: draws what a document must hold, asks for it, and proves that the answer does (science A.4, LP1; SynthIE, arXiv 2303.04132)."""

import random
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document, Mask, Origin
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.llm.messages import Message, Request, Response
from bouture.strategies.conversation import Prompts, complaints, converse, turns_of
from bouture.strategies.demonstrations import Demonstrations
from bouture.strategies.dialogue import Asked, Declined, Dialogue, Materials
from bouture.strategies.editing import declining, origin_of
from bouture.strategies.from_plan.asking import Asking
from bouture.strategies.from_plan.caps import chances
from bouture.strategies.from_plan.evidence import can_be_shown
from bouture.strategies.from_plan.gold import Gold
from bouture.strategies.from_plan.layout import like
from bouture.strategies.from_plan.pairs import (
    Pair,
    candidates,
    to_ask,
    verdicts,
    without,
)
from bouture.strategies.from_plan.plan import Plan
from bouture.strategies.from_plan.pool import read_pool
from bouture.strategies.from_plan.proof import without_unplanned
from bouture.strategies.from_plan.reading import Written, read
from bouture.strategies.from_plan.ways import (
    Drawing,
    Drawn,
    Size,
    Way,
    document_graph,
    draw,
    entity_list,
    relation_triples,
)
from bouture.strategies.unknown_pairs import unknown_pairs

NO_PLAN = Wording(
    "no plan can be drawn for {document!r}: gold has no entity of a wanted label that could stand elsewhere",
    "aucun plan ne peut être tiré pour « {document} » : le corpus annoté n’a pas d’entité d’un type voulu qui puisse figurer ailleurs",
)
MAYBE = Wording(
    "asked again, the model reads between {head} and {tail}: {labels}",
    "réinterrogé, le modèle lit entre {head} et {tail} : {labels}",
)


TURN = 75
"""Carriers of a label from which `Demonstrations` shows none of them in more than 2 % of prompts (its 1.5 / carriers)."""


class PlanOptions(BaseModel):
    """What the three strategies can be told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pool: Path | None = Field(
        None, description="file of further names, one `LABEL<tab>name` a line"
    )
    demonstrations: int = Field(
        2, ge=0, le=4, description="gold documents shown, the one whose form is imitated first"
    )
    mixed: float = Field(
        0.4,
        ge=0,
        le=1,
        description="chance that an entity is not of the gold document drawn as theme",
    )
    tempering: float = Field(
        0.5,
        ge=0,
        le=1,
        description="power that counts of labels and relations are raised to (A.8: 1/2)",
    )
    facts: int = Field(
        12, ge=0, description="facts in a plan at most, what follows from others aside"
    )
    not_invented: tuple[str, ...] = Field(
        (),
        description="relations stated only between entities that gold relates so (geography, kinship)",
    )
    unstated: int = Field(3, ge=0, le=10, description="facts that must not be stated, at most")
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
    ask_pairs: bool = Field(
        False, description="also ask, yes or no, about pairs that the plan does not speak of"
    )
    pairs: int = Field(12, ge=1, le=50, description="pairs asked about in a document, at most")
    pairs_model: str = Field(
        "", description="one of the recipe's `models`, asked about the pairs; else the same model"
    )


class _FromPlan:
    """What the three strategies share; each says how its plan is drawn."""

    name: str
    asks_model = True
    draws_facts: ClassVar[bool] = True
    Options = PlanOptions

    def __init__(self, materials: Materials, options: PlanOptions) -> None:
        self.options = options
        self._materials = materials
        unstated = options.unstated if self.draws_facts else 0
        self._size = Size(options.mixed, options.facts, unstated)
        self._turns = turns_of(materials, options.repairs, options.repair_model)
        writer = Asked(materials.model, materials.parameters)
        self._checker = materials.models.get(options.pairs_model, writer)
        self._prompts = Prompts(Path(__file__).parent, materials.language)
        self._asking = Asking(
            self._prompts, materials.guide, options.guide_characters, materials.language
        )
        pool = read_pool(options.pool, materials.schema.entities) if options.pool else {}
        self._pool = pool

    @cached_property
    def _gold(self) -> Gold:
        options = self.options
        return Gold(self._materials, options.tempering, self._pool, options.not_invented)

    @cached_property
    def _demonstrations(self) -> Demonstrations:
        return Demonstrations(self._materials.gold, self._materials.schema)

    @cached_property
    def _carriers(self) -> Counter[str]:
        """Label -> how many gold documents have it."""
        return Counter(x for d in self._materials.gold for x in {e.label for e in d.entities})

    @cached_property
    def _keep(self) -> Mapping[str, float]:
        """What keeps surfaces below their cap; found once, by drawing plans for documents of gold."""
        documents = self._materials.gold

        def trial(rng: random.Random, keep: Mapping[str, float]) -> Plan | None:
            drawn = self._drawn(rng.choice(documents), rng, keep)
            return drawn.plan if drawn else None

        return chances(trial) if documents else {}

    def _way(self) -> Way:
        """How a plan is drawn."""
        raise NotImplementedError

    def draw(self, document: Document, rng: random.Random) -> Drawn:
        """A plan in the form of a gold document, with mentions of others.

        Raises:
            Declined: P30, gold has nothing that can be put into a plan.
        """
        drawn = self._drawn(document, rng, self._keep)
        if drawn is None:
            raise Declined(declining("P30", NO_PLAN, document))
        return drawn

    def _drawn(
        self, document: Document, rng: random.Random, keep: Mapping[str, float]
    ) -> Drawn | None:
        drawing = Drawing(self._gold, rng, like(document, rng), self._size)
        return draw(self._way(), drawing, keep, without=document.id)

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        drawn = self.draw(document, rng)
        shown = self._shown(document, drawn, rng)
        schema = self._materials.schema

        def hear(response: Response) -> tuple[Written | None, Sequence[Issue]]:
            return read(response, drawn.plan, document.id, schema)

        messages = self._asking.messages(drawn.plan, shown, imitated=document in shown)
        heard = yield from converse(document, messages, self._turns, hear, self._complaint)
        made = without_unplanned(drawn.plan, heard.value.document)
        unknown = unknown_pairs(made, schema, drawn.plan.unstated)
        issues = heard.issues
        if self.options.ask_pairs and unknown:
            unknown, doubts = yield from self._settle(made, unknown, rng)
            issues = (*issues, *doubts)
        origin = self._origin(document, drawn, shown)
        origin = msgspec.structs.replace(origin, issues=issues)
        return [msgspec.structs.replace(made, origin=origin, mask=Mask(pairs=unknown))]

    def _shown(self, document: Document, drawn: Drawn, rng: random.Random) -> list[Document]:
        """The document that is imitated, then others by their labels; none whose mentions the plan has."""
        number = self.options.demonstrations
        first = [document] if number and can_be_shown(document) else []
        if number <= len(first):
            return first
        more = number - len(first)
        labels = self._spread(drawn.plan, more)
        found = self._demonstrations.choose(document, labels, more, rng, by="profile")
        more_shown = [d for d in found if d.id not in drawn.sources and can_be_shown(d)]
        return first + more_shown

    def _spread(self, plan: Plan, number: int) -> list[str]:
        """The labels that examples are to show: those with enough carriers to take turns, else all."""
        labels = list(dict.fromkeys(entity.label for entity in plan.entities))
        enough = [label for label in labels if self._carriers[label] >= TURN * number]
        return enough or labels

    def _settle(
        self, made: Document, unknown: tuple[Pair, ...], rng: random.Random
    ) -> Generator[Request, Response, tuple[tuple[Pair, ...], list[Issue]]]:
        """What stays unknown once the model has been asked, and what it says yes to."""
        pairs = to_ask(made, unknown, self.options.pairs, rng)
        asked = [(pair, candidates(made, pair, self._materials.schema)) for pair in pairs]
        question = self._asking.questions(made, asked)
        messages = (
            Message("system", self._prompts["checking"]),
            Message("user", question),
        )
        response = yield Request(messages, self._checker.name, self._checker.parameters)
        said = verdicts(response.text, len(pairs))
        settled = {pair for pair, verdict in zip(pairs, said, strict=True) if verdict is False}
        doubts = [
            _doubt(made, pair, labels)
            for (pair, labels), verdict in zip(asked, said, strict=True)
            if verdict
        ]
        return without(unknown, settled), doubts

    def _complaint(self, issues: Sequence[Issue]) -> str:
        said = complaints(issues, self._materials.language)
        return self._prompts.fill("repair", complaints=said)

    def _origin(self, document: Document, drawn: Drawn, shown: Sequence[Document]) -> Origin:
        origin = origin_of(self.name, document, self.options, keeps="plan")
        return msgspec.structs.replace(
            origin,
            sources=drawn.sources,
            demonstrations=tuple(dict.fromkeys((document.id, *(one.id for one in shown)))),
            parameters={**origin.parameters, "plan": drawn.plan.compact()},
        )


def _doubt(made: Document, pair: Pair, labels: Sequence[str]) -> Issue:
    names = {e.id: made.mention_text(e.spans[0]) for e in made.entities}
    head, tail = (f"{id} ({names[id]})" for id in pair)
    place = Place(document=made.id, entity=pair[0])
    told = {"head": head, "tail": tail, "labels": ", ".join(labels)}
    return Issue.of("P39", Severity.REVIEW, MAYBE, place, **told)


class EntityList(_FromPlan):
    """Draws a list of entities that go together, one mention each, and asks for a text that names them.

    The set of entities is that of a gold document with some replaced, others added (ProgGen's
    diversity of entities, arXiv 2403.11103; the editing of entity lists of EnTDA, arXiv 2210.10343).
    Pairs of entities that a relation could join are marked unknown: the plan says nothing of them.
    """

    name = "entity_list"
    draws_facts = False

    def _way(self) -> Way:
        return entity_list


class RelationTriples(_FromPlan):
    """Draws a few facts, rare relations more often than in gold, and asks for a text that states them.

    Ends are drawn given the relation, under the ends and axioms of the schema; a fact comes with what
    follows from it (SynthIE, arXiv 2303.04132: coherent triples, even coverage of relations). Facts
    that must not be stated are part of the plan: counterparts, and pairs that nothing relates.
    """

    name = "relation_triples"

    def _way(self) -> Way:
        return relation_triples


class DocumentGraph(_FromPlan):
    """Draws the entities of a whole document with all their mentions and the facts between them.

    Mentions are full and short forms, acronyms, descriptions and pronouns as one entity of gold has
    them; facts are as dense and as often told across sentences as in gold (science A.4.4, X-3).
    """

    name = "document_graph"

    def _way(self) -> Way:
        return document_graph
