"""batch export, batch import."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from bouture.cli.console import print_json, say
from bouture.cli.options import Json, Quiet, RecipeFile, Settings, settings_of

batch = App(name="batch", help="Requests out as files, answers back in: provider batches, air gap.")


@batch.command(name="export")
def export_(
    recipe: RecipeFile,
    folder: Annotated[
        Path | None,
        Parameter(help="Folder to write; batch/round-NNN in the run folder when absent."),
    ] = None,
    /,
    *,
    dialect: Annotated[
        Literal["openai", "mistral", "vllm", "bouture"],
        Parameter(help="Whose batch files; `bouture`: one request a line, for whatever answers."),
    ] = "openai",
    set_: Settings = [],  # noqa: B006 - read only
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Write the requests that have no answer yet as batch files, and a page on what to do with them.

    For example:
      bouture batch export my-run
      bouture batch export my-run --dialect mistral
      bouture batch export recipe.yaml for-the-other-machine --dialect vllm
    """
    from bouture.verbs.study import batch_export

    found = batch_export(recipe, folder, settings_of(set_), dialect=dialect)
    if json:
        print_json(found)
    quiet = quiet or json
    if found.folder is None:
        say(f"no request waits; {found.ready} jobs need no answer, {found.done} are done", quiet)
        return 0
    files = "file" if len(found.files) == 1 else "files"
    say(f"{found.requests} requests in {len(found.files)} {files}: {found.folder}", quiet)
    if found.again:
        say(f"{found.again} of them are in an earlier round too: send one of the two", quiet)
    say(f"{found.ready} jobs need no answer, {found.done} are done", quiet)
    say("README.md there says what to do; then: bouture batch import", quiet)
    return 0


@batch.command(name="import")
def import_(
    recipe: RecipeFile,
    answers: Annotated[
        list[Path], Parameter(help="Files that came back, or folders that hold them.")
    ],
    /,
    *,
    set_: Settings = [],  # noqa: B006 - read only
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Store the answers in files, in any order, with the provider's error files; `bouture run` reads them.

    What this run has not asked is refused and counted; the exit code is then 1.

    For example:
      bouture batch import my-run output.jsonl errors.jsonl
      bouture batch import my-run answers/
    """
    from bouture.verbs.study import batch_import

    found = batch_import(recipe, answers, settings_of(set_))
    if json:
        print_json(found)
    quiet = quiet or json
    say(f"{found.new} answers stored, {found.known} were known", quiet)
    for code, number in found.errors.items():
        say(f"not answered ({code}): {number}; they are asked again in the next round", quiet)
    problems = {
        "not asked by this run": found.foreign,
        "changed after the export": found.altered,
        "no answer that can be read": found.unreadable,
        "another answer than the one stored": found.conflicting,
    }
    for said, number in problems.items():
        if number:
            say(f"refused, {said}: {number}", quiet)
    for one in found.refused:
        say(f"  {one.path}:{one.line} {one.code} {one.key[:12]} {one.message}", quiet)
    return int(any(problems.values()))
