"""curator (bespokelabs-curator): one completion a row through its own OpenAI backend, kept as it keeps them.

Reads what to do as JSON on standard input: `url`, `prompts`, `documents`, `concurrency`, `folder`, `result`.
"""

import importlib.util
import json
import os
import resource
import sys
import time
from pathlib import Path


def cpu_s() -> float:
    """CPU seconds of this process and of those it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


job = json.load(sys.stdin)
litellm = importlib.util.find_spec("litellm")
assert litellm is not None and litellm.origin is not None
os.environ |= {
    "OPENAI_API_KEY": "none",
    "CURATOR_CACHE_DIR": job["folder"] + "/curator",
    # It counts tokens with a file that it would download; litellm, which it brings, holds it too.
    "TIKTOKEN_CACHE_DIR": str(Path(litellm.origin).parent / "litellm_core_utils/tokenizers"),
}

from bespokelabs import curator  # noqa: E402
from datasets import Dataset  # noqa: E402

MANY = 1_000_000_000


class Rewriter(curator.LLM):
    """The prompt of a row, and its answer."""

    def prompt(self, row: dict) -> list[dict[str, str]]:
        return [
            {"role": "system", "content": row["system"]},
            {"role": "user", "content": row["user"]},
        ]

    def parse(self, row: dict, response: str) -> dict[str, str]:
        return {"id": row["id"], "text": response}


prompts = json.loads(Path(job["prompts"]).read_text())[: job["documents"]]
rows = Dataset.from_list(prompts)
llm = Rewriter(
    model_name="gpt-4o-mini",
    backend="openai",
    generation_params={"temperature": 0.9, "max_tokens": 1200},
    backend_params={
        "base_url": job["url"],
        "max_concurrent_requests": job["concurrency"],
        "max_requests_per_minute": MANY,
        "max_tokens_per_minute": MANY,
    },
)
wall, cpu = time.perf_counter(), cpu_s()
answered = llm(rows)
wall, cpu = time.perf_counter() - wall, cpu_s() - cpu
made = getattr(answered, "dataset", answered)
whole = sum(bool(row["text"]) for row in made)
if whole != len(prompts):
    raise SystemExit(f"{whole} of {len(prompts)} documents were made")
Path(job["result"]).write_text(json.dumps({"documents": whole, "wall_s": wall, "cpu_s": cpu}))
