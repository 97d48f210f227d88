"""The command line: reads options, calls one function of `bouture.verbs`, draws. One command a verb.

Exit codes: 0 done, 1 problems found, 2 wrong use, 130 interrupted. Bad input never ends in a traceback.
"""

import sys

from cyclopts import App, CycloptsError

from bouture import __version__
from bouture.errors import (
    BoutureError,
    LossError,
    MissingExtraError,
    RecipeError,
    RunFolderError,
    UnknownNameError,
)

WRONG_USE = (LossError, MissingExtraError, RecipeError, RunFolderError, UnknownNameError)

app = App(
    name="bouture",
    help="Grow a small annotated corpus: exact annotations, checks, and an honest measure of whether it helped.",
    help_format="markdown",
    version=__version__,
)
COMMANDS = {
    "init": ("study:init", "A new project folder: recipe and guide skeleton learnt from a corpus."),
    "describe": ("corpus:describe", "Know the data: counts, gaps, ambiguities, probable errors."),
    "convert": ("corpus:convert", "From one format to another, without loss unless told so."),
    "validate": ("corpus:validate", "Every problem of a corpus file, and what to do about it."),
    "guide": ("corpus:guide", "Draft a guide from gold; check a guide against gold and itself."),
    "plan": ("study:plan", "What would be made, how many requests, tokens, money. Sends nothing."),
    "preview": ("study:preview", "A few prompts, answers, documents and issues, on screen."),
    "run": ("study:run", "The main job; run it again to continue; ends with the report."),
    "batch": ("study:batch", "Requests out as a file, answers back in: provider batches, air gap."),
    "check": ("measure:check", "Quality and coherence of any corpus against gold."),
    "agree": ("measure:agree", "Agreement between two annotations of the same documents."),
    "evaluate": ("measure:evaluate", "Does it help? Paired experiment with the duplicate control."),
    "report": ("study:report", "The report of a run again, in French or English."),
}
for name, (target, text) in COMMANDS.items():
    app.command(f"bouture.cli.{target}", name=name, help=text)
app.register_install_completion_command(help="Install shell completion (bash, zsh, fish).")


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    from bouture.cli.console import err, say

    try:
        code = app(arguments, exit_on_error=False, print_error=False, result_action="return_value")
        return code if isinstance(code, int) else 0
    except CycloptsError as error:
        err.print(str(error), markup=False)
        say("`bouture --help` lists the commands, `bouture COMMAND --help` their options.")
        return 2
    except BoutureError as error:
        err.print(f"error: {error}", markup=False, soft_wrap=True)
        return 2 if isinstance(error, WRONG_USE) else 1
    except KeyboardInterrupt:
        say("interrupted; the same command continues where this one stopped")
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0


def script() -> None:
    """The console script `bouture`."""
    sys.exit(main())
