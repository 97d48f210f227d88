"""A plan as a prompt: the guide first, examples, then what the text must hold, in words."""

import re
from collections.abc import Iterable, Mapping, Sequence

from bouture.corpus.document import Document, Relation
from bouture.corpus.guide import Guide, to_complete
from bouture.corpus.markup import to_markup
from bouture.llm.messages import Message
from bouture.strategies.conversation import Prompts, Rules, one_line
from bouture.strategies.from_plan.evidence import shown
from bouture.strategies.from_plan.pairs import Pair
from bouture.strategies.from_plan.plan import Plan, PlannedRelation, marked

_END = {
    "fr": re.compile(r"\b(?:la )?(?:(?P<head>tête)|(?P<tail>queue))\b", re.IGNORECASE),
    "en": re.compile(r"\b(?:the )?(?:(?P<head>head)|(?P<tail>tail))\b", re.IGNORECASE),
}
"""How a guide names the ends of a relation."""
_COLON = {"fr": "\u00a0: ", "en": ": "}
_SEMICOLON = {"fr": "\u00a0; ", "en": "; "}


class Asking:
    """Writes the conversation that asks for a plan to be carried out.

    Args:
        guide: what is quoted of it are the definitions and rules of the plan's labels and relations.
    """

    def __init__(
        self, prompts: Prompts, guide: Guide | None, characters: int, language: str
    ) -> None:
        self.prompts = prompts
        self._guide = guide
        self._rules = Rules(guide, prompts, characters)
        self._language = language

    def messages(
        self, plan: Plan, demonstrations: Sequence[Document], imitated: bool
    ) -> tuple[Message, ...]:
        """The request for a text that says what the plan says.

        Args:
            demonstrations: without crossing mentions, which tags cannot show.
            imitated: whether the first of them is the one whose form the plan has.
        """
        labels = sorted({entity.label for entity in plan.entities})
        relations = {r.label for r in plan.relations} | {r.label for r in plan.unstated}
        user = self.prompts.fill(
            "user",
            rules=self._rules.of(labels, sorted(relations)),
            demonstrations=self._demonstrations(demonstrations),
            mentions="\n".join(self._mentions(plan)),
            facts=self._facts(plan),
            form=self._form(plan, imitated),
        )
        return (Message("system", self.prompts["system"]), Message("user", user))

    def questions(self, document: Document, asked: Sequence[tuple[Pair, Sequence[str]]]) -> str:
        """The closed questions about pairs of a document, numbered from 1, after its text."""
        labels = document.labels()
        names = {e.id: document.mention_text(e.spans[0]) for e in document.entities}
        relations = sorted({relation for _, found in asked for relation in found})
        lines = []
        for number, ((head, tail), found) in enumerate(asked, 1):
            facts = [Relation(head, label, tail) for label in found]
            said = [
                self._arrow(fact, labels) + _COLON[self._language] + self._words(fact, names)
                for fact in facts
            ]
            lines.append(self.prompts.fill("question", number=number, facts=self._list(said)))
        return self.prompts.fill(
            "questions",
            rules=self._rules.of((), relations),
            text=to_markup(document).rpartition("\n\n")[0]
            if document.relations
            else to_markup(document),
            questions="\n".join(lines),
        )

    def _demonstrations(self, documents: Sequence[Document]) -> str:
        sentence = self.prompts["sentence"]
        parts = [
            self.prompts.fill("demonstration", number=number, text=shown(document, sentence))
            for number, document in enumerate(documents, 1)
        ]
        return "\n\n".join(parts) or self.prompts["no demonstration"]

    def _mentions(self, plan: Plan) -> Iterable[str]:
        labels = plan.labels()
        for entity in plan.entities:
            for mention in entity.mentions:
                yield self.prompts.fill(
                    "mention",
                    id=entity.id,
                    label=entity.label,
                    kind=self.prompts[f"kind {mention.kind}"],
                    markup=marked(labels, entity.id, mention),
                )

    def _facts(self, plan: Plan) -> str:
        labels, names = plan.labels(), plan.names()
        stated = [self._fact(fact, labels, names) for fact in plan.relations]
        parts = [self.prompts.fill("facts", facts="\n".join(stated))] if stated else []
        if not stated:
            parts.append(self.prompts["no facts"])
        if plan.unstated:
            ruled_out = [self._bare(fact, labels, names) for fact in plan.unstated]
            parts.append(self.prompts.fill("unstated", facts="\n".join(ruled_out)))
        return "\n\n".join(parts)

    def _fact(self, fact: PlannedRelation, labels: dict[str, str], names: dict[str, str]) -> str:
        relation = fact.relation
        if fact.head == fact.tail:
            return self._bare(relation, labels, names)
        said, words = self._arrow(relation, labels), self._words(relation, names)
        where = self.prompts["in one sentence" if fact.together else "across sentences"]
        return self.prompts.fill("fact", fact=said, words=words, where=where)

    def _bare(self, fact: Relation, labels: dict[str, str], names: dict[str, str]) -> str:
        said, words = self._arrow(fact, labels), self._words(fact, names)
        return self.prompts.fill("bare fact", fact=said, words=words)

    def _list(self, items: Iterable[str]) -> str:
        return _SEMICOLON[self._language].join(items)

    def _arrow(self, fact: Relation, labels: dict[str, str]) -> str:
        head, tail = f"{fact.head} [{labels[fact.head]}]", f"{fact.tail} [{labels[fact.tail]}]"
        return f"{head} —{fact.label}→ {tail}"

    def _words(self, fact: Relation, names: dict[str, str]) -> str:
        """What a fact says: the guide's direction with the names put in, else who is head and who is tail."""
        head = self.prompts.fill("name", surface=names[fact.head])
        tail = self.prompts.fill("name", surface=names[fact.tail])
        known = self._guide.relations.get(fact.label) if self._guide else None
        direction = one_line(known.direction).rstrip(". ") if known else ""
        if direction and not to_complete(direction):
            names_of = {"head": head, "tail": tail}
            found = [match.lastgroup for match in _END[self._language].finditer(direction)]
            if set(found) == {"head", "tail"}:
                return _END[self._language].sub(
                    lambda end: f"{end.group()} ({names_of[end.lastgroup or '']})",
                    direction[0].lower() + direction[1:],
                )
        section = "loop words" if fact.head == fact.tail else "fact words"
        if known and known.type.symmetric:
            section = "symmetric words"
        return self.prompts.fill(section, head=head, tail=tail, label=fact.label)

    def _form(self, plan: Plan, imitated: bool) -> str:
        layout = plan.layout
        length = "length" if layout.sentences > 1 else "length of one"
        words = _round(layout.words)
        lines = [self.prompts.fill(length, sentences=layout.sentences, words=words)]
        traits = [self.prompts[f"trait {trait}"] for trait in layout.traits]
        register = "register like example" if imitated else "register plain"
        said = _COLON[self._language] + self._list(traits) if traits else ""
        lines.append(self.prompts.fill(register, traits=said))
        held = _held(plan)
        if len(held) > 1 and plan.relations:
            spread = self._distribution(held)
            lines.append(self.prompts.fill("distribution", sentences=spread))
        return "\n".join(lines)

    def _distribution(self, held: Mapping[int, Sequence[str]]) -> str:
        """Which entities each sentence can name."""
        sentence, colon = self.prompts["sentence"], _COLON[self._language]
        return self._list(
            f"{sentence} {number}{colon}{', '.join(ids)}" for number, ids in sorted(held.items())
        )


def _held(plan: Plan) -> dict[int, list[str]]:
    """The entities mentioned in each sentence, by its number."""
    found: dict[int, list[str]] = {}
    for entity in plan.entities:
        for mention in entity.mentions:
            found.setdefault(mention.sentence, []).append(entity.id)
    return found


def _round(words: int) -> int:
    """To the nearest five, ten at least."""
    return max(10, 5 * round(words / 5))
