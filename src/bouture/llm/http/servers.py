"""One provider for each well-known kind of server: its address, its key, and how its dialect differs.

Where a fact comes from stands beside it; docs/providers.md says how to start each server.
"""

from pydantic import Field

from bouture.llm.http.openai import OpenAICompatible
from bouture.llm.http.options import HttpOptions
from bouture.llm.http.wire import Dialect


class Mistral(OpenAICompatible):
    """Mistral's own service, or with another `base_url` a server that speaks its dialect.

    The key is read from `MISTRAL_API_KEY` for api.mistral.ai. `seed` is sent as `random_seed`. Fields that
    Mistral does not know are refused with 422; the provider then leaves them out.
    """

    # https://docs.mistral.ai/api: `random_seed`, `response_format` with `json_schema`, `reasoning_effort`.
    name = "mistral"
    dialect = Dialect(
        home="api.mistral.ai", key_variable="MISTRAL_API_KEY", names={"seed": "random_seed"}
    )
    elsewhere = Dialect(names={"seed": "random_seed"})

    class Options(HttpOptions):
        """What a recipe can say about it."""

        base_url: str = Field("https://api.mistral.ai/v1", description="up to and with the version")


class VLLM(OpenAICompatible):
    """A model behind `vllm serve`.

    Output is constrained with `response_format`, which old and new versions take; the field of its own,
    `guided_json`, gave way to `structured_outputs` in 0.12. The context length is asked of the server.
    """

    # https://docs.vllm.ai/en/latest/features/structured_outputs/ and `max_model_len` in GET /v1/models.
    name = "vllm"
    dialect = Dialect(context_at="/models", context_key="max_model_len")

    class Options(HttpOptions):
        """What a recipe can say about it."""

        base_url: str = Field("http://localhost:8000/v1", description="up to and with the version")


class Ollama(OpenAICompatible):
    """A model behind Ollama, at its OpenAI-compatible address.

    A prompt longer than the context length is cut by Ollama without a word, and this address takes no
    `num_ctx`: set `OLLAMA_CONTEXT_LENGTH` where the server is started. The context length of the loaded model
    is asked of the server after the first answer.
    """

    # https://docs.ollama.com/api/openai-compatibility, https://docs.ollama.com/context-length,
    # and `context_length` in GET /api/ps.
    name = "ollama"
    dialect = Dialect(context_at="/api/ps", context_key="context_length", context_late=True)

    class Options(HttpOptions):
        """What a recipe can say about it."""

        base_url: str = Field("http://localhost:11434/v1", description="up to and with the version")


class LlamaCpp(OpenAICompatible):
    """A model behind `llama-server` of llama.cpp.

    A schema of the answer becomes a grammar in the server. The context length of one slot is asked of it.
    """

    # https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md: `response_format`, GET /props.
    name = "llamacpp"
    dialect = Dialect(context_at="/props", context_key="n_ctx")

    class Options(HttpOptions):
        """What a recipe can say about it."""

        base_url: str = Field("http://localhost:8080/v1", description="up to and with the version")


class TGI(OpenAICompatible):
    """A model behind Text Generation Inference of Hugging Face.

    A schema of the answer is sent in its own form, `{"type": "json", "value": schema}`; `stop` as a list.
    The context length is asked of the server.
    """

    # https://github.com/huggingface/text-generation-inference: router/src/lib.rs (GrammarType, ChatRequest, Info).
    name = "tgi"
    dialect = Dialect(
        form="value", listed=("stop",), context_at="/info", context_key="max_total_tokens"
    )

    class Options(HttpOptions):
        """What a recipe can say about it."""

        base_url: str = Field("http://localhost:8080/v1", description="up to and with the version")
