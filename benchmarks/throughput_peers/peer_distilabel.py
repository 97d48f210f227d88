"""distilabel: a pipeline of one TextGeneration step over its own OpenAI client, its result kept as it keeps it.

Reads what to do as JSON on standard input: `url`, `prompts`, `documents`, `concurrency`, `folder`, `result`.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any


def cpu_s() -> float:
    """CPU seconds of this process and of those it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main(job: dict[str, Any]) -> None:
    """Runs the pipeline and measures it, with the processes it starts."""
    os.environ["DISTILABEL_CACHE_DIR"] = job["folder"] + "/distilabel"
    from distilabel.models import OpenAILLM
    from distilabel.pipeline import Pipeline
    from distilabel.steps import LoadDataFromDicts
    from distilabel.steps.tasks import TextGeneration

    prompts = json.loads(Path(job["prompts"]).read_text())[: job["documents"]]
    data = [
        {"id": p["id"], "system_prompt": p["system"], "instruction": p["user"]} for p in prompts
    ]
    with Pipeline(name="throughput", cache_dir=job["folder"] + "/distilabel") as pipeline:
        load = LoadDataFromDicts(data=data, batch_size=job["concurrency"])
        llm = OpenAILLM(
            model="gpt-4o-mini",
            base_url=job["url"],
            api_key="none",
            generation_kwargs={"temperature": 0.9, "max_new_tokens": 1200},
        )
        generate = TextGeneration(llm=llm, input_batch_size=job["concurrency"])
        load >> generate
    wall, cpu = time.perf_counter(), cpu_s()
    made = pipeline.run(use_cache=False)
    wall, cpu = time.perf_counter() - wall, cpu_s() - cpu
    whole = sum(bool(row["generation"]) for row in made["default"]["train"])
    if whole != len(prompts):
        raise SystemExit(f"{whole} of {len(prompts)} documents were made")
    Path(job["result"]).write_text(json.dumps({"documents": whole, "wall_s": wall, "cpu_s": cpu}))


if __name__ == "__main__":
    main(json.load(sys.stdin))
