"""init, plan, preview, run, show, report."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from bouture.cli.console import print_issues, print_json, say
from bouture.cli.options import (
    FormatName,
    GuideFile,
    Json,
    Language,
    Offline,
    Quiet,
    RecipeFile,
    RunPath,
    Settings,
    settings_of,
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
    raw: Annotated[
        Path | None,
        Parameter(help="Texts without annotation: a text a line, a folder of .txt, or JSONL."),
    ] = None,
    model: Annotated[
        str,
        Parameter(help="Name of the model to ask: the recipe then has the default mixture."),
    ] = "",
    provider: Annotated[str, Parameter(help="Who serves that model.")] = "mistral",
    format: FormatName = None,
    lang: Language = "fr",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """A new project folder from a corpus: recipe with comments, guide skeleton, train/dev/test.

    For example:
      bouture init my-study --corpus train.csv
      bouture init my-study --corpus live-feed.jsonl --by-date date
      bouture init my-study --corpus train.csv --model mistral-small-latest
      bouture init my-study --corpus export.json --format labelstudio --lang en
    """
    from bouture.verbs.initial import init as make
    from bouture.verbs.initial_recipe import Wishes

    held_out: dict[str, str | Path] | str = by_date or {
        name: path for name, path in (("dev", dev), ("test", test)) if path
    }
    wishes = Wishes(model, provider, raw)
    made = make(
        folder,
        corpus,
        held_out=held_out,
        guide=guide,
        format=format,
        language=lang,
        wishes=wishes,
    )
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
    lang: Language = "en",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """What the corpus lacks, what would be made, how many requests, tokens, money. Sends nothing.

    For example:
      bouture plan recipe.yaml --set strategies.rewrite.limit=20
      bouture plan recipe.yaml --set mixture.calls=300 --lang fr
    """
    from bouture.cli.show_plan import show_plan
    from bouture.verbs.planning import plan as make
    from bouture.verbs.study import remarks

    found = make(recipe, settings_of(set_))
    if json:
        print_json(found)
    else:
        show_plan(found, lang)
        for remark in remarks(found.unfinished, found.leaking):
            say(remark.fr if lang == "fr" else remark.en, quiet)
    return 0


def preview(
    recipe: RecipeFile,
    /,
    *,
    n: Annotated[int, Parameter(name=["-n", "--number"], help="Jobs of each strategy.")] = 3,
    strategy: Annotated[str | None, Parameter(help="Only this strategy.")] = None,
    set_: Settings = [],  # noqa: B006 - read only
    offline: Offline = False,
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

    shown = make(recipe, n, settings_of(set_, offline), strategy)
    if json:
        print_json([s._asdict() for s in shown])
    elif not quiet:
        show_preview(shown, lang)
    return 0


def run(
    recipe: RecipeFile,
    /,
    *,
    replay: Annotated[
        bool,
        Parameter(
            negative="",
            help="Ask nothing: read the stored answers again, under the recipe as it is now.",
        ),
    ] = False,
    offline: Offline = False,
    set_: Settings = [],  # noqa: B006 - read only
    lang: Annotated[
        Literal["fr", "en"] | None,
        Parameter(help="Language of the report; the recipe's when absent."),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """The main job: ask, read back, check, keep, measure, report. Run it again to continue.

    Ctrl-C lets what is in flight come back, for a few seconds; a second one stops at once.

    For example:
      bouture run recipe.yaml
      bouture run recipe.yaml --set budget.money=5 --set model.concurrency=32
      bouture run recipe.yaml --replay
    """
    from bouture.augment.stopping import Stopping
    from bouture.cli.interrupt import interrupting
    from bouture.cli.progress import Progress
    from bouture.cli.show_study import show_summary
    from bouture.verbs.main_job import Listeners
    from bouture.verbs.main_job import run as work

    stopping = Stopping()
    with Progress(quiet or json) as progress, interrupting(stopping, quiet or json):
        told = Listeners(progress, progress.evaluation, stopping)
        chosen = settings_of(set_, offline)
        done = work(recipe, chosen, told, language=lang, processes=0, replay=replay)
    if json:
        print_json(done.summary)
    else:
        show_summary(done.summary, done.evaluations, lang or "en")
        say(f"report: {done.report}", quiet)
    return int(done.summary.failed > 0 or done.summary.pending > 0)


def show(
    run: RunPath,
    what: Annotated[
        str, Parameter(help="Id of a document or job, or the first characters of a request's key.")
    ],
    /,
    *,
    lang: Language = "en",
    json: Json = False,
) -> int:
    """One document of a run: prompt, raw answer, how it was read, what was found, what became of it.

    For example:
      bouture show demo direct-012~rewrite~0
      bouture show demo 3fa94c21
    """
    from bouture.cli.show_study import show_preview
    from bouture.verbs.showing import show as find

    shown = find(run, what)
    if json:
        print_json([s._asdict() for s in shown])
    else:
        show_preview(shown, lang)
    return 0


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
