"""Puts another surface in the place of an entity and mends the French around it (science A.1.1)."""

from collections.abc import Iterable, Mapping

import msgspec

from bouture.corpus.document import Document, Entity
from bouture.corpus.issue import Issue, Place, Severity
from bouture.errors import DocumentError, UsageError
from bouture.strategies.dialogue import Declined
from bouture.strategies.editing import apply
from bouture.strategies.french.facts import Facts
from bouture.strategies.french.frame import Words
from bouture.strategies.french.job import Substitution, is_anaphor
from bouture.strategies.french.lexicon import Lexicons, Silent
from bouture.strategies.french.places import Places
from bouture.strategies.french.reading import Lexicon
from bouture.strategies.french.refusal import WORDINGS, Refused
from bouture.strategies.french.surface import Surface

Surfaces = str | Surface | Mapping[str, str | Surface]


def substitute(
    document: Document,
    entity_id: str,
    surface: Surfaces,
    facts: Facts | Mapping[str, Facts] = Facts(),
    *,
    lexicon: Lexicon | None = None,
    language: str = "fr",
) -> Document:
    """The document in which an entity bears another surface, with the French around it mended.

    Every mention of the entity that is a noun or a name is replaced; around each, determiner, preposition,
    elision, contraction and agreement are computed anew, and the pronouns annotated as mentions of the entity
    follow. Ids, labels, relations and all other mentions stay; offsets are exact; the same document comes
    back when nothing changes. Nothing is guessed: where a fact is missing, nothing is made.

    Args:
        surface: the new surface, or old surface -> new surface where the entity has several. Those that the
            mapping does not name stay.
        facts: what the caller knows of the new surface, or of each by surface.
        lexicon: where to look for what `facts` and the table of places leave open, of the old surfaces too:
            `Corpus(gold)`, `french_lexicon()`, or several as `Lexicons(...)`.
        language: `fr`; in any other language the words around stay as they are.

    Raises:
        Declined: with the reason as an issue, P10-P19.
        UsageError: no such entity, an empty surface, or facts that do not exist (gender `x`).
    """
    entity = next((e for e in document.entities if e.id == entity_id), None)
    if entity is None:
        ids = ", ".join(e.id for e in document.entities[:9]) or "none"
        raise UsageError(
            f"document {document.id!r} has no entity {entity_id!r}", hint=f"it has: {ids}"
        )
    wanted = _wanted(document, entity, surface)
    knowledge = Lexicons(Places(entity.label), lexicon or Silent())
    known = _known({new.text for new in wanted.values()}, facts, knowledge)
    try:
        if not wanted:
            raise Refused("P19", next(iter(_texts(surface)), ""), entity_id)
        job = Substitution(Words(document), entity, knowledge, language == "fr")
        edits = job.edits({old: (new, known[new.text]) for old, new in wanted.items()})
        return apply(document, edits)
    except Refused as refused:
        raise Declined(_issue(refused, document, entity_id)) from None
    except DocumentError as error:
        crossing = Refused("P18", next(iter(_texts(surface)), ""), str(error))
        raise Declined(_issue(crossing, document, entity_id)) from None


def _known(
    surfaces: Iterable[str], given: Facts | Mapping[str, Facts], knowledge: Lexicon
) -> dict[str, Facts]:
    """What is known of each new surface: what the caller gives, then what the lexicons know."""
    found: dict[str, Facts] = {}
    for surface in surfaces:
        facts = given.get(surface, Facts()) if isinstance(given, Mapping) else given
        try:
            msgspec.convert(msgspec.structs.asdict(facts), Facts)
        except msgspec.ValidationError as error:
            raise UsageError(f"facts of {surface!r}: {error}", hint="see bouture.Facts") from None
        found[surface] = facts.known_first([knowledge.facts(surface)]).completed(surface)
    return found


def _texts(surface: Surfaces) -> list[str]:
    values = list(surface.values()) if isinstance(surface, Mapping) else [surface]
    return [value if isinstance(value, str) else value.text for value in values]


def _issue(refused: Refused, document: Document, entity: str) -> Issue:
    return Issue.of(
        refused.code,
        Severity.REJECT,
        WORDINGS[refused.code],
        Place(document=document.id, entity=entity),
        word=refused.word,
        needed=refused.needed,
    )


def _wanted(document: Document, entity: Entity, surface: Surfaces) -> dict[str, Surface]:
    """Old surface -> new one, for those surfaces of the entity that change."""
    named = [t for t in map(document.mention_text, entity.spans) if not is_anaphor(t)]
    found: dict[str, Surface] = {}
    for text in named:
        new = surface.get(text) if isinstance(surface, Mapping) else surface
        if new is not None:
            found[text] = new if isinstance(new, Surface) else Surface(new)
    if any(not new.text.strip() for new in found.values()):
        raise UsageError("the new surface is empty", hint="give it at least one word")
    return found
