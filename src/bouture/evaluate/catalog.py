"""The learners by name. Another package adds its own through the entry-point group `bouture.learners`."""

from typing import Any

from bouture.catalog import Catalog

LEARNERS: Catalog[type[Any]] = Catalog(
    "learner",
    "bouture.learners",
    {
        "crf": "bouture.evaluate.crf:Crf",
        "pairs": "bouture.evaluate.pairs:Pairs",
    },
)
