"""All operations of Dai & Adel (COLING 2020) together: each document is made by one of them, drawn."""

import random
from pathlib import Path

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from bouture.corpus.document import Document
from bouture.corpus.issue import Issue
from bouture.strategies.dialogue import Declined, Dialogue, Materials, Strategy
from bouture.strategies.label_wise_token_replacement import LabelWiseTokenReplacement
from bouture.strategies.mention_replacement import MentionReplacement
from bouture.strategies.shuffle_within_segments import ShuffleWithinSegments
from bouture.strategies.synonym_replacement import SynonymReplacement


class AllOperations:
    """One of the four operations, drawn with equal chances; where it declines, the next in a drawn order.

    The paper's « all » adds n instances per operation to each training instance. Over 4 n samples
    of a document each operation has its n here, on average, and each sample stands alone, so any
    number of samples will do.
    """

    name = "all"

    class Options(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True)

        p: float = Field(
            0.3, gt=0, le=1, description="probability of a replacement or a shuffle, as in each"
        )
        thesaurus: Path | None = Field(
            None,
            description="thesaurus file in MyThes format; without one, synonym replacement is left out",
        )
        inside_mentions: bool = Field(
            False, description="synonyms also for words inside mentions, as in the paper"
        )

    def __init__(self, materials: Materials, options: Options) -> None:
        self.options = options
        p = options.p
        operations: list[Strategy] = [
            LabelWiseTokenReplacement(materials, LabelWiseTokenReplacement.Options(p=p)),
            MentionReplacement(materials, MentionReplacement.Options(p=p)),
            ShuffleWithinSegments(materials, ShuffleWithinSegments.Options(p=p)),
        ]
        if options.thesaurus is not None:
            chosen = SynonymReplacement.Options(
                p=p, thesaurus=options.thesaurus, inside_mentions=options.inside_mentions
            )
            operations.append(SynonymReplacement(materials, chosen))
        self._operations = operations

    def __call__(self, document: Document, rng: random.Random) -> Dialogue:
        issues: list[Issue] = []
        for operation in rng.sample(self._operations, len(self._operations)):
            try:
                made = yield from operation(document, rng)
            except Declined as declined:
                issues += declined.issues
            else:
                return [self._named(m, operation.name) for m in made]
        raise Declined(*issues)

    def _named(self, document: Document, operation: str) -> Document:
        """The document with this strategy as its origin, and the operation among the parameters."""
        origin = document.origin
        if origin is None:
            return document
        parameters = {**origin.parameters, "operation": operation}
        return document.with_origin(
            msgspec.structs.replace(origin, strategy=self.name, parameters=parameters)
        )
