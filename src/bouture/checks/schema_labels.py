"""S1: are the labels of entities and relations those of the schema?"""

from pydantic import BaseModel, ConfigDict

from bouture.checks.check import Reference
from bouture.checks.provenance import is_open
from bouture.corpus.document import Document
from bouture.corpus.issue import Issue, Place, Severity, Wording

ENTITY = Wording(
    "entity label {label} (“{mention}”) is not in the schema",
    "le type d’entité {label} (« {mention} ») n’est pas dans le schéma",
)
RELATION = Wording(
    "relation label {label} is not in the schema",
    "le type de relation {label} n’est pas dans le schéma",
)


class SchemaLabels:
    """Labels outside the schema are rejected, whether a guide states it or gold taught it.

    A label that gold has never used has no definition that anybody could check. Documents whose labels
    are open concepts (NuNER) are not asked.
    """

    name = "schema_labels"
    thresholds: dict[str, float] = {}

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

    def __init__(self, reference: Reference, options: Options) -> None:
        # A label that gold merely never shows may well exist: only the guide can exclude it.
        self._worst = Severity.REJECT if reference.schema.hard else Severity.REVIEW
        self._entities = frozenset(reference.schema.entities)
        self._relations = frozenset(reference.schema.relations)

    def __call__(self, document: Document) -> list[Issue]:
        if is_open(document):
            return []
        found = []
        for entity in document.entities:
            if entity.label not in self._entities:
                span = entity.spans[0]
                place = Place(
                    document=document.id, start=span.start, end=span.end, entity=entity.id
                )
                mention = document.mention_text(span)
                found.append(
                    Issue.of("S1", self._worst, ENTITY, place, label=entity.label, mention=mention)
                )
        for relation in document.relations:
            if relation.label not in self._relations:
                said = f"{relation.head} | {relation.label} | {relation.tail}"
                place = Place(document=document.id, relation=said)
                found.append(Issue.of("S1", self._worst, RELATION, place, label=relation.label))
        return found

    def kept(self, document: Document) -> None:
        """Remembers nothing."""
