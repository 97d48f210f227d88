"""The ways to a model, by name."""

from typing import Any

from bouture.catalog import Catalog

PROVIDERS: Catalog[type[Any]] = Catalog(
    "provider",
    "bouture.providers",
    {
        "openai": "bouture.llm.http:OpenAICompatible",
        "mistral": "bouture.llm.servers:Mistral",
        "vllm": "bouture.llm.servers:VLLM",
        "ollama": "bouture.llm.servers:Ollama",
        "llamacpp": "bouture.llm.servers:LlamaCpp",
        "tgi": "bouture.llm.servers:TGI",
        "local": "bouture.llm.local:Local",
        "recorded": "bouture.llm.recorded:Recorded",
    },
)
