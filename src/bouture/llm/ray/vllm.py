"""The model inside the Ray workers: requests to the rows vLLM takes, its rows back to answers.

The engine itself is Ray Data's (`ray.data.llm`: `vLLMEngineProcessorConfig`, `build_processor`, read in Ray
2.60). Around it there are three plain functions, `row`, `said` and `unfit`, and one seam, `build`: tests put
another engine stage there, since vLLM needs a GPU.
"""

import json
from collections.abc import Callable
from typing import Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from bouture.errors import MissingExtraError, ProviderError
from bouture.llm.budget.bounds import longest_choice
from bouture.llm.messages import Request, Response, Usage
from bouture.llm.provider import whole
from bouture.llm.ray.worker import Failure, Said

Build = Callable[..., Callable[[Any], Any]]
"""`build_processor(config, preprocess=…, postprocess=…)`: a function from dataset to dataset."""

OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
SILENT = {"VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1"}
"""Environment of the engines: no report of use is sent, whatever else they may contact."""

SAMPLING = (
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "presence_penalty",
    "frequency_penalty",
    "repetition_penalty",
    "seed",
    "stop",
)
"""Parameters that vLLM's `SamplingParams` takes under the same name."""
_RENAMED = {"max_tokens", "max_completion_tokens", "logprobs", "top_logprobs", "response_format"}


class VllmPlan(BaseModel):
    """What a recipe says of vLLM inside the workers."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())

    model_source: str = Field(
        description="folder of the model, the same path on every machine; or its name on a hub, "
        "with `download`"
    )
    engine_kwargs: dict[str, Any] = Field(
        {},
        description="arguments of the engine, e.g. max_model_len; enable_prefix_caching is on "
        "unless it is said otherwise",
    )
    tensor_parallel: int = Field(1, ge=1, description="GPUs over which one engine is spread")
    batch_size: int = Field(32, ge=1, description="rows handed to an engine at once")
    batches: int = Field(8, ge=1, description="such batches in flight for each engine")
    concurrency: int = Field(1, ge=1, description="engines")
    accelerator_type: str = Field("", description="as Ray names it, e.g. H100; empty: any GPU")
    download: bool = Field(False, description="the model may be fetched from its hub")

    @property
    def in_flight(self) -> int:
        """Rows that keep all engines busy."""
        return self.batch_size * self.batches * self.concurrency


def unfit(request: Request) -> Failure | None:
    """Why the engine cannot take this request; None: it can."""
    unknown = sorted(set(request.parameters) - set(SAMPLING) - _RENAMED)
    if not unknown:
        return None
    return Failure(
        "refused",
        f"vLLM inside the workers does not take the parameter {unknown[0]!r}",
        "leave it out, or run vLLM as a server",
    )


def row(sent: dict[str, Any]) -> dict[str, Any]:
    """The columns the engine takes, from a row with `request` (bytes).

    The request itself goes along as an object: a table cannot hold it, so Ray keeps whole rows. In a table,
    the parameters of one row would be filled up with those of the others of its batch.
    """
    request = msgspec.json.decode(sent["request"], type=Request)
    return {
        "request": request,
        "messages": [{"role": m.role, "content": m.content} for m in request.messages],
        "sampling_params": _sampling(request.parameters),
    }


def _sampling(parameters: dict[str, Any]) -> dict[str, Any]:
    sampling = {name: parameters[name] for name in SAMPLING if name in parameters}
    sampling["max_tokens"] = longest_choice(
        parameters
    )  # vLLM's default is 16; None: the context's length.
    if parameters.get("logprobs"):
        sampling["logprobs"] = max(1, parameters.get("top_logprobs") or 0)
    if structure := _structure(parameters.get("response_format") or {}):
        sampling["structured_outputs"] = structure
    return sampling


def _structure(response_format: dict[str, Any]) -> dict[str, Any] | None:
    """vLLM's `StructuredOutputsParams`."""
    if response_format.get("type") == "json_schema":
        return {"json": json.dumps(response_format["json_schema"]["schema"], ensure_ascii=False)}
    if response_format.get("type") == "json_object":
        return {"json_object": True}
    return None


def said(row: dict[str, Any], plan: VllmPlan) -> dict[str, Any]:
    """`number` and `said` (bytes) from a row the engine has answered.

    Ray's stage does not pass on why the engine stopped. An answer as long as `max_tokens`, or that fills
    `max_model_len`, is taken to be cut.
    """
    generated, prompt = int(row["num_generated_tokens"]), int(row["num_input_tokens"])
    most = longest_choice(row["request"].parameters)
    context = plan.engine_kwargs.get("max_model_len")
    cut = (most is not None and generated >= most) or (
        context is not None and prompt + generated >= context
    )
    response = Response(
        whole(row["generated_text"]),
        "length" if cut else "stop",
        Usage(prompt, generated),
        plan.model_source,
        round(max(0.0, float(row.get("time_taken_llm") or 0.0)), 3),
        _logprobs(row),
    )
    answer = Said(int(row["position"]), response)
    return {"number": row["number"], "said": msgspec.json.encode([answer])}


def _logprobs(row: dict[str, Any]) -> tuple[tuple[str, float], ...]:
    """Token and natural log-probability of each token that was generated."""
    found = row.get("logprobs")
    if found is None:
        return ()
    chosen = zip(row["generated_tokens"], found, strict=False)
    # A column of dicts may come back with its keys as strings.
    entries = [by_token.get(token) or by_token.get(str(token)) for token, by_token in chosen]
    return tuple(
        (whole(str(e.get("decoded_token") or "")), float(e["logprob"])) for e in entries if e
    )


def failed(row: dict[str, Any]) -> dict[str, Any]:
    """`number` and `said` from a row on which the engine failed; Ray passes it by `said`."""
    failure = Failure("unreachable", f"the engine failed: {row['__inference_error__'][:300]}")
    answer = Said(int(row["position"]), failure=failure)
    return {"number": row["number"], "said": msgspec.json.encode([answer])}


def unpacked(batch: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a request, from the row of a batch."""
    requests = msgspec.json.decode(batch["batch"], type=list[msgspec.Raw])
    return [
        {"number": batch["number"], "position": position, "request": bytes(request)}
        for position, request in enumerate(requests)
    ]


def engine_config(plan: VllmPlan) -> Any:
    """Ray's `vLLMEngineProcessorConfig` of this plan."""
    try:
        from ray.data.llm import vLLMEngineProcessorConfig
    except ImportError:
        raise MissingExtraError("running on Ray", "ray") from None
    engine = {"enable_prefix_caching": True, **plan.engine_kwargs}
    if plan.tensor_parallel > 1:
        engine["tensor_parallel_size"] = plan.tensor_parallel
    return vLLMEngineProcessorConfig(
        model_source=plan.model_source,
        engine_kwargs=engine,
        batch_size=plan.batch_size,
        max_concurrent_batches=plan.batches,
        concurrency=(plan.concurrency, plan.concurrency),
        accelerator_type=plan.accelerator_type or None,
        runtime_env={"env_vars": {**SILENT, **({} if plan.download else OFFLINE)}},
        should_continue_on_error=True,
        log_engine_metrics=False,
        # The engine's own text: it ends where a stop string was found.
        detokenize_stage=False,
    )


def through_vllm(batches: Any, plan: VllmPlan, build: Build | None = None) -> Any:
    """The dataset of answers, from the dataset of batches.

    Args:
        build: makes the processor; by default Ray's own, which loads the model when it runs.
    """
    make = build or _ray_builds()

    config = engine_config(plan)
    try:
        processor = make(config, preprocess=row, postprocess=lambda answered: said(answered, plan))
    except ImportError as error:
        raise ProviderError(
            f"vLLM inside the workers needs packages that are not there: {error}",
            hint='pip install "ray[llm]" on every machine',
        ) from None
    answered = processor(batches.flat_map(unpacked))
    return answered.map(lambda r: failed(r) if r.get("__inference_error__") else r)


def _ray_builds() -> Build:
    from ray.data.llm import build_processor

    made: Build = build_processor
    return made
