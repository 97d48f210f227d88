"""What the packages of `bouture[french]` know: pyrealb's French lexicon (gender, number, forms) and haspirater's h."""

import json
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bouture.errors import MissingExtraError
from bouture.strategies.french.facts import Facts
from bouture.strategies.french.initials import Initial, initial
from bouture.strategies.french.reading import Reading
from bouture.strategies.french.words import PRENOMINAL

_PERSONS = (2, 5)
"""Third persons in pyrealb's tables of six."""
_NOT_ASPIRATED = ("haï",)
"""Beginnings on which haspirater is wrong (haïtien); names in capitals are not asked of it."""


@cache
def french_lexicon() -> "PackageLexicon":
    """The lexicon of the packages pyrealb (52,608 lemmas) and haspirater; read once, in about a second.

    Their data is read, nothing of them is copied into bouture.

    Raises:
        MissingExtraError: they are not installed; gives the pip command.
    """
    lexicon = _folder("pyrealb", "data")
    aspirated = _folder("haspirater", "")
    words = json.loads((lexicon / "lexicon-fr.json").read_text("utf-8"))
    rules = json.loads((lexicon / "rules-fr.json").read_text("utf-8"))
    trie = json.loads((aspirated / "haspirater.json").read_text("utf-8"))
    return PackageLexicon(words, rules, trie)


def _folder(package: str, inside: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise MissingExtraError("the French lexicon", "french")
    return Path(spec.origin).parent / inside


class PackageLexicon:
    """A `Lexicon` over the files of the packages, as they stand in pyrealb 3.3 and haspirater 0.2."""

    def __init__(self, words: dict[str, Any], rules: dict[str, Any], trie: list[Any]) -> None:
        self._trie = trie
        self._readings: dict[str, set[Reading]] = {}
        self._forms: dict[str, dict[tuple[str, str], str]] = {}
        """Adjective or participle (by lemma) -> its form by gender and number."""
        self._aspirated: set[str] = set()
        for lemma, entries in words.items():
            for kind, entry in entries.items():
                if not isinstance(entry, dict):
                    continue  # « value » of a number word
                self._add(lemma, kind, entry, rules)
                if entry.get("h"):
                    self._aspirated.add(lemma)

    def _add(self, lemma: str, kind: str, entry: dict[str, Any], rules: dict[str, Any]) -> None:
        if kind in ("N", "A"):
            table = rules["declension"].get(entry.get("tab"))
            for form, gender, number in _declined(lemma, entry, table):
                self._note(form, Reading(kind, gender, number, lemma))
        elif kind == "V":
            table = rules["conjugation"].get(entry.get("tab"))
            if table and lemma.endswith(table["ending"]):
                self._add_verb(lemma, lemma.removesuffix(table["ending"]), table["t"])
        else:
            self._note(lemma, Reading("X", "", "", lemma))

    def _add_verb(self, lemma: str, stem: str, tenses: dict[str, Any]) -> None:
        for name, endings in tenses.items():
            if name == "pp":
                four = endings if isinstance(endings, list) else [endings]
                for (gender, number), ending in zip(_FOUR, four, strict=False):
                    if ending is not None:
                        self._note(stem + ending, Reading("A", gender, number, f"{lemma} (pp)"))
            elif isinstance(endings, str):
                self._note(stem + endings, Reading("V", "", "", lemma))
            elif isinstance(endings, list):
                for person in _PERSONS:
                    if endings[person] is not None:
                        number = "s" if person == _PERSONS[0] else "p"
                        self._note(stem + endings[person], Reading("V", "", number, lemma))

    def _note(self, form: str, reading: Reading) -> None:
        self._readings.setdefault(form, set()).add(reading)
        if reading.kind == "A":
            self._forms.setdefault(reading.lemma, {})[reading.gender, reading.number] = form

    def readings(self, form: str) -> frozenset[Reading]:
        return frozenset(self._readings.get(form, ()))

    def inflected(self, form: str, gender: str, number: str) -> str:
        """The form for a gender and number, when all lemmas that it can belong to agree on it."""
        lemmas = {r.lemma for r in self._readings.get(form, ()) if r.kind == "A"}
        found = {self._forms[lemma].get((gender, number), "") for lemma in lemmas}
        return found.pop() if len(found) == 1 else ""

    def facts(self, surface: str) -> Facts:
        """Gender and number of a common noun, or of a group of words that begins with its noun."""
        if not surface[:1].islower():
            return Facts()
        words = surface.replace("'", "’").split(" ")
        head = words[1] if len(words) > 1 and words[0] in PRENOMINAL else words[0]
        nouns = {(r.gender, r.number) for r in self.readings(head) if r.kind == "N"}
        genders = {gender for gender, _ in nouns}
        numbers = {number for _, number in nouns}
        return Facts(
            gender=genders.pop() if len(genders) == 1 else "",  # type: ignore[arg-type]
            number=numbers.pop() if len(numbers) == 1 else "",  # type: ignore[arg-type]
            initial=self._initial(words[0]),
        )

    def _initial(self, word: str) -> Initial:
        known = initial(word)
        if known or not word.startswith("h"):
            return known
        if word in self._aspirated:
            return "c"
        if word.startswith(_NOT_ASPIRATED):
            return "v"
        told = set(_looked_up(self._trie, f"{word} "))
        return "" if len(told) != 1 else "c" if told == {"1"} else "v"


_FOUR = (("m", "s"), ("f", "s"), ("m", "p"), ("f", "p"))


def _declined(
    lemma: str, entry: dict[str, Any], table: dict[str, Any] | None
) -> Iterator[tuple[str, str, str]]:
    if table is None or not lemma.endswith(table["ending"]):
        return
    stem = lemma.removesuffix(table["ending"])
    own = entry.get("g", "x")
    for row in table["declension"]:
        gender = row.get("g", own)
        for each in "mf" if gender == "x" else (gender,):
            if own in ("x", each):
                yield stem + row["val"], each, row.get("n", "s")


def _looked_up(trie: list[Any], word: str) -> dict[str, Any]:
    """Haspirater's answer: its trie is a list [answer, {letter: trie}], entered after the h."""
    node = trie
    for letter in word[1:]:
        if letter not in node[1]:
            break
        node = node[1][letter]
    found: dict[str, Any] = node[0]
    return found
