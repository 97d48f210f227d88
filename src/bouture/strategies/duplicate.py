"""Duplication: the control arm. A strategy that does not beat it at the same size has shown nothing (science A.1)."""

import random

from pydantic import BaseModel, ConfigDict

from bouture.corpus.document import Document
from bouture.strategies.dialogue import Dialogue, Materials
from bouture.strategies.editing import origin_of


class Duplicate:
    """The source document again."""

    name = "duplicate"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        return [document.with_origin(origin_of(self.name, document, self.options, "mentions"))]
        yield
