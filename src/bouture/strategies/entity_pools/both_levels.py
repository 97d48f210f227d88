"""Both levels of LLM-DA in two stages: the context is rewritten, then entities of what came back are replaced (science A.3.3)."""

import random

import msgspec

from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Place, Severity, Wording
from bouture.strategies.context_rewriting.context_rewriting import ContextRewriting
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import origin_of
from bouture.strategies.entity_pools.entity_replacement import EntityReplacement, Replacing

CONTEXT_ONLY = Wording(
    "only the context was rewritten, no entity was replaced: {because}",
    "seul le contexte a été réécrit, aucune entité n’a été remplacée : {because}",
)


class BothLevels:
    """First stage as `context_rewriting`, second as `entity_replacement`; one dialogue, one document.

    When the second stage finds nothing to replace, what the first made is kept and a note (P24) says so.
    """

    name = "both_levels"
    asks_model = True

    class Options(ContextRewriting.Options, EntityReplacement.Options):
        """Those of both stages; `repairs`, `repair_model` and `guide_characters` hold for each."""

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        self._context = ContextRewriting(materials, options)
        self._entities = EntityReplacement(materials, options)

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        [rewritten] = yield from self._context(document, rng)
        try:
            made = yield from self._entities.replacing(rewritten, rng)
        except Declined as declined:
            made = Replacing(rewritten, {}, (_context_only(document, declined),))
        first = rewritten.origin
        origin = origin_of(self.name, document, self.options, keeps="labels")
        issues = (*(first.issues if first else ()), *made.issues)
        parameters = {**origin.parameters, "replaced": made.replaced}
        if first:  # what was drawn for the first stage, instead of what it was drawn from
            drawn_from = ContextRewriting.drawn_from
            parameters = {k: v for k, v in parameters.items() if k not in drawn_from}
            parameters = {**first.parameters, **parameters}
        origin = msgspec.structs.replace(origin, parameters=parameters, issues=issues)
        return [made.document.with_origin(origin)]


def _context_only(document: Document, declined: Declined) -> Issue:
    because = ", ".join(dict.fromkeys(issue.code for issue in declined.issues))
    place = Place(document=document.id)
    return Issue.of("P24", Severity.NOTE, CONTEXT_ONLY, place, because=because)
