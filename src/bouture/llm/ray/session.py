"""Ray, started and stopped: what a recipe says of it, on this machine alone or on a cluster."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bouture.errors import MissingExtraError, ProviderError
from bouture.llm.ray.vllm import VllmPlan


class RayPlan(BaseModel):
    """What a recipe says of running on Ray."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workers: int = Field(2, ge=1, description="worker processes that ask a server")
    batch: int = Field(
        16, ge=1, description="requests a batch; a worker that dies has its batches asked again"
    )
    concurrency: int = Field(
        64, ge=1, description="requests a worker has in flight, at most; `flow` may allow fewer"
    )
    cpus: float = Field(1.0, gt=0, description="processors a worker reserves")
    address: str | None = Field(
        None, description="of a running cluster (host:port, or auto); none: this machine alone"
    )
    object_store_mb: int = Field(
        256,
        ge=100,
        description="shared memory of Ray on this machine, in MB; no part of a cluster's",
    )
    vllm: VllmPlan | None = Field(None, description="the model inside the workers; no server")

    @property
    def batches(self) -> int:
        """Batches a worker works on at once."""
        return -(-self.concurrency // self.batch)

    @property
    def ahead(self) -> int:
        """Batches on their way at most: what the workers hold, and as much again waiting for them."""
        if self.vllm is not None:
            return 2 * -(-self.vllm.in_flight // self.batch)
        return 2 * self.workers * self.batches


@contextmanager
def on_ray(plan: RayPlan) -> Iterator[Any]:
    """The `ray` module, with Ray running; stopped at the end when it was started here.

    Open it around several calls of `answers` to start Ray once. On this machine alone it listens on the
    loopback interface; it sends no report of use.

    Raises:
        MissingExtraError: Ray is not installed.
        ProviderError: the cluster cannot be reached.
    """
    try:
        import ray
        import ray.data
    except ImportError:
        raise MissingExtraError("running on Ray", "ray") from None
    if ray.is_initialized():
        yield ray
        return
    settings: dict[str, Any] = {"address": plan.address or "local"}
    if plan.address is None:
        settings |= {
            "num_cpus": max(os.cpu_count() or 1, int(plan.workers * plan.cpus) + 1),
            "object_store_memory": plan.object_store_mb * 2**20,
            "include_dashboard": False,
            "_node_ip_address": "127.0.0.1",
        }
    with _environment(RAY_USAGE_STATS_ENABLED="0"):
        try:
            ray.init(log_to_driver=False, logging_level=logging.ERROR, **settings)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise ProviderError(
                f"Ray cannot be used: {first_line(error)}",
                hint="see that the cluster runs and `address` is right, or leave `address` out",
            ) from None
    try:
        yield ray
    finally:
        ray.shutdown()


@contextmanager
def quiet() -> Iterator[None]:
    """Ray Data reports to its log folder, not to the screen."""
    logger = logging.getLogger("ray.data")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def first_line(error: BaseException) -> str:
    """The first line of what an error says, or its name."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
