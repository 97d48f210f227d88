"""describe, convert, validate, guide."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from bouture.cli.console import count_words, out, print_issues, print_json, say
from bouture.cli.options import CorpusFile, FormatName, GuideFile, Json, Language, Quiet
from bouture.corpus.issue import Issue, Severity
from bouture.errors import InputError, UsageError

guide = App(name="guide", help="Draft a guide from gold; check a guide against gold and itself.")


def _end(issues: list[Issue], json: bool, language: str, quiet: bool) -> int:
    """Shows findings; 1 when one of them is an error."""
    if json:
        print_json(issues)
    else:
        print_issues(issues, language)
        say(count_words(issues, language), quiet)
    return int(any(issue.severity is Severity.REJECT for issue in issues))


def describe(
    corpus: CorpusFile,
    /,
    *,
    guide: GuideFile = None,
    format: FormatName = None,
    html: Annotated[Path | None, Parameter(help="Write the page with charts here.")] = None,
    lang: Language = "en",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Know the data: counts, gaps, ambiguities, probable annotation errors.

    For example:
      bouture describe train.jsonl --guide guide.md --html profile.html --lang fr
      bouture describe train.csv --json > profile.json
    """
    from bouture.cli.show_profile import show_profile
    from bouture.formats import examine
    from bouture.verbs import corpus as verbs

    documents, issues = examine(corpus, format)
    if not json and not quiet:
        print_issues(issues, lang)
    found = verbs.describe(documents, guide)
    if html is not None:
        from bouture.verbs.reporting import describe_page

        describe_page(found, html, corpus.name, lang, documents)
        say(f"written: {html}", quiet)
    if json:
        print_json(found)
    elif documents and (html is None or not quiet):
        show_profile(found, lang)
    return 0


def convert(
    source: CorpusFile,
    target: Annotated[Path, Parameter(help="Where to write.")],
    /,
    *,
    from_: Annotated[
        str | None, Parameter(name="--from", help="Format of the source; guessed when absent.")
    ] = None,
    to: Annotated[
        str | None, Parameter(help="Format of the target; guessed from its name when absent.")
    ] = None,
    lossy: Annotated[
        bool, Parameter(negative="", help="Leave out what the target cannot carry, and say what.")
    ] = False,
    overwrite: Annotated[bool, Parameter(negative="", help="Replace what is there.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """From one format to another; refuses to lose anything without `--lossy`.

    For example:
      bouture convert train.csv train.jsonl
      bouture convert train.jsonl tasks.json --to labelstudio
      bouture convert train.jsonl train.conll --lossy
    """
    from bouture.verbs import corpus as verbs

    if target.exists() and not overwrite:
        raise UsageError("there is already something here", path=target, hint="--overwrite")
    count, left_out = verbs.convert(source, target, from_format=from_, to_format=to, lossy=lossy)
    if json:
        print_json({"documents": count, "left_out": left_out})
    else:
        print_issues(left_out)
        say(f"{count} documents written to {target}", quiet)
    return 0


def validate(
    corpus: CorpusFile,
    /,
    *,
    guide: GuideFile = None,
    format: FormatName = None,
    lang: Language = "en",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Every problem with file, line, document and what to do; exit code 1 when one is an error.

    For example:
      bouture validate train.jsonl --guide guide.md
    """
    from bouture.verbs import corpus as verbs

    return _end(verbs.validate(corpus, guide, format), json, lang, quiet)


@guide.command
def check(
    guide: Annotated[Path, Parameter(help="The guide.")],
    corpus: Annotated[list[Path], Parameter(help="One or more gold corpora.")],
    /,
    *,
    lang: Language = "en",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Check a guide against gold and against itself.

    For example:
      bouture guide check guide.md train.jsonl dev.jsonl
    """
    from bouture.verbs import corpus as verbs

    return _end(verbs.guide_check(guide, corpus), json, lang, quiet)


@guide.command
def draft(
    corpus: CorpusFile,
    /,
    *,
    output: Annotated[
        Path | None,
        Parameter(name=["--output", "-o"], help="Where to write; standard output when absent."),
    ] = None,
    format: FormatName = None,
    lang: Language = "fr",
    quiet: Quiet = False,
) -> int:
    """Write a guide skeleton from gold: labels, ends of relations, examples.

    For example:
      bouture guide draft train.jsonl -o guide.md
    """
    from bouture.verbs import corpus as verbs

    text = verbs.guide_draft(corpus, lang, format)
    if output is None:
        out.print(text, markup=False, soft_wrap=True)
        return 0
    if output.exists():
        raise InputError("there is already a file here", path=output, hint="choose another name")
    output.write_text(text, encoding="utf-8")
    say(f"written: {output}", quiet)
    return 0
