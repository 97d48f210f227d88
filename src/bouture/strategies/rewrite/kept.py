"""What a text said otherwise must keep of its source: how prompts list it, how an answer is held against it."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from bouture.corpus.document import Document, remembered
from bouture.corpus.fidelity import compare
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.corpus.markup import to_markup
from bouture.corpus.tokens import tokenize
from bouture.errors import LossError
from bouture.strategies.answers import Read, checked
from bouture.strategies.conversation import Prompts, complaints
from bouture.strategies.dialogue import Declined, Materials
from bouture.strategies.editing import declining

CROSSING = Wording(
    "mentions of document {document!r} cross: tags cannot write them",
    "des mentions du document « {document} » se croisent : les balises ne permettent pas de les noter",
)
EMPTY = Wording(
    "document {document!r} has no text to rewrite",
    "le document « {document} » n’a pas de texte à réécrire",
)

BARE = Wording(
    "the answer is little more than its mentions: {now} word(s) around them, {before} in the source",
    "la réponse ne contient guère que ses mentions : {now} mot(s) autour d’elles, {before} dans la source",
)
LEAST, FEW = 0.25, 8
"""Share of the source's words outside mentions that a text must have; sources with fewer words are not judged.

A nominal style leaves out articles and verbs, never three words in four; a list of tags does.
"""


class Kept:
    """Tags with their visible surface, each as often as in the source (LP2 of the science notes).

    Uses the sections `mention` (`$id`, `$label`, `$surface`, `$times`), `no mentions` and `repair`
    (`$complaints`) of the prompt file.
    """

    def __init__(self, materials: Materials, prompts: Prompts) -> None:
        self._materials = materials
        self._prompts = prompts
        # A source is rewritten more than once, and entities come again in others.
        self._line = lru_cache(1 << 12)(self._mention_line)

    def tagged(self, document: Document) -> str:
        """The document in the inline markup.

        Raises:
            Declined: P06, its mentions cross; P07, it has no text.
        """
        if not document.text.strip():
            raise Declined(declining("P07", EMPTY, document))
        try:
            return _tagged(document)
        except LossError:
            raise Declined(declining("P06", CROSSING, document)) from None

    def listed(self, document: Document) -> str:
        """Each distinct tag that must appear, with how often, one a line."""
        counted = Counter((m.entity, m.label, m.text) for m in document.mentions())
        lines = [self._line(*mention, times) for mention, times in counted.items()]
        return "\n".join(lines) or self._prompts["no mentions"]

    def reader(self, source: Document, *, carried: bool = False) -> Read:
        """Reads an answer: the document, and what it lost, changed or added (codes M, F3, L8).

        With `carried` the model was not asked for relations: those of the source are taken over, as far
        as their ends came back.
        """

        def faults(made: Document) -> list[Issue]:
            return [*compare(source, made, polarity=True), *emptied(source, made)]

        if not carried:
            return checked(source, self._materials, faults)
        return checked(source, self._materials, faults, lambda made: _with_relations(made, source))

    def complaint(self, issues: Sequence[Issue]) -> str:
        """What to tell the model of a faulty answer."""
        return self._prompts.fill("repair", complaints=complaints(issues, self._materials.language))

    def _mention_line(self, id: str, label: str, surface: str, times: int) -> str:
        return self._prompts.fill("mention", id=id, label=label, surface=surface, times=times)


def emptied(source: Document, made: Document) -> list[Issue]:
    """An issue (M04) when mentions came back and what is said of them did not."""
    before, now = _words_around(source), _words_around(made)
    if before < FEW or now >= LEAST * before:
        return []
    place = Place(document=source.id)
    return [Issue.of("M04", Severity.REJECT, BARE, place, now=now, before=before)]


@remembered
def _words_around(document: Document) -> int:
    """Words outside every mention."""
    ends = iter(document.mentions())
    reached, mention, count = 0, next(ends, None), 0
    for token in tokenize(document.text):
        while mention is not None and mention.start <= token.start:
            reached = max(reached, mention.end)
            mention = next(ends, None)
        count += token.start >= reached and document.text[token.start].isalnum()
    return count


def _with_relations(made: Document, source: Document) -> Document:
    known = made.labels()
    kept = tuple(r for r in source.relations if r.head in known and r.tail in known)
    return msgspec.structs.replace(made, relations=kept)


_tagged = remembered(to_markup)
