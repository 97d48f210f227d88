"""A strategy of another package: the beginning of a document, with what is annotated there."""

import random

from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document, Entity
from bouture.corpus.issue import Wording
from bouture.corpus.tokens import sentences
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import declining, origin_of

SHORT = Wording(
    "document {document!r} has no sentence to leave out",
    "le document « {document} » n’a pas de phrase à retrancher",
)


class FirstSentences:
    """The first sentences of a document; entities keep the mentions that are there, relations both their ends."""

    name = "first_sentences"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        most: int = Field(2, ge=1, description="sentences kept; fewer are drawn now and then")

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        found = sentences(document.text)
        if len(found) < 2:
            raise Declined(declining("X01", SHORT, document))
        kept = rng.randint(1, min(self.options.most, len(found) - 1))
        end = found[kept - 1].end
        entities = tuple(
            Entity(entity.id, entity.label, spans)
            for entity in document.entities
            if (spans := tuple(span for span in entity.spans if span.end <= end))
        )
        ids = {entity.id for entity in entities}
        relations = tuple(r for r in document.relations if {r.head, r.tail} <= ids)
        origin = origin_of(self.name, document, self.options, keeps="labels")
        return [Document(document.id, document.text[:end], entities, relations, origin)]
        yield  # a dialogue without turns is a generator all the same
