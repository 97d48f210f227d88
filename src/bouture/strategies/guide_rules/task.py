"""What one request is about: a rule of the guide, the label it speaks of, and on which side of the rule a text stands."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from bouture.corpus.guide import Guide, Rule, RuleKind, to_complete

Polarity = Literal["positive", "negative"]
Side = Literal["annotated", "bare"]
"""Whether the text shows a case that is annotated, or one that is not and looks as if it were."""


class Task(NamedTuple):
    """A rule to illustrate."""

    rule: Rule
    label: str
    """The entity or relation label whose rule it is; empty for a general rule."""
    relation: bool
    """Whether `label` is that of a relation."""

    def polarity(self, side: Side) -> Polarity:
        """`positive` where the rule applies: a case that an exclusion rule leaves bare, or that another has annotated."""
        excludes = self.rule.kind is RuleKind.EXCLUSION
        return "positive" if excludes == (side == "bare") else "negative"

    def side(self, polarity: Polarity) -> Side:
        """The other way round."""
        return "annotated" if self.polarity("annotated") == polarity else "bare"


def tasks_of(guide: Guide) -> tuple[Task, ...]:
    """Every finished rule of the guide, in its order."""
    return tuple(
        Task(rule, label, label in guide.relations and label not in guide.entities)
        for label, rule in guide.all_rules()
        if not to_complete(rule.text)
    )


def concerned(guide: Guide, task: Task) -> tuple[str, ...]:
    """The entity and relation labels that a rule speaks of: its own, the ends of a relation, those of its examples."""
    labels = dict.fromkeys([task.label] if task.label else ())
    if task.relation:
        ends = sorted(guide.relations[task.label].type.ends)
        labels |= dict.fromkeys(label for pair in ends for label in pair)
    for example in task.rule.examples:
        labels |= dict.fromkeys(entity.label for entity in example.document.entities)
        labels |= dict.fromkeys(relation.label for relation in example.document.relations)
    return tuple(labels)


def neighbours(guide: Guide, task: Task, characters: int) -> list[Rule]:
    """The other rules of the labels concerned, as long as their texts fit; general ones aside."""
    own = [rule for label in concerned(guide, task) for rule in _rules(guide, label)]
    found: list[Rule] = []
    known = {task.rule.id}
    for rule in own:
        if rule.id in known or to_complete(rule.text):
            continue
        characters -= len(rule.text)
        if characters < 0:
            break
        known.add(rule.id)
        found.append(rule)
    return found


def _rules(guide: Guide, label: str) -> Sequence[Rule]:
    if label in guide.entities:
        return guide.entities[label].rules
    return guide.relations[label].rules if label in guide.relations else ()
