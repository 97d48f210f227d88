"""What strategies that ask a model share: prompt files, the guide as prompts quote it, and asking again after a faulty answer."""

import re
from collections.abc import Callable, Generator, KeysView, Sequence
from pathlib import Path
from string import Template
from typing import Generic, NamedTuple, TypeVar

from bouture.corpus.document import Document
from bouture.corpus.guide import EntityGuide, Guide, RelationGuide, Rule, to_complete
from bouture.corpus.guide_references import referred
from bouture.corpus.issue import Issue, Place, Severity, Wording, worst
from bouture.llm.messages import Message, Request, Response
from bouture.strategies.dialogue import Asked, Declined, Materials

ASKED_AGAIN = Wording(
    "asked again ({times}×), the answer before had: {codes}",
    "redemandé ({times} fois) ; codes de la réponse précédente : {codes}",
)

Value = TypeVar("Value")


class Prompts:
    """The prompt file of a strategy in one language: what stands below each `# heading`, trimmed.

    `prompt.fr.md` and `prompt.en.md` stand beside the strategy. `$name` marks what is filled in.

    Raises:
        OSError: there is no such file in the folder.
    """

    def __init__(self, folder: Path, language: str) -> None:
        text = (folder / f"prompt.{language}.md").read_text(encoding="utf-8")
        parts = re.split(r"^# (.+)\n", text, flags=re.MULTILINE)[1:]
        pairs = zip(parts[::2], parts[1::2], strict=True)
        self._sections = {title: body.strip() for title, body in pairs}
        self._templates = {title: Template(body) for title, body in self._sections.items()}

    def __getitem__(self, section: str) -> str:
        """A section as it stands; `KeyError` when the file has none of that name."""
        return self._sections[section]

    def __contains__(self, section: object) -> bool:
        return section in self._sections

    def keys(self) -> KeysView[str]:
        """The names of the sections."""
        return self._sections.keys()

    def fill(self, section: str, **values: object) -> str:
        """A section with its `$names` filled in; `KeyError` when one is not given."""
        return self._templates[section].substitute(values)

    def listed(self, section: str) -> list[str]:
        """The items of a section that is a list, without their dashes."""
        return [line.removeprefix("- ") for line in self._sections[section].split("\n")]


class Rules:
    """What the guide says of some labels, as prompts quote it; nothing that still waits for a person.

    Uses the sections `definition` (`$label`, `$definition`), `no rules` and, for relations, `relation
    definition` (`$label`, `$definition`, `$direction`, `$ends`) and `relation ends` (`$heads`, `$tails`) of
    the prompt file.

    Args:
        characters: room for rules; definitions are always given.
        references: add the passages that definitions and rules send the reader to (« la liste figure
            dans « Cas difficiles » »); of no use where the annotation is given.
    """

    def __init__(
        self, guide: Guide | None, prompts: Prompts, characters: int, references: bool = True
    ) -> None:
        self._guide, self._prompts, self._characters = guide, prompts, characters
        self._references = references
        self._known: dict[tuple[tuple[str, ...], tuple[str, ...]], str] = {}

    def of(self, labels: Sequence[str], relations: Sequence[str] = ()) -> str:
        """Definitions of entity and relation labels, then rules as long as there is room."""
        if self._guide is None:
            return self._prompts["no rules"]
        key = (tuple(dict.fromkeys(labels)), tuple(dict.fromkeys(relations)))
        if key not in self._known:
            self._known[key] = self._written(self._guide, *key)
        return self._known[key]

    def _written(self, guide: Guide, labels: tuple[str, ...], relations: tuple[str, ...]) -> str:
        entities = [guide.entities[label] for label in labels if label in guide.entities]
        ties = [guide.relations[label] for label in relations if label in guide.relations]
        lines = [self._entity(entity) for entity in entities if not to_complete(entity.definition)]
        lines += [self._relation(tie) for tie in ties if not to_complete(tie.definition)]
        room = self._characters
        for rule in _rules(guide, entities, ties):
            lines.append(f"- [{rule.id}] {one_line(rule.text)}")
            room -= len(lines[-1])
            if room < 0:
                del lines[-1]
                break
        if self._references:
            lines += self._referred(guide, "\n".join(lines), (*labels, *relations))
        return "\n".join(lines) or self._prompts["no rules"]

    def _referred(self, guide: Guide, said: str, labels: Sequence[str]) -> list[str]:
        return [
            self._prompts.fill("definition", label=one.title, definition=one_line(one.text))
            for one in referred(guide, said, labels)
        ]

    def _entity(self, entity: EntityGuide) -> str:
        definition = one_line(entity.definition)
        return self._prompts.fill("definition", label=entity.label, definition=definition)

    def _relation(self, tie: RelationGuide) -> str:
        direction = "" if to_complete(tie.direction) else one_line(tie.direction)
        line = self._prompts.fill(
            "relation definition",
            label=tie.label,
            definition=one_line(tie.definition),
            direction=direction,
            ends=self._ends(tie),
        )
        return line.rstrip()

    def _ends(self, tie: RelationGuide) -> str:
        """The labels that a relation joins, in the words of the section `relation ends`; else nothing."""
        if "relation ends" not in self._prompts or not tie.type.ends:
            return ""
        heads, tails = (sorted({pair[side] for pair in tie.type.ends}) for side in (0, 1))
        return self._prompts.fill("relation ends", heads=", ".join(heads), tails=", ".join(tails))


def _rules(
    guide: Guide, entities: Sequence[EntityGuide], ties: Sequence[RelationGuide]
) -> list[Rule]:
    """General rules, then those of the labels; finished ones."""
    own = [rule for one in entities for rule in one.rules]
    own += [rule for tie in ties for rule in tie.rules]
    return [rule for rule in (*guide.rules, *own) if not to_complete(rule.text)]


class Turns(NamedTuple):
    """Who is asked, and how often a faulty answer is sent back."""

    writer: Asked
    repairer: Asked | None = None
    """Who is asked to mend a faulty answer; the writer when None."""
    repairs: int = 1


class Heard(NamedTuple, Generic[Value]):
    """What came of a conversation."""

    value: Value
    issues: tuple[Issue, ...]
    """Of the answer that was kept, and a note when it was not the first."""
    response: Response


def turns_of(materials: Materials, repairs: int, repair_model: str = "") -> Turns:
    """The recipe's model for the strategy, and the one that its option `repair_model` names."""
    writer = Asked(materials.model, materials.parameters)
    return Turns(writer, materials.models.get(repair_model), repairs)


def converse(
    document: Document,
    messages: tuple[Message, ...],
    turns: Turns,
    read: Callable[[Response], tuple[Value | None, Sequence[Issue]]],
    complain: Callable[[Sequence[Issue]], str],
) -> Generator[Request, Response, Heard[Value]]:
    """Asks; while the answer is faulty, sends it back with what is wrong with it.

    An answer is faulty when `read` gives no value or an issue that rejects. Use with `yield from`.

    Args:
        document: what the conversation is about, for the notes.
        messages: the question.
        turns: who is asked, and how often again.
        read: what an answer says, and what was found while reading it.
        complain: what to tell the model of the issues of its answer.

    Raises:
        Declined: the last answer is faulty too; its issues, and the answer.
    """
    earlier: tuple[Issue, ...] = ()
    for turn in range(1 + turns.repairs):
        asked = turns.repairer if turn and turns.repairer else turns.writer
        response = yield Request(messages, asked.name, asked.parameters)
        value, found = read(response)
        issues = tuple(found)
        if value is not None and worst(issues) is not Severity.REJECT:
            return Heard(value, (*issues, *_asked_again(document, turn, earlier)), response)
        messages = (
            *messages,
            Message("assistant", response.text.strip() or "…"),
            Message("user", complain(issues)),
        )
        earlier = issues
    raise Declined(*earlier, answer=response.text)


def complaints(issues: Sequence[Issue], language: str) -> str:
    """What is wrong with an answer, one line for each issue that rejects it."""
    said = [f"- {i.text(language)}" for i in issues if i.severity is Severity.REJECT]
    return "\n".join(said)


def one_line(text: str) -> str:
    """A text without line breaks."""
    return " ".join(text.split())


def _asked_again(document: Document, times: int, earlier: tuple[Issue, ...]) -> list[Issue]:
    if not times:
        return []
    codes = ", ".join(dict.fromkeys(i.code for i in earlier if i.severity is Severity.REJECT))
    place = Place(document=document.id)
    return [Issue.of("P05", Severity.NOTE, ASKED_AGAIN, place, times=times, codes=codes)]
