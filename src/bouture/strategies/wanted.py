"""What there should be more of: a weight for each label, relation and rule, for strategies that choose what to write about."""

from collections.abc import Mapping

import msgspec


class Wanted(msgspec.Struct, frozen=True):
    """Weights, 0 or more; what is not named weighs 1. Computed by the planner from what the corpus lacks (science A.8)."""

    labels: Mapping[str, float] = {}
    relations: Mapping[str, float] = {}
    rules: Mapping[str, float] = {}

    def label(self, label: str) -> float:
        """How much entities of this label are wanted."""
        return self.labels.get(label, 1.0)

    def relation(self, label: str) -> float:
        """How much relations of this label are wanted."""
        return self.relations.get(label, 1.0)

    def rule(self, id: str) -> float:
        """How much examples of this rule of the guide are wanted."""
        return self.rules.get(id, 1.0)
