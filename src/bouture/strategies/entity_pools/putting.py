"""Puts a mention of a pool in the place of an entity: the whole of it, or not at all."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from bouture.corpus.document import Document, Entity, Mention, Span
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.strategies.determiners import before, initial
from bouture.strategies.dialogue import Declined
from bouture.strategies.editing import Edit, apply_to_tokens
from bouture.strategies.entity_pools.pool import Pooled
from bouture.strategies.french.facts import Facts
from bouture.strategies.french.lexicon import Given, Lexicons, of_documents
from bouture.strategies.french.package import french_lexicon
from bouture.strategies.french.places import place
from bouture.strategies.french.repair import substitute
from bouture.strategies.labelling import label_tokens

MISFIT = Wording(
    "“{word}” cannot stand for “{old}”: {reason}",
    "« {word} » ne peut prendre la place de « {old} » : {reason_fr}",
)
_REASONS = {
    "nested": ("another mention is in the way", "une autre mention gêne"),
    "bounds": ("the mention cuts a word", "la mention coupe un mot"),
    "kind": ("it is another kind of place", "c’est une autre sorte de lieu"),
    "pronoun": ("a pronoun is a mention of it", "un pronom en est une mention"),
    "number": (
        "the number would differ, or is not known",
        "le nombre changerait, ou n’est pas connu",
    ),
    "article": ("a/an would differ", "« a » ou « an » changerait"),
    "capital": (
        "a sentence would begin without a capital",
        "une phrase commencerait sans capitale",
    ),
    "fusion": (
        "it would fuse with what stands beside it",
        "elle fusionnerait avec ce qui la jouxte",
    ),
}

PLACES = frozenset(("country", "city", "region", "island", "water"))


class Putting(Protocol):
    """Makes an entity bear another surface in all its mentions, and the words around agree."""

    def __call__(
        self, document: Document, entity: Entity, new: Pooled, forms: Mapping[str, str]
    ) -> Document:
        """The document with the surfaces of an entity replaced; `forms` gives the new one of each.

        Raises:
            Declined: it cannot be done without a fault.
        """
        ...


class PuttingInFrench:
    """Mends the French around the new mention with `bouture.strategies.french` (science A.1.1).

    Facts are looked for in the table of places, in what the model said of the mention, in what the
    training documents show, and in the lexicon of `bouture[french]` when it is asked for.

    A place is replaced by one of its kind only: no town joins the European Union.

    Raises:
        MissingExtraError: that lexicon is not installed.
    """

    def __init__(self, gold: Sequence[Document], with_package: bool) -> None:
        self._lexicon = of_documents(gold, french_lexicon() if with_package else None)

    def __call__(
        self, document: Document, entity: Entity, new: Pooled, forms: Mapping[str, str]
    ) -> Document:
        facts = place(new.surface).known_first([new.facts])
        mention = next(m for m in document.mentions() if m.entity == entity.id)
        if facts.kind not in PLACES:
            return substitute(document, entity.id, forms, facts, lexicon=self._lexicon)
        old = self._place(mention.text)
        if old.kind != facts.kind:
            raise _misfit(document, mention, new, "kind")
        if facts.kind == "city":  # usage hesitates over the gender of towns
            facts = msgspec.structs.replace(facts, gender=place(new.surface).gender)
        known = Lexicons(Given({mention.text: old}), self._lexicon)
        return substitute(document, entity.id, forms, facts, lexicon=known)

    def _place(self, surface: str) -> Facts:
        """What is known of the old place.

        A name of which the kind is not known is taken for that of a town where gold always has it
        without article, as it has most towns.
        """
        known = place(surface).known_first([self._lexicon.facts(surface)])
        if not known.kind and known.article == "none":
            return msgspec.structs.replace(known, number="s", kind="city", gender="")
        return known


def put_in_english(
    document: Document, entity: Entity, new: Pooled, forms: Mapping[str, str]
) -> Document:
    """Replaces every mention of an entity, in English.

    English asks less than French: the number (told by the pool; of the old mention by its last word),
    « a » before a consonant, a capital at the beginning of a sentence.

    Raises:
        Declined: P23, one of these would be wrong, another mention shares text with one of the entity,
            or a pronoun is one.
    """
    tokens = label_tokens(document)
    starts = {token.start: number for number, token in enumerate(tokens) if not token.cut}
    ends = {token.end for token in tokens if not token.cut}
    edits = []
    for mention in document.mentions():
        if mention.entity != entity.id:
            continue
        surface = forms.get(mention.text)
        if surface is None:
            raise _misfit(document, mention, new, "pronoun")
        if mention.start not in starts or mention.end not in ends:
            raise _misfit(document, mention, new, "bounds")
        if _is_shared(document, mention):
            raise _misfit(document, mention, new, "nested")
        if (new.facts.number or _spelt_number(surface)) != _number(mention.text):
            raise _misfit(document, mention, new, "number")
        now = before(tokens, starts[mention.start])
        if now.form in ("a", "an") and initial(surface) != initial(mention.text):
            raise _misfit(document, mention, new, "article")
        if not now.form and mention.text[0].isupper() and not surface[0].isupper():
            raise _misfit(document, mention, new, "capital")
        inner = ((mention.span, Span(0, len(surface))),)
        edits.append(Edit(mention.start, mention.end, surface, inner, group=entity.id))
    made = apply_to_tokens(document, edits)
    if made.text == document.text:
        first = next(m for m in document.mentions() if m.entity == entity.id)
        raise _misfit(document, first, new, "fusion")
    return made


def _is_shared(document: Document, mention: Mention) -> bool:
    """Whether another mention lies inside one, or crosses it; it may lie inside a longer one."""
    return any(
        other.span.overlaps(mention.span)
        for other in document.mentions()
        if other != mention
        and not (other.span.contains(mention.span) and other.span != mention.span)
    )


def _number(surface: str) -> str:
    """A common noun in -s is plural; a name is what it seems."""
    last = surface.split()[-1]
    return "p" if last.endswith("s") and last.islower() and not last.endswith("ss") else "s"


def _spelt_number(surface: str) -> str:
    """Of a name whose number the pool does not tell: singular; of a common noun nothing is guessed."""
    return "s" if surface[:1].isupper() else ""


def _misfit(document: Document, mention: Mention, new: Pooled, why: str) -> Declined:
    reason, reason_fr = _REASONS[why]
    told = {"word": new.surface, "old": mention.text, "reason": reason, "reason_fr": reason_fr}
    place = Place(document=document.id, entity=mention.entity)
    return Declined(Issue.of("P23", Severity.REJECT, MISFIT, place, **told))
