"""What a document was made from, as far as a check needs it.

What its source already has is not held against a document: gold is annotated by people, and a
finding there is theirs. Without this, the duplicate control would lose documents.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

from bouture.corpus.document import Document

Key = TypeVar("Key", bound=Hashable)


class Sources:
    """The gold documents, to be found by those made from them. One for each check."""

    def __init__(self, gold: Sequence[Document]) -> None:
        self._by_id = {document.id: document for document in gold}
        self._found: dict[str, frozenset[Hashable]] = {}

    def of(self, document: Document) -> list[Document]:
        """The gold documents that a document was made from; those that are not in gold are left out."""
        names = document.origin.sources if document.origin else ()
        return [self._by_id[name] for name in names if name in self._by_id]

    def inherited(
        self, document: Document, keys: Callable[[Document], Iterable[Key]]
    ) -> frozenset[Key]:
        """What `keys` finds in the sources of a document; a source is looked at once, by one `keys`."""
        found: frozenset[Any] = frozenset()
        for source in self.of(document):
            if source.id not in self._found:
                self._found[source.id] = frozenset(keys(source))
            found |= self._found[source.id]
        return found


def is_local(document: Document) -> bool:
    """Whether a document was made from another without asking a model (a local substitution, a copy)."""
    origin = document.origin
    return origin is not None and bool(origin.sources) and not origin.requests and not origin.model


def is_substituted(document: Document) -> bool:
    """Whether code alone wrote its text, near its source on purpose; a model may have named what was put in."""
    origin = document.origin
    kept = origin.parameters.get("keeps") if origin is not None else None
    return is_local(document) or kept == "context"


NEW_TEXT = ("plan", "pair", "required", "rule", "nothing")
"""What those keep (`keeps` in the origin) who take mentions from their sources at most, and no text."""


def is_new_text(document: Document) -> bool:
    """Whether its text was written anew rather than made from that of a source."""
    origin = document.origin
    return origin is not None and origin.parameters.get("keeps") in NEW_TEXT


def is_open(document: Document) -> bool:
    """Whether its labels are concepts that a model named freely: the schema has nothing to say of them."""
    origin = document.origin
    return origin is not None and origin.parameters.get("labels") == "open"
