"""The engine of the in-process model: llama.cpp, through the package xllamacpp (extra `local`).

It works on several requests together, keeps one random sequence a request,
and holds to a JSON schema (why this one: docs/decisions/0006). It opens a server address of its own; here that is a socket file in a private folder,
removed as soon as the model is loaded, so that nobody can connect.
"""

import importlib
import os
import secrets
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from bouture.errors import MissingExtraError, ProviderError, RequestRefused
from bouture.llm.local.gguf import read_head
from bouture.llm.local.request import answer, grammar_schema
from bouture.llm.messages import Response

_WORKING_BYTES = 300_000_000
"""Room for the engine's own work beside weights and context, about that of 128,000 words."""
_PROMPT_PIECE = 512
"""Tokens of a prompt worked on between two looks at whether to stop."""


class Setting(msgspec.Struct, frozen=True):
    """How to load a model."""

    file: Path
    context: int
    """Tokens for each request, prompt and answer together."""
    batch: int
    """Requests worked on together."""
    threads: int
    gpu: bool
    exact: bool
    template: str
    """Chat template that replaces the model's own; empty: none."""
    verbose: bool


class Engine:
    """A loaded model. `ask` may be called from several threads at once, `close` when none is inside it."""

    def __init__(self, setting: Setting) -> None:
        library = _library()
        head = read_head(setting.file)
        kind = str(head.get("general.architecture"))
        self.context = min(
            setting.context, int(head.get(f"{kind}.context_length", setting.context))
        )
        self.name = setting.file.name
        if not (setting.template or head.get("tokenizer.chat_template")):
            raise ProviderError(
                "the model has no chat template: how to put a conversation to it is not known",
                hint="take the instruct version of the model, or name its template: `chat_template: FILE`",
                path=setting.file,
            )
        if setting.gpu:
            _expect_gpu(library)
        else:
            _expect_room(setting, head, self.context)
        self._grammar: Callable[[str], str] = library.json_schema_to_grammar
        self._server = _open(library, _parameters(library, setting, self.context), kind)

    def ask(
        self, body: dict[str, Any], schema: dict[str, Any] | None, stopped: Callable[[], bool]
    ) -> Response | None:
        """Waits for the answer; None when `stopped` says yes before it is there.

        Raises:
            RequestRefused, ServerUnreachable: see `bouture.llm.local.request.answer`.
        """
        started = time.monotonic()
        chunks: list[dict[str, Any]] = []

        def take(chunk: dict[str, Any]) -> bool:
            chunks.append(chunk)
            return stopped()

        if stopped():
            return None
        try:
            if schema is not None:
                body = {**body, "grammar": self._grammar(grammar_schema(schema))}
            self._server.handle_chat_completions(body, take)
        except RuntimeError as error:
            raise RequestRefused(f"the engine refused the request: {error}") from None
        if stopped():
            return None
        strict = schema is not None and not body.get("stop")
        response = answer(chunks, schema=strict, seconds=time.monotonic() - started)
        return msgspec.structs.replace(response, model=self.name)

    def together(self) -> float:
        """Requests worked on in one step of the engine, on average since it was loaded."""
        for line in str(self._server.handle_metrics()).splitlines():
            if line.startswith("llamacpp:n_busy_slots_per_decode "):
                return float(line.split()[1])
        return 0.0

    def close(self) -> None:
        """Frees the memory of the model."""
        self._server = None


def _library() -> Any:
    try:
        return importlib.import_module("xllamacpp")
    except ImportError:
        raise MissingExtraError("an in-process model", "local") from None


def _parameters(library: Any, setting: Setting, context: int) -> Any:
    wanted = library.CommonParams()
    wanted.model.path = str(setting.file)
    wanted.n_ctx = context * setting.batch
    wanted.n_parallel = setting.batch
    wanted.n_batch = wanted.n_ubatch = _PROMPT_PIECE
    threads = setting.threads or _cores()
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = threads
    wanted.n_gpu_layers = -1 if setting.gpu else 0
    wanted.fit_params = setting.gpu
    wanted.cache_ram_mib = 0  # Else it keeps old prompts in up to 8 GB of memory.
    wanted.offline = True
    wanted.endpoint_slots = wanted.ui = False
    wanted.endpoint_metrics = True
    wanted.warmup = False
    wanted.verbosity = 3 if setting.verbose else -1
    wanted.chat_template = setting.template
    # The text as the model wrote it: the engine's own readers of answers fail on answers that were cut.
    wanted.force_pure_content_parser = True
    wanted.reasoning_format = library.common_reasoning_format.COMMON_REASONING_FORMAT_NONE
    if setting.exact:
        kinds = library.ggml_type
        wanted.cache_type_k = wanted.cache_type_v = kinds.GGML_TYPE_F32
        wanted.flash_attn_type = library.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
    return wanted


def _cores() -> int:
    """Cores this process may use: what a batch system granted, not what the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _open(library: Any, wanted: Any, kind: str) -> Any:
    with tempfile.TemporaryDirectory(prefix="bouture-", ignore_cleanup_errors=True) as private:
        wanted.hostnames = [f"{private}/s.sock"]
        wanted.api_keys = [secrets.token_urlsafe(32)]
        try:
            return library.Server(wanted)
        except RuntimeError:
            raise ProviderError(
                f"the engine cannot load the model (architecture {kind!r})",
                hint="the file may be damaged (compare its checksum), its chat template wrong, or its "
                "architecture newer than the engine; `verbose: true` shows what the engine says",
                path=wanted.model.path,
            ) from None


def _expect_gpu(library: Any) -> None:
    if not any("GPU" in str(device.get("type")) for device in library.get_device_info()):
        raise ProviderError(
            "the engine sees no GPU",
            hint="install its build for your GPU (docs/local.md), or set `device: cpu`",
        )


def _expect_room(setting: Setting, head: dict[str, Any], context: int) -> None:
    """An error now rather than a machine that swaps for an hour."""
    free = _free_bytes()
    need = bytes_needed(setting, head, context)
    if free is not None and need > free:
        raise ProviderError(
            f"the model needs about {need / 1e9:.1f} GB of memory, {free / 1e9:.1f} GB are free",
            hint="lower `context` or `batch`, or take a model with fewer bits a weight (Q4_K_M)",
            path=setting.file,
        )


def bytes_needed(setting: Setting, head: dict[str, Any], context: int) -> int:
    """Memory for weights, context and work, in bytes; the context is left out where the head does not tell."""
    kind = head.get("general.architecture")
    stem, _, parts = setting.file.stem.partition("-00001-of-")
    files = setting.file.parent.glob(f"{stem}-*-of-{parts}.gguf") if parts else [setting.file]
    weights = sum(f.stat().st_size for f in files)
    try:
        heads = head[f"{kind}.attention.head_count"]
        wide = head[f"{kind}.embedding_length"] // heads
        length = sum(head.get(f"{kind}.attention.{k}_length", wide) for k in ("key", "value"))
        kept = (
            head.get(f"{kind}.attention.head_count_kv", heads)
            * length
            * head[f"{kind}.block_count"]
        )
    except (KeyError, TypeError):
        kept = 0
    return int(
        weights + kept * context * setting.batch * (4 if setting.exact else 2) + _WORKING_BYTES
    )


def _free_bytes() -> int | None:
    """Memory this process may still take; None where the system does not tell (only Linux does)."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                free = int(line.split()[1]) * 1024
                break
        else:
            return None
        group = Path("/proc/self/cgroup").read_text().rpartition("0::")[2].strip().lstrip("/")
        folder = Path("/sys/fs/cgroup") / group
        most = (folder / "memory.max").read_text().strip()
        if most != "max":
            used = int((folder / "memory.current").read_text())
            free = min(free, int(most) - used)
    except FileNotFoundError:
        return locals().get("free")
    except (OSError, ValueError):
        return None
    return free
