"""Options that several commands share, with one wording."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from bouture.errors import RecipeError

CorpusFile = Annotated[
    Path, Parameter(help="A corpus: JSONL, TextMine CSV, Label Studio JSON, brat folder, CoNLL.")
]
RecipeFile = Annotated[Path, Parameter(help="A recipe, or the folder that holds recipe.yaml.")]
RunPath = Annotated[Path, Parameter(help="A run folder.")]
GuideFile = Annotated[Path | None, Parameter(help="Annotation guide (Markdown, executable form).")]
FormatName = Annotated[
    str | None, Parameter(help="jsonl, textmine, labelstudio, brat or conll; guessed when absent.")
]
Json = Annotated[
    bool, Parameter(name="--json", negative="", help="The result as JSON on standard output.")
]
Quiet = Annotated[bool, Parameter(negative="", help="No progress and no remarks.")]
Offline = Annotated[
    bool,
    Parameter(negative="", help="Contact nothing but this machine (loopback addresses)."),
]
Language = Annotated[Literal["fr", "en"], Parameter(name="--lang", help="Language of the text.")]
Settings = Annotated[
    list[str],
    Parameter(
        name="--set",
        negative="",
        help="Override the recipe: `--set strategies.rewrite.limit=20`. Repeatable.",
    ),
]


def settings_of(given: list[str], offline: bool = False) -> dict[str, str]:
    """`key=value` strings as a mapping; `--offline` is the setting of that name.

    Raises:
        RecipeError: one of them has no `=`.
    """
    found: dict[str, str] = {}
    for item in given:
        key, sign, value = item.partition("=")
        if not sign or not key:
            raise RecipeError(f"--set {item}: there is no `=`", hint="write --set key=value")
        found[key] = value
    if offline:
        found["offline"] = "true"
    return found
