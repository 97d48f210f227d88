"""`bouture run` with workers on Ray: the documents of one process, a budget that holds, and a run that resumes."""

import importlib.util
from pathlib import Path

import pytest

from bouture.verbs.study import augment
from llm.rewriting import rewriting_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("ray") is None,
        reason='Ray is not installed: pip install "bouture[ray]"',
    ),
]
FILES = ("accepted.jsonl", "review.jsonl", "rejected.jsonl")


def test_two_workers_a_budget_and_a_second_start(example: Path, tmp_path: Path) -> None:
    with rewriting_server() as server:
        settings = {
            "evaluate": "null",
            "strategies": "[{use: rewrite, limit: 12}, {use: mention_replacement, limit: 5}]",
            "model.provider": "openai",
            "model.name": "m",
            "model.options": f"{{base_url: '{server.base_url}'}}",
        }
        alone = augment(example, {**settings, "run": str(tmp_path / "alone")})
        server.bodies.clear()
        spread = {**settings, "run": str(tmp_path / "ray"), "ray": "{workers: 2, batch: 2}"}
        capped = augment(example, {**spread, "budget.requests": "5"})
        assert "5 requests" in capped.stopped
        assert capped.pending > 0
        assert len(server.bodies) == 5
        done = augment(example, spread)
        assert (done.pending, done.failed, done.stopped) == (0, 0, "")
        assert done.requested == alone.requested
        assert len(server.bodies) == alone.requests
    for name in FILES:
        assert (tmp_path / "ray" / name).read_bytes() == (tmp_path / "alone" / name).read_bytes()
