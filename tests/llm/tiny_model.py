"""Makes the folder of a tiny language model with random weights, byte by byte: no other package is needed."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIAL = ["<|begin|>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>"]
LLAMA3_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
HIDDEN, FEED, LAYERS, HEADS, KV_HEADS = 64, 96, 2, 4, 2


def byte_letters() -> list[str]:
    """The printable letter that stands for each byte in a byte-level BPE (Radford et al., GPT-2, 2019)."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters, spare = [], 256
    for byte in range(256):
        if byte in kept:
            letters.append(chr(byte))
        else:
            letters.append(chr(spare))
            spare += 1
    return letters


def tokenizer() -> dict[str, Any]:
    """A byte-level BPE with a few French merges."""
    letters = byte_letters()
    merges = ["e s", "l e", "o n", "o u", "Ġ l", "Ġl es", "d e"]
    words = letters + ["".join(m.split(" ")) for m in merges]
    return {
        "version": "1.0",
        "added_tokens": [
            {
                "id": len(words) + n,
                "content": word,
                "special": True,
                "single_word": False,
                "lstrip": False,
                "rstrip": False,
                "normalized": False,
            }
            for n, word in enumerate(SPECIAL)
        ],
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {
                    "type": "Split",
                    "pattern": {"Regex": LLAMA3_SPLIT},
                    "behavior": "Isolated",
                    "invert": False,
                },
                {
                    "type": "ByteLevel",
                    "add_prefix_space": False,
                    "trim_offsets": True,
                    "use_regex": False,
                },
            ],
        },
        "post_processor": None,
        "decoder": {
            "type": "ByteLevel",
            "add_prefix_space": True,
            "trim_offsets": True,
            "use_regex": True,
        },
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": True,
            "vocab": {word: n for n, word in enumerate(words)},
            "merges": merges,
        },
    }


def weights(vocabulary: int, kind: str, seed: int = 0) -> dict[str, Any]:
    """Random float32 weights under the names of a Llama-type model."""
    rng = np.random.default_rng(seed)
    head = HIDDEN // HEADS

    def draw(*shape: int) -> Any:
        return (rng.standard_normal(shape) * 0.2).astype(np.float32)

    made: dict[str, Any] = {
        "model.embed_tokens.weight": draw(vocabulary, HIDDEN),
        "model.norm.weight": 1 + draw(HIDDEN),
        "lm_head.weight": draw(vocabulary, HIDDEN),
    }
    for n in range(LAYERS):
        layer = f"model.layers.{n}."
        made[layer + "input_layernorm.weight"] = 1 + draw(HIDDEN)
        made[layer + "post_attention_layernorm.weight"] = 1 + draw(HIDDEN)
        made[layer + "self_attn.q_proj.weight"] = draw(HEADS * head, HIDDEN)
        made[layer + "self_attn.k_proj.weight"] = draw(KV_HEADS * head, HIDDEN)
        made[layer + "self_attn.v_proj.weight"] = draw(KV_HEADS * head, HIDDEN)
        made[layer + "self_attn.o_proj.weight"] = draw(HIDDEN, HEADS * head)
        made[layer + "mlp.gate_proj.weight"] = draw(FEED, HIDDEN)
        made[layer + "mlp.up_proj.weight"] = draw(FEED, HIDDEN)
        made[layer + "mlp.down_proj.weight"] = draw(HIDDEN, FEED)
        if kind == "qwen3":
            made[layer + "self_attn.q_norm.weight"] = 1 + draw(head)
            made[layer + "self_attn.k_norm.weight"] = 1 + draw(head)
        if kind == "qwen2":
            made[layer + "self_attn.q_proj.bias"] = draw(HEADS * head)
            made[layer + "self_attn.k_proj.bias"] = draw(KV_HEADS * head)
            made[layer + "self_attn.v_proj.bias"] = draw(KV_HEADS * head)
    return made


def write_safetensors(path: Path, tensors: dict[str, Any]) -> None:
    """The format: length of the head, the head in JSON, the tensors one after the other."""
    head: dict[str, Any] = {}
    at = 0
    for name, tensor in tensors.items():
        head[name] = {
            "dtype": {"float32": "F32", "float16": "F16", "uint16": "BF16"}[str(tensor.dtype)],
            "shape": list(tensor.shape),
            "data_offsets": [at, at + tensor.nbytes],
        }
        at += tensor.nbytes
    raw = json.dumps(head).encode()
    raw += b" " * (-len(raw) % 8)
    body = b"".join(tensor.tobytes() for tensor in tensors.values())
    path.write_bytes(struct.pack("<Q", len(raw)) + raw + body)


def make(folder: Path, *, kind: str = "llama", template: str = TEMPLATE, **config: Any) -> Path:
    """The folder of a model: config.json, tokenizer.json, tokenizer_config.json, model.safetensors."""
    folder.mkdir(parents=True, exist_ok=True)
    words = tokenizer()
    size = len(words["model"]["vocab"]) + len(SPECIAL)
    begin = len(words["model"]["vocab"])
    described = {
        "architectures": [f"{kind.capitalize()}ForCausalLM"],
        "model_type": kind,
        "hidden_size": HIDDEN,
        "intermediate_size": FEED,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS,
        "head_dim": HIDDEN // HEADS,
        "max_position_embeddings": 2048,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "vocab_size": size,
        "bos_token_id": begin,
        "eos_token_id": begin + 1,
        "tie_word_embeddings": False,
        "hidden_act": "silu",
        "torch_dtype": "float32",
        **config,
    }
    (folder / "config.json").write_text(json.dumps(described), encoding="utf-8")
    (folder / "tokenizer.json").write_text(json.dumps(words), encoding="utf-8")
    told: dict[str, Any] = {"bos_token": "<|begin|>", "eos_token": "<|end|>", "add_bos_token": True}
    if template:
        told["chat_template"] = template
    (folder / "tokenizer_config.json").write_text(json.dumps(told), encoding="utf-8")
    made = weights(size, kind)
    if described["tie_word_embeddings"]:
        del made["lm_head.weight"]
    write_safetensors(folder / "model.safetensors", made)
    return folder
