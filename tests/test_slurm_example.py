"""The Slurm scripts of examples/slurm, with a vLLM, a bouture and a Slurm that only pretend, on a real shell."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from conftest import ROOT

SCRIPTS = ROOT / "examples" / "slurm"
VLLM = """#!{python}
# Answers a line every SLOW seconds; says in calls.txt what it was asked, and with which environment.
import json, os, signal, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer

if sys.argv[1] == "serve":
    class Healthy(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
    HTTPServer(("127.0.0.1", int(sys.argv[sys.argv.index("--port") + 1])), Healthy).serve_forever()

option = dict(zip(sys.argv[2::2], sys.argv[3::2]))
offline = os.environ.get("HF_HUB_OFFLINE") == "1"
if os.environ.get("FAILS"):
    sys.exit("no GPU")
with open(option["-i"]) as lines, open(option["-o"], "w") as out, open("calls.txt", "a") as calls:
    for line in lines:
        request = json.loads(line)
        calls.write(json.dumps([request["custom_id"], option["--served-model-name"], offline]) + "\\n")
        calls.flush()
        time.sleep(float(os.environ.get("SLOW", "0")))
        answer = {{"custom_id": request["custom_id"], "response": {{"status_code": 200}}, "error": None}}
        out.write(json.dumps(answer) + "\\n")
        out.flush()
    out.write('{{"custom_id": "cut he')
"""
BOUTURE = """#!{python}
import sys, time
open("bouture.txt", "a").write(" ".join(sys.argv[1:]) + "\\n")
try:
    time.sleep({seconds})
except KeyboardInterrupt:
    open("bouture.txt", "a").write("stored what was in flight\\n")
    sys.exit(1)
"""
SCONTROL = """#!/bin/sh
echo "$@" >> scontrol.txt
"""
pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


def command(folder: Path, name: str, text: str) -> None:
    path = folder / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A folder with a round of 25 requests, and the commands of a node."""
    command(tmp_path, "vllm", VLLM.format(python=sys.executable))
    command(tmp_path, "scontrol", SCONTROL)
    command(tmp_path, "bouture", BOUTURE.format(python=sys.executable, seconds=0.1))
    command(tmp_path, "python3", f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    lines = [
        json.dumps({"custom_id": f"{n:064}", "body": {"model": "a model/24B"}}) for n in range(25)
    ]
    (tmp_path / "round-001").mkdir()
    (tmp_path / "round-001" / "requests-007.jsonl").write_text("\n".join(lines) + "\n")
    return tmp_path


def start(node: Path, script: str, *arguments: str, **variables: str) -> subprocess.Popen[str]:
    environment = {
        **os.environ,
        "PATH": f"{node / 'bin'}:{os.environ['PATH']}",
        "SLURM_ARRAY_TASK_ID": "7",
        "SLURM_JOB_ID": "4242",
        **variables,
    }
    return subprocess.Popen(
        ["bash", str(SCRIPTS / script), *arguments],
        cwd=node,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def answer(node: Path, **variables: str) -> tuple[int, str]:
    process = start(node, "answer.sbatch", "round-001", "/models/m", **variables)
    said, _ = process.communicate(timeout=30)
    return process.returncode, said


def answered(node: Path) -> "Counter[str]":
    """How many lines of answers each request has."""
    files = (node / "round-001" / "answers").glob("requests-007-*.jsonl")
    lines = [line for file in files for line in file.read_text().splitlines()]
    return Counter(json.loads(line)["custom_id"] for line in lines)


def calls(node: Path) -> list[tuple[str, str, bool]]:
    return [tuple(json.loads(line)) for line in (node / "calls.txt").read_text().splitlines()]


ALL = Counter(f"{n:064}" for n in range(25))


def until(happened: Path, lines: int) -> None:
    deadline = time.monotonic() + 10
    while not happened.exists() or len(happened.read_text().splitlines()) < lines:
        assert time.monotonic() < deadline, f"{happened.name} never had {lines} lines"
        time.sleep(0.02)


def children(process: int) -> list[int]:
    """Processes that this one has started."""
    return [
        int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()
    ]


@pytest.mark.parametrize("script", ["answer.sbatch", "run.sbatch"])
def test_the_scripts_are_bash_and_have_their_directives(script: str) -> None:
    subprocess.run(["bash", "-n", SCRIPTS / script], check=True)
    text = (SCRIPTS / script).read_text()
    for directive in ("--time=", "--signal=B:USR1@120", "-C h100", "--requeue"):
        assert f"#SBATCH {directive}" in text
    if checker := shutil.which("shellcheck"):
        subprocess.run([checker, "--exclude=SC2329", SCRIPTS / script], check=True)


def test_a_task_answers_its_file_piece_by_piece_without_network(node: Path) -> None:
    status, said = answer(node, PIECE="10")
    assert status == 0, said
    assert answered(node) == ALL
    assert len(list((node / "round-001" / "answers").iterdir())) == 3
    assert {call[1:] for call in calls(node)} == {("a model/24B", True)}


def test_a_second_submission_asks_nothing(node: Path) -> None:
    answer(node)
    status, _ = answer(node)
    assert (status, len(calls(node))) == (0, 25)


def test_when_time_is_up_what_is_answered_is_kept_and_the_rest_asked_later(node: Path) -> None:
    process = start(node, "answer.sbatch", "round-001", "/models/m", SLOW="0.1", PIECE="20")
    until(node / "calls.txt", 6)
    process.send_signal(signal.SIGUSR1)
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert (node / "scontrol.txt").read_text() == "requeue 4242\n"
    kept = answered(node)
    assert 4 <= len(kept) < 25
    assert answer(node)[0] == 0
    assert answered(node) == ALL
    assert len(calls(node)) <= 26


def test_a_node_that_dies_loses_no_whole_line(node: Path) -> None:
    process = start(node, "answer.sbatch", "round-001", "/models/m", SLOW="0.1")
    until(node / "calls.txt", 6)
    started = children(process.pid)
    process.kill()
    for child in started:
        os.kill(child, signal.SIGKILL)
    process.wait()
    status, said = answer(node)
    assert status == 0, said
    assert answered(node) == ALL
    assert len(calls(node)) <= 26


def test_a_vllm_that_does_not_start_is_not_started_for_ever(node: Path) -> None:
    status, said = answer(node, FAILS="1")
    assert status == 1
    assert "no GPU" in said and "without an answer" in said
    assert not answered(node)


def test_a_whole_run_on_one_node(node: Path, unused_tcp_port: int) -> None:
    process = start(
        node, "run.sbatch", "recipe.yaml", "/m", "name", PORT=str(unused_tcp_port), POLL="0.1"
    )
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 0, said
    assert (node / "bouture.txt").read_text() == "run recipe.yaml --offline --quiet\n"
    assert not (node / "scontrol.txt").exists()


def test_a_whole_run_is_interrupted_in_good_order(node: Path, unused_tcp_port: int) -> None:
    command(node, "bouture", BOUTURE.format(python=sys.executable, seconds=20))
    process = start(
        node, "run.sbatch", "recipe.yaml", "/m", "name", PORT=str(unused_tcp_port), POLL="0.1"
    )
    until(node / "bouture.txt", 1)
    time.sleep(0.2)
    process.send_signal(signal.SIGUSR1)
    process.communicate(timeout=20)
    assert process.returncode == 0
    assert (node / "bouture.txt").read_text().endswith("stored what was in flight\n")
    assert (node / "scontrol.txt").read_text() == "requeue 4242\n"
