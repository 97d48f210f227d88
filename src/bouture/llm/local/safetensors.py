"""A folder of safetensors: which tensors it holds, and their numbers, one tensor at a time.

Source: the safetensors format (huggingface/safetensors, README): the length of a head, the head in JSON, the bytes.
"""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bouture.errors import ProviderError

Array = np.ndarray[Any, np.dtype[Any]]


class Stored(msgspec.Struct, frozen=True):
    """Where a tensor lies in the folder."""

    name: str
    file: Path
    kind: str
    """`F32`, `F16` or `BF16`."""
    shape: tuple[int, ...]
    start: int
    end: int


def read_json(path: Path) -> dict[str, Any]:
    """An object of a model's folder.

    Raises:
        ProviderError: the file is missing or is no JSON object.
    """
    try:
        found = json.loads(path.read_bytes())
        if not isinstance(found, dict):
            raise ValueError("it holds no object")
    except OSError as error:
        raise ProviderError(
            f"the model's folder has no readable {path.name}: {error.strerror}",
            hint="copy the whole folder of the model, not the weights alone",
            path=path.parent,
        ) from None
    except (ValueError, RecursionError) as error:
        raise ProviderError(f"not JSON: {error}", hint="copy the file again", path=path) from None
    return found


def stored_tensors(folder: Path) -> Iterator[Stored]:
    """Where each tensor of a model lies, without reading any.

    Raises:
        ProviderError: a file that cannot be read, or is cut.
    """
    files = sorted(folder.glob("*.safetensors"))
    if len(files) > 1:  # Some folders hold the same weights twice, under another name.
        index = folder / "model.safetensors.index.json"
        named = set(read_json(index)["weight_map"].values())
        files = [f for f in files if f.name in named]
    for file in files:
        try:
            with file.open("rb") as opened:
                (size,) = struct.unpack("<Q", opened.read(8))
                if size > 1 << 28:
                    raise ValueError("its head is too long")
                head = json.loads(opened.read(size))
            for name, told in head.items():
                if name != "__metadata__":
                    start, end = (8 + size + int(at) for at in told["data_offsets"])
                    if end > file.stat().st_size:
                        raise ValueError("the file ends too early")
                    yield Stored(name, file, str(told["dtype"]), tuple(told["shape"]), start, end)
        except OSError as error:
            raise ProviderError(
                f"cannot be read: {error.strerror}", hint="see who may read it", path=file
            ) from None
        except (ValueError, LookupError, TypeError, struct.error) as error:
            raise ProviderError(
                f"not a safetensors file: {error}", hint="copy it again: it was cut", path=file
            ) from None


def values(stored: Stored) -> Array:
    """A tensor as it is stored; bfloat16 as the 16 bits of each number."""
    form = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}[stored.kind]
    with stored.file.open("rb") as file:
        file.seek(stored.start)
        raw = file.read(stored.end - stored.start)
    return np.frombuffer(raw, form).reshape(stored.shape)


def float32(raw: Array, kind: str) -> Array:
    """The numbers of `values`, in 32 bits."""
    if kind == "BF16":  # The upper half of a float32.
        return (raw.astype(np.uint32) << 16).view(np.float32)
    return raw.astype(np.float32)
