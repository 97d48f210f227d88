"""Reads the executable form of an annotation guide (Markdown, French or English); every problem with its line.

    ## General rules            **Nesting.** OUTER ⊃ INNER ; …     - [GEN-B1] text `code: no_determiner`
    ## Entities                 ### LABEL                          **Definition.** …
    ## Relations                ### LABEL                          **Definition.** **Ends.** **Direction.** **Axioms.**

Rules are `- [ID-I1] text` (I inclusion, E exclusion, B boundary); below a rule, `- Example: …` and
`- Counter-example: …` in the inline markup. Other `##` sections are prose. docs/guide.md tells the whole form.
"""

import re
from pathlib import Path

from bouture.corpus.document import Document
from bouture.corpus.guide import (
    RULE_ID,
    EntityGuide,
    Example,
    Guide,
    RelationGuide,
    Rule,
    RuleCode,
    RuleKind,
)
from bouture.corpus.guide_blocks import Block, FrontMatter, Kind, blocks, front_matter
from bouture.corpus.guide_problems import Problems
from bouture.corpus.guide_terms import ENDS, NESTING, axioms, codes, nearest, pairs, plain
from bouture.corpus.issue import Issue
from bouture.corpus.markup import from_markup
from bouture.corpus.schema import RelationType
from bouture.errors import GuideError, MarkupError

_SECTIONS = {
    "regles generales": "general",
    "general rules": "general",
    "entites": "entities",
    "entities": "entities",
    "relations": "relations",
}
_FIELDS = {
    "general": {"imbrication": "nesting", "nesting": "nesting"},
    "entities": {"definition": "definition"},
    "relations": {
        "definition": "definition",
        "extremites": "ends",
        "ends": "ends",
        "direction": "direction",
        "axiomes": "axioms",
        "axioms": "axioms",
    },
}
_RULE = re.compile(r"\[(?P<id>[^\]]*)\]\s*(?P<text>.*)$", re.DOTALL)
_CODE = re.compile(r"`code\s*:\s*(?P<name>\w+)\s*(?:=\s*(?P<value>[^`]*?))?\s*`")
_EXAMPLE = re.compile(
    r"\**(?P<counter>contre-?\s?|counter-?\s?)?(?:exemple|example)s?\s*(?:\**\s*:\s*\**|\.\*\*)\s*(?P<markup>.*)$",
    re.IGNORECASE | re.DOTALL,
)


def read_guide(path: str | Path) -> Guide:
    """The guide in the Markdown file `path` (UTF-8).

    Raises:
        GuideError: no such file, not UTF-8, or the first problem of `guide_problems`.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        hint = "`bouture guide draft CORPUS` writes a skeleton"
        raise GuideError(f"cannot read: {error.strerror}", path=path, hint=hint) from None
    except UnicodeDecodeError as error:
        raise GuideError(
            f"not UTF-8 (byte {error.start})", path=path, hint="save the file as UTF-8"
        ) from None
    return parse_guide(text, str(path))


def parse_guide(text: str, path: str = "") -> Guide:
    """The guide that the Markdown `text` states.

    Raises:
        GuideError: the first problem, with path, line and what to do.
    """
    reader = _Reader(text, path)
    guide = reader.guide()
    problems = reader.issues()
    if problems:
        first, others = problems[0], len(problems) - 1
        raise GuideError(
            first.message + (f" (and {others} more)" if others else ""),
            path=path or None,
            line=first.place.line,
            hint=str(first.evidence.get("hint", "")),
        )
    return guide


def guide_problems(text: str, path: str = "") -> list[Issue]:
    """Every problem of form (codes G01-G19), in the order of the lines; empty when the guide parses."""
    reader = _Reader(text, path)
    reader.guide()
    return reader.issues()


class _RuleDraft:
    """A rule while its examples are being collected."""

    def __init__(self, id: str, text: str, line: int, codes: tuple[RuleCode, ...]) -> None:
        self.id, self.text, self.line, self.codes = id, text, line, codes
        self.examples: list[tuple[bool, str, int]] = []


class _LabelDraft:
    """What one heading (or the general rules) gathers."""

    def __init__(self, label: str, line: int) -> None:
        self.label, self.line = label, line
        self.fields: dict[str, tuple[str, int]] = {}
        self.rules: list[_RuleDraft] = []

    def field(self, name: str) -> tuple[str, int]:
        return self.fields.get(name, ("", self.line))


class _Reader:
    """One pass over the blocks collects drafts; a second, which knows all labels, builds the guide."""

    def __init__(self, text: str, path: str) -> None:
        self.text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
        self.path = path
        self.problems = Problems(path)
        self.front: FrontMatter = front_matter(self.text)
        self.title = self.front.values.get("title", "")
        self.general = _LabelDraft("", 1)
        self.entities: dict[str, _LabelDraft] = {}
        self.relations: dict[str, _LabelDraft] = {}
        self._section = ""
        self._draft: _LabelDraft | None = None
        self._rule_ids: dict[str, int] = {}

    def guide(self) -> Guide:
        if self.front.fault:
            self.problems.add("G01", self.front.fault_line, what=self.front.fault)
        for block in blocks(self.text, self.front.lines):
            self._take(block)
        if not self.entities:
            self.problems.add("G02", 1)
        return Guide(
            title=self.title or Path(self.path).stem,
            language="en" if self.front.values.get("language", "fr").startswith("en") else "fr",
            entities={label: self._entity(draft) for label, draft in self.entities.items()},
            relations={label: self._relation(draft) for label, draft in self.relations.items()},
            rules=tuple(self._rule(rule) for rule in self.general.rules),
            nesting=self._pairs(self.general, "nesting", NESTING),
            version=self.front.values.get("version", ""),
            path=self.path,
            text=self.text,
        )

    def issues(self) -> list[Issue]:
        """The problems found, in the order of the lines."""
        return sorted(self.problems.found, key=lambda issue: issue.place.line)

    def _take(self, block: Block) -> None:
        if block.kind is Kind.HEADING:
            self._heading(block)
        elif self._draft is not None and block.kind is Kind.FIELD:
            self._field(self._draft, block)
        elif self._draft is not None and block.kind is Kind.BULLET:
            self._bullet(self._draft, block)

    def _heading(self, block: Block) -> None:
        if block.depth == 1:
            self.title = self.title or block.text
        if block.depth <= 2:
            self._section = _SECTIONS.get(plain(block.text), "") if block.depth == 2 else ""
            self._draft = self.general if self._section == "general" else None
        elif block.depth == 3 and self._section in ("entities", "relations"):
            known = self.entities if self._section == "entities" else self.relations
            label = _label(block.text)
            if not label or label in known:
                self.problems.add("G03", block.line, label=label, first=self._line_of(known, label))
            self._draft = _LabelDraft(label, block.line)
            known.setdefault(label, self._draft)

    @staticmethod
    def _line_of(known: dict[str, _LabelDraft], label: str) -> int:
        return known[label].line if label in known else 0

    def _field(self, draft: _LabelDraft, block: Block) -> None:
        known = _FIELDS[self._section]
        name = known.get(plain(block.name))
        if name is None:
            self.problems.add("G04", block.line, field=block.name, known=nearest(block.name, known))
        elif name in draft.fields:
            self.problems.add("G17", block.line, field=block.name, first=draft.fields[name][1])
        else:
            draft.fields[name] = (block.text, block.line)

    def _bullet(self, draft: _LabelDraft, block: Block) -> None:
        example = _EXAMPLE.match(block.text)
        if example is not None:
            if draft.rules:
                wrong = bool(example["counter"])
                draft.rules[-1].examples.append((wrong, example["markup"], block.line))
            else:
                self.problems.add("G07", block.line)
        elif block.depth >= 2 and draft.rules:
            self.problems.add("G15", block.line, text=block.text[:60])
        else:
            self._rule_bullet(draft, block)

    def _rule_bullet(self, draft: _LabelDraft, block: Block) -> None:
        match = _RULE.match(block.text)
        if match is None or not RULE_ID.fullmatch(match["id"].strip()):
            self.problems.add("G05", block.line, text=block.text[:60])
            draft.rules.append(_RuleDraft("", block.text, block.line, ()))
            return
        id = match["id"].strip()
        if id in self._rule_ids:
            self.problems.add("G06", block.line, rule=id, first=self._rule_ids[id])
        self._rule_ids.setdefault(id, block.line)
        found, text = codes(match["text"], block.line, id, self.problems)
        if found and self._section == "relations":
            self.problems.add("G19", block.line, rule=id)
        draft.rules.append(_RuleDraft(id, text, block.line, found))

    def _entity(self, draft: _LabelDraft) -> EntityGuide:
        rules = tuple(self._rule(rule) for rule in draft.rules)
        return EntityGuide(draft.label, self._definition(draft), rules, draft.line)

    def _relation(self, draft: _LabelDraft) -> RelationGuide:
        type = RelationType(draft.label, self._pairs(draft, "ends", ENDS))
        if "ends" not in draft.fields:
            self.problems.add("G14", draft.line, label=draft.label)
        return RelationGuide(
            draft.label,
            self._definition(draft),
            _one_line(draft.field("direction")[0]),
            axioms(*draft.field("axioms"), type, self.relations, self.problems),
            tuple(self._rule(rule) for rule in draft.rules),
            draft.line,
        )

    def _definition(self, draft: _LabelDraft) -> str:
        definition = _one_line(draft.field("definition")[0])
        if not definition:
            self.problems.add("G13", draft.line, label=draft.label)
        return definition

    def _pairs(
        self, draft: _LabelDraft, field: str, sign: re.Pattern[str]
    ) -> frozenset[tuple[str, str]]:
        return pairs(*draft.field(field), sign, self.entities, self.problems)

    def _rule(self, draft: _RuleDraft) -> Rule:
        match = RULE_ID.fullmatch(draft.id)
        examples = [
            Example(document, wrong, line)
            for number, (wrong, markup, line) in enumerate(draft.examples, 1)
            if (document := self._example(f"{draft.id or 'rule'}/{number}", markup, line))
        ]
        kind = RuleKind(match["kind"]) if match else RuleKind.INCLUSION
        return Rule(draft.id, kind, draft.text, tuple(examples), draft.codes, draft.line)

    def _example(self, id: str, markup: str, line: int) -> Document | None:
        try:
            document = from_markup(markup, id=id)
        except MarkupError as error:
            at = line + (error.line or 1) - 1
            self.problems.add("G08", at, what=error.message, hint=error.hint)
            return None
        for entity in document.entities:
            if entity.label not in self.entities:
                near = nearest(entity.label, self.entities)
                self.problems.add("G09", line, label=entity.label, known=near)
        for relation in document.relations:
            if relation.label not in self.relations:
                near = nearest(relation.label, self.relations)
                self.problems.add("G09", line, label=relation.label, known=near)
        return document


def _label(heading: str) -> str:
    """The first word of a heading, or what it holds between back quotes (a label with spaces)."""
    quoted = re.match(r"`([^`]+)`", heading)
    return quoted[1] if quoted else (heading.split() or [""])[0].strip("`*:")


def _one_line(text: str) -> str:
    return " ".join(text.split())
