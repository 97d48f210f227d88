"""Texts that vary along many dimensions at once, about mentions of gold: attributes (X) never without entities (Y) (science A.4.1; AttrPrompt, arXiv 2306.15895; ProgGen, arXiv 2403.11103)."""

import random
from collections.abc import Generator, Sequence
from functools import cached_property, partial
from pathlib import Path

import msgspec
from pydantic import Field

from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.normalise import fold
from bouture.llm.messages import Message, Request, Response
from bouture.strategies.answers import checked, sent_back
from bouture.strategies.apart import ALL
from bouture.strategies.attributes import dimensions as sources
from bouture.strategies.attributes.dimensions import Dimension, merged
from bouture.strategies.attributes.pairwise import Row, pairwise
from bouture.strategies.attributes.proposals import read_dimensions
from bouture.strategies.conversation import Prompts, Rules, converse, one_line, turns_of
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import declining, origin_of
from bouture.strategies.gold_surfaces import Drawn, Pool, weighted
from bouture.strategies.options import GuideOptions
from bouture.strategies.showing import as_shown
from bouture.strategies.unknown_pairs import with_unknown_pairs

NOTHING = Wording(
    "fewer than two dimensions, or no mention in gold that could be required",
    "moins de deux dimensions, ou aucune mention du corpus annoté à imposer",
)
UNREADABLE = Wording(
    "no list of dimensions in the answer", "aucune liste de dimensions dans la réponse"
)
WITHOUT = Wording(
    "the model proposed no dimension that can be read; the others were used",
    "aucune dimension lisible n’a été proposée par le modèle ; les autres ont servi",
)
MISSING = Wording(
    "missing: the mention “{surface}” ({entity}, {label})",
    "il manque la mention « {surface} » ({entity}, {label})",
)


class Attributes:
    """Asks for a text with one value of each dimension and some mentions of gold.

    Dimensions come from the options, the clusters and registers of gold, the labels and relations,
    a proposal that a model makes once, and the prompt file. A job takes one row of a covering design in which
    every two values of different dimensions meet.
    """

    name = "attributes"
    asks_model = True

    class Options(GuideOptions):
        dimensions: dict[str, tuple[str, ...]] = Field(
            {}, description="dimensions with their values, before all others"
        )
        propose: bool = Field(
            True,
            description="whether a model is asked for more dimensions (one request, the same for all documents)",
        )
        propose_model: str = Field(
            "",
            description="one of the recipe's `models`, asked for dimensions; else the same model",
        )
        mentions: int = Field(
            3,
            ge=1,
            le=6,
            description="mentions of gold that the text must hold (never attributes alone)",
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._materials = materials
        self._turns = turns_of(materials, options.repairs, options.repair_model)
        proposer = materials.models.get(options.propose_model, self._turns.writer)
        self._proposing = self._turns._replace(writer=proposer, repairer=None)
        self._prompts = Prompts(Path(__file__).parent, materials.language)
        self._rules = Rules(materials.guide, self._prompts, options.guide_characters)
        self._pool = Pool(materials.gold, materials.language)
        self._definitions = self._defined()

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        proposed: Sequence[Dimension] = ()
        issues: tuple[Issue, ...] = ()
        if self.options.propose and self._pool.labels:
            proposed, issues = yield from self._proposed(document)
        chosen = self.dimensions(proposed)
        if len(chosen) < 2 or not self._pool.labels:
            raise Declined(declining("P50", NOTHING, document))
        design = pairwise([len(one.values) for one in chosen])
        row = design[rng.randrange(len(design))]
        required = self._required(chosen, row, rng)
        if not required:
            raise Declined(declining("P50", NOTHING, document))
        messages = self.messages(document, traits(chosen, row), required)

        read = checked(document, self._materials, partial(_missing, required))
        again = sent_back(self._prompts, self._materials.language)
        heard = yield from converse(document, messages, self._turns, read, again)
        told = {"traits": traits(chosen, row), "design": len(design)}
        return [self._named(document, heard.value, required, told, (*issues, *heard.issues))]

    def dimensions(self, proposed: Sequence[Dimension] = ()) -> tuple[Dimension, ...]:
        """The dimensions in use, those a model `proposed` among them; at most 10, each of 2 to 30 values."""
        of_gold, of_guide = self._own
        stated = sources.stated(self.options.dimensions)
        return merged((stated, of_gold, of_guide, proposed, sources.shipped(self._prompts)))

    def messages(
        self, document: Document, said: dict[str, str], required: Sequence[Drawn]
    ) -> tuple[Message, ...]:
        """The conversation that asks for a text with the traits `said` and the mentions `required`; `document` shows the annotation."""
        prompts = self._prompts
        user = prompts.fill(
            "user",
            rules=self._rules.of([drawn.label for drawn in required]),
            shown=as_shown(document) if document.text.strip() else prompts["no shown"],
            traits="\n".join(prompts.fill("trait", name=n, value=v) for n, v in said.items()),
            mentions="\n".join(
                prompts.fill("mention", id=id, label=drawn.label, surface=drawn.surface)
                for id, drawn in _numbered(required)
            ),
            labels=", ".join(self._materials.schema.entities),
        )
        system = prompts.fill("system", definitions=self._definitions)
        return (Message("system", system), Message("user", user))

    def proposal(self) -> tuple[Message, ...]:
        """The conversation that asks for more dimensions; the same whatever the document."""
        prompts, (of_gold, _) = self._prompts, self._own
        subjects, guide = of_gold[0].values, self._materials.guide
        title = one_line(guide.title) if guide else ""
        user = prompts.fill(
            "propose",
            labels=self._names(),
            title=" " + prompts.fill("titled", title=title) if title else "",
            subjects="\n".join(prompts.fill("subject line", subject=s) for s in subjects)
            or prompts["no subjects"],
            taken=", ".join(dimension.name for dimension in self.dimensions()),
        )
        return (Message("system", prompts["propose system"]), Message("user", user))

    def _proposed(
        self, document: Document
    ) -> Generator[Request, Response, tuple[Sequence[Dimension], tuple[Issue, ...]]]:
        """What a model proposes; nothing, and a note (P51), when it cannot be read."""
        place = Place(document=document.id)

        def read(response: Response) -> tuple[Sequence[Dimension] | None, Sequence[Issue]]:
            found = read_dimensions(response.text)
            if found:
                return found, ()
            return None, [Issue.of("P51", Severity.REJECT, UNREADABLE, place)]

        def again(_: Sequence[Issue]) -> str:
            return self._prompts["propose repair"]

        try:
            heard = yield from converse(document, self.proposal(), self._proposing, read, again)
        except Declined:
            return (), (Issue.of("P51", Severity.NOTE, WITHOUT, place),)
        return heard.value, ()

    @cached_property
    def _own(self) -> tuple[list[Dimension], list[Dimension]]:
        """What gold and the guide give; found when first asked for, since clusters take a second."""
        known = self._materials
        return (
            sources.of_gold(known.gold, self._prompts, known.language),
            sources.of_guide(known, self._prompts),
        )

    def _defined(self) -> str:
        """Every label with its definition; their names alone where there is no guide."""
        schema, guide = self._materials.schema, self._materials.guide
        if guide is None:
            return self._names()
        return Rules(guide, self._prompts, 0).of(schema.entities, tuple(schema.relations))

    def _names(self) -> str:
        schema = self._materials.schema
        return ", ".join((*schema.entities, *schema.relations))

    def _required(
        self, chosen: Sequence[Dimension], row: Row, rng: random.Random
    ) -> tuple[Drawn, ...]:
        """Surfaces of gold: one of the label put forward, the others by what is wanted of each label."""
        forced = [d.labels[v] for d, v in zip(chosen, row, strict=True) if d.labels]
        found: list[Drawn] = []
        for number in range(self.options.mentions):
            label = forced[number] if number < len(forced) else None
            if label is None or not self._pool.of(label):
                label = weighted(self._pool.labels, self._materials.wanted.label, rng)
            if label is None:
                break
            drawn = self._pool.draw(label, rng, [one.surface for one in found])
            if drawn is not None:
                found.append(drawn)
        return tuple(found)

    def _named(
        self,
        shown: Document,
        made: Document,
        required: Sequence[Drawn],
        told: dict[str, object],
        issues: tuple[Issue, ...],
    ) -> Document:
        origin = origin_of(self.name, shown, self.options, keeps="required")
        parameters = {k: v for k, v in origin.parameters.items() if k != "dimensions"}
        origin = msgspec.structs.replace(
            origin,
            sources=tuple(dict.fromkeys(drawn.document for drawn in required)),
            demonstrations=(shown.id,),
            parameters={**parameters, **told, "apart": list(ALL)},
            issues=issues,
        )
        return with_unknown_pairs(made, self._materials.schema).with_origin(origin)


def traits(dimensions: Sequence[Dimension], row: Row) -> dict[str, str]:
    """The value of each dimension in a row of the design, by name."""
    return {d.name: d.values[value] for d, value in zip(dimensions, row, strict=True)}


def _numbered(required: Sequence[Drawn]) -> list[tuple[str, Drawn]]:
    return [(f"E{number}", drawn) for number, drawn in enumerate(required, 1)]


def _missing(required: Sequence[Drawn], made: Document) -> list[Issue]:
    """P52 for each required mention that the text does not have with its id, label and words."""
    there = {(m.entity, m.label, fold(m.text)) for m in made.mentions()}
    place = Place(document=made.id)
    return [
        Issue.of(
            "P52", Severity.REJECT, MISSING, place, surface=d.surface, entity=id, label=d.label
        )
        for id, d in _numbered(required)
        if (id, d.label, fold(d.surface)) not in there
    ]
