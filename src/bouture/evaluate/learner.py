"""The shape of every learner: it is given documents, it returns a model, the model predicts."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from bouture.corpus.document import Document, Relation
from bouture.evaluate.scores import Found


class EntityModel(Protocol):
    """Finds mentions."""

    dropped: int
    """Training mentions that could not be learnt, for instance because they cut a token in two."""

    def predict(self, text: str) -> list[Found]:
        """The mentions it finds in a text, in reading order, the longer first where two start together."""
        ...


class RelationModel(Protocol):
    """Finds relations between the entities it is given."""

    def predict(self, document: Document) -> list[Relation]:
        """The relations it finds between the entities of `document`, whose own relations it ignores."""
        ...


class Learner(Protocol):
    """What both kinds of learner have in common; built as `Cls(options)`."""

    name: str
    task: str
    """`entities` or `relations`."""
    seeded: bool
    """Whether `seed` changes what is learnt; when it does not, equal training sets are fitted once."""


class EntityLearner(Learner, Protocol):
    """Learns to find mentions; must depend on nothing but its arguments and its options."""

    def fit(
        self, documents: Sequence[Document], weights: Sequence[int] | None = None, seed: int = 0
    ) -> EntityModel:
        """Learn from `documents`, each counting `weights[i]` times (once when not given)."""
        ...


class RelationLearner(Learner, Protocol):
    """Learns to find relations; must depend on nothing but its arguments and its options."""

    def fit(
        self, documents: Sequence[Document], weights: Sequence[int] | None = None, seed: int = 0
    ) -> RelationModel:
        """Learn from `documents`, each counting `weights[i]` times (once when not given)."""
        ...


def counted(
    documents: Sequence[Document], weights: Sequence[int] | None
) -> Iterable[tuple[Document, int]]:
    """Each document with how many times it counts."""
    return zip(documents, weights or [1] * len(documents), strict=True)
