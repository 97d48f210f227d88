"""How fast documents are made: bouture's whole path beside a bare HTTP loop and other tools, on one fake server.

    python benchmarks/throughput.py [--documents 1000 100000] [--quick] [--no-peers] [--json]

A server on this machine (`fake_llm.py`, a process of its own) answers every request after 100 ms, 64 of them are
in flight, client and server share the processor. Lines, one after the other, each in a process of its own:

- the bare loop: aiohttp posts the bodies that bouture would and decodes the JSON (at most 20,000 times);
- bouture: ask, store the answer, read it back, check it with every default check, write it to the ledger, then the
  files of the run. Measured from the moment the work is built; start-up (reading the corpus, calibrating
  checks) is told apart. Each of 100 sources is rewritten as often as it takes;
- curator, langextract, distilabel (`--peer-documents` each), each in an environment of its own that is made in
  `--cache` by the first run: one generation a document, kept the way the tool keeps it by itself.

CPU is that of the client (with its children), not of the server. Exit code 1 when a target is missed.
"""

import argparse
import json
import os
import pstats
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from throughput_peers.environments import PEERS, python_of
from throughput_peers.material import MOST_BODIES, MOST_PROMPTS, Material, material
from throughput_peers.telling import epilogue, table, targets
from throughput_peers.watching import Peak

HERE = Path(__file__).parent
CACHE = Path.home() / ".cache" / "bouture-bench"
LIMIT_S = 3600.0
Line = dict[str, Any]


class Bench:
    """One server, and lines measured on it one by one."""

    def __init__(self, folder: Path, port: int, options: argparse.Namespace) -> None:
        self.folder, self.options = folder, options
        self._root = f"http://127.0.0.1:{port}"
        self.url = f"{self._root}/v1"

    def material(self, documents: int) -> Material:
        """The files for one size."""
        where = self.folder / str(documents)
        return material(where, self.url, documents, self.options.concurrency)

    def bare(self, made: Material) -> Line:
        """The bare loop with the bodies of this size."""
        job = {"bodies": str(made.bodies), "documents": min(made.documents, MOST_BODIES)}
        return self.line("bare", "line_bare.py", job)

    def bouture(self, made: Material, **more: Any) -> Line:
        """The whole path, in a new run folder."""
        run = Path(tempfile.mkdtemp(dir=self.folder)) / "run"
        settings = {"run": json.dumps(str(run))}
        line = self.line(
            "bouture", "line_bouture.py", {"recipe": str(made.recipe), "settings": settings, **more}
        )
        if run.exists():
            line["disk_mb"] = sum(f.stat().st_size for f in run.rglob("*") if f.is_file()) / 1e6
        shutil.rmtree(run.parent)
        return line

    def peer(self, name: str, made: Material) -> Line:
        """Another tool; why not, when it cannot be installed or run."""
        try:
            python = python_of(name, self.options.cache)
        except OSError as error:
            return {"name": name, "version": PEERS[name].version, "failed": str(error)}
        job = {"prompts": str(made.prompts), "documents": made.documents}
        line = self.line(name, f"peer_{name}.py", job, python)
        return {"version": PEERS[name].version, **line}

    def line(self, name: str, script: str, job: Line, python: str = sys.executable) -> Line:
        """Runs a script with a job and gives back its figures with those of the server."""
        self.server()
        scratch = Path(tempfile.mkdtemp(dir=self.folder))
        result = scratch / "result.json"
        common = {
            "url": self.url,
            "concurrency": self.options.concurrency,
            "folder": str(scratch),
            "result": str(result),
        }
        environment = {**os.environ, "HOME": str(scratch), **PRIVATE}
        with (scratch / "said.txt").open("wb") as said:
            process = subprocess.Popen(
                [python, str(HERE / "throughput_peers" / script)],
                stdin=subprocess.PIPE, stdout=said, stderr=said, cwd=scratch,
                env=environment, start_new_session=True,
            )  # fmt: skip
            peak = Peak(process.pid)
            try:
                process.stdin.write(json.dumps({**common, **job}).encode())  # type: ignore[union-attr]
                process.stdin.close()  # type: ignore[union-attr]
                peak.watch(process, LIMIT_S)
            finally:
                peak.end()
        line: Line = {"name": name}
        if result.exists():
            line |= json.loads(result.read_text())
            line.setdefault("peak_mb", peak.mb)
        else:
            tail = (scratch / "said.txt").read_text(errors="replace").strip().splitlines()
            line["failed"] = f"exit code {process.returncode}: {' / '.join(tail[-3:])[-400:]}"
        line["server"] = self.server()
        shutil.rmtree(scratch)
        return line

    def server(self) -> dict[str, float]:
        """What the server did since it was last asked."""
        with urllib.request.urlopen(f"{self._root}/stats", timeout=10) as answer:
            told: dict[str, float] = json.load(answer)
        return told


PRIVATE = {
    "TELEMETRY_ENABLED": "false",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "CURATOR_DISABLE_CACHE": "true",
    "PYTHONPATH": "",
    "PYTHONDONTWRITEBYTECODE": "",
}
"""No telemetry, no cache of earlier runs (HOME is a new folder too), nothing outside this machine."""


@contextmanager
def fake_server(latency: float) -> Iterator[int]:
    """The server in a process of its own; its port."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "fake_llm.py"), "--latency", str(latency)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All lines, in order."""
    lines: list[Line] = []
    told: dict[str, Any] = {"load": os.getloadavg()[0], "cores": os.cpu_count(), "lines": lines}

    def add(line: Line, bare: Line | None = None) -> Line:
        if bare is not None and "wall_s" in line and "wall_s" in bare:
            line["of_bare"] = _rate(line) / _rate(bare)
        lines.append(line)
        if not options.json:
            print(table([line], heading=len(lines) == 1), flush=True)
        return line

    with tempfile.TemporaryDirectory() as name, fake_server(options.latency) as port:
        bench = Bench(Path(name), port, options)
        for documents in options.documents:
            made = bench.material(documents)
            bare = add(bench.bare(made))
            add(bench.bouture(made), bare)
        if not options.no_parts:
            told["parts"] = bench.bouture(bench.material(options.peer_documents), parts=True)
        if options.profile:
            profiled = bench.material(options.peer_documents)
            told["profiled"] = bench.bouture(profiled, profile=str(options.profile.resolve()))
        if not options.no_peers:
            made = bench.material(options.peer_documents)
            measured = [one for one in lines if one.get("documents") == made.documents]
            bare = measured[0] if measured else add(bench.bare(made))
            for peer in options.peers or PEERS:
                add(bench.peer(peer, made), bare)
    told["targets"] = targets(lines)
    return told


def _rate(line: Line) -> float:
    return float(line["documents"] / line["wall_s"])


def main() -> int:
    """Measures and tells; 1 when a target is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--documents", type=int, nargs="+", help="sizes (default: 1000 and 100000)")
    add("--quick", action="store_true", help="1000 documents only")
    add("--peer-documents", type=int, default=1000, help=f"for each peer, at most {MOST_PROMPTS}")
    add("--no-peers", action="store_true")
    add("--peers", nargs="+", choices=list(PEERS), help="these alone")
    add("--cache", type=Path, default=CACHE, help="folder for the environments of the peers")
    add("--latency", type=float, default=0.1, help="seconds")
    add("--concurrency", type=int, default=64)
    add("--no-parts", action="store_true", help="leave out where the CPU time goes")
    add("--profile", type=Path, help="write a cProfile of bouture's line to this file")
    add("--json", action="store_true")
    options = parser.parse_args()
    options.documents = options.documents or ([1000] if options.quick else [1000, 100_000])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # takes server and line with it
    if options.peer_documents > MOST_PROMPTS:
        parser.error(f"--peer-documents: at most {MOST_PROMPTS}")
    told = measure(options)
    if options.json:
        print(json.dumps(told, indent=1))
    else:
        print(epilogue(told))
        if options.profile and options.profile.exists():
            pstats.Stats(str(options.profile)).strip_dirs().sort_stats("tottime").print_stats(15)
    return 0 if all(target["met"] for target in told["targets"]) else 1


if __name__ == "__main__":
    raise SystemExit(main())
