"""The recipe of the example on TextMine 2025, nothing changed but corpus and server: counts, time, verdicts.

    python benchmarks/textmine_run.py [--size 50] [--rewrites 30]

The server is a stand-in on the loopback interface that gives the tagged source back with other words
around it: what is measured is the pipeline, not a model.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bouture.verbs.measure import evaluate_run  # noqa: E402
from bouture.verbs.reporting import report_run  # noqa: E402
from bouture.verbs.study import augment  # noqa: E402
from llm.rewriting import rewriting_server  # noqa: E402

SHARED = Path(os.environ.get("BOUTURE_SHARED", ROOT.parent / "shared"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=50, help="gold documents of the experiment")
    parser.add_argument("--rewrites", type=int, default=30)
    parser.add_argument("--folder", type=Path, help="run folder; a temporary one when absent")
    asked = parser.parse_args()
    corpus = SHARED / "data" / "textmine2025"
    recipe = ROOT / "examples" / "direct-ukraine"
    with tempfile.TemporaryDirectory() as folder, rewriting_server() as server:
        settings = {
            "run": str(asked.folder or Path(folder) / "run"),
            "corpus.train": str(corpus / "train.csv"),
            "corpus.dev": "null",
            "corpus.test": str(corpus / "dev.csv"),
            "corpus.guide": "null",
            "model.provider": "openai",
            "model.options": f"{{base_url: '{server.base_url}'}}",
            "strategies.rewrite.limit": str(asked.rewrites),
            "evaluate.sizes": f"[{asked.size}]",
        }
        started = time.perf_counter()
        summary = augment(recipe, settings)
        made = time.perf_counter()
        print(f"made in {made - started:.0f} s: {summary.requested} requested")
        for name, counts in summary.strategies.items():
            print(f"  {name:30} {counts}")
        print(f"  rejected for {summary.rejections}")
        for evaluation in evaluate_run(recipe, settings, processes=0):
            print(f"{evaluation.task} in {evaluation.seconds:.0f} s: {evaluation.verdict.text}")
            for cell in evaluation.cells:
                print(f"  {cell.arm:30} micro {cell.micro.f1:.3f} macro {cell.macro.f1:.3f}")
        print(f"report written in {report_run(recipe, settings).stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
