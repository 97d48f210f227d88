"""A gold document as a prompt shows it: for its register, its length and, where it is to be followed, its annotation."""

from bouture.corpus.document import Document, remembered
from bouture.corpus.guide import Guide
from bouture.corpus.markup import escape_text, to_markup
from bouture.errors import LossError


@remembered
def as_shown(document: Document) -> str:
    """The document in the markup; its bare text when its mentions cross, which tags cannot write."""
    try:
        return to_markup(document)
    except LossError:
        return escape_text(document.text)


def register_text(document: Document, guide: Guide | None) -> str:
    """The document to show for its register alone: plain text, whose ids and facts tempt nobody to copy them.

    Without a guide it keeps its tags: nothing else says then what an entity is.
    """
    return as_shown(document) if guide is None else escape_text(document.text)
