"""A strategy in a file of one's own: asks a model for a headline that names the same entities."""

import random

from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document
from bouture.corpus.issue import Wording
from bouture.corpus.markup import to_markup
from bouture.corpus.markup_reader import read_markup
from bouture.llm.messages import Message, Request
from bouture.strategies.dialogue import Declined, Dialogue, Materials
from bouture.strategies.editing import declining, origin_of

NOTHING = Wording(
    "document {document!r} names nothing",
    "le document « {document} » ne nomme rien",
)
PROMPT = """Écris un titre de presse pour le texte qui suit, en {most} mots au plus.
Garde les balises autour de chaque nom que tu reprends. Ne réponds que par le titre.

{text}"""


class Headline:
    """A headline for each document; what it takes up keeps its tags."""

    name = "headline"
    asks_model = True
    serves = ("label",)

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        most: int = Field(12, ge=4, description="words of the headline")

    def __init__(self, materials: Materials, options: Options) -> None:
        self.materials, self.options = materials, options

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        if not document.entities:
            raise Declined(declining("X02", NOTHING, document))
        said = PROMPT.format(most=self.options.most, text=to_markup(document))
        response = yield Request(
            (Message("user", said),), self.materials.model, self.materials.parameters
        )
        read = read_markup(response.text, id=document.id, schema=self.materials.schema)
        if read.document is None:
            raise Declined(*read.issues, answer=response.text)
        origin = origin_of(self.name, document, self.options, keeps="labels")
        return [read.document.with_origin(origin)]
