"""Names spelt otherwise: Kiev and Kyiv, Zelensky and Zelenskyy; all through a document, whatever holds them.

Not idempotent: a name takes a spelling that the document does not have, so that twice may bring the first one
back.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bouture.corpus.document import Document
from bouture.errors import InputError
from bouture.strategies.editing import Edit
from bouture.strategies.labelling import is_cut
from bouture.strategies.noise.page import Page

TABLE = Path(__file__).with_name("spellings.txt")
"""The spellings bouture knows: a file that people can read and add to."""

# Not inside addresses, handles and the titles of papers
_BEGINNING = re.compile(r"(?<![\w@#/])(?<!\w[._])[^\W\d_a-zß-öø-ÿœ]\w*")
_END = re.compile(r"(?![\w@/])(?!\.[a-z]{2,3}\b)(?! (?:Independent|Post|School)\b)")


class Found(NamedTuple):
    """One name as it stands in a text."""

    start: int
    end: int
    name: int
    """Number of its line in the table."""
    spelling: int
    """Number of its spelling there."""
    capitals: bool


class Spellings:
    """The spellings of names, and where a text has one of them."""

    def __init__(self, names: Sequence[Sequence[str]]) -> None:
        self.names = names
        self._by_first: dict[str, list[tuple[str, Found]]] = {}
        for name, spellings in enumerate(names):
            for number, spelling in enumerate(spellings):
                for form in {spelling, spelling.upper()}:
                    found = Found(0, len(form), name, number, form != spelling)
                    first = _BEGINNING.match(form)
                    if first is not None:
                        self._by_first.setdefault(first[0], []).append((form, found))
        for forms in self._by_first.values():
            forms.sort(key=lambda known: -len(known[0]))

    def find(self, text: str) -> Iterable[Found]:
        """Every name of the table in `text`, in order, without overlap; the longest where two begin together."""
        done = 0
        for word in _BEGINNING.finditer(text):
            at = word.start()
            for form, known in self._by_first.get(word[0], ()) if at >= done else ():
                if text.startswith(form, at) and _END.match(text, at + len(form)):
                    done = at + len(form)
                    yield known._replace(start=at, end=done)
                    break

    def other(self, page: Page) -> list[Edit]:
        """Each name of the document in another spelling, drawn, the same everywhere in the document.

        A name is left where two entities of the document are told apart by its spelling (Dnipro on
        the Dniepr), and where a mention begins or ends inside one of its occurrences.
        """
        by_name: dict[int, list[Found]] = {}
        for found in self.find(page.text):
            by_name.setdefault(found.name, []).append(found)
        edits: list[Edit] = []
        for name in sorted(by_name):
            here = by_name[name]
            used = {found.spelling for found in here}
            others = [n for n in range(len(self.names[name])) if n not in used]
            if not others or (len(used) > 1 and _tells_apart(page.document, here)):
                continue
            spelling = self.names[name][page.rng.choice(others)]
            if not any(is_cut(page.document, found.start, found.end) for found in here):
                edits += [
                    Edit(f.start, f.end, spelling.upper() if f.capitals else spelling) for f in here
                ]
        return sorted(edits)


def _tells_apart(document: Document, here: Sequence[Found]) -> bool:
    """Whether two entities of the document spell a name otherwise than each other."""
    spelt: dict[str, set[int]] = {}
    for mention in document.mentions():
        for found in here:
            if mention.start <= found.start and found.end <= mention.end:
                spelt.setdefault(mention.entity, set()).add(found.spelling)
    return len({frozenset(spellings) for spellings in spelt.values()}) > 1


@cache
def read_spellings(path: Path) -> Spellings:
    """Reads a table of spellings: one name a line, its spellings separated by `|`; `#` begins a comment.

    Raises:
        InputError: no such file, not UTF-8, a line with one spelling only, a spelling that does not
            begin with a capital, or one that is there twice; with its line.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        hint = "name a file with one name a line, its spellings separated by |: Kiev | Kyiv"
        raise InputError(f"cannot be read: {error.strerror}", hint=hint, path=path) from None
    except UnicodeDecodeError:
        raise InputError("not UTF-8", hint="save the file as UTF-8", path=path) from None
    names: list[tuple[str, ...]] = []
    known: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        spellings = tuple(spelling.strip() for spelling in line.split("|"))
        if problem := _problem(spellings, known):
            hint = "one name a line, its spellings separated by |: Kiev | Kyiv"
            raise InputError(problem, hint=hint, path=path, line=number)
        known |= dict.fromkeys(spellings, number)
        names.append(spellings)
    return Spellings(names)


def _problem(spellings: Sequence[str], known: dict[str, int]) -> str:
    """What is wrong with a line, if anything."""
    if len(spellings) < 2:
        return f"{spellings[0]!r:.60} has no second spelling"
    for number, spelling in enumerate(spellings):
        if _BEGINNING.match(spelling) is None:
            return f"{spelling!r:.60} does not begin with a capital"
        if spelling in known or spelling in spellings[:number]:
            return f"{spelling!r:.60} is there twice"
    return ""
