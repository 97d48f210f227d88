"""The ways to a model, by name."""

from typing import Any

from bouture.catalog import Catalog

PROVIDERS: Catalog[type[Any]] = Catalog(
    "provider",
    "bouture.providers",
    {
        "openai": "bouture.llm.http.openai:OpenAICompatible",
        "mistral": "bouture.llm.http.servers:Mistral",
        "vllm": "bouture.llm.http.servers:VLLM",
        "ollama": "bouture.llm.http.servers:Ollama",
        "llamacpp": "bouture.llm.http.servers:LlamaCpp",
        "tgi": "bouture.llm.http.servers:TGI",
        "local": "bouture.llm.local.provider:Local",
        "recorded": "bouture.llm.recorded:Recorded",
    },
)
