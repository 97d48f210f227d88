"""Which gold document to take the sentence from: the one that a job is about, else another with which something can be done."""

import random
from collections.abc import Callable, Sequence
from functools import cached_property

from bouture.corpus.document import Document


class Sources:
    """Keeps a job from being lost because its document has nothing to flip.

    Args:
        gold: training documents.
        possible: what can be done with a document.
    """

    def __init__(
        self, gold: Sequence[Document], possible: Callable[[Document], Sequence[object]]
    ) -> None:
        self._gold, self._possible = gold, possible

    def near(self, document: Document, rng: random.Random) -> Document | None:
        """The document itself when something is possible with it, else a gold one with which it is; None without any."""
        if self._possible(document):
            return document
        return rng.choice(self._able) if self._able else None

    @cached_property
    def _able(self) -> tuple[Document, ...]:
        """Found when first another document is wanted: it takes a look at all of gold."""
        return tuple(document for document in self._gold if self._possible(document))
