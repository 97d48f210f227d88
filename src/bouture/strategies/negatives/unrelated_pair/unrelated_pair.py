"""Two entities that could be related, named in one sentence that relates them in no way (science A.4.6 c)."""

import random
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import NamedTuple

import msgspec
from pydantic import Field

from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.normalise import fold
from bouture.corpus.register import register_of
from bouture.corpus.tokens import sentences
from bouture.llm.messages import Message
from bouture.strategies.answers import checked, sent_back
from bouture.strategies.apart import ALL
from bouture.strategies.conversation import Prompts, Rules, converse, turns_of
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import declining, origin_of
from bouture.strategies.gold_surfaces import Drawn, Pool, weighted
from bouture.strategies.negatives.unrelated_pair.triggers import Triggers, possible
from bouture.strategies.options import GuideOptions
from bouture.strategies.showing import register_text
from bouture.strategies.unknown_pairs import with_unknown_pairs

NOTHING = Wording(
    "gold has no two surfaces that a relation could tie and that it never ties",
    "le corpus annoté n’a pas deux formes qu’une relation pourrait lier et qu’il ne lie jamais",
)
MISSING = Wording(
    "missing: the mention “{surface}” ({entity}, {label})",
    "il manque la mention « {surface} » ({entity}, {label})",
)
APART = Wording("no sentence names both E1 and E2", "aucune phrase ne nomme à la fois E1 et E2")
RELATED = Wording(
    "there must be no relation between E1 and E2: {relation}",
    "il ne doit y avoir aucune relation entre E1 et E2 : {relation}",
)
TRIGGER = Wording(
    "“{word}” speaks of {relation}: not in this text",
    "« {word} » évoque {relation} : pas dans ce texte",
)


class Pair(NamedTuple):
    """What a text is asked about: two surfaces, and the relation that it must not state."""

    relation: str
    head: Drawn
    tail: Drawn

    @property
    def ends(self) -> tuple[tuple[str, Drawn], tuple[str, Drawn]]:
        """The two with the ids they are given."""
        return ("E1", self.head), ("E2", self.tail)


class UnrelatedPair:
    """Asks for a text in which two surfaces of gold, of labels that a relation could tie, stand in one sentence unrelated.

    The pair is a true negative; pairs with any further entity that the model adds are left unknown.
    """

    name = "unrelated_pair"
    asks_model = True

    class Options(GuideOptions):
        triggers: dict[str, tuple[str, ...]] = Field(
            {},
            description="words that state a relation and may not occur, by relation, e.g. {COMMANDE: [command*, dirige*]}; `*` stands for any ending",
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._materials = materials
        self._turns = turns_of(materials, options.repairs, options.repair_model)
        self._prompts = Prompts(Path(__file__).parent, materials.language)
        self._rules = Rules(materials.guide, self._prompts, options.guide_characters)
        self._pool = Pool(materials.gold, materials.language)
        self._tied = _tied(materials.gold)

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        pair = self._drawn(rng)
        if pair is None:
            raise Declined(declining("P45", NOTHING, document))
        messages = self.messages(document, pair)

        read = checked(document, self._materials, partial(self._faults, pair))
        again = sent_back(self._prompts, self._materials.language)
        heard = yield from converse(document, messages, self._turns, read, again)
        return [self._named(document, heard.value, pair, heard.issues)]

    def messages(self, document: Document, pair: Pair) -> tuple[Message, ...]:
        """The conversation that asks for the text, in the register of `document`."""
        prompts, ties, guide = self._prompts, self._ties(pair), self._materials.guide
        triggers = [word for tie in ties for word in self.options.triggers.get(tie, ())]
        words = ", ".join(word.replace("*", "…") for word in dict.fromkeys(triggers))
        banned = prompts.fill("triggers", words=words) + "\n" if triggers else ""
        shown = register_text(document, guide) if document.text.strip() else prompts["no register"]
        user = prompts.fill(
            "user",
            rules=self._rules.of([pair.head.label, pair.tail.label], ties),
            register=shown,
            head=pair.head.surface,
            head_label=pair.head.label,
            tail=pair.tail.surface,
            tail_label=pair.tail.label,
            relation=pair.relation,
            others="".join(f", {tie}" for tie in ties[1:]),
            labels=", ".join(self._materials.schema.entities),
            triggers=banned,
        )
        return (Message("system", prompts["system"]), Message("user", user))

    @cached_property
    def _triggers(self) -> Triggers:
        """Learnt when the first answer comes: it takes two seconds for 300 long documents."""
        known = self._materials
        return Triggers(known.gold, known.schema, self.options.triggers, known.language)

    def _ties(self, pair: Pair) -> list[str]:
        """The relations that could tie the two, either way round, that of the pair first."""
        found = possible(self._materials.schema, pair.head.label, pair.tail.label)
        return list(dict.fromkeys([pair.relation, *found]))

    def _drawn(self, rng: random.Random) -> Pair | None:
        """A relation by what is wanted, ends that it allows, and a surface of each that gold never ties."""
        schema, pool = self._materials.schema, self._pool
        ends = {
            label: [(h, t) for h, t in sorted(type.ends) if pool.of(h) and pool.of(t)]
            for label, type in schema.relations.items()
            if not type.reflexive
        }
        names = [label for label, pairs in ends.items() if pairs]
        relation = weighted(names, self._materials.wanted.relation, rng)
        if relation is None:
            return None
        for head_label, tail_label in rng.sample(ends[relation], len(ends[relation])):
            head = rng.choice(pool.of(head_label))
            known = self._tied.get(fold(head.surface), frozenset())
            tail = pool.draw(tail_label, rng, [head.surface, *known])
            if tail is not None:
                return Pair(relation, head, tail)
        return None

    def _faults(self, pair: Pair, made: Document) -> list[Issue]:
        """What of the text is not as asked (P48)."""
        place = Place(document=made.id)
        mentions = made.mentions()
        faults = [
            Issue.of(
                "P48", Severity.REJECT, MISSING, place, surface=d.surface, entity=id, label=d.label
            )
            for id, d in pair.ends
            if not any(
                (m.entity, m.label, fold(m.text)) == (id, d.label, fold(d.surface))
                for m in mentions
            )
        ]
        if faults:
            return faults
        ties = [r for r in made.relations if {r.head, r.tail} == {"E1", "E2"}]
        for tie in ties:
            said = f"{tie.head} | {tie.label} | {tie.tail}"
            faults.append(Issue.of("P48", Severity.REJECT, RELATED, place, relation=said))
        if not any(_names_both(made, s.start, s.end) for s in sentences(made.text)):
            faults.append(Issue.of("P48", Severity.REJECT, APART, place))
        faults += [
            Issue.of("P48", Severity.REJECT, TRIGGER, place, word=word, relation=tie)
            for tie in self._ties(pair)
            for word in self._triggers.said(made, tie)
        ]
        return faults

    def _named(
        self, shown: Document, made: Document, pair: Pair, issues: tuple[Issue, ...]
    ) -> Document:
        made = with_unknown_pairs(made, self._materials.schema, {frozenset(("E1", "E2"))})
        origin = origin_of(self.name, shown, self.options, keeps="pair")
        parameters = {
            **{key: value for key, value in origin.parameters.items() if key != "triggers"},
            "unrelated": pair.relation,
            "register": register_of(shown),
            "apart": list(ALL),
        }
        origin = msgspec.structs.replace(
            origin,
            sources=tuple(dict.fromkeys(drawn.document for _, drawn in pair.ends)),
            demonstrations=(shown.id,),
            parameters=parameters,
            issues=issues,
        )
        return made.with_origin(origin)


def _tied(gold: Sequence[Document]) -> dict[str, frozenset[str]]:
    """For each folded surface those of the entities that some gold document relates with it."""
    found: dict[str, set[str]] = {}
    for document in gold:
        surfaces = {
            entity.id: {fold(document.mention_text(span)) for span in entity.spans}
            for entity in document.entities
        }
        for relation in document.relations:
            for one, other in ((relation.head, relation.tail), (relation.tail, relation.head)):
                for surface in surfaces[one]:
                    found.setdefault(surface, set()).update(surfaces[other])
    return {surface: frozenset(others) for surface, others in found.items()}


def _names_both(document: Document, start: int, end: int) -> bool:
    here = {m.entity for m in document.mentions() if start <= m.start and m.end <= end}
    return {"E1", "E2"} <= here
