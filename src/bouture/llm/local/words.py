"""The vocabulary and the chat template of a model's folder, as a GGUF file has them.

Only byte-level BPE, and only where the way the text is cut into words is one the engine knows; anything else is
refused, because a model that reads other tokens than it was trained on answers badly without an error.
"""

from pathlib import Path
from typing import Any

from bouture.errors import ProviderError
from bouture.llm.local.gguf import Value
from bouture.llm.local.safetensors import read_json

_WORD = r"[^\r\n\p{L}\p{N}]?\p{L}+"
_ENGLISH = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_UPPER, _LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_MARK = r"[^\r\n\p{L}\p{N}]?"
CUTS = {
    rf"{_ENGLISH}|{_WORD}|\p{{N}}{{1,3}}|{_REST}": "llama-bpe",
    rf"{_ENGLISH}|{_WORD}|\p{{N}}|{_REST}": "qwen2",
    rf"{_MARK}{_UPPER}*{_LOWER}+|{_MARK}{_UPPER}+{_LOWER}*|\p{{N}}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+": "tekken",
}
"""Regular expression of tokenizer.json → its name in the engine (Llama 3, Qwen 2 to 3, Mistral since Nemo)."""
_NORMAL, _CONTROL, _USER, _UNUSED = 1, 3, 4, 5


def vocabulary(folder: Path, size: int) -> dict[str, Value]:
    """The keys `tokenizer.*` of a GGUF file; `size` is the number of rows of the embedding.

    Raises:
        ProviderError: a file is missing, or the tokenizer is of a kind that cannot be carried over.
    """
    tokenizer = read_json(folder / "tokenizer.json")
    model = tokenizer.get("model") or {}
    if model.get("type") != "BPE" or model.get("byte_fallback"):
        raise _refused(folder, "its vocabulary is not a byte-level BPE (SentencePiece, Unigram…)")
    words = [f"[PAD{n}]" for n in range(size)]
    kinds = [_UNUSED] * size
    added = {str(t["content"]): t for t in tokenizer.get("added_tokens") or ()}
    try:
        for word, number in model["vocab"].items():
            words[number], kinds[number] = word, _NORMAL
        for word, told in added.items():
            words[told["id"]] = word
            kinds[told["id"]] = _CONTROL if told.get("special") else _USER
    except (IndexError, KeyError, TypeError):
        raise _refused(folder, "it has more words than the model has weights for") from None
    head: dict[str, Value] = {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": _cut(tokenizer, folder),
        "tokenizer.ggml.tokens": words,
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.merges": [
            m if isinstance(m, str) else " ".join(m) for m in model["merges"]
        ],
        # The template writes the first token itself where the model wants one.
        "tokenizer.ggml.add_bos_token": False,
    }
    told = read_json(folder / "tokenizer_config.json")
    for key in ("bos", "eos", "pad"):
        word = told.get(f"{key}_token")
        word = word.get("content") if isinstance(word, dict) else word
        if word in added:
            name = "padding" if key == "pad" else key
            head[f"tokenizer.ggml.{name}_token_id"] = int(added[word]["id"])
    template = chat_template(folder, told)
    if template:
        head["tokenizer.chat_template"] = template
    return head


def chat_template(folder: Path, told: dict[str, Any]) -> str:
    """The template of chat_template.jinja, or else of tokenizer_config.json; empty when there is none."""
    beside = folder / "chat_template.jinja"
    if beside.is_file():
        return beside.read_text(encoding="utf-8")
    template = told.get("chat_template") or ""
    if isinstance(template, list):
        named = {t.get("name"): t.get("template") for t in template}
        template = named.get("default") or ""
    return str(template)


def _cut(tokenizer: dict[str, Any], folder: Path) -> str:
    """The engine's name for the way this tokenizer cuts text into words."""
    normalizer = tokenizer.get("normalizer")
    if normalizer and normalizer.get("type") != "NFC":
        raise _refused(folder, f"it changes the text first ({normalizer.get('type')})")
    step = tokenizer.get("pre_tokenizer") or {}
    steps = step.get("pretokenizers") or [step]
    kinds = [s.get("type") for s in steps]
    if kinds == ["ByteLevel"] and steps[0].get("use_regex", True):
        return "gpt-2"
    if kinds == ["Split", "ByteLevel"]:
        expression = (steps[0].get("pattern") or {}).get("Regex")
        if expression in CUTS:
            return CUTS[expression]
    raise _refused(folder, "it cuts text into words in a way that is not known here")


def _refused(folder: Path, why: str) -> ProviderError:
    return ProviderError(
        f"the model's tokenizer cannot be carried over: {why}",
        hint="point `folder` at a GGUF file of the model",
        path=folder / "tokenizer.json",
    )
