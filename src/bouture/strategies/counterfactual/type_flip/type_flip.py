"""A gold sentence rewritten as little as possible so that the same words have another label: metonymy above all (science A.4.6 a)."""

import random
from functools import partial
from pathlib import Path

import msgspec
from pydantic import Field

from bouture.corpus.document import Document
from bouture.corpus.fidelity import compare
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.markup import to_markup
from bouture.llm.messages import Message
from bouture.strategies.answers import checked, sent_back
from bouture.strategies.apart import ALL
from bouture.strategies.conversation import Prompts, Rules, converse, turns_of
from bouture.strategies.counterfactual.sources import Sources
from bouture.strategies.counterfactual.type_flip.ambiguous import Ambiguous, Flip, Shown, once
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import declining, origin_of
from bouture.strategies.gold_sentence import changed, relabelled
from bouture.strategies.options import GuideOptions
from bouture.strategies.unknown_pairs import with_unknown_pairs

NOTHING = Wording(
    "no mention of document {document!r}, nor of any other in gold, is known to bear another label",
    "aucune mention du document « {document} », ni d’aucun autre du corpus annoté, n’est connue sous un autre type",
)
NOT_AS_ASKED = Wording(
    "the sentence is not as asked: {surface!r} ({entity}) is to be {label}, and nothing else is to change",
    "la phrase n’est pas celle qui était demandée : « {surface} » ({entity}) doit être {label}, et rien d’autre ne doit changer",
)
TWICE = Wording(
    "“{surface}” stands in the sentence more than once: it must stand there as {label} only",
    "« {surface} » est plus d’une fois dans la phrase : il ne doit y être que comme {label}",
)
STILL = Wording(
    "after “{word}”, gold has {old} and never {label}: “{surface}” is still {old}",
    "après « {word} », le corpus annoté a {old} et jamais {label} : « {surface} » est toujours {old}",
)
UNCHANGED = Wording(
    "only the tag has changed, not the sentence",
    "seule la balise a changé, et non la phrase",
)
FAR = Wording(
    "{percent}% of the words have changed: more than {limit}%",
    "{percent} % des mots ont changé : plus de {limit} %",
)


class TypeFlip:
    """Asks for the twin of a gold sentence in which a surface that is known under two labels bears the other one.

    Surfaces come from gold and from the options. The twin must keep the surface and all other
    mentions; whether it says what it should is the model's word, so a person should look at these.
    """

    name = "type_flip"
    asks_model = True

    class Options(GuideOptions):
        surfaces: dict[str, tuple[str, ...]] = Field(
            {},
            description="labels that a surface can bear beyond those in gold, e.g. {Moscou: [LIEU, ORGANISATION]}",
        )
        most_changed: float = Field(
            0.6, gt=0, le=1, description="share of the words of the sentence that may change"
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._materials = materials
        self._turns = turns_of(materials, options.repairs, options.repair_model)
        self._prompts = Prompts(Path(__file__).parent, materials.language)
        self._rules = Rules(materials.guide, self._prompts, options.guide_characters)
        self._ambiguous = Ambiguous(materials.gold, options.surfaces, materials.language)
        self._sources = Sources(materials.gold, self._flips)

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        source = self._sources.near(document, rng)
        if source is None:
            raise Declined(declining("P45", NOTHING, document))
        flips = self._flips(source)
        [flip] = rng.choices(flips, [self._materials.wanted.label(flip.label) for flip in flips])
        shown = self._ambiguous.shown(flip)
        example = rng.choice(shown) if shown else None
        messages = self.messages(flip, example)

        read = checked(document, self._materials, partial(self._faults, flip))
        again = sent_back(self._prompts, self._materials.language)
        heard = yield from converse(document, messages, self._turns, read, again)
        return [self._named(source, heard.value, flip, example, heard.issues)]

    def _flips(self, document: Document) -> list[Flip]:
        """What can be done to the document of what is wanted."""
        labels, wanted = self._materials.schema.entities, self._materials.wanted
        found = self._ambiguous.flips(document)
        return [flip for flip in found if flip.label in labels and wanted.label(flip.label) > 0]

    def messages(self, flip: Flip, example: Shown | None) -> tuple[Message, ...]:
        """The conversation that asks for the twin; `example` is a sentence in which a surface has the new label."""
        prompts, mention = self._prompts, flip.mention
        shown = ""
        if example is not None:
            text = to_markup(example.alone(mention.entity))
            told = {"surface": example.surface, "label": flip.label, "text": text}
            shown = "\n" + prompts.fill("example", **told)
        others = relabelled(flip.sentence, mention.entity, flip.label).relations
        lines = "\n".join(f"  {r.head} | {r.label} | {r.tail}" for r in others)
        user = prompts.fill(
            "user",
            rules=self._rules.of([mention.label, flip.label]),
            text=to_markup(flip.sentence),
            examples=shown,
            surface=mention.text,
            id=mention.entity,
            old=mention.label,
            new=flip.label,
            lines=prompts.fill(
                "lines" if others else "no lines", relations=lines, id=mention.entity
            ),
        )
        return (Message("system", prompts["system"]), Message("user", user))

    def _faults(self, flip: Flip, made: Document) -> list[Issue]:
        """What of the twin is not as asked: mentions, the label, relations of the others, the words."""
        entity = flip.mention.entity
        place = Place(document=made.id, entity=entity)
        told = {"surface": flip.mention.text, "entity": entity, "label": flip.label}
        expected = relabelled(flip.sentence, entity, flip.label)
        others = tuple(r for r in made.relations if entity not in (r.head, r.tail))
        found = compare(expected, msgspec.structs.replace(made, relations=others))
        if found:
            faults = [msgspec.structs.replace(i, severity=Severity.REJECT) for i in found]
            return [Issue.of("P46", Severity.REJECT, NOT_AS_ASKED, place, **told), *faults]
        [mention] = [m for m in made.mentions() if m.entity == entity]
        if not once(made, mention):
            return [Issue.of("P46", Severity.REJECT, TWICE, place, **told)]
        if word := self._ambiguous.speaks_against(made, mention, flip.mention.label):
            told |= {"word": word, "old": flip.mention.label}
            return [Issue.of("P46", Severity.REJECT, STILL, place, **told)]
        ratio = changed(flip.sentence, made)
        if not ratio:
            return [Issue.of("P47", Severity.REJECT, UNCHANGED, place)]
        if ratio > self.options.most_changed:
            limits = {
                "percent": round(100 * ratio),
                "limit": round(100 * self.options.most_changed),
            }
            return [Issue.of("P47", Severity.REJECT, FAR, place, ratio=round(ratio, 3), **limits)]
        return []

    def _named(
        self,
        source: Document,
        made: Document,
        flip: Flip,
        example: Shown | None,
        issues: tuple[Issue, ...],
    ) -> Document:
        schema, entity = self._materials.schema, flip.mention.entity
        # Of the others gold knows the relations; of the entity that has changed, the model said what it said.
        ids = [one.id for one in made.entities if one.id != entity]
        known = {frozenset((a, b)) for a in ids for b in ids}
        made = with_unknown_pairs(made, schema, known)
        origin = origin_of(self.name, source, self.options, keeps="surfaces")
        parameters = {
            **{key: value for key, value in origin.parameters.items() if key != "surfaces"},
            "surface": flip.mention.text,
            "from": flip.mention.label,
            "to": flip.label,
            "apart": list(ALL),
        }
        origin = msgspec.structs.replace(
            origin,
            demonstrations=(example.sentence.id,) if example is not None else (),
            parameters=parameters,
            issues=issues,
        )
        return msgspec.structs.replace(made, origin=origin, meta=source.meta)
