"""langextract: extraction from each document through its own OpenAI provider, aligned and written as JSONL.

It rewrites nothing: its natural work is one request a document, whose extractions it finds again in the text.
Reads what to do as JSON on standard input: `url`, `prompts`, `documents`, `concurrency`, `folder`, `result`.
"""

import json
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
    """Extracts, writes, measures."""
    import langextract as lx
    from langextract.providers.openai import OpenAILanguageModel

    prompts = json.loads(Path(job["prompts"]).read_text())[: job["documents"]]
    texts = [lx.data.Document(text=p["text"], document_id=p["id"]) for p in prompts]
    example = lx.data.ExampleData(
        text="Des explosions ont été entendues à Kiev.",
        extractions=[lx.data.Extraction(extraction_class="LIEU", extraction_text="Kiev")],
    )
    model = OpenAILanguageModel(
        model_id="gpt-4o-mini",
        api_key="none",
        base_url=job["url"],
        max_workers=job["concurrency"],
        temperature=0.9,
    )
    wall, cpu = time.perf_counter(), cpu_s()
    made = lx.extract(
        text_or_documents=texts,
        prompt_description="Relève les noms de lieux, dans les mots du texte.",
        examples=[example],
        model=model,
        max_workers=job["concurrency"],
        batch_length=len(texts),  # its pool of workers is what limits requests in flight
        show_progress=False,
    )
    made = list(made)
    lx.io.save_annotated_documents(made, output_dir=job["folder"], output_name="made.jsonl")
    wall, cpu = time.perf_counter() - wall, cpu_s() - cpu
    whole = sum(one.extractions is not None for one in made)
    if whole != len(prompts):
        raise SystemExit(f"{whole} of {len(prompts)} documents were read")
    found = sum(len(one.extractions) for one in made)
    figures = {"documents": whole, "wall_s": wall, "cpu_s": cpu, "extractions": found}
    Path(job["result"]).write_text(json.dumps(figures))


if __name__ == "__main__":
    main(json.load(sys.stdin))
