"""Texts that put a rule of the guide to the test, as minimal pairs: a case that is annotated, and one that looks like it and is not (science A.4.5)."""

import random
from collections.abc import Sequence
from pathlib import Path

import msgspec
from pydantic import Field

from bouture.corpus.document import Document
from bouture.corpus.guide import Guide, Rule, RuleKind, to_complete
from bouture.corpus.guide_references import referred
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.markup_reader import read_markup
from bouture.corpus.normalise import fold
from bouture.corpus.register import register_of
from bouture.llm.messages import Message, Response
from bouture.strategies.answers import sent_back
from bouture.strategies.apart import ALL
from bouture.strategies.conversation import (
    Prompts,
    Rules,
    converse,
    one_line,
    turns_of,
)
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import declining, origin_beside
from bouture.strategies.gold_sentence import changed
from bouture.strategies.gold_surfaces import weighted
from bouture.strategies.guide_rules.blocks import Block, block, two_texts
from bouture.strategies.guide_rules.proofs import (
    held_apart,
    keeps_codes,
    shows_case,
    springs_no_trap,
    trap_spans,
)
from bouture.strategies.guide_rules.task import Side, Task, neighbours, tasks_of
from bouture.strategies.options import RepairOptions
from bouture.strategies.showing import as_shown
from bouture.strategies.unknown_pairs import with_unknown_pairs

NO_RULE = Wording(
    "there is no finished rule of the guide to illustrate",
    "aucune règle achevée du guide à illustrer",
)
ONE_TEXT = Wording(
    "two texts under their headings are asked for", "il faut deux textes, chacun sous son titre"
)
SAME = Wording("the two texts are the same", "les deux textes sont identiques")
COPIED = Wording(
    "the text stands in the prompt or in the guide: write another",
    "le texte est dans la consigne ou dans le guide : il en faut un autre",
)
FAR = Wording(
    "the two texts differ in {percent}% of their words: more than {limit}%",
    "les deux textes diffèrent par {percent} % de leurs mots : plus de {limit} %",
)
_KINDS = {
    RuleKind.INCLUSION: "inclusion",
    RuleKind.EXCLUSION: "exclusion",
    RuleKind.BOUNDARY: "boundary",
}


class GuideRules:
    """Asks for new texts in which a rule of the guide applies or does not, and where it is easily misread.

    The rule is drawn by what is wanted of each; the document shows the register and is no source. The
    text that shows the trap quotes it, which lets the code prove that it was not annotated.
    """

    name = "guide_rules"
    asks_model = True

    class Options(RepairOptions):
        pairs: bool = Field(
            True,
            description="two texts that differ by a few words, one on each side of the rule; else one text, on either side",
        )
        without: tuple[str, ...] = Field(
            (),
            description="ids of rules that are never illustrated: those that count or order and have no trap, e.g. [NEG-I1]",
        )
        most_changed: float = Field(
            0.5, gt=0, le=1, description="share of the words by which the two texts may differ"
        )
        guide_characters: int = Field(
            4000, ge=0, description="length of the neighbouring rules in the prompt"
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._materials = materials
        self._turns = turns_of(materials, options.repairs, options.repair_model)
        self._prompts = Prompts(Path(__file__).parent, materials.language)
        schema = materials.schema
        definitions = Rules(materials.guide, self._prompts, 0).of(
            schema.entities, tuple(schema.relations)
        )
        general = self._general(materials.guide) if materials.guide else ""
        self._system = self._prompts.fill(
            "system",
            definitions=definitions,
            general="\n\n" + self._prompts.fill("general", rules=general) if general else "",
        )
        found = tasks_of(materials.guide) if materials.guide else ()
        self._tasks = {t.rule.id: t for t in found if t.rule.id not in options.without}
        self._examples_of_guide = {
            fold(example.document.text) for task in found for example in task.rule.examples
        }

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        drawn = weighted(list(self._tasks), self._materials.wanted.rule, rng)
        if drawn is None:
            raise Declined(declining("P40", NO_RULE, document))
        task = self._tasks[drawn]
        sides: tuple[Side, ...] = ("annotated", "bare")
        if not self.options.pairs:
            sides = (task.side(rng.choice(("positive", "negative"))),)
        messages = self.messages(document, task, sides)

        def read(response: Response) -> tuple[list[Document] | None, Sequence[Issue]]:
            return self._read(document, response, task, sides)

        again = sent_back(self._prompts, self._materials.language)
        heard = yield from converse(document, messages, self._turns, read, again)
        return [
            self._named(document, made, task, side, heard.issues)
            for made, side in zip(heard.value, sides, strict=True)
        ]

    def messages(
        self, document: Document, task: Task, sides: tuple[Side, ...]
    ) -> tuple[Message, ...]:
        """The conversation that asks for a text on each of the `sides` of the rule, in the register of `document`."""
        prompts = self._prompts
        form = "pair" if len(sides) == 2 else "single"
        said = {side: self._side(task, side) for side in sides}
        user = prompts.fill(
            "user",
            rule=prompts.fill("rule", id=task.rule.id, text=one_line(task.rule.text)),
            examples=self._examples(task.rule),
            neighbours=self._neighbours(task),
            register=as_shown(document) if document.text.strip() else prompts["no register"],
            task=prompts.fill(form, **said)
            if form == "pair"
            else prompts.fill(form, one=said[sides[0]]),
            labels=", ".join(self._materials.schema.entities),
            trap=self._trap(task, form) + "\n" if "bare" in sides else "",
            form=self._form(task, form),
        )
        return (Message("system", self._system), Message("user", user))

    def _form(self, task: Task, form: str) -> str:
        """What the answer looks like; the trap of a general rule names the type."""
        if form == "single":
            return self._prompts["form single"]
        named = "" if task.label else " " + self._prompts["trap type"]
        return self._prompts.fill("form pair", type=named)

    def _side(self, task: Task, side: Side) -> str:
        labelled = ""
        if task.label:
            kind = "relation" if task.relation else "entity"
            labelled = " " + self._prompts.fill(f"labelled {kind}", label=task.label)
        return self._prompts.fill(f"{_KINDS[task.rule.kind]} {side}", labelled=labelled)

    def _trap(self, task: Task, form: str) -> str:
        kind = "relation" if task.relation else "label" if task.label else "general"
        which = self._prompts[f"which {form}"]
        return self._prompts.fill(f"trap {kind}", which=which, label=task.label)

    def _examples(self, rule: Rule) -> str:
        lines = [
            self._prompts.fill(
                "counter-example" if example.wrong else "example",
                markup=as_shown(example.document).replace("\n\n", "\n"),
            )
            for example in rule.examples
        ]
        return "".join(f"\n{line}" for line in lines)

    def _neighbours(self, task: Task) -> str:
        guide = self._materials.guide
        found = neighbours(guide, task, self.options.guide_characters) if guide else []
        return self._lines(found) or self._prompts["no neighbours"]

    def _general(self, guide: Guide) -> str:
        """The rules for every label, and the passages that they refer to."""
        lines = self._lines(guide.rules)
        told = [
            self._prompts.fill("definition", label=one.title, definition=one_line(one.text))
            for one in referred(guide, lines, ())
        ]
        return "\n".join([lines, *told])

    def _lines(self, rules: Sequence[Rule]) -> str:
        """Finished rules, one a line."""
        return "\n".join(
            self._prompts.fill("neighbour", id=rule.id, text=one_line(rule.text))
            for rule in rules
            if not to_complete(rule.text)
        )

    def _read(
        self, source: Document, response: Response, task: Task, sides: tuple[Side, ...]
    ) -> tuple[list[Document] | None, Sequence[Issue]]:
        """The documents of an answer, and all that speaks against them."""
        blocks: Sequence[Block] | None = (
            two_texts(response.text) if len(sides) == 2 else [block(response.text)]
        )
        if blocks is None:
            whole = self._document(source, response.text, response.finish_reason)
            fault = Issue.of("P44", Severity.REJECT, ONE_TEXT, Place(document=source.id))
            return None, (*(i for i in whole[1] if i.severity is Severity.REJECT), fault)
        documents: list[Document] = []
        issues: list[Issue] = []
        for one, side in zip(blocks, sides, strict=True):
            made, found = self._document(source, one.markup, response.finish_reason)
            issues += found
            if made is not None:
                faults = [*self._faults(made, one, task, side), *self._copied(source, made)]
                issues += faults
                documents.append(made if faults else self._masked(made, one, task))
        if len(documents) < len(sides):
            return None, issues
        return documents, issues + self._difference(documents)

    def _document(
        self, source: Document, markup: str, finish_reason: str
    ) -> tuple[Document | None, Sequence[Issue]]:
        reading = read_markup(
            markup, id=source.id, schema=self._materials.schema, finish_reason=finish_reason
        )
        return reading.document, reading.issues

    def _faults(self, made: Document, one: Block, task: Task, side: Side) -> list[Issue]:
        guide = self._materials.guide
        language = guide.language if guide else self._materials.language
        found = [] if task.relation else keeps_codes(made, task, language)
        if side == "annotated":
            return found + shows_case(made, task)
        return found + springs_no_trap(made, task, one.trap, self._materials.schema, language)

    def _copied(self, source: Document, made: Document) -> list[Issue]:
        """P44 for the text that shows the register, or one of the guide's examples."""
        text = fold(made.text)
        if text != fold(source.text) and text not in self._examples_of_guide:
            return []
        return [Issue.of("P44", Severity.REJECT, COPIED, Place(document=made.id))]

    def _masked(self, made: Document, one: Block, task: Task) -> Document:
        """Unstated relations are unknown, save between what the trap of a relation rule holds apart."""
        schema = self._materials.schema
        known: set[frozenset[str]] = set()
        if task.relation and one.trap is not None:
            for span in trap_spans(made, one.trap):
                known.update(map(frozenset, held_apart(made, span, task.label, schema)))
        return with_unknown_pairs(made, schema, known)

    def _difference(self, documents: Sequence[Document]) -> list[Issue]:
        """P44 when two texts are the same, or too different to be a minimal pair."""
        if len(documents) < 2:
            return []
        place = Place(document=documents[0].id)
        texts = [document.text for document in documents]
        if fold(texts[0]) == fold(texts[1]):
            return [Issue.of("P44", Severity.REJECT, SAME, place)]
        ratio = changed(*(Document(one.id, one.text) for one in documents))
        if ratio <= self.options.most_changed:
            return []
        told = {"percent": round(100 * ratio), "limit": round(100 * self.options.most_changed)}
        return [Issue.of("P44", Severity.REJECT, FAR, place, ratio=round(ratio, 3), **told)]

    def _named(
        self, shown: Document, made: Document, task: Task, side: Side, issues: tuple[Issue, ...]
    ) -> Document:
        told = {
            "rule": task.rule.id,
            "polarity": task.polarity(side),
            "register": register_of(shown),
            "apart": list(ALL),
        }
        origin = origin_beside(self.name, shown, self.options, "rule", told)
        return made.with_origin(msgspec.structs.replace(origin, issues=issues))
