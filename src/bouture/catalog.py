"""One catalogue a family: a plain dict of names, to which an entry-point group adds those of other packages."""

import sys
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from bouture.errors import PluginError, UnknownNameError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

T = TypeVar("T")


class Catalog(Generic[T]):
    """Names of the members of one family and where each is defined (`module:attribute`).

    Nothing is imported before `load`, so that heavy packages are paid for by those who use them.
    Other packages add members through the entry-point group, e.g. in their `pyproject.toml`:

        [project.entry-points."bouture.strategies"]
        my_strategy = "my_package.my_module:MyStrategy"
    """

    def __init__(self, kind: str, group: str, members: dict[str, str]) -> None:
        self.kind = kind
        self.group = group
        self.members = members

    def names(self) -> list[str]:
        """Every known name, bouture's own first."""
        return [*self.members, *sorted(set(self._added()) - set(self.members))]

    def load(self, name: str) -> T:
        """The member called `name`.

        Raises:
            UnknownNameError: no such member; the known ones are listed, nearest first.
            PluginError: a member of another package that cannot be imported.
        """
        if name in self.members:
            module, _, attribute = self.members[name].partition(":")
            return cast(T, getattr(import_module(module), attribute))
        added = self._added()
        if name not in added:
            raise UnknownNameError(self.kind, name, self.names())
        point = added[name]
        try:
            return cast(T, point.load())
        except (
            Exception,
            SystemExit,
        ) as error:  # Importing runs code of others: whatever it raises is theirs.
            package = point.dist.name if point.dist else "another package"
            raise PluginError(
                f"the {self.kind} {name!r} of {package} cannot be loaded: {_said(error)}",
                hint=f"repair or remove that package; its entry point is {point.value}",
            ) from None

    def _added(self) -> "dict[str, EntryPoint]":
        # Imported here: it costs more than everything else a catalogue does.
        from importlib.metadata import entry_points

        return {point.name: point for point in entry_points(group=self.group)}


def load_from_file(path: Path, name: str) -> Any:
    """What is called `name` in a Python file of the user's; the file is run once for each content.

    Its folder is not searched for further modules: what it needs must be installed, or stand in it.

    Raises:
        PluginError: no such file, a file that Python cannot run (with the line), or no such name in it.
    """
    module = _module(path)
    if name not in vars(module):
        own = [
            n
            for n, value in vars(module).items()
            if getattr(value, "__module__", "") == module.__name__
        ]
        raise PluginError(
            f"there is no {name!r} in {path}",
            hint=f"it defines: {', '.join(sorted(own)) or 'nothing'}",
        )
    return vars(module)[name]


def _module(path: Path) -> ModuleType:
    try:
        source = path.read_bytes()
    except OSError as error:
        raise PluginError(
            f"the file {path} cannot be read: {error.strerror}", hint="correct the path"
        ) from None
    known = f"bouture_file_{path.stem}_{sha256(str(path).encode() + source).hexdigest()[:16]}"
    if known in sys.modules:
        return sys.modules[known]
    module = ModuleType(known)
    module.__file__ = str(path)
    sys.modules[known] = module  # Types are looked up there while the file is run.
    try:
        exec(compile(source, str(path), "exec"), vars(module))
    except (Exception, SystemExit) as error:  # A script may end the program when it is run.
        del sys.modules[known]
        line = _line(error, path)
        where = f"{path}:{line}" if line else str(path)
        raise PluginError(f"{where}: {_said(error)}", hint="repair that file") from None
    return module


def _line(error: BaseException, path: Path) -> int:
    """The last line of the file that led to the error; 0 when none did."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno or 0
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _said(error: BaseException) -> str:
    """An error in one line, with its kind where that says more than the words."""
    said = " ".join(str(error).split())
    return said if isinstance(error, ImportError) and said else f"{type(error).__name__}: {said}"
