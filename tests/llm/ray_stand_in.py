"""An engine in place of vLLM: Ray's own processor around a stage with the columns of Ray's `vLLMEngineStage`."""

import json
from typing import Any


def with_a_stand_in(config: Any, preprocess: Any, postprocess: Any) -> Any:
    """In place of `ray.data.llm.build_processor` (Ray 2.60). It repeats what it was asked; `broken` breaks it."""
    from ray.llm._internal.batch.processor.base import Processor
    from ray.llm._internal.batch.stages.base import StatefulStage, StatefulStageUDF

    assert config.engine_kwargs["enable_prefix_caching"]
    assert config.runtime_env["env_vars"]["HF_HUB_OFFLINE"] == "1"

    class Engine(StatefulStageUDF):  # type: ignore[misc, unused-ignore]
        async def udf(self, batch: list[dict[str, Any]]) -> Any:
            for row in batch:
                yield {"__idx_in_batch": row["__idx_in_batch"], **self.answer(row)}

        def answer(self, row: dict[str, Any]) -> dict[str, Any]:
            sampling = row.pop("sampling_params")
            question = row["messages"][-1]["content"]
            seen = {"question": question, "sampling": sampling}
            error = "torch.OutOfMemoryError: out of memory" if question == "broken" else ""
            return {
                "prompt": question,
                "prompt_token_ids": list(range(11)),
                "num_input_tokens": 0 if error else 11,
                "generated_tokens": [] if error else [1, 2, 3, 4, 5],
                "generated_text": "" if error else json.dumps(seen),
                "num_generated_tokens": 0 if error else 5,
                "logprobs": None,
                "time_taken_llm": 0.25,
                "__inference_error__": error,
            }

    class Stage(StatefulStage):  # type: ignore[misc, unused-ignore]
        fn: type[StatefulStageUDF] = Engine

    stage = Stage(fn=Engine, map_batches_kwargs={"concurrency": 1, "zero_copy_batch": True})
    return Processor(config, [stage], preprocess=preprocess, postprocess=postprocess)
