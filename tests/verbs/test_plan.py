"""A plan gives a range before a run, and a narrower one once answers are known."""

from collections import Counter
from pathlib import Path

import pytest

from bouture.augment.folder import read_summary
from bouture.verbs.planning import plan
from bouture.verbs.study import augment

ONLY = {"evaluate": "null", "strategies": "[{use: rewrite, limit: 40}]"}


def test_the_range_holds_what_the_run_takes(example: Path, tmp_path: Path) -> None:
    settings = {**ONLY, "run": str(tmp_path / "run")}
    before = plan(example, settings)
    assert (before.requests, before.most_requests, before.answers) == (40, 80, 0)
    augment(example, settings)
    summary = read_summary(tmp_path / "run")
    assert before.requests <= summary.requests <= before.most_requests
    assert before.tokens[0] <= summary.prompt_tokens + summary.completion_tokens <= before.tokens[1]
    assert before.cost_range is not None and before.cost is not None and summary.cost is not None
    assert before.cost_range[0] <= before.cost <= before.cost_range[1]
    assert before.cost_range[0] <= summary.cost <= before.cost_range[1]


def test_answers_that_are_known_narrow_it(example: Path, tmp_path: Path) -> None:
    first = {**ONLY, "run": str(tmp_path / "run")}
    augment(example, first)
    more = {**first, "strategies": "[{use: rewrite, limit: 80, options: {repairs: 0}}]"}
    known = plan(example, more)
    blind = plan(example, {**more, "run": str(tmp_path / "other")})
    assert known.answers >= 40

    def width(bounds: tuple[int, int]) -> float:
        return bounds[1] / bounds[0]

    assert width(known.tokens) < width(blind.tokens)


def test_without_prices_there_is_no_cost(example: Path, tmp_path: Path) -> None:
    bare = "{provider: recorded, name: m, parameters: {max_tokens: 10}}"
    found = plan(example, {**ONLY, "run": str(tmp_path / "run"), "model": bare})
    assert found.cost is None and found.cost_range is None
    assert found.completion_tokens == pytest.approx(40 * 10, rel=0.01)


def test_a_plan_of_a_mixture(example: Path, tmp_path: Path) -> None:
    given = {
        "evaluate": "null",
        "strategies": "[{use: label_wise_token_replacement}, {use: shuffle_within_segments}]",
        "mixture": "{calls: 45, rounds: 3}",
        "checks": "[{use: offsets}]",
        "run": str(tmp_path / "run"),
    }
    before = plan(example, given)
    assert before.jobs == 45 and before.rounds == 3
    lacking = [cell for cell in before.cells if cell.lacks > 0]
    assert lacking and all(cell.target >= cell.has for cell in lacking)
    planned = Counter[str]()
    for cell in before.cells:
        assert set(cell.calls) <= set(cell.strategies)
        assert cell.name and cell.name_fr
        planned.update(cell.calls)
    jobs = {one.strategy: one.jobs for one in before.strategies}
    assert sum(jobs.values()) == 45
    assert all(planned[name] <= jobs[name] for name in jobs)
    assert planned.total() > 30
    augment(example, given)
    after = plan(example, given)
    assert sum(cell.made for cell in after.cells) > 0 == sum(cell.made for cell in before.cells)
    assert sum(cell.lacks for cell in after.cells) < sum(cell.lacks for cell in before.cells)
    assert not any(cell.calls for cell in after.cells)
    assert [cell.target for cell in after.cells] == [cell.target for cell in before.cells]
