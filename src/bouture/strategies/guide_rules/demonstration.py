"""A gold document as a prompt shows it: for its register, its length and its annotation."""

from bouture.corpus.document import Document, remembered
from bouture.corpus.markup import escape_text, to_markup
from bouture.errors import LossError


@remembered
def as_shown(document: Document) -> str:
    """The document in the markup; its bare text when its mentions cross, which tags cannot write."""
    try:
        return to_markup(document)
    except LossError:
        return escape_text(document.text)
