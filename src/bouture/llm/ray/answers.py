"""Requests to answers over many workers or machines, on Ray Data: the map in the middle of a run, and no more.

The driver hands in requests as they become known and takes answers as they come; it alone holds the store,
the budget, the documents and the checks. So what is made is what one process makes, whatever the workers do:

    requests -> feed -> [one read task] -> batches -> [workers, or vLLM engines] -> answers

Ray starts again a worker that dies and gives it its batches again; nothing else is asked twice.
"""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from bouture.errors import ProviderError
from bouture.llm.messages import Request, Response
from bouture.llm.provider import Learnt
from bouture.llm.ray.feed import Feed, read_from
from bouture.llm.ray.session import RayPlan, first_line, on_ray, quiet
from bouture.llm.ray.vllm import Build, through_vllm, unfit
from bouture.llm.ray.worker import HOPELESS, Asker, Failure, Said, WorkerSpec

AGAIN = "run the same command again to continue: what was answered is kept"


class Answered(msgspec.Struct, frozen=True):
    """A request with its answer, or with why it has none."""

    request: Request
    response: Response | None = None
    failure: Failure | None = None
    learnt: tuple[Learnt, ...] = ()
    """What a worker has just learnt of the server."""
    retries: int = 0
    """Tries after the first that its worker made since its last answer."""

    @property
    def key(self) -> str:
        return self.request.key

    @property
    def error(self) -> str:
        """Empty when it was answered."""
        return self.failure.message if self.failure else ""

    @property
    def refused(self) -> bool:
        """Asking again is useless."""
        return self.failure is not None and self.failure.kind == "refused"


def answers(
    requests: Iterable[Request | None],
    worker: WorkerSpec,
    plan: RayPlan,
    build: Build | None = None,
) -> Iterator[Answered]:
    """The answers, as they come, in no order; each request that was taken gets exactly one.

    `requests` is drawn from in this thread, between answers, and never more than `plan.ahead` batches ahead.
    It may yield None: nothing more before another answer is in (a dialogue waits for it, or a budget for room).
    It ends the round by ending; what was taken before is still answered.

    Args:
        worker: how a worker reaches the model; the limits a minute are those of all workers together.
        build: makes the vLLM processor, in place of Ray's.

    Raises:
        MissingExtraError: Ray is not installed.
        ProviderError: no request can be answered (wrong key, server down, Ray lost); the round is stopped.
    """
    with on_ray(plan) as ray, quiet():
        if plan.vllm is not None and plan.address is None and build is None:
            _see_a_gpu(ray)
        remote = ray.remote(num_cpus=0)(Feed)
        feed = remote.options(scheduling_strategy=_here(ray)).remote()
        sender = _Sender(requests, feed, plan)
        refused = sender.top_up()
        try:
            while refused:
                yield from refused
                refused = sender.top_up()
            for number, said in _rows(_dataset(ray, feed, worker, plan, build)):
                yield from sender.received(number, said)
                while refused := sender.top_up():
                    yield from refused
            if sender.hopeless is not None:
                raise sender.hopeless.error()
        except ray.exceptions.RayTaskError:
            raise  # An error of the code, not of the machines.
        except ray.exceptions.RayError as error:
            raise ProviderError(f"Ray has stopped: {first_line(error)}", hint=AGAIN) from error
        finally:
            ray.kill(feed)


class _Sender:
    """What the driver remembers of the batches on their way."""

    def __init__(self, requests: Iterable[Request | None], feed: Any, plan: RayPlan) -> None:
        self._requests = iter(requests)
        self._feed = feed
        self._plan = plan
        self._out: dict[int, dict[int, Request]] = {}
        self._sent = 0
        self._ended = False
        self.hopeless: Failure | None = None
        """Why no request will be answered. What is on its way is still waited for."""

    def top_up(self) -> list[Answered]:
        """Sends what may be sent now.

        Returns:
            What will not be sent: the engine could not take it.
        """
        refused: list[Answered] = []
        pause = False
        while not (self._ended or pause) and len(self._out) < self._plan.ahead:
            batch: list[Request] = []
            while len(batch) < self._plan.batch and not pause:
                request = next(self._requests, _END)
                if request is _END:
                    self._ended = pause = True
                elif request is None:
                    pause = True
                elif self._plan.vllm is not None and (why := unfit(request)):
                    refused.append(Answered(request, failure=why))
                else:
                    batch.append(request)
            self._send(batch)
        if not self._out and not refused:
            # Waiting for an answer when none is on its way would never end.
            self._ended = True
        if self._ended:
            self._feed.end.remote(self._sent)
        return refused

    def _send(self, batch: list[Request]) -> None:
        if batch:
            self._out[self._sent] = dict(enumerate(batch))
            self._feed.put.remote(self._sent, msgspec.json.encode(batch))
            self._sent += 1

    def received(self, number: int, said: list[Said]) -> Iterator[Answered]:
        """The answers of a batch, or of a part of it."""
        waiting = self._out.get(number, {})
        for one in said:
            request = waiting.pop(one.position, None)
            if request is None:
                continue  # Answered twice: by a worker that was thought lost.
            if one.failure is not None and one.failure.kind == HOPELESS:
                self.hopeless, self._ended = one.failure, True
            yield Answered(request, one.response, one.failure, one.learnt, one.retries)
        if number in self._out and not waiting:
            del self._out[number]
            self._feed.done.remote(number)


_END: Any = object()


def _dataset(ray: Any, feed: Any, worker: WorkerSpec, plan: RayPlan, build: Build | None) -> Any:
    # A dataset keeps the settings under which it was made.
    with ray.data.DataContext.current(_settings(ray)):
        return _stages(ray, feed, worker, plan, build)


def _settings(ray: Any) -> Any:
    settings = copy.deepcopy(ray.data.DataContext.get_current())
    # Blocks are cut at this many bytes and hold one row at least: each batch leaves at once.
    settings.target_max_block_size = 1
    settings.enable_progress_bars = False
    settings.print_on_execution_start = False
    return settings


def _stages(ray: Any, feed: Any, worker: WorkerSpec, plan: RayPlan, build: Build | None) -> Any:
    batches = ray.data.read_datasource(read_from(feed), override_num_blocks=1, num_cpus=0)
    if plan.vllm is not None:
        return through_vllm(batches, plan.vllm, build)
    pool = ray.data.ActorPoolStrategy(
        size=plan.workers,
        max_tasks_in_flight_per_actor=plan.batches + 1,
        max_concurrent_calls_per_actor=plan.batches,
    )
    flow = msgspec.structs.replace(worker.flow, most=min(worker.flow.most, plan.concurrency))
    spec = msgspec.structs.replace(worker, flow=flow).shared(plan.workers)
    return batches.map_batches(
        Asker, fn_constructor_args=(spec,), batch_size=1, compute=pool, num_cpus=plan.cpus
    )


def _rows(dataset: Any) -> Iterator[tuple[int, list[Said]]]:
    blocks = dataset.iter_batches(batch_size=None, prefetch_batches=0, batch_format="pyarrow")
    for block in blocks:
        for row in block.select(["number", "said"]).to_pylist():
            yield row["number"], msgspec.json.decode(row["said"], type=list[Said])


def _see_a_gpu(ray: Any) -> None:
    """Without one, Ray would wait for it for ever."""
    if not ray.cluster_resources().get("GPU"):
        raise ProviderError(
            "vLLM inside the workers needs a GPU, and Ray sees none on this machine",
            hint="run vLLM as a server where there is one, or give the `address` of a cluster",
        )


def _here(ray: Any) -> Any:
    """On the machine of the driver: the feed is lost only with it."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    return NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
