"""Entity replacement: entities become others of their label, from pools that a model fills once (LLM-DA, arXiv 2402.14568; science A.3.2)."""

import random
from collections import Counter
from collections.abc import Generator
from typing import Literal, NamedTuple

import msgspec
from pydantic import Field

from bouture.corpus.document import Document, Entity
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.normalise import fold
from bouture.llm.messages import Request, Response
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import declining, origin_of
from bouture.strategies.entity_pools.admission import holders
from bouture.strategies.entity_pools.filling import Filler, PoolOptions, thin
from bouture.strategies.entity_pools.pool import Pool, Pooled, full_form, new_forms
from bouture.strategies.entity_pools.putting import Putting, PuttingInFrench, put_in_english
from bouture.strategies.entity_pools.seats import Seats
from bouture.strategies.function_words import function_words

NO_ENTITY = Wording(
    "document {document!r} has no entity", "le document « {document} » n’a pas d’entité"
)
NOTHING_REPLACED = Wording(
    "no entity of document {document!r} was replaced: {reasons}",
    "aucune entité du document « {document} » n’a été remplacée : {reasons_fr}",
)
REASONS = {
    "kind": ("of a kind that stays", "d’une sorte qui ne se remplace pas"),
    "share": ("without a mention left under the cap", "sans mention disponible sous le plafond"),
    "form": ("without the short form needed", "sans la forme brève nécessaire"),
    "taken": ("name already in the document", "nom déjà dans le document"),
    "gender": ("gender not the one stated", "genre autre que celui qui est énoncé"),
}
"""Why an entity stays, or a mention of the pool does not fit; else the code of what keeps it out."""


class Replacing(NamedTuple):
    """What came of replacing entities."""

    document: Document
    replaced: dict[str, str]
    """Entity id -> its new surface."""
    issues: tuple[Issue, ...] = ()


class EntityReplacement:
    """Draws entities, asks for a pool of each of their labels, and puts new mentions in their place.

    An entity is drawn with probability `p` times how much its label is wanted; one is always drawn.
    It may be replaced when its mentions, pronouns aside, all read the same or shorten a name to its last
    word (Volodymyr Zelensky, Zelensky), and hold no other mention: a pool gives one name, and neither
    another form of it nor what lies in it is guessed. What relations from an entity to itself say of
    gender (`genders`) must be true of the new mention; an entity with other such relations stays.
    Which mentions of a pool an entity may take is laid down beforehand (`Seats`), which keeps every
    surface under the cap. What it makes says `keeps: context`: no model has written its text, which
    stays near its source on purpose.
    """

    name = "entity_replacement"
    asks_model = True

    class Options(PoolOptions):
        p: float = Field(0.5, gt=0, le=1, description="probability that an entity is replaced")
        labels: tuple[str, ...] = Field(
            (), description="labels whose entities are replaced; by default all"
        )
        uses: int = Field(
            1,
            ge=1,
            le=3,
            description="entities that may take one mention in a pass over the corpus, where 1 % of its label's is less; with `samples` of the recipe no more than 3 in all",
        )
        lexicon: bool = Field(
            False,
            description="ask the lexicon of `bouture[french]` too for genders, numbers and forms",
        )
        genders: dict[str, Literal["m", "f"]] = Field(
            {"GENDER_MALE": "m", "GENDER_FEMALE": "f"},
            description="relations from an entity to itself that state a gender, and the grammatical gender (m, f) of their mentions",
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options: EntityReplacement.Options = options
        self._filler = Filler(materials, options)
        self._wanted = materials.wanted
        self._pronouns = function_words(materials.language)
        self._seats = Seats(materials.gold, self._is_able, options.uses)
        self._put: Putting = put_in_english
        if materials.language != "en":
            self._put = PuttingInFrench(materials.gold, options.lexicon)

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        made = yield from self.replacing(document, rng)
        origin = origin_of(self.name, document, self.options, keeps="context")
        parameters = {**origin.parameters, "replaced": made.replaced}
        origin = msgspec.structs.replace(origin, parameters=parameters, issues=made.issues)
        return [made.document.with_origin(origin)]

    def replacing(
        self, document: Document, rng: random.Random
    ) -> Generator[Request, Response, Replacing]:
        """The document with some of its entities replaced; use with `yield from`.

        Raises:
            Declined: P04, no entity; P20, no pool; P22, none could be replaced.
        """
        drawn, others = self._drawn(document, rng)
        task = _Task(document)
        for label in sorted({entity.label for entity in drawn}):
            yield from self._fill(task, label)
        for entity in drawn:
            self._replace(task, entity, rng)
        for entity in others:
            if task.replaced:
                break
            # A pool more costs nothing in a run: all documents ask for the same ones.
            yield from self._fill(task, entity.label)
            self._replace(task, entity, rng)
        if not task.replaced and not task.pools:
            failed = task.failed.values()
            answer = next(reversed(failed)).answer
            raise Declined(*(i for one in failed for i in one.issues), answer=answer)
        if not task.replaced:
            raise Declined(_nothing(document, task.reasons))
        empty = [
            Pool(label, (), self.options.size, dict(issue.evidence))
            for label, declined in task.failed.items()
            for issue in declined.issues
        ]
        issues = [i for pool in (*task.pools.values(), *empty) for i in thin(pool, document)]
        return Replacing(task.document, task.replaced, tuple(issues))

    def _fill(self, task: "_Task", label: str) -> Generator[Request, Response, None]:
        """Asks for the pool of a label, if that was not done yet."""
        if label in task.pools or label in task.failed:
            return
        try:
            task.pools[label] = yield from self._filler.fill(task.document, label)
        except Declined as declined:
            task.failed[label] = declined

    def _drawn(self, document: Document, rng: random.Random) -> tuple[list[Entity], list[Entity]]:
        """The entities to replace, at least one, and those that may be if none of these can."""
        if not document.entities:
            raise Declined(declining("P04", NO_ENTITY, document))
        able = [entity for entity in document.entities if self._is_able(document, entity)]
        if not able:
            raise Declined(_nothing(document, Counter({"kind": len(document.entities)})))
        p, wanted = self.options.p, self._wanted
        drawn = [entity for entity in able if rng.random() < p * wanted.label(entity.label)]
        rng.shuffle(able)
        drawn = drawn or able[:1]
        return drawn, [entity for entity in able if entity not in drawn]

    def _is_able(self, document: Document, entity: Entity) -> bool:
        """Whether an entity may be replaced at all."""
        if self.options.labels and entity.label not in self.options.labels:
            return False
        mentions = document.mentions()
        if any(mentions[number].entity == entity.id for number in holders(document)):
            return False
        genders = self.options.genders
        return full_form(self._named(document, entity)) is not None and all(
            relation.label in genders
            for relation in document.relations
            if relation.head == relation.tail == entity.id
        )

    def _named(self, document: Document, entity: Entity) -> set[str]:
        """What its mentions read, pronouns aside."""
        texts = (document.mention_text(span) for span in entity.spans)
        return {text for text in texts if text.lower() not in self._pronouns}

    def _replace(self, task: "_Task", entity: Entity, rng: random.Random) -> None:
        """Puts the first mention that fits in the place of an entity; notes why when none does."""
        pool = task.pools.get(entity.label)
        if pool is None:
            return
        places = self._seats.of(task.document.id, entity, len(pool.mentions), rng)
        reasons = [] if places else ["share"]
        for place in places:
            found = self._put_one(task, entity, pool.mentions[place])
            if not found:
                return
            reasons += found
        task.reasons.update(reasons)

    def _put_one(self, task: "_Task", entity: Entity, new: Pooled) -> list[str]:
        """Puts a mention in the place of an entity; why not, when it does not fit."""
        moved = task.document.entity(entity.id)
        forms = new_forms(self._named(task.document, moved), new)
        if forms is None:
            return ["form"]
        names = {fold(surface) for surface in forms.values()}
        if names & task.names:
            return ["taken"]
        if not self._is_of_gender(task.document, entity, new):
            return ["gender"]
        try:
            task.document = self._put(task.document, moved, new, forms)
        except Declined as declined:
            return [issue.code for issue in declined.issues]
        task.names |= names
        task.replaced[entity.id] = new.surface
        return []

    def _is_of_gender(self, document: Document, entity: Entity, new: Pooled) -> bool:
        stated = {
            self.options.genders[relation.label]
            for relation in document.relations
            if relation.head == relation.tail == entity.id
        }
        return stated <= {new.facts.gender}


class _Task:
    """A document while its entities are replaced."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.names = {fold(mention.text) for mention in document.mentions()}
        """What its mentions read, folded: no other entity may come to bear one of these."""
        self.pools: dict[str, Pool] = {}
        """By label."""
        self.failed: dict[str, Declined] = {}
        """Labels without a pool."""
        self.replaced: dict[str, str] = {}
        self.reasons: Counter[str] = Counter()


def _nothing(document: Document, reasons: Counter[str]) -> Issue:
    counted = reasons.most_common()
    told = [f"{REASONS.get(why, (why, why))[0]} ({times})" for why, times in counted]
    told_fr = [f"{REASONS.get(why, (why, why))[1]} ({times})" for why, times in counted]
    return Issue.of(
        "P22",
        Severity.REJECT,
        NOTHING_REPLACED,
        Place(document=document.id),
        document=document.id,
        reasons=", ".join(told),
        reasons_fr=", ".join(told_fr),
    )
