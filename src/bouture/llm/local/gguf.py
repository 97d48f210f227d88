"""The GGUF file: what its head says of a model, and how one is written.

Source of the format: « GGUF », docs/gguf.md of the ggml project, version 3. Numbers are little-endian.
"""

import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import numpy as np

from bouture.errors import ProviderError

MAGIC = b"GGUF"
ALIGNMENT = 32
_NUMBERS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_STRING, _ARRAY = 8, 9
_LONGEST = 1 << 26
"""No string or list of a head is longer; a larger number means a damaged file."""
Value = str | int | float | bool | Sequence[str] | Sequence[int]


class Tensor(msgspec.Struct, frozen=True):
    """One tensor of a file: its bytes are made when they are written, so that one is held at a time."""

    name: str
    shape: tuple[int, ...]
    """As numpy has it: the last axis is contiguous."""
    kind: int
    """0: float32, 1: float16, 8: blocks of 32 bytes with a scale (Q8_0)."""
    size: int
    """Bytes."""


def read_head(path: Path) -> dict[str, Any]:
    """The metadata of a GGUF file. A list is not kept: its length is found under its key and `#`.

    Raises:
        ProviderError: the file is no GGUF file, is cut, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != MAGIC:
                raise ProviderError(
                    "not a GGUF file", hint="copy the model again, or correct `folder`", path=path
                )
            version, _, count = struct.unpack("<IQQ", _take(file, 20))
            if version not in (2, 3):
                raise ValueError(f"version {version}")
            return dict(_pair(file) for _ in range(count))
    except OSError as error:
        raise ProviderError(
            f"the model cannot be read: {error.strerror}",
            hint="see who may read the file",
            path=path,
        ) from None
    except (ValueError, KeyError, struct.error) as error:
        raise ProviderError(
            f"the head of the GGUF file is damaged: {error}",
            hint="the copy was cut or altered: compare its checksum with the original's",
            path=path,
        ) from None


def write(
    path: Path, head: Mapping[str, Value], tensors: Sequence[Tensor], data: Iterable[bytes]
) -> None:
    """Writes a GGUF file; `data` gives the bytes of each tensor, in order.

    Raises:
        OSError: disk full, folder read-only.
        ValueError: bytes that are not as long as their tensor says.
    """
    with path.open("wb") as file:
        file.write(MAGIC + struct.pack("<IQQ", 3, len(tensors), len(head)))
        for key, value in head.items():
            file.write(_string(key) + _value(value))
        offset = 0
        for t in tensors:
            dims = t.shape[::-1]
            file.write(
                _string(t.name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, t.kind, offset)
            )
            offset += t.size + -t.size % ALIGNMENT
        file.write(b"\0" * (-file.tell() % ALIGNMENT))
        for t, raw in zip(tensors, data, strict=True):
            if len(raw) != t.size:
                raise ValueError(f"{t.name}: {len(raw)} bytes instead of {t.size}")
            file.write(raw)
            file.write(b"\0" * (-t.size % ALIGNMENT))


def q8_0(weights: "np.ndarray[Any, np.dtype[np.float32]]") -> bytes:
    """Blocks of 32 weights as signed bytes with one float16 scale (largest magnitude / 127).

    The last axis must be a multiple of 32. Source: `quantize_row_q8_0_ref` of ggml (the format's reference).
    """
    blocks = weights.reshape(-1, 32)
    scale = np.abs(blocks).max(axis=1, keepdims=True) / np.float32(127)
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    packed = np.empty(len(blocks), np.dtype([("scale", "<f2"), ("bytes", "i1", 32)]))
    packed["scale"] = scale[:, 0]
    packed["bytes"] = np.round(blocks * inverse)
    return packed.tobytes()


def _take(file: BinaryIO, size: int) -> bytes:
    if size > _LONGEST:
        raise ValueError(f"a part of {size} bytes")
    raw = file.read(size)
    if len(raw) != size:
        raise ValueError("the file ends too early")
    return raw


def _text(file: BinaryIO) -> str:
    return _take(file, struct.unpack("<Q", _take(file, 8))[0]).decode("utf-8", "replace")


def _pair(file: BinaryIO) -> tuple[str, Any]:
    key = _text(file)
    kind = struct.unpack("<I", _take(file, 4))[0]
    if kind == _STRING:
        return key, _text(file)
    if kind == _ARRAY:
        inner, length = struct.unpack("<IQ", _take(file, 12))
        if inner == _STRING:
            for _ in range(length):
                _text(file)
        else:
            _take(file, length * struct.calcsize("<" + _NUMBERS[inner]))
        return key + "#", length
    form = "<" + _NUMBERS[kind]
    return key, struct.unpack(form, _take(file, struct.calcsize(form)))[0]


def _string(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _value(value: Value) -> bytes:
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", _STRING) + _string(value)
    if value and isinstance(value[0], str):
        body = b"".join(_string(str(item)) for item in value)
        return struct.pack("<IIQ", _ARRAY, _STRING, len(value)) + body
    return struct.pack(f"<IIQ{len(value)}i", _ARRAY, 5, len(value), *value)
