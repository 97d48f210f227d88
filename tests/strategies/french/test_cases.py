"""The table of cases (`cases.tsv`): French around a mention that is replaced, with what must come out or the reason why not."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from bouture.corpus.document import Document
from bouture.corpus.markup import from_markup
from bouture.strategies.dialogue import Declined
from bouture.strategies.french.facts import Facts
from bouture.strategies.french.repair import substitute

TABLE = Path(__file__).parent / "cases.tsv"
_KINDS = {"country", "city", "region", "island", "water", "person"}


class Case(NamedTuple):
    """One row. `{…}` is a mention of the entity that changes, `[…]` one of another entity, `~` a no-break space."""

    rule: str
    label: str
    sentence: str
    surface: str
    facts: str
    expected: str


def cases() -> Iterator[Case]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row[0] != "rule":
                yield Case(*row)


def document_of(case: Case, sentence: str) -> Document:
    marked = re.sub(
        r"\{(.*?)\}", rf'<e id="E1" t="{case.label}">\1</e>', sentence.replace("~", "\u00a0")
    )
    others = iter(range(2, 99))
    marked = re.sub(r"\[(.*?)\]", lambda m: f'<e id="E{next(others)}" t="AUTRE">{m[1]}</e>', marked)
    return from_markup(marked, id=case.rule)


def facts_of(text: str) -> Facts:
    """`m s city initial=c` and the like."""
    found: dict[str, str] = {}
    for word in text.split():
        name, _, value = word.rpartition("=")
        name = name or ("kind" if word in _KINDS else "gender" if word in "mf" else "number")
        found[name] = value
    return Facts(**found)


def surface_of(text: str) -> str | dict[str, str]:
    if "=" not in text:
        return text
    return dict(pair.split("=") for pair in text.split(";"))


def outcome(case: Case) -> str:
    document = document_of(case, case.sentence)
    try:
        made = substitute(document, "E1", surface_of(case.surface), facts_of(case.facts))
    except Declined as declined:
        return declined.issues[0].code
    return shown(made)


def shown(document: Document) -> str:
    pieces, done = [], 0
    for mention in document.mentions():
        opening, closing = "{}" if mention.entity == "E1" else "[]"
        pieces += [document.text[done : mention.start], opening, mention.text, closing]
        done = mention.end
    return "".join([*pieces, document.text[done:]]).replace("\u00a0", "~")


@pytest.mark.parametrize(
    "case", [pytest.param(c, id=f"{n:03}-{c.rule}") for n, c in enumerate(cases())]
)
def test_the_table(case: Case) -> None:
    assert outcome(case) == case.expected, f"{case.sentence} → {case.surface} ({case.facts})"


def test_the_table_is_long_and_has_no_case_twice():
    rows = [case[1:5] for case in cases()]
    assert len(rows) >= 300 and len(set(rows)) == len(rows)
