"""The edge that talks: where tables, messages and JSON go."""

import sys
from collections.abc import Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bouture.corpus.issue import Issue, Severity, Wording

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)

STYLES = {
    Severity.REJECT: "bold red",
    Severity.REVIEW: "yellow",
    Severity.REPAIRED: "cyan",
    Severity.NOTE: "dim",
}
WORDS = {
    Severity.REJECT: Wording("error", "erreur"),
    Severity.REVIEW: Wording("warning", "avertissement"),
    Severity.REPAIRED: Wording("repaired", "réparé"),
    Severity.NOTE: Wording("note", "remarque"),
}
"""What a severity is called when it speaks of a file rather than of a new document."""


def print_json(value: Any) -> None:
    """One JSON value on standard output, for programs; text stays readable (no \\u escapes)."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def say(message: str, quiet: bool = False) -> None:
    """A line for the person at the terminal, on standard error."""
    if not quiet:
        err.print(Text(message))


def table(title: str, *columns: str) -> Table:
    """An empty table in the house style; columns that start with `#` are right-aligned."""
    made = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for column in columns:
        right = column.startswith("#")
        made.add_column(column.lstrip("#"), justify="right" if right else "left", overflow="fold")
    return made


def place(issue: Issue) -> str:
    """Where, as editors understand it: `path:line document offsets`."""
    where = issue.place
    found = where.path + (f":{where.line}" if where.line else "")
    if where.document:
        found += f"{' ' if found else ''}{where.document}"
    if where.start is not None and where.end is not None:
        found += f"[{where.start}:{where.end}]"
    if where.relation:
        found += f" {where.relation}"
    return found


def print_issues(issues: Sequence[Issue], language: str = "en") -> None:
    """One line an issue: severity, code, where, what."""
    words = {severity: word.fr if language == "fr" else word.en for severity, word in WORDS.items()}
    width = max(map(len, words.values()))
    for issue in issues:
        line = Text()
        line.append(words[issue.severity].ljust(width), STYLES[issue.severity])
        line.append(f" {issue.code:<4} ")
        where = place(issue)
        line.append(f"{where}: " if where else "", "bold")
        line.append(issue.text(language))
        out.print(line, soft_wrap=True)


def count_words(issues: Sequence[Issue], language: str = "en") -> str:
    """`2 errors, 1 warning, 0 notes`."""
    said = []
    for severity in (Severity.REJECT, Severity.REVIEW, Severity.NOTE):
        count = sum(issue.severity is severity for issue in issues)
        word = WORDS[severity].fr if language == "fr" else WORDS[severity].en
        plural = count > 1 if language == "fr" else count != 1
        said.append(f"{count} {word}{'s' if plural else ''}")
    return ", ".join(said)
