"""One catalogue a family: a plain dict of names, to which an entry-point group adds those of other packages."""

from importlib import import_module
from typing import TYPE_CHECKING, Generic, TypeVar, cast

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
        except (ImportError, AttributeError) as error:
            package = point.dist.name if point.dist else "another package"
            raise PluginError(
                f"the {self.kind} {name!r} of {package} cannot be loaded: {error}",
                hint=f"repair or remove that package; its entry point is {point.value}",
            ) from None

    def _added(self) -> "dict[str, EntryPoint]":
        # Imported here: it costs more than everything else a catalogue does.
        from importlib.metadata import entry_points

        return {point.name: point for point in entry_points(group=self.group)}
