"""The page beside the batch files: what to do with them and how to bring the answers back, in plain words.

Markdown that reads as it is: it goes where the files go, to machines that may have no browser.
"""

import shlex
from pathlib import Path

from bouture.augment.batch_wording import (
    BACK,
    BY_HAND,
    FILES,
    LEAD,
    MISTRAL,
    NEXT,
    OPENAI,
    TABLE,
    TITLE,
    VLLM,
)
from bouture.augment.round_files import KEYS, MANIFEST, Manifest
from bouture.corpus.issue import Wording
from bouture.llm.batches import DialectName

_HOW: dict[DialectName, Wording] = {
    "openai": OPENAI,
    "mistral": MISTRAL,
    "vllm": VLLM,
    "bouture": BY_HAND,
}


def page(manifest: Manifest, language: str, run: Path) -> str:
    """The page of a round.

    Args:
        manifest: what the round holds.
        language: `fr`; any other is English.
        run: the run folder, for the commands.
    """
    file = manifest.files[0] if manifest.files else None
    name = file.name if file else "requests-001.jsonl"
    words = {
        "round": manifest.round,
        "requests": manifest.requests,
        "made": manifest.made,
        "count": len(manifest.files),
        "manifest": MANIFEST,
        "keys": KEYS,
        "file": name,
        "answers": name.replace("requests", "answers"),
        "errors": name.replace("requests", "errors"),
        "model": _shell(file.model if file else ""),
        "model_json": _in_quotes(file.model if file else ""),
        "run": _shell(str(run)),
    }
    parts = [
        _say(TITLE, language, words),
        _say(LEAD, language, words),
        _say(FILES, language, words),
        _table(manifest, language),
        _say(_HOW[manifest.dialect], language, words),
        _say(BACK, language, words),
        _say(NEXT, language, words),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _say(wording: Wording, language: str, words: dict[str, object]) -> str:
    return (wording.fr if language == "fr" else wording.en).format(**words)


def _table(manifest: Manifest, language: str) -> str:
    head = _say(TABLE, language, {})
    rows = [
        f"| {file.name} | {_cell(file.model)} | {file.requests} | {file.bytes} | {file.sha256} |"
        for file in manifest.files
    ]
    return "\n".join([head.strip("\n"), *rows])


def _shell(text: str) -> str:
    return shlex.quote(_line(text)) if text else "MODEL"


def _in_quotes(text: str) -> str:
    """For a JSON string inside a shell's single quotes: only what needs no escaping there."""
    return "".join(c for c in _line(text) if c not in "'\"\\") or "MODEL"


def _cell(text: str) -> str:
    return _line(text).replace("|", "/") or "—"


def _line(text: str) -> str:
    """On one line, without control characters: it may come from anywhere."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
