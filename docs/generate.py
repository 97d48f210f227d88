"""Writes docs/reference/ from the code: commands, recipe, and each family with its members and options.

`make docs` runs it; a test fails when a page is not what it would write.
"""

import inspect
import json
import re
import sys
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from bouture.catalog import Catalog
from bouture.checks.catalog import CHECKS
from bouture.cli import app
from bouture.evaluate.catalog import LEARNERS
from bouture.formats.catalog import FORMATS
from bouture.formats.doubt_kinds import DOUBTS
from bouture.formats.loss_kinds import LOSSES
from bouture.formats.reading_kinds import READING
from bouture.llm.catalog import PROVIDERS
from bouture.recipe.sections import Recipe
from bouture.report.codes import ANNOTATION, ASKING, CHECKING, DECLINING, GUIDE
from bouture.report.codes import READING as READING_CODES
from bouture.strategies.catalog import STRATEGIES
from bouture.strategies.followers.catalog import FOLLOWERS

HERE = Path(__file__).parent
SCHEMA = HERE.parent / "src" / "bouture" / "recipe" / "recipe.schema.json"
FAMILIES: dict[str, tuple[Catalog[Any], str]] = {
    "strategies": (STRATEGIES, "Each makes new documents from one source document."),
    "checks": (CHECKS, "Each asks one question of a new document; the answer is a list of issues."),
    "formats": (
        FORMATS,
        "Each reads and writes one kind of corpus file, and says what it cannot carry.",
    ),
    "followers": (
        FOLLOWERS,
        "Each looks again at what a strategy has made (`then` in a recipe) and asks a model about it.",
    ),
    "providers": (PROVIDERS, "Each is a way to a model."),
    "learners": (LEARNERS, "Each is what the impact experiment trains."),
}
NOTE = "<!-- Written by docs/generate.py from the code: `make docs`. -->\n\n"


def pages() -> dict[Path, str]:
    """Path -> content of every generated file."""
    made = {HERE / "reference" / f"{name}.md": _family(name, *FAMILIES[name]) for name in FAMILIES}
    made[HERE / "reference" / "commands.md"] = NOTE + _commands()
    made[HERE / "codes.md"] = _codes()
    made[HERE / "reference" / "file-codes.md"] = _file_codes()
    made[HERE / "recipe.md"] = _recipe()
    schema = json.dumps(Recipe.model_json_schema(), indent=2, ensure_ascii=False)
    made[SCHEMA] = schema + "\n"
    return made


def _family(name: str, catalog: Catalog[Any], what: str) -> str:
    parts = [NOTE + f"# {name.capitalize()}\n\n{what}\n"]
    parts.append(f"Other packages add theirs through the entry-point group `{catalog.group}`.\n")
    for member in catalog.names():
        loaded = catalog.load(member)
        parts.append(f"## `{member}`\n\n{inspect.getdoc(loaded) or ''}\n")
        options = getattr(loaded, "Options", None)
        if options is not None and options.model_fields:
            parts.append(_fields(options))
        carries = getattr(loaded, "cannot_carry", None)
        if carries is not None:
            parts.append(f"What it cannot carry: {carries.en}.\n")
    return "\n".join(parts)


def _commands() -> str:
    """The commands, with their examples as code."""
    text = app.generate_docs().rstrip() + "\n"
    return re.sub(r"For example:\n((?:  bouture .*\n|      .*\n)+)", _as_code, text)


def _as_code(match: re.Match[str]) -> str:
    lines = [line[2:] for line in match.group(1).splitlines()]
    return "```console\n" + "\n".join(lines) + "\n```\n"


CODE_PARTS = {
    "Reading a model's answer (M)": READING_CODES,
    "No answer: the job failed, the next run tries again (R)": ASKING,
    "A strategy that makes nothing (P)": DECLINING,
    "Checks on new documents (F form, S schema, L labels, N language, D duplicates)": CHECKING,
    "A guide (G): G01 to G19 are problems of form, told with their line": GUIDE,
    "Probable annotation errors in gold (A)": ANNOTATION,
}
SEVERITY_TABLE = """
Every finding carries a code, a message in French and English, a place, and its evidence. What it does:

| severity | in a new document | in a file on disk |
| --- | --- | --- |
| `reject` | the document is rejected | error: `validate` exits with 1 |
| `review` | a person has to look | warning |
| `repaired` | was wrong, has been mended; counts as repaired | mended while reading |
| `note` | worth knowing | note |
"""


def _codes() -> str:
    parts = [NOTE + "# Reason codes\n" + SEVERITY_TABLE]
    for title, codes in CODE_PARTS.items():
        rows = [f"## {title}\n", "| code | what | en français |", "| --- | --- | --- |"]
        rows += [f"| {code} | {said.en} | {said.fr} |" for code, said in codes.items()]
        parts.append("\n".join(rows) + "\n")
    parts.append("## Files (V)\n\nSee [the list of file codes](reference/file-codes.md).\n")
    return "\n".join(parts)


def _file_codes() -> str:
    rows = [
        NOTE + "# Codes of files\n",
        "| code | severity | what | what to do |",
        "| --- | --- | --- | --- |",
    ]
    for kinds in (READING, LOSSES, DOUBTS):
        for code, kind in kinds.items():
            cells = (code, kind.severity.value, kind.message.en, kind.hint.en)
            rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _recipe() -> str:
    parts = [
        NOTE + "# The recipe\n",
        "One YAML file says what to do. Unknown keys and wrong types are errors that name the line "
        "and the nearest known key. Paths are relative to the recipe. `--set key=value` on the "
        "command line overrides one key, e.g. `--set strategies.rewrite.limit=20`; paths given "
        "that way are relative to the current folder. Editors can use the JSON Schema in "
        "`src/bouture/recipe/recipe.schema.json`.\n",
    ]
    for title, model in _sections(Recipe, ""):
        parts.append(f"## {title}\n\n{inspect.getdoc(model)}\n\n{_fields(model)}")
    return "\n".join(parts)


def _sections(model: type[BaseModel], prefix: str) -> list[tuple[str, type[BaseModel]]]:
    found = [(f"`{prefix.rstrip('.')}`" if prefix else "Top level", model)]
    for name, field in model.model_fields.items():
        inner = _model_in(field.annotation)
        if inner is not None and inner not in {m for _, m in found}:
            found += _sections(inner, f"{prefix}{name}.")
    return found


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in getattr(annotation, "__args__", ()))
    return next((found for found in inner if found is not None), None)


def _fields(model: type[BaseModel]) -> str:
    rows = ["| key | default | meaning |", "| --- | --- | --- |"]
    for name, field in model.model_fields.items():
        factory = field.default_factory
        default = factory() if factory else field.default  # type: ignore[call-arg]
        if default is PydanticUndefined:
            shown = "required"
        elif isinstance(default, BaseModel):
            shown = "see below"
        else:
            shown = f"`{json.dumps(default, ensure_ascii=False, default=str)}`"
        meaning = (field.description or "").replace("|", "\\|")
        rows.append(f"| `{name}` | {shown} | {meaning} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(HERE.parent)}\n")
