"""From a folder of safetensors to one GGUF file, for the families Llama, Mistral, Qwen2 and Qwen3.

Weights are read one at a time, so that memory stays at twice the largest of them. What is not surely the same
model afterwards is refused: other families, other ways to cut text into words, unknown scalings of positions.
Sources: the safetensors format (huggingface/safetensors, README); names, order of rows and keys as llama.cpp
expects them (« GGUF », docs/gguf.md of ggml; gguf-py/gguf/constants.py).
"""

import math
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from bouture.errors import ProviderError
from bouture.llm.local.gguf import Tensor, Value, q8_0, write
from bouture.llm.local.safetensors import Array, Stored, float32, read_json, stored_tensors, values
from bouture.llm.local.words import vocabulary

FAMILIES = {"llama": "llama", "mistral": "llama", "qwen2": "qwen2", "qwen3": "qwen3"}
"""`model_type` of config.json → architecture of the engine."""
_KINDS = {"F32": 0, "F16": 1, "BF16": 30}
_Q8_0 = 8
_WHOLE = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}
_LAYER = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_PLACE = re.compile(r"model\.layers\.(\d+)\.(.+)\.(weight|bias)")
Weights = Literal["same", "q8_0"]


class Shape(msgspec.Struct, frozen=True):
    """The numbers of config.json that are needed more than once."""

    family: str
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head: int
    context: int


def convert(
    folder: Path,
    target: Path,
    weights: Weights = "q8_0",
    mark: str = "",
    stopped: Callable[[], bool] = lambda: False,
) -> None:
    """Writes the model of a folder as one GGUF file, under its name only once it is whole.

    Args:
        folder: config.json, tokenizer.json, tokenizer_config.json and *.safetensors.
        target: the file to write; its folder must exist.
        weights: `q8_0`: large matrices in 8.5 bits a weight; `same`: as they are stored.
        mark: kept in the file under `bouture.source`.
        stopped: asked before each tensor; once it says yes, the half-written file is removed.

    Raises:
        ProviderError: the folder is no model that can be converted, or the file cannot be written.
    """
    config = read_json(folder / "config.json")
    shape = _shape(config, folder)
    stored = list(stored_tensors(folder))
    names = {s.name: _name(s.name, folder) for s in stored if not s.name.endswith("inv_freq")}
    plan = [(s, _planned(s, names[s.name], weights)) for s in stored if s.name in names]
    expected = {
        "token_embd.weight",
        "output_norm.weight",
        f"blk.{shape.layers - 1}.ffn_down.weight",
    }
    missing = expected - {t.name for _, t in plan}
    if missing:
        raise ProviderError(
            f"the weights are not whole: {', '.join(sorted(missing))} is missing",
            hint="copy every *.safetensors file of the model into the folder",
            path=folder,
        )
    head = {**_head(config, shape, mark), **vocabulary(folder, int(config["vocab_size"]))}
    tensors = [t for _, t in plan]
    extra = _rope_factors(config, shape)
    if extra is not None:
        tensors.append(Tensor("rope_freqs.weight", extra.shape, 0, extra.nbytes))
    part = target.with_name(target.name + ".part")
    try:
        try:
            write(part, head, tensors, _until(stopped, _data(plan, shape, extra)))
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise ProviderError(
            f"the converted model cannot be written: {error.strerror}",
            hint=f"`converted` needs {sum(t.size for t in tensors) / 1e9:.1f} GB in a folder that can be written",
            path=target,
        ) from None


def _shape(config: dict[str, Any], folder: Path) -> Shape:
    kind = str(config.get("model_type"))
    if kind not in FAMILIES:
        raise ProviderError(
            f"models of type {kind!r} cannot be converted here",
            hint=f"known: {', '.join(FAMILIES)}; for others, point `folder` at a GGUF file of the model",
            path=folder / "config.json",
        )
    try:
        heads, hidden = int(config["num_attention_heads"]), int(config["hidden_size"])
        context = int(config["max_position_embeddings"])
        window = config.get("sliding_window")
        if window and config.get("use_sliding_window", True):
            context = min(context, int(window))  # Within the window attention is the same.
        return Shape(
            FAMILIES[kind],
            hidden,
            int(config["num_hidden_layers"]),
            heads,
            int(config.get("num_key_value_heads") or heads),
            int(config.get("head_dim") or hidden // heads),
            context,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ProviderError(
            f"a number of the model is missing or wrong: {error}",
            hint="copy config.json again",
            path=folder / "config.json",
        ) from None


def _rope(config: dict[str, Any]) -> dict[str, Any]:
    """Positions, in the old and in the new form of config.json."""
    rope = dict(config.get("rope_parameters") or config.get("rope_scaling") or {})
    rope.setdefault("rope_theta", config.get("rope_theta", 10_000.0))
    rope.setdefault("rope_type", rope.get("type", "default"))
    return rope


def _head(config: dict[str, Any], shape: Shape, mark: str) -> dict[str, Value]:
    rope, family = _rope(config), shape.family
    head: dict[str, Value] = {
        "general.architecture": family,
        "bouture.source": mark,
        f"{family}.context_length": shape.context,
        f"{family}.embedding_length": shape.hidden,
        f"{family}.block_count": shape.layers,
        f"{family}.feed_forward_length": int(config["intermediate_size"]),
        f"{family}.attention.head_count": shape.heads,
        f"{family}.attention.head_count_kv": shape.kv_heads,
        f"{family}.attention.key_length": shape.head,
        f"{family}.attention.value_length": shape.head,
        f"{family}.attention.layer_norm_rms_epsilon": float(config["rms_norm_eps"]),
        f"{family}.rope.dimension_count": shape.head,
        f"{family}.rope.freq_base": float(rope["rope_theta"]),
        f"{family}.vocab_size": int(config["vocab_size"]),
    }
    if rope["rope_type"] == "linear":
        head[f"{family}.rope.scaling.type"] = "linear"
        head[f"{family}.rope.scaling.factor"] = float(rope["factor"])
    elif rope["rope_type"] not in ("default", "llama3"):
        raise ProviderError(
            f"positions scaled by {rope['rope_type']!r} cannot be converted here",
            hint="point `folder` at a GGUF file of the model",
        )
    return head


def _rope_factors(config: dict[str, Any], shape: Shape) -> Array | None:
    """By how much each frequency is slowed in Llama 3.1 and later (config `rope_type: llama3`).

    Source: « The Llama 3 Herd of Models », 2024, and the formula of its reference implementation: wave lengths
    above `original / low` are divided by `factor`, those below `original / high` stay, between them linearly.
    """
    rope = _rope(config)
    if rope["rope_type"] != "llama3":
        return None
    factor, low, high = (float(rope[k]) for k in ("factor", "low_freq_factor", "high_freq_factor"))
    original = float(rope["original_max_position_embeddings"])
    turns = float(rope["rope_theta"]) ** -(np.arange(0, shape.head, 2) / shape.head)
    length = 2 * math.pi / turns
    smooth = np.clip((original / length - low) / (high - low), 0, 1)
    return np.asarray(1 / ((1 - smooth) / factor + smooth), np.float32)


def _name(name: str, folder: Path) -> str:
    found = _PLACE.fullmatch(name)
    if found and found[2] in _LAYER:
        return f"blk.{found[1]}.{_LAYER[found[2]]}.{found[3]}"
    if name in _WHOLE:
        return _WHOLE[name]
    raise ProviderError(
        f"the tensor {name!r} belongs to no model that can be converted here (quantised or adapted?)",
        hint="point `folder` at a GGUF file of the model",
        path=folder,
    )


def _planned(stored: Stored, name: str, weights: Weights) -> Tensor:
    if stored.kind not in _KINDS:
        raise ProviderError(
            f"weights of type {stored.kind} cannot be converted here",
            hint="point `folder` at a GGUF file of the model, or at weights in float16, bfloat16 or float32",
            path=stored.file,
        )
    count = math.prod(stored.shape)
    if len(stored.shape) == 1:
        return Tensor(name, stored.shape, 0, 4 * count)
    if weights == "q8_0" and stored.shape[-1] % 32 == 0:
        return Tensor(name, stored.shape, _Q8_0, count // 32 * 34)
    return Tensor(name, stored.shape, _KINDS[stored.kind], stored.end - stored.start)


def _data(plan: list[tuple[Stored, Tensor]], shape: Shape, extra: Array | None) -> Iterator[bytes]:
    for stored, tensor in plan:
        raw = values(stored)
        heads = {"attn_q": shape.heads, "attn_k": shape.kv_heads}.get(tensor.name.split(".")[-2])
        if shape.family == "llama" and heads:
            raw = _interleaved(raw, heads)
        if tensor.kind == _KINDS[stored.kind]:
            yield raw.tobytes()
        else:
            wide = float32(raw, stored.kind)
            yield q8_0(wide) if tensor.kind == _Q8_0 else wide.tobytes()
    if extra is not None:
        yield extra.tobytes()


def _until(stopped: Callable[[], bool], data: Iterator[bytes]) -> Iterator[bytes]:
    for raw in data:
        if stopped():
            raise ProviderError("the model was being converted when the run was stopped")
        yield raw


def _interleaved(rows: Array, heads: int) -> Array:
    """The rows of each head in the order of the Llama papers: the two parts of a rotated pair side by side."""
    pairs = rows.reshape(heads, 2, rows.shape[0] // heads // 2, *rows.shape[1:])
    return pairs.swapaxes(1, 2).reshape(rows.shape)
