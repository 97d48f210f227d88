"""The grid of Dai and Adel (COLING 2020): p and n chosen on dev for each operator and size, then measured on test.

    python examples/dai-adel/grid.py                      # the example corpus
    python examples/dai-adel/grid.py --p 0.3 --n 1 3      # two points of the grid
    python examples/dai-adel/grid.py --set corpus.train=train.jsonl --set corpus.dev=dev.jsonl \\
        --set corpus.test=test.jsonl --set evaluate.sizes=[50,150,500]

Each point is a run of recipe.yaml in a folder of its own; running the script again continues where it was stopped.
"""

# ruff: noqa: T201 - a script that talks

import argparse
from pathlib import Path
from typing import NamedTuple

import bouture
from bouture.evaluate.evaluation import Evaluation

HERE = Path(__file__).parent
OPERATORS = (
    "label_wise_token_replacement",
    "synonym_replacement",
    "mention_replacement",
    "shuffle_within_segments",
    "all",
)
P = (0.1, 0.3, 0.5, 0.7)
N = (1, 3, 6, 10)
DRAWS = 3
"""Draws for each document wanted: one that leaves its source as it is makes none."""


class Point(NamedTuple):
    """One point of the grid."""

    p: float
    n: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--p", type=float, nargs="+", default=P)
    parser.add_argument("--n", type=int, nargs="+", default=N, help="documents for each gold one")
    parser.add_argument("--set", action="append", default=[], help="KEY=VALUE of the recipe")
    parser.add_argument("--out", type=Path, default=HERE / "grid", help="folder of the runs")
    parser.add_argument("--processes", type=int, default=1, help="0: every core")
    asked = parser.parse_args()
    given = dict(pair.split("=", 1) for pair in asked.set)
    points = [Point(p, n) for p in asked.p for n in asked.n]

    def measured(point: Point, part: str) -> Evaluation:
        settings = {**given, **settings_of(point, part, asked.out)}
        [found] = bouture.run(HERE / "recipe.yaml", settings, processes=asked.processes).evaluations
        return found

    on_dev = {}
    for point in points:
        on_dev[point] = measured(point, "dev")
        print(f"p {point.p}, n {point.n}: {on_dev[point].seconds:.0f} s", flush=True)
    chosen = best(on_dev)
    show_grid(on_dev, chosen)
    show_test(chosen, {point: measured(point, "test") for point in sorted(set(chosen.values()))})


def settings_of(point: Point, part: str, out: Path) -> dict[str, str]:
    """What one point changes in the recipe."""
    settings = {
        "evaluate.part": part,
        "evaluate.factor": str(point.n),
        "run": str((out / f"p{point.p}-n{point.n}-{part}").absolute()),
    }
    for operator in OPERATORS:
        settings[f"strategies.{operator}.options.p"] = str(point.p)
        settings[f"strategies.{operator}.samples"] = str(point.n * DRAWS)
    return settings


def best(on_dev: dict[Point, Evaluation]) -> dict[tuple[int, str], Point]:
    """For each size and operator the point with the best micro F1 on dev, the cheapest of equals."""
    scores = {
        (cell.size, cell.arm, point): cell.micro.f1
        for point, found in on_dev.items()
        for cell in found.cells
        if cell.arm in OPERATORS
    }
    return {
        (size, arm): max(on_dev, key=lambda point: (scores.get((size, arm, point), -1), -point.n))
        for size, arm, _ in scores
    }


def show_grid(on_dev: dict[Point, Evaluation], chosen: dict[tuple[int, str], Point]) -> None:
    """Micro F1 on dev, one line an arm, one column a point; the point chosen has a star."""
    sizes = sorted({cell.size for found in on_dev.values() for cell in found.cells})
    for size in sizes:
        columns = "".join(f"{f'p {point.p} n {point.n}':>12}" for point in on_dev)
        print(f"\n{size} gold documents, micro F1 on dev\n{'':30}{columns}")
        for arm in ("none", "duplicate", *OPERATORS):
            line = ""
            for point, found in on_dev.items():
                f1 = [c.micro.f1 for c in found.cells if (c.size, c.arm) == (size, arm)]
                star = "*" if chosen.get((size, arm)) == point else " "
                line += f"{100 * f1[0]:11.1f}{star}" if f1 else f"{'-':>11} "
            print(f"{arm:30}{line}")


def show_test(chosen: dict[tuple[int, str], Point], on_test: dict[Point, Evaluation]) -> None:
    """Each operator at the point chosen for it, against none and against copies, on test."""
    print(f"\n{'on test':38}{'p':>4} {'n':>3} {'F1':>6}   against none          against duplicate")
    for (size, arm), point in sorted(chosen.items()):
        found = on_test[point]
        [f1] = [c.micro.f1 for c in found.cells if (c.size, c.arm) == (size, arm)]
        print(f"{size:6}  {arm:30}{point.p:>4} {point.n:>3} {100 * f1:6.1f}", end="")
        for control in ("none", "duplicate"):
            for c in found.comparisons:
                if (c.size, c.arm, c.against, c.metric) == (size, arm, control, "micro"):
                    interval = f"[{100 * c.low:+.1f}, {100 * c.high:+.1f}]"
                    print(f"   {100 * c.delta:+5.1f} {interval:15}", end="")
        print()


if __name__ == "__main__":
    main()
