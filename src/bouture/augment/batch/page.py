"""The page beside the batch files: what to do with them and how to bring the answers back, in plain words.

Markdown that reads as it is: it goes where the files go, to machines that may have no browser. The words
are in page.fr.md and page.en.md: the page, then what is particular to each dialect.
"""

import re
import shlex
from pathlib import Path
from string import Template

from bouture.augment.batch.round_files import KEYS, MANIFEST, Manifest


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
        "round": str(manifest.round),
        "requests": _number(manifest.requests, language),
        "made": manifest.made.partition("+")[0].replace("T", " "),
        "count": str(len(manifest.files)),
        "manifest": MANIFEST,
        "keys": KEYS,
        "file": name,
        # The number of the round is in the name: what came back of an earlier one stays.
        "answers": name.replace("requests", f"answers-{manifest.round:03}"),
        "errors": name.replace("requests", f"errors-{manifest.round:03}"),
        "model": _shell(file.model if file else ""),
        "model_json": _in_quotes(file.model if file else ""),
        "run": _shell(str(run)),
        "dialect": manifest.dialect,
        "table": _table(manifest, language),
    }
    parts = _parts("fr" if language == "fr" else "en")
    how = Template(parts[manifest.dialect]).substitute(words)
    return Template(parts["page"]).substitute(words, how=how) + "\n"


def _parts(language: str) -> dict[str, str]:
    """What stands below each `=== name` of the file of a language, trimmed."""
    text = Path(__file__).with_name(f"page.{language}.md").read_text(encoding="utf-8")
    pieces = re.split(r"^=== (\w+)\n", text, flags=re.MULTILINE)[1:]
    return {name: body.strip() for name, body in zip(pieces[::2], pieces[1::2], strict=True)}


def _table(manifest: Manifest, language: str) -> str:
    in_each = "indiqué dans chaque ligne" if language == "fr" else "named in each line"
    return "\n".join(
        f"| {file.name} | {_cell(file.model) or in_each} | {_number(file.requests, language)} "
        f"| {_number(file.bytes, language)} | {file.sha256} |"
        for file in manifest.files
    )


def _number(value: int, language: str) -> str:
    said = f"{value:,}"
    return said.replace(",", "\u202f") if language == "fr" else said


def _shell(text: str) -> str:
    return shlex.quote(_line(text)) if text else "MODEL"


def _in_quotes(text: str) -> str:
    """For a JSON string inside a shell's single quotes: only what needs no escaping there."""
    return "".join(c for c in _line(text) if c not in "'\"\\") or "MODEL"


def _cell(text: str) -> str:
    return _line(text).replace("|", "/")


def _line(text: str) -> str:
    """On one line, without control characters: it may come from anywhere."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
