"""The recipe of the example, with nothing but the corpus and the server changed, on a public corpus."""

import json
from pathlib import Path

import pytest

import bouture
from bouture.cli import main
from llm.rewriting import rewriting_server


@pytest.mark.slow
@pytest.mark.shared
def test_the_same_recipe_runs_on_textmine(shared: Path, example: Path, tmp_path: Path) -> None:
    corpus = shared / "data" / "textmine2025"
    run = tmp_path / "run"
    with rewriting_server() as server:
        settings = {
            "run": run,
            "corpus.train": corpus / "train.csv",
            "corpus.dev": "null",
            "corpus.test": corpus / "dev.csv",
            "corpus.guide": "null",
            "model.provider": "openai",
            "model.options": f"{{base_url: '{server.base_url}'}}",
            "strategies.rewrite.limit": 30,
            "evaluate": "null",
        }
        words = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
        assert main(["run", str(example), *words, "--quiet"]) == 0
        asked = len(server.bodies)
    summary = json.loads((run / "summary.json").read_text())
    parts = ("accepted", "repaired", "review", "rejected", "failed", "pending")
    assert summary["requested"] == sum(summary[part] for part in parts) == 4 * 320 + 30
    assert summary["failed"] == summary["pending"] == 0
    assert summary["strategies"]["mention_replacement"]["accepted"] > 300
    assert asked == summary["requests"] >= 30
    made = bouture.read(run / "accepted.jsonl")
    assert any(d.origin and d.origin.strategy == "rewrite" for d in made)
