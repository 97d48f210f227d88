"""bouture's line: the augmentation part of `bouture run`, measured from the moment its work is built to the end.

Reads what to do as JSON on standard input: `recipe` (a file), `settings`, `result` (the file to write the
figures to) and, when wanted, `profile` (a file for cProfile) and `parts` (CPU time by part: slows it a little).
"""

import cProfile
import json
import resource
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from bouture.augment.events import Event, Started
from bouture.augment.summary import Summary
from bouture.checks.catalog import CHECKS, DEFAULT_CHECKS
from bouture.verbs.study import augment

PARTS = {
    "building the prompt": ("bouture.augment.talk", "Talk.start"),
    "reading the answer back": ("bouture.augment.talk", "Talk.hear"),
    "writing the HTTP body": ("bouture.llm.http.wire", "Wire.body"),
    "decoding the HTTP answer": ("bouture.llm.http.openai", "read"),
    "store: looking up": ("bouture.llm.store.answers", "AnswerStore.get"),
    "store: putting": ("bouture.llm.store.answers", "AnswerStore.put"),
    "ledger": ("bouture.augment.ledger", "Ledger.append"),
    "settling (accepted.jsonl and others)": ("bouture.augment.folder", "RunFolder.settle"),
}
"""What is timed by `parts`: where it is; what calls another of them counts without it."""


class Clock:
    """CPU time of functions, each without the others that it calls."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.missing: list[str] = []
        self._local = threading.local()

    def wrap(self, part: str, owner: Any, name: str) -> None:
        """Replaces a function by itself with a clock."""
        inner = vars(owner).get(name)
        if inner is None:
            self.missing.append(part)
            return
        setattr(owner, name, self._timed(part, inner))

    def _timed(self, part: str, inner: Callable[..., Any]) -> Callable[..., Any]:
        seconds, local, now = self.seconds, self._local, time.thread_time

        def timed(*args: Any, **more: Any) -> Any:
            outside, started = getattr(local, "nested", 0.0), now()
            local.nested = 0.0
            try:
                return inner(*args, **more)
            finally:
                whole = now() - started
                seconds[part] = seconds.get(part, 0.0) + whole - local.nested
                local.nested = outside + whole

        return timed

    def install(self) -> None:
        """Times all parts and every default check."""
        for part, (module, path) in PARTS.items():
            owner: Any = import_module(module)
            *holders, name = path.split(".")
            for holder in holders:
                owner = getattr(owner, holder, None)
            self.wrap(part, owner, name)
        for name in DEFAULT_CHECKS:
            member = CHECKS.load(name)
            self.wrap(f"check {name}", member, "__call__")
            self.wrap(f"check {name}", member, "kept")


class Meter:
    """Looks at the clocks when the work begins and when it is over."""

    def __init__(self, clock: Clock | None, profiler: cProfile.Profile | None) -> None:
        self._clock, self._profiler = clock, profiler
        self.start_s = self.wall = self.cpu = self.resident = 0.0

    def __call__(self, event: Event) -> None:
        if isinstance(event, Started):
            self.start_s = time.process_time()
            self.resident = resident_mb()
            if self._clock is not None:
                self._clock.seconds.clear()
            if self._profiler is not None:
                self._profiler.enable()
            self.wall, self.cpu = time.perf_counter(), time.process_time()

    def told(self, summary: Summary) -> dict[str, Any]:
        """The figures, and what became of the documents."""
        wall, cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        names = ("accepted", "repaired", "review", "rejected", "failed", "pending")
        outcomes = {name: getattr(summary, name) for name in names}
        return {
            "documents": summary.requested,
            "wall_s": wall,
            "cpu_s": cpu,
            "start_s": self.start_s,
            "peak_mb": peak,
            "grown_mb": peak - self.resident,
            "outcomes": outcomes,
            "adds_up": sum(outcomes.values()) == summary.requested,
            "issues": summary.issues,
            "asked": summary.asked,
            "retries": summary.retries,
        }


def resident_mb() -> float:
    """Megabytes of memory in use now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def main(job: dict[str, Any]) -> dict[str, Any]:
    """Runs the study and measures."""
    clock = Clock() if job.get("parts") else None
    profiler = cProfile.Profile() if job.get("profile") else None
    if clock is not None:
        clock.install()
    meter = Meter(clock, profiler)
    summary = augment(job["recipe"], job["settings"], meter)
    if profiler is not None:
        profiler.disable()
        profiler.dump_stats(job["profile"])
    told = meter.told(summary)
    if clock is not None:
        told["parts"] = clock.seconds
        told["missing"] = clock.missing
    return told


if __name__ == "__main__":
    wanted = json.load(sys.stdin)
    Path(wanted["result"]).write_text(json.dumps(main(wanted)))
