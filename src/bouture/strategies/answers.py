"""Reading a single marked-up text, with what a strategy finds wrong with it, and sending it back."""

from collections.abc import Callable, Sequence

from bouture.corpus.document import Document
from bouture.corpus.issue import Issue
from bouture.corpus.markup_reader import read_markup
from bouture.llm.messages import Response
from bouture.strategies.conversation import Prompts, complaints
from bouture.strategies.dialogue import Materials

Read = Callable[[Response], tuple[Document | None, Sequence[Issue]]]
"""What an answer says, and what was found while reading it."""


def _as_it_is(document: Document) -> Document:
    return document


def checked(
    document: Document,
    materials: Materials,
    faults: Callable[[Document], Sequence[Issue]],
    mend: Callable[[Document], Document] = _as_it_is,
) -> Read:
    """What `converse` reads answers with: the text of an answer, and its faults once it can be read.

    Args:
        document: what the conversation is about; the text bears its id.
        faults: what speaks against a text that can be read.
        mend: what is done to such a text before.
    """

    def read(response: Response) -> tuple[Document | None, Sequence[Issue]]:
        reading = read_markup(
            response.text,
            id=document.id,
            schema=materials.schema,
            finish_reason=response.finish_reason,
        )
        if reading.document is None:
            return None, reading.issues
        made = mend(reading.document)
        return made, (*reading.issues, *faults(made))

    return read


def sent_back(prompts: Prompts, language: str) -> Callable[[Sequence[Issue]], str]:
    """What `converse` complains with: the section `repair` of the prompt file, with what is wrong in `$complaints`."""

    def said(issues: Sequence[Issue]) -> str:
        return prompts.fill("repair", complaints=complaints(issues, language))

    return said
