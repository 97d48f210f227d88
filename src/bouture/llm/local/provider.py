"""A model inside this process: a folder on disk, no server, no network (extra `local`)."""

import asyncio
import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bouture.errors import ProviderError
from bouture.llm.local.engine import Engine, Setting
from bouture.llm.local.gguf import read_head
from bouture.llm.local.request import question
from bouture.llm.messages import Request, Response


class Local:
    """An open-weights model that is loaded here at the first request and works on several at once.

    Loading and answering happen in threads: the event loop never waits for them. The same request gets the
    same answer on the same machine, whatever the seed of others; what is asked beside it changes the last
    digits of sums, and with them now and then a word, unless `exact` is set.
    """

    name = "local"
    contacts: tuple[str, ...] = ()

    class Options(BaseModel):
        """What a recipe can say about it."""

        model_config = ConfigDict(frozen=True, extra="forbid")

        folder: Path = Field(
            description="the model: a GGUF file, a folder with one, or a folder of safetensors"
        )
        converted: Path | None = Field(
            None,
            description="for a folder of safetensors: the GGUF file made of it at the first use and "
            "used again afterwards",
        )
        weights: Literal["q8_0", "same"] = Field(
            "q8_0", description="how `converted` keeps the weights: 8.5 bits each, or as they are"
        )
        context: int = Field(
            8192, ge=256, description="tokens of a request with its answer, at most the model's own"
        )
        batch: int = Field(8, ge=1, le=256, description="requests worked on together, at most")
        device: Literal["cpu", "gpu"] = Field(
            "cpu", description="gpu: all layers that fit go there"
        )
        threads: int = Field(0, ge=0, description="0: every core this process may use")
        chat_template: Path | None = Field(
            None, description="file of a Jinja chat template, instead of the model's own"
        )
        exact: bool = Field(
            False,
            description="the answer does not depend on what is asked beside it; the context takes twice "
            "the memory",
        )
        verbose: bool = Field(False, description="the engine says on stderr what it does")

    def __init__(self, options: Options) -> None:
        self.options = options
        self._stop = threading.Event()
        self._threads = ThreadPoolExecutor(options.batch, thread_name_prefix="bouture-local")
        self._loading: asyncio.Future[Engine] | None = None

    async def ask(self, request: Request) -> Response:
        """Asks once; see `Provider.ask` for the errors.

        Raises:
            MissingExtraError: the engine is not installed.
            ProviderError: the model cannot be loaded, or a parameter is not known.
            RequestRefused: the request is too long, or its schema cannot be held to.
        """
        body, schema = question(request)
        engine = await asyncio.shield(self._engine())
        given_up = threading.Event()

        def stopped() -> bool:
            return given_up.is_set() or self._stop.is_set()

        loop = asyncio.get_running_loop()
        try:
            response = await loop.run_in_executor(self._threads, engine.ask, body, schema, stopped)
        except asyncio.CancelledError:
            given_up.set()  # The engine ends it at the next word.
            raise
        if response is None:
            raise ProviderError("the model was closed before it had answered")
        return response

    async def together(self) -> float:
        """Requests worked on in one step, on average: near 1, batching gained nothing."""
        engine = await asyncio.shield(self._engine())
        return await asyncio.to_thread(engine.together)

    async def close(self) -> None:
        """Stops what is being written, waits for the threads (a few words long), frees the model."""
        self._stop.set()
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        loading, self._loading = self._loading, None
        if loading is None or not loading.done() or loading.cancelled():
            return
        if loading.exception() is None:
            await asyncio.to_thread(loading.result().close)

    def _engine(self) -> "asyncio.Future[Engine]":
        if self._stop.is_set():
            raise ProviderError("the model is closed")
        if self._loading is None:
            loop = asyncio.get_running_loop()
            self._loading = loop.run_in_executor(
                self._threads, _load, self.options, self._stop.is_set
            )
        return self._loading


def _load(options: Local.Options, stopped: Callable[[], bool]) -> Engine:
    template = ""
    if options.chat_template is not None:
        try:
            template = options.chat_template.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise ProviderError(
                f"the chat template cannot be read: {error}",
                hint="correct `chat_template`: a text file in Jinja",
                path=options.chat_template,
            ) from None
    return Engine(
        Setting(
            model_file(options, stopped),
            options.context,
            options.batch,
            options.threads,
            options.device == "gpu",
            options.exact,
            template,
            options.verbose,
        )
    )


def model_file(options: Local.Options, stopped: Callable[[], bool] = lambda: False) -> Path:
    """The GGUF file to load; a folder of safetensors is converted to `converted` unless it was already.

    Raises:
        ProviderError: nothing to load there, or several files; the message says what to do.
    """
    folder = options.folder
    if folder.is_file():
        return folder
    if not folder.is_dir():
        raise ProviderError(
            "there is no model at this path",
            hint="correct `folder`; it is relative to the recipe",
            path=folder,
        )
    files = [
        f for f in sorted(folder.glob("*.gguf")) if "-of-" not in f.stem or "-00001-of-" in f.stem
    ]
    if len(files) > 1:
        raise ProviderError(
            f"several models are in this folder: {', '.join(f.name for f in files)}",
            hint="name one of the files in `folder`",
            path=folder,
        )
    return files[0] if files else _converted(options, stopped)


def _converted(options: Local.Options, stopped: Callable[[], bool]) -> Path:
    parts = sorted(options.folder.glob("*.safetensors"))
    if not parts:
        raise ProviderError(
            "this folder holds no model: neither a .gguf file nor .safetensors",
            hint="copy the whole folder of the model, or correct `folder`",
            path=options.folder,
        )
    if options.converted is None:
        size = sum(f.stat().st_size for f in parts)
        share = 34 / 64 if options.weights == "q8_0" else 1.0
        raise ProviderError(
            "this model is in safetensors, which must be converted once",
            hint=f"say where: `converted: /path/model.gguf` (about {size * share / 1e9:.1f} GB if "
            "the weights are in 16 bits), or point `folder` at a GGUF file of the model",
            path=options.folder,
        )
    mark = _mark(options, parts)
    if options.converted.exists():
        if read_head(options.converted).get("bouture.source") == mark:
            return options.converted
        raise ProviderError(
            "this file was not made from this folder with these weights",
            hint="name another file in `converted`, or remove this one",
            path=options.converted,
        )
    from bouture.llm.local.convert import convert  # Only once in the life of a model.

    convert(options.folder, options.converted, options.weights, mark, stopped)
    return options.converted


def _mark(options: Local.Options, parts: list[Path]) -> str:
    """Names and sizes of the weights, and the files that say how to read them, in one SHA-256."""
    told = hashlib.sha256(options.weights.encode())
    for part in parts:
        told.update(f"\0{part.name}\0{part.stat().st_size}".encode())
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        path = options.folder / name
        told.update(b"\0" + (path.read_bytes() if path.is_file() else b""))
    return told.hexdigest()
