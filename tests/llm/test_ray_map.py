"""The map on Ray: two real workers and a real server in another process; a worker killed, a wrong key, Ctrl-C."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bouture.errors import MissingExtraError, ProviderError
from bouture.llm.flow.lane import Flow
from bouture.llm.flow.patience import Patience
from bouture.llm.messages import Request, Usage
from bouture.llm.ray import vllm as ray_vllm
from bouture.llm.ray.answers import Answered, answers
from bouture.llm.ray.session import RayPlan, on_ray
from bouture.llm.ray.vllm import VllmPlan
from bouture.llm.ray.worker import WorkerSpec
from llm.counting_server import counting
from llm.ray_requests import FORMAT, PLAIN, ask
from llm.ray_stand_in import with_a_stand_in

RAY = importlib.util.find_spec("ray") is not None
on_real_ray = [
    pytest.mark.slow,
    pytest.mark.skipif(not RAY, reason='Ray is not installed: pip install "bouture[ray]"'),
]
KEY = "sk-very-secret-0123456789"
VARIABLE = "BOUTURE_TEST_RAY_KEY"
FAST = Patience(first_s=0.01)


@pytest.mark.skipif(RAY, reason="Ray is installed")
def test_without_ray_the_command_that_installs_it_is_said() -> None:
    with pytest.raises(MissingExtraError, match=r"bouture\[ray\]"):
        next(answers([ask("q")], WorkerSpec("openai"), RayPlan()))


@pytest.fixture(scope="module")
def running() -> Iterator[None]:
    """Ray, started once for this file; its workers have the key in their environment."""
    os.environ[VARIABLE] = KEY
    try:
        with on_ray(RayPlan()):
            yield
    finally:
        del os.environ[VARIABLE]


def spec(base_url: str, **options: Any) -> WorkerSpec:
    options = {"base_url": base_url, "key_variable": VARIABLE, **options}
    return WorkerSpec("openai", options, Flow(most=32, first=32), FAST)


def workers() -> list[int]:
    """Processes of the workers of this test's own Ray."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_text()
                if "MapWorker" in command and os.getpid() in _ancestors(int(folder.name)):
                    found.append(int(folder.name))
            except OSError:
                continue
    return found


def _ancestors(process: int) -> list[int]:
    found = []
    while process > 1:
        process = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
        found.append(process)
    return found


class TestOnRay:
    pytestmark = on_real_ray

    def test_each_request_is_answered_once_and_few_are_drawn_ahead(self, running: None) -> None:
        plan = RayPlan(workers=2, batch=4, concurrency=8)
        drawn = 0

        def requests() -> Iterator[Request]:
            nonlocal drawn
            for number in range(200):
                drawn += 1
                yield ask(f"q{number}")

        with counting(0.02, KEY) as server:
            got: dict[str, Answered] = {}
            most_ahead = 0
            for one in answers(requests(), spec(server.base_url), plan):
                most_ahead = max(most_ahead, drawn - len(got))
                got[one.key] = one
            asked = server.asked()
        texts = {one.response.text for one in got.values() if one.response}
        assert texts == {f"q{n}" for n in range(200)} == set(asked)
        assert set(asked.values()) == {1}
        assert most_ahead <= plan.ahead * plan.batch < 200

    def test_a_dialogue_can_wait_for_its_answer(self, running: None) -> None:
        heard: list[str] = []

        def turns() -> Iterator[Request | None]:
            for number in range(6):
                yield ask(f"turn {number}")
                while len(heard) <= number:
                    yield None

        with counting(0.0, KEY) as server:
            for one in answers(turns(), spec(server.base_url), RayPlan()):
                assert one.response
                heard.append(one.response.text)
        assert heard == [f"turn {n}" for n in range(6)]

    def test_a_killed_worker_costs_its_batches_only(self, running: None) -> None:
        plan = RayPlan(workers=2, batch=8, concurrency=16)
        got: Counter[str] = Counter()
        killed: list[int] = []
        with counting(0.2, KEY) as server:
            for one in answers((ask(f"q{n}") for n in range(400)), spec(server.base_url), plan):
                assert one.response, one.error
                got[one.response.text] += 1
                if sum(got.values()) == 100:
                    killed = workers()[:1]
                    os.kill(killed[0], signal.SIGKILL)
            asked = server.asked()
        assert killed and got == Counter(f"q{n}" for n in range(400))
        again = sum(asked.values()) - 400
        assert 0 < again <= (plan.batches + 1) * plan.batch

    def test_a_wrong_key_stops_the_round_and_is_not_said(self, running: None) -> None:
        with counting(0.0, "another-key-0123") as server:
            with pytest.raises(ProviderError, match="wrong key") as raised:
                list(answers((ask(f"q{n}") for n in range(500)), spec(server.base_url), RayPlan()))
            asked = server.asked()
        assert type(raised.value) is ProviderError
        assert KEY not in str(raised.value)
        assert len(asked) <= 2 * 64

    def test_what_is_refused_says_so_and_the_rest_is_answered(self, running: None) -> None:
        questions = [f"{'refuse' if n % 5 == 0 else 'q'} {n}" for n in range(40)]
        with counting(0.0, KEY) as server:
            got = list(answers(map(ask, questions), spec(server.base_url), RayPlan()))
        refused = sorted(one.request.messages[0].content for one in got if one.refused)
        assert refused == sorted(q for q in questions if q.startswith("refuse"))
        assert sum(one.response is not None for one in got) == 32

    def test_vllm_inside_the_workers_up_to_the_engine(self, running: None) -> None:
        plan = RayPlan(vllm=VllmPlan(model_source="/models/m", batch_size=8), batch=4)
        asked = [
            *(ask(f"free {n}", temperature=0.1 * n) for n in range(20)),
            *(ask(f"json {n}", seed=n, response_format=FORMAT, max_tokens=9) for n in range(20)),
            ask("broken"),
            ask("strange", reasoning_effort="high"),
        ]
        got = {one.key: one for one in answers(asked, WorkerSpec(""), plan, build=with_a_stand_in)}
        assert got.keys() == {request.key for request in asked}
        for request in asked[:40]:
            response = got[request.key].response
            assert response and response.finish_reason == "stop"
            seen = json.loads(response.text)
            assert seen["question"] == request.messages[0].content
            sent = ray_vllm.row({"request": msgspec.json.encode(request)})
            assert seen["sampling"] == sent["sampling_params"]
            assert response.usage == Usage(11, 5)
        assert "out of memory" in got[asked[40].key].error
        assert got[asked[41].key].refused

    def test_vllm_without_a_gpu_says_so_at_once(self, running: None) -> None:
        if ray_sees_a_gpu():
            pytest.skip("there is a GPU")
        plan = RayPlan(vllm=VllmPlan(model_source="/models/m"))
        with pytest.raises(ProviderError, match="needs a GPU"):
            next(answers([PLAIN], WorkerSpec(""), plan))

    def test_ctrl_c_ends_ray(self, tmp_path: Path) -> None:
        with counting(0.05) as server:
            script = INTERRUPTED.format(base_url=server.base_url)
            process = subprocess.Popen(
                [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
            )
            assert process.stdout and process.stdout.readline() == "answered\n"
            session = _children(process.pid)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=20) == 3
            deadline = time.monotonic() + 10
            while (left := [p for p in session if Path(f"/proc/{p}").exists()]) and (
                time.monotonic() < deadline
            ):
                time.sleep(0.1)
            assert not left


def ray_sees_a_gpu() -> bool:
    import ray

    return bool(ray.cluster_resources().get("GPU"))


INTERRUPTED = """
import sys
from bouture.llm.messages import Message, Request
from bouture.llm.ray.answers import answers
from bouture.llm.ray.session import RayPlan
from bouture.llm.ray.worker import WorkerSpec
requests = (Request((Message("user", str(n)),)) for n in range(10**6))
try:
    for number, _ in enumerate(answers(requests, WorkerSpec("openai", {{"base_url": "{base_url}"}}), RayPlan())):
        if number == 20:
            print("answered", flush=True)
except KeyboardInterrupt:
    sys.exit(3)
"""


def _children(process: int) -> list[int]:
    """Every process below this one."""
    below = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and process in _ancestors(int(folder.name)):
                below.append(int(folder.name))
        except OSError:
            continue
    return below
