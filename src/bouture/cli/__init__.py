"""The command line: reads options, calls one function of `bouture.verbs`, draws. One command a verb.

Exit codes: 0 done, 1 problems found, 2 wrong use, 130 interrupted. Bad input never ends in a traceback.
"""

import sys

from cyclopts import App, CycloptsError

from bouture import __version__
from bouture.cli import batch, corpus, measure, study
from bouture.errors import (
    BoutureError,
    LossError,
    MissingExtraError,
    RecipeError,
    RunFolderError,
    RunStopped,
    UnknownNameError,
    UsageError,
)

WRONG_USE = (
    LossError,
    MissingExtraError,
    RecipeError,
    RunFolderError,
    UnknownNameError,
    UsageError,
)

INTERRUPTED = 130
"""Exit code after Ctrl-C (128 + SIGINT, as shells have it)."""

app = App(
    name="bouture",
    help="Grow a small annotated corpus: exact annotations, checks, and an honest measure of whether it helped.",
    help_format="plaintext",
    version=__version__,
)
COMMANDS = {
    corpus: ("describe", "convert", "validate", "guide"),
    study: ("init", "plan", "preview", "run", "show", "report"),
    batch: ("batch",),
    measure: ("check", "agree", "evaluate"),
}
"""Module -> the commands it holds; they import the library only when they run."""
for module, names in COMMANDS.items():
    for name in names:
        app.command(getattr(module, name), name=name)
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
    except RunStopped as error:
        err.print(str(error), markup=False, soft_wrap=True)
        return INTERRUPTED
    except BoutureError as error:
        err.print(f"error: {error}", markup=False, soft_wrap=True)
        return 2 if isinstance(error, WRONG_USE) else 1
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            sys.stderr.close()
            return 0
        where = f"{error.filename}: " if error.filename else ""
        err.print(f"error: {where}{error.strerror or error}", markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        say("interrupted; the same command continues where this one stopped")
        return INTERRUPTED


def script() -> None:
    """The console script `bouture`."""
    sys.exit(main())
