"""Reads a thesaurus in the MyThes format of LibreOffice and Hunspell (`th_fr.dat`); its index is not needed.

    UTF-8
    frappe|1
    (Nom féminin)|attaque|offensive

The first line names the encoding. An entry is `word|number of meanings`, then a line for each meaning:
part of speech, then synonyms. A synonym with a note, `arme (generic term)`, is broader, narrower or an
antonym, and is left out.
"""

import codecs
from pathlib import Path
from typing import NamedTuple

from bouture.errors import InputError


class Meaning(NamedTuple):
    """One meaning of a word."""

    part_of_speech: str
    """As the file says it, lower-case, without parentheses: `nom`, `nom féminin`, `verbe`, `noun`…"""
    synonyms: tuple[str, ...]


class Thesaurus:
    """Meanings by word, lower-case."""

    def __init__(self, meanings: dict[str, tuple[Meaning, ...]]) -> None:
        self._meanings = meanings

    def __len__(self) -> int:
        return len(self._meanings)

    def meanings(self, word: str) -> tuple[Meaning, ...]:
        """The meanings of a word in any case; empty when it has none."""
        return self._meanings.get(word.lower(), ())

    def gender(self, word: str) -> str:
        """`m` or `f` when every noun meaning of the word states that gender, else the empty string."""
        nouns = [m.part_of_speech for m in self.meanings(word) if "nom" in m.part_of_speech.split()]
        stated = {_gender(part_of_speech) for part_of_speech in nouns}
        return stated.pop() if len(stated) == 1 else ""


def read_thesaurus(path: str | Path) -> Thesaurus:
    """Reads a MyThes `.dat` file.

    Raises:
        InputError: no such file, an unknown encoding, bytes that are not of it, or a line that is
            not of the format; with its line.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        hint = "name the .dat file of a thesaurus in MyThes format, e.g. thes_fr.dat of Debian's mythes-fr"
        raise InputError(f"cannot be read: {error.strerror}", hint=hint, path=path) from None
    lines = _decoded(raw, path)
    meanings: dict[str, tuple[Meaning, ...]] = {}
    number = 1
    while number < len(lines):
        if not lines[number].strip():
            number += 1
            continue
        word, count = _entry(lines[number], number + 1, path)
        found = lines[number + 1 : number + 1 + count]
        if len(found) < count:
            raise InputError(
                f"{word!r} announces {count} meanings, the file ends after {len(found)}",
                hint="the file is cut, or the number is wrong",
                path=path,
                line=number + 1,
            )
        read = tuple(_meaning(line, number + 2 + i, path) for i, line in enumerate(found))
        meanings[word.lower()] = meanings.get(word.lower(), ()) + read
        number += 1 + count
    return Thesaurus(meanings)


def _decoded(raw: bytes, path: Path) -> list[str]:
    """The lines of the file; the first is the name of the encoding."""
    name = raw.removeprefix(codecs.BOM_UTF8).split(b"\n", 1)[0].strip().decode("ascii", "replace")
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        hint = "the first line of a MyThes file names its encoding, e.g. UTF-8 or ISO8859-1"
        raise InputError(f"unknown encoding {name!r:.60}", hint=hint, path=path, line=1) from None
    try:
        return raw.removeprefix(codecs.BOM_UTF8).decode(encoding).replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        hint = "correct the first line, or convert the file"
        raise InputError(f"not {name}", hint=hint, path=path, line=line) from None


def _entry(line: str, number: int, path: Path) -> tuple[str, int]:
    word, bar, count = line.strip().rpartition("|")
    if not bar or not word.strip() or not count.isdecimal() or int(count) < 1:
        raise InputError(
            f"{line!r:.80} is not `word|number of meanings`",
            hint="the entry above may announce too few or too many meanings",
            path=path,
            line=number,
        )
    return word.strip(), int(count)


def _meaning(line: str, number: int, path: Path) -> Meaning:
    part_of_speech, *synonyms = (cell.strip() for cell in line.split("|"))
    if not synonyms:
        raise InputError(
            f"{line!r:.80} is not `(part of speech)|synonym|…`",
            hint="the entry above may announce too many meanings",
            path=path,
            line=number,
        )
    plain = dict.fromkeys(s for s in synonyms if s and "(" not in s)
    return Meaning(part_of_speech.strip("()").lower(), tuple(plain))


def _gender(part_of_speech: str) -> str:
    words = part_of_speech.split()
    return "m" if "masculin" in words else "f" if "féminin" in words else ""
