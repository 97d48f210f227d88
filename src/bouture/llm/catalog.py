"""The ways to a model, by name."""

from typing import Any

from bouture.catalog import Catalog

PROVIDERS: Catalog[type[Any]] = Catalog(
    "provider",
    "bouture.providers",
    {
        "openai": "bouture.llm.http:OpenAICompatible",
        "recorded": "bouture.llm.recorded:Recorded",
    },
)
