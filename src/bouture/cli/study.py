"""init, plan, preview, run, batch, report."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from bouture.cli.console import print_issues, print_json, say
from bouture.cli.options import (
    FormatName,
    GuideFile,
    Json,
    Language,
    Quiet,
    RecipeFile,
    RunPath,
    Settings,
    settings_of,
)

batch = App(
    name="batch", help="Requests out as a file, answers back in: provider batches, air gap."
)


def init(
    folder: Annotated[Path, Parameter(help="The new project folder.")],
    /,
    *,
    corpus: Annotated[
        Path, Parameter(help="Annotated documents; split in three unless dev or test is given.")
    ],
    dev: Annotated[Path | None, Parameter(help="Documents to decide on.")] = None,
    test: Annotated[Path | None, Parameter(help="Documents to measure on.")] = None,
    by_date: Annotated[
        str | None,
        Parameter(help="Split by date: the key of `meta` that holds it, e.g. `--by-date date`."),
    ] = None,
    guide: GuideFile = None,
    format: FormatName = None,
    lang: Language = "fr",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """A new project folder from a corpus: recipe with comments, guide skeleton, train/dev/test.

    For example:
      bouture init my-study --corpus train.csv
      bouture init my-study --corpus live-feed.jsonl --by-date date
      bouture init my-study --corpus export.json --format labelstudio --lang en
    """
    from bouture.verbs.initial import init as make

    held_out: dict[str, str | Path] | str = by_date or {
        name: path for name, path in (("dev", dev), ("test", test)) if path
    }
    made = make(folder, corpus, held_out=held_out, guide=guide, format=format, language=lang)
    if json:
        print_json(made._asdict())
        return 0
    if not quiet:
        print_issues(made.issues)
    for path, text in made.files.items():
        say(f"{path}: {text}", quiet)
    say(f"next: bouture plan {folder}", quiet)
    return 0


def plan(
    recipe: RecipeFile,
    /,
    *,
    set_: Settings = [],  # noqa: B006 - read only
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """What would be made, how many requests, tokens, money. Sends nothing.

    For example:
      bouture plan recipe.yaml --set strategies.rewrite.limit=20
    """
    from bouture.cli.show_study import show_plan
    from bouture.verbs.planning import plan as make
    from bouture.verbs.study import UNFINISHED

    found = make(recipe, settings_of(set_))
    if json:
        print_json(found)
    else:
        show_plan(found)
        if found.unfinished:
            say(UNFINISHED.en.format(count=len(found.unfinished)), quiet)
    return 0


def preview(
    recipe: RecipeFile,
    /,
    *,
    n: Annotated[int, Parameter(name=["-n", "--number"], help="Jobs of each strategy.")] = 3,
    strategy: Annotated[str | None, Parameter(help="Only this strategy.")] = None,
    set_: Settings = [],  # noqa: B006 - read only
    lang: Language = "en",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """The prompts, the answers, the documents, the issues of a few jobs, on screen.

    Answers are kept in the run folder: `bouture run` does not ask for them again.

    For example:
      bouture preview recipe.yaml -n 2 --strategy rewrite
    """
    from bouture.cli.show_study import show_preview
    from bouture.verbs.study import preview as make

    shown = make(recipe, n, settings_of(set_), strategy)
    if json:
        print_json([s._asdict() for s in shown])
    elif not quiet:
        show_preview(shown, lang)
    return 0


def run(
    recipe: RecipeFile,
    /,
    *,
    set_: Settings = [],  # noqa: B006 - read only
    lang: Annotated[
        Literal["fr", "en"] | None,
        Parameter(help="Language of the report; the recipe's when absent."),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """The main job: ask, read back, check, keep, measure, report. Run it again to continue.

    For example:
      bouture run recipe.yaml
      bouture run recipe.yaml --set model.concurrency=32 --set run=second-run
    """
    from bouture.cli.progress import Progress
    from bouture.cli.show_study import show_summary
    from bouture.verbs.main_job import Listeners
    from bouture.verbs.main_job import run as work

    with Progress(quiet or json) as progress:
        told = Listeners(progress, progress.evaluation)
        done = work(recipe, settings_of(set_), told, language=lang, processes=0)
    if json:
        print_json(done.summary)
    else:
        show_summary(done.summary, done.evaluations, lang or "en")
        say(f"report: {done.report}", quiet)
    return int(done.summary.failed > 0 or done.summary.pending > 0)


def report(
    run: RunPath,
    /,
    *,
    lang: Language = "fr",
    output: Annotated[
        Path | None,
        Parameter(
            name=["--output", "-o"],
            help="Where to write; report.html in the run folder when absent.",
        ),
    ] = None,
    quiet: Quiet = False,
) -> int:
    """The report of a run again, in French or English.

    For example:
      bouture report demo --lang en -o report.en.html
    """
    from bouture.verbs.reporting import report as make

    say(f"report: {make(run, lang, output)}", quiet)
    return 0


@batch.command(name="export")
def export_(
    recipe: RecipeFile,
    requests: Annotated[Path, Parameter(help="File to write: one request a line (JSONL).")],
    /,
    *,
    set_: Settings = [],  # noqa: B006 - read only
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Write the requests that have no answer yet to a file.

    For example:
      bouture batch export recipe.yaml requests.jsonl
    """
    from bouture.verbs.study import batch_export

    found = batch_export(recipe, requests, settings_of(set_))
    if json:
        print_json(found)
    say(
        f"{found.requests} requests written to {requests}; {found.ready} jobs need no answer, "
        f"{found.done} are done",
        quiet or json,
    )
    return 0


@batch.command(name="import")
def import_(
    recipe: RecipeFile,
    answers: Annotated[Path, Parameter(help='File of answers: {"key", "text"} a line (JSONL).')],
    /,
    *,
    set_: Settings = [],  # noqa: B006 - read only
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Store the answers of a file; `bouture run` then reads them without asking.

    For example:
      bouture batch import recipe.yaml answers.jsonl
    """
    from bouture.verbs.study import batch_import

    found = batch_import(recipe, answers, settings_of(set_))
    if json:
        print_json(found)
    say(f"{found.new} answers stored, {found.known} were known", quiet or json)
    return 0
