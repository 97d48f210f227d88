"""The annotation guide as an object: for each label its definition, rules and examples; for each relation its ends and axioms.

Reading the Markdown form is `bouture.corpus.guide_reader`; comparing with gold is `bouture.corpus.guide_check`.
"""

import re
from enum import StrEnum

import msgspec

from bouture.corpus.document import Document
from bouture.corpus.schema import RelationType, Schema

TO_COMPLETE = ("À COMPLÉTER", "TO COMPLETE")
"""What `bouture guide draft` writes where a person has to decide."""


def to_complete(text: str) -> bool:
    """Whether a passage of a guide still waits for a person."""
    return any(mark in text for mark in TO_COMPLETE)


class RuleKind(StrEnum):
    """What a rule speaks of; the letter is the one in its id."""

    INCLUSION = "I"
    EXCLUSION = "E"
    BOUNDARY = "B"


class Example(msgspec.Struct, frozen=True):
    """One annotated sentence under a rule. `wrong` marks a counter-example: how NOT to annotate."""

    document: Document
    wrong: bool
    line: int


class RuleCode(msgspec.Struct, frozen=True):
    """The part of a rule that a machine can check on every mention.

    `name` is `no_determiner`, `no_pronoun`, `max_tokens`, `forbid` or `require`; `value` its
    argument (a number, or a regular expression for `re.search`).
    """

    name: str
    value: str = ""


class Rule(msgspec.Struct, frozen=True):
    """One numbered rule of the guide."""

    id: str
    kind: RuleKind
    text: str
    examples: tuple[Example, ...] = ()
    codes: tuple[RuleCode, ...] = ()
    line: int = 0


class EntityGuide(msgspec.Struct, frozen=True):
    """What the guide says of one entity label."""

    label: str
    definition: str
    rules: tuple[Rule, ...] = ()
    line: int = 0


class RelationGuide(msgspec.Struct, frozen=True):
    """What the guide says of one relation label."""

    label: str
    definition: str
    direction: str
    type: RelationType
    rules: tuple[Rule, ...] = ()
    line: int = 0


class Guide(msgspec.Struct, frozen=True):
    """An annotation guide."""

    title: str
    language: str
    entities: dict[str, EntityGuide]
    relations: dict[str, RelationGuide]
    rules: tuple[Rule, ...] = ()
    """General rules, valid for every label."""
    nesting: frozenset[tuple[str, str]] = frozenset()
    version: str = ""
    path: str = ""
    text: str = ""
    """The Markdown it was read from."""

    def unfinished(self) -> tuple[str, ...]:
        """Labels and rule ids whose definition, direction or text is still to be completed."""
        labels = [e.label for e in self.entities.values() if to_complete(e.definition)]
        labels += [
            r.label
            for r in self.relations.values()
            if to_complete(r.definition) or to_complete(r.direction)
        ]
        rules = [rule.id for _, rule in self.all_rules() if to_complete(rule.text)]
        return (*labels, *rules)

    def schema(self) -> Schema:
        """The schema that the guide states: hard, unless the guide is unfinished.

        The ends and axioms of a draft were learnt from gold: nobody has stated them yet.
        """
        relations = {label: r.type for label, r in self.relations.items()}
        return Schema(tuple(self.entities), relations, self.nesting, hard=not self.unfinished())

    def all_rules(self) -> tuple[tuple[str, Rule], ...]:
        """(label, rule) in the order of the guide; the label of a general rule is the empty string."""
        found = [("", rule) for rule in self.rules]
        for entity in self.entities.values():
            found += [(entity.label, rule) for rule in entity.rules]
        for relation in self.relations.values():
            found += [(relation.label, rule) for rule in relation.rules]
        return tuple(found)


RULE_ID = re.compile(r"[A-Z0-9_]+-(?P<kind>[IEB])\d+")
