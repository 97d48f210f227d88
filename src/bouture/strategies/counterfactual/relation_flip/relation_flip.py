"""A gold sentence with one relation reversed, denied or left open by a minimal edit (science A.4.6 b)."""

import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec
from pydantic import Field

from bouture.corpus.document import Document, Mask, Relation
from bouture.corpus.fidelity import compare
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.markup import to_markup
from bouture.llm.messages import Message
from bouture.strategies.answers import checked, sent_back
from bouture.strategies.apart import ALL
from bouture.strategies.conversation import Prompts, Rules, converse, turns_of
from bouture.strategies.counterfactual.relation_flip.flips import (
    Asked,
    Flip,
    Kind,
    Modality,
    first_mention,
    flips,
)
from bouture.strategies.counterfactual.sources import Sources
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import declining, origin_of
from bouture.strategies.gold_sentence import changed
from bouture.strategies.options import GuideOptions

NOTHING = Wording(
    "no relation of document {document!r}, nor of any other in gold, can be changed by a small edit of its sentence",
    "aucune relation du document « {document} », ni d’aucun autre du corpus annoté, ne peut changer par une petite retouche de sa phrase",
)
NOT_AS_ASKED = Wording(
    "the mentions and relations are not exactly those asked for ({kind} of {relation})",
    "les mentions et les relations ne sont pas exactement celles demandées ({kind_fr} de {relation})",
)
NO_SIGN = {
    "direction": Wording(
        "nothing in the words reverses {relation}: the two entities change places, or an agent is introduced by “by”, not both; no “that” puts the object first; and nothing is denied or supposed",
        "rien dans les mots ne renverse {relation} : les deux entités échangent leurs places, ou un complément d’agent est introduit par « par », mais pas les deux ; aucun « que » ne met l’objet en tête ; et rien n’est nié ni supposé",
    ),
    "polarity": Wording(
        "no word of the sentence denies {relation} (“without” and “not only” deny nothing)",
        "aucun mot de la phrase ne nie {relation} (« sans » et « pas seulement » ne nient rien)",
    ),
    "modality": Wording(
        "no word of the sentence leaves {relation} open, or it is denied",
        "aucun mot de la phrase ne présente {relation} comme rapporté ou possible, ou bien un mot le nie",
    ),
}
FAR = Wording(
    "{percent}% of the words have changed: more than {limit}%",
    "{percent} % des mots ont changé : plus de {limit} %",
)
KINDS_FR = {"direction": "sens", "polarity": "négation", "modality": "modalité"}


class RelationFlip:
    """Asks for the twin of a gold sentence in which one relation is reversed, denied, or reported.

    The mentions must be the same, the relations exactly those asked for, the edit small, and a word
    must show it (a negation, a conditional, an agent…).
    """

    name = "relation_flip"
    asks_model = True

    class Options(GuideOptions):
        kinds: tuple[Kind, ...] = Field(
            ("direction", "polarity", "modality"),
            min_length=1,
            description="what to do to a relation: reverse it (`direction`), deny it (`polarity`), report or suppose it (`modality`)",
        )
        modality: Modality = Field(
            "keep",
            description="whether the guide annotates a reported fact (`keep`: the relation stays, the fact is attributed or in the conditional) or not a possible one (`drop`: it goes, the fact is a possibility)",
        )
        kept_directions: tuple[str, ...] = Field(
            (),
            description="relations that are never reversed, beside the symmetric and transitive ones of the guide",
        )
        kept_modalities: tuple[str, ...] = Field(
            (),
            description="relations that are never reported or supposed: those of public facts, such as the date of a vote",
        )
        most_changed: float = Field(
            0.35, gt=0, le=1, description="share of the words of the sentence that may change"
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._materials = materials
        self._turns = turns_of(materials, options.repairs, options.repair_model)
        self._prompts = Prompts(Path(__file__).parent, materials.language)
        self._rules = Rules(materials.guide, self._prompts, options.guide_characters)
        kept: dict[Kind, Sequence[str]] = {
            "direction": options.kept_directions,
            "modality": options.kept_modalities,
        }
        self._asked = Asked(options.kinds, options.modality, kept)
        self._sources = Sources(materials.gold, self._flips)

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        source = self._sources.near(document, rng)
        if source is None:
            raise Declined(declining("P45", NOTHING, document))
        flip = self._drawn(source, rng)
        messages = self.messages(flip)

        read = checked(document, self._materials, partial(self._faults, flip))
        again = sent_back(self._prompts, self._materials.language)
        heard = yield from converse(document, messages, self._turns, read, again)
        return [self._named(source, heard.value, flip, heard.issues)]

    def messages(self, flip: Flip) -> tuple[Message, ...]:
        """The conversation that asks for the twin."""
        prompts, relation, sentence = self._prompts, flip.relation, flip.sentence
        labels = sentence.labels()
        back = Relation(relation.tail, relation.label, relation.head)
        expected = flip.expected().relations
        name = f"modality {flip.modality}" if flip.kind == "modality" else flip.kind
        task = prompts.fill(
            name, **({"reversed": self._fact(sentence, back)} if flip.kind == "direction" else {})
        )
        which = "none" if not expected else "reversed" if flip.kind == "direction" else "same"
        lines = "\n".join(f"  {_line(one)}" for one in expected)
        user = prompts.fill(
            "user",
            rules=self._rules.of([labels[relation.head], labels[relation.tail]], [relation.label]),
            text=to_markup(sentence),
            fact=self._fact(sentence, relation),
            task=task,
            lines=prompts.fill(f"lines {which}", **({"relations": lines} if expected else {})),
        )
        return (Message("system", prompts["system"]), Message("user", user))

    def _flips(self, document: Document) -> list[Flip]:
        """What can be done to the document of what is wanted."""
        known = self._materials
        found = flips(document, known.schema, self._asked)
        return [flip for flip in found if known.wanted.relation(flip.relation.label) > 0]

    def _drawn(self, document: Document, rng: random.Random) -> Flip:
        """A kind that the document allows, then a relation by what is wanted of each."""
        found = self._flips(document)
        kind = rng.choice(list(dict.fromkeys(flip.kind for flip in found)))
        of_kind = [flip for flip in found if flip.kind == kind]
        wanted = self._materials.wanted
        return rng.choices(of_kind, [wanted.relation(f.relation.label) for f in of_kind])[0]

    def _fact(self, sentence: Document, relation: Relation) -> str:
        head, tail = (first_mention(sentence, end).text for end in (relation.head, relation.tail))
        told = {"head": head, "label": relation.label, "tail": tail, "line": _line(relation)}
        return self._prompts.fill("fact", **told)

    def _faults(self, flip: Flip, made: Document) -> list[Issue]:
        """What of the twin is not as asked: mentions and relations, the words that show it, the size of the edit."""
        said = _line(flip.relation)
        place = Place(document=made.id, relation=said)
        told = {"kind": flip.kind, "kind_fr": KINDS_FR[flip.kind], "relation": said}
        found = compare(flip.expected(), made)
        if found:
            faults = [msgspec.structs.replace(i, severity=Severity.REJECT) for i in found]
            return [Issue.of("P46", Severity.REJECT, NOT_AS_ASKED, place, **told), *faults]
        if not flip.sign(made):
            return [Issue.of("P47", Severity.REJECT, NO_SIGN[flip.kind], place, relation=said)]
        ratio = changed(flip.sentence, made)
        if ratio > self.options.most_changed:
            limits = {
                "percent": round(100 * ratio),
                "limit": round(100 * self.options.most_changed),
            }
            return [Issue.of("P47", Severity.REJECT, FAR, place, ratio=round(ratio, 3), **limits)]
        return []

    def _named(
        self, source: Document, made: Document, flip: Flip, issues: tuple[Issue, ...]
    ) -> Document:
        origin = origin_of(self.name, source, self.options, keeps="entities")
        parameters = {
            **{
                key: value
                for key, value in origin.parameters.items()
                if key not in ("kinds", "kept_directions", "kept_modalities")
            },
            "kind": flip.kind,
            "relation": _line(flip.relation),
            "apart": list(ALL),
        }
        origin = msgspec.structs.replace(origin, parameters=parameters, issues=issues)
        shaken = flip.shaken()
        return msgspec.structs.replace(
            made,
            relations=tuple(r for r in made.relations if r not in shaken),
            mask=Mask(pairs=tuple(dict.fromkeys((r.head, r.tail) for r in shaken))),
            origin=origin,
            meta=source.meta,
        )


def _line(relation: Relation) -> str:
    return f"{relation.head} | {relation.label} | {relation.tail}"
