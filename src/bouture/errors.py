"""What can go wrong, as one tree; every message says what, where, and what to do.

    BoutureError
    ├── InputError            something read from outside is wrong; carries path, line, document id
    │   ├── FormatError       a corpus file
    │   ├── MarkupError       a string in the inline markup
    │   ├── GuideError        an annotation guide
    │   └── RecipeError       a recipe
    ├── DocumentError         a Document that would not be valid (offsets, ids, relation ends)
    ├── LossError             a format cannot carry what it is asked to write
    ├── UsageError            a command or function was called with an argument that makes no sense
    ├── PluginError           a member that another package adds cannot be loaded
    ├── UnknownNameError      a name that no catalogue knows; lists the known ones, nearest first
    ├── MissingExtraError     an optional package is needed; gives the pip command
    ├── RunFolderError        a run folder that is locked, of another recipe, or damaged
    ├── LeakError             evaluation data is among the sources of the training data
    ├── ExperimentError       an experiment that could not answer its question as it is set up
    ├── RunStopped            nothing more may be asked: somebody asked to stop
    │   └── BudgetReached     … or a cap of the budget would be passed
    └── ProviderError         a model or its server did not answer
        ├── ServerUnreachable no connection, timeout or overload after every retry
        ├── RequestRefused    the server will not take this request (4xx); asking again is useless
        └── AnswerMissing     a recorded provider has no answer for this request

Findings about data are not exceptions: see `bouture.corpus.issue.Issue`.
"""

import difflib
from collections.abc import Iterable
from pathlib import Path


class BoutureError(Exception):
    """Root of the tree: `message` says what, `hint` what to do; `str()` adds where."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        path: str | Path | None = None,
        line: int | None = None,
        document: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.path = None if path is None else str(path)
        self.line = line
        self.document = document

    def __str__(self) -> str:
        where = self.path or ""
        if self.line is not None:
            where += f":{self.line}" if where else f"line {self.line}"
        if self.document is not None:
            where += f"{', ' if where else ''}document {self.document!r}"
        said = f"{where}: {self.message}" if where else self.message
        return f"{said}\n  → {self.hint}" if self.hint else said


class InputError(BoutureError):
    """Something read from outside is wrong."""


class FormatError(InputError):
    """A corpus file cannot be read as the format it is said to be."""


class MarkupError(InputError):
    """A string is not in the inline markup."""


class GuideError(InputError):
    """An annotation guide does not follow the executable form."""


class RecipeError(InputError):
    """A recipe has an unknown key, a wrong type or a value that cannot work."""


class DocumentError(BoutureError, ValueError):
    """A Document that would not be valid."""


class LossError(BoutureError):
    """A format cannot carry what it is asked to write."""


class PluginError(BoutureError):
    """A member that another package adds cannot be loaded."""


class UsageError(BoutureError, ValueError):
    """A command or function was called with an argument that makes no sense."""


class UnknownNameError(BoutureError, KeyError):
    """A name that no catalogue knows."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        ordered = near + [n for n in names if n not in near]
        super().__init__(
            f"unknown {kind} {name!r}",
            hint=(f"did you mean {near[0]!r}? " if near else "") + f"known: {', '.join(ordered)}",
        )

    __str__ = BoutureError.__str__


class MissingExtraError(BoutureError, ImportError):
    """An optional package is needed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs an optional package", hint=f'pip install "bouture[{extra}]"'
        )


class RunFolderError(BoutureError):
    """A run folder is locked, belongs to another recipe, or is damaged."""


class LeakError(BoutureError):
    """Evaluation data is among the sources of the training data."""


class ExperimentError(BoutureError):
    """An experiment could not answer its question as it is set up."""


class RunStopped(BoutureError):
    """Nothing more may be asked in this run; it ends in good order and can be continued."""

    french: str = ""
    """The same said in French, what to do included: reports show why a run has stopped."""


class BudgetReached(RunStopped):
    """The next request could pass a cap of the budget; it was not sent."""


class ProviderError(BoutureError):
    """A model or its server did not answer.

    The children concern one request; raised itself, it concerns every request (a wrong key, address
    or model name, a server that is down) and stops the run, which can be continued.
    """


class ServerUnreachable(ProviderError):
    """No connection, timeout or overload after every retry; the run can be continued later."""

    retry_after: float | None = None
    """Seconds the server asked to wait before it is asked again, when it said."""
    overloaded: bool = False
    """The server is there and asks for less (429, 503, 529, a time-out): fewer requests at once may pass."""
    perhaps_billed: bool = False
    """The request was sent whole and the answer lost (time-out, cut connection): it may have to be paid."""


class RequestRefused(ProviderError):
    """The server will not take this request; asking again is useless."""

    filtered: bool = False
    """The provider's own content filter stopped it."""


class AnswerMissing(ProviderError):
    """A recorded provider has no answer for this request."""
