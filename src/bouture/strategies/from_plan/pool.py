"""A pool of names: one `LABEL<tab>name` a line, for surfaces that gold does not have."""

from collections.abc import Collection
from pathlib import Path

from bouture.errors import InputError
from bouture.strategies.from_plan.plan import MentionKind
from bouture.strategies.from_plan.units import Bearer, Unit, names


def read_pool(path: Path, labels: Collection[str]) -> dict[str, list[Bearer]]:
    """The names of a pool by label; empty lines and lines that begin with `#` say nothing.

    Raises:
        InputError: no such file, not UTF-8, or a line without a tab, without a name, or with a label
            that is not among `labels`; with its line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        hint = "name a file with one `LABEL<tab>name` a line"
        raise InputError(f"cannot be read: {error.strerror}", hint=hint, path=path) from None
    except UnicodeDecodeError as error:
        hint = "save the file as UTF-8"
        raise InputError(f"not UTF-8 (byte {error.start})", hint=hint, path=path) from None
    found: dict[str, list[Bearer]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        label, tab, name = (part.strip(" ") for part in line.partition("\t"))
        if not tab or not name or label not in labels:
            raise InputError(
                f"not a `LABEL<tab>name` line: {line[:60]!r}",
                hint=f"labels: {', '.join(labels)}",
                path=path,
                line=number,
            )
        unit = Unit(MentionKind.FULL, name)
        found.setdefault(label, []).append(
            Bearer((label, name), label, (unit,), names=names((unit,)))
        )
    return found
