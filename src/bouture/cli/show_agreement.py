"""Agreement of two annotations as terminal tables, in French or English."""

from rich.text import Text

from bouture.cli.console import out, table
from bouture.report.typeset import Typeset
from bouture.review.agreement import Agreement, Measure

MOST = 20
"""Disagreements shown; `--json` has all of them."""

WORDS = {
    "title": ("Agreement on {n} documents", "Accord sur {n} documents"),
    "measure": ("measure", "mesure"),
    "interval": ("95 % interval", "intervalle à 95 %"),
    "strict": ("mentions, strict (span and label)", "mentions, strict (empan et type)"),
    "partial": (
        "mentions, partial (overlap counts half)",
        "mentions, partiel (chevauchement : un demi)",
    ),
    "boundaries": ("mentions, span only", "mentions, empan seul"),
    "relations": ("relations, given agreed entities", "relations entre entités communes"),
    "relations_undirected": ("  direction aside", "  sans tenir compte de la direction"),
    "relations_end_to_end": ("relations, end to end", "relations, de bout en bout"),
    "labels": ("By label (strict)", "Par type (strict)"),
    "confusions": ("Same span, other label", "Même empan, autre type"),
    "times": ("times", "fois"),
    "disagreements": ("Disagreements ({shown} of {n})", "Désaccords ({shown} sur {n})"),
}
KINDS_FR = {
    "label": "type",
    "boundary": "bornes",
    "boundary and label": "bornes et type",
    "only in a": "seulement dans A",
    "only in b": "seulement dans B",
    "relation reversed": "relation inversée",
    "relation only in a": "relation seulement dans A",
    "relation only in b": "relation seulement dans B",
}
"""The kinds of disagreement in French."""


def show_agreement(found: Agreement, language: str = "en") -> None:
    """Prints the figures, the confusions and the first disagreements."""

    def word(key: str, **values: object) -> str:
        return WORDS[key][language == "fr"].format(**values)

    typeset = Typeset(language)

    figures = table(
        word("title", n=found.documents), word("measure"), "#F1", f"#{word('interval')}", "#A", "#B"
    )
    for name in (
        "strict",
        "partial",
        "boundaries",
        "relations",
        "relations_undirected",
        "relations_end_to_end",
    ):
        figures.add_row(word(name), *_cells(getattr(found, name), typeset))
    out.print(figures)
    labels = table(
        f"\n{word('labels')}", word("measure"), "#F1", f"#{word('interval')}", "#A", "#B"
    )
    for one in found.labels:
        labels.add_row(Text(one.label), *_cells(one.strict, typeset))
    out.print(labels)
    if found.confusions:
        confusions = table(f"\n{word('confusions')}", "A", "B", f"#{word('times')}")
        for confusion in found.confusions[:MOST]:
            confusions.add_row(Text(confusion.a), Text(confusion.b), str(confusion.times))
        out.print(confusions)
    if found.disagreements:
        shown = min(MOST, len(found.disagreements))
        rows = table(
            "\n" + word("disagreements", shown=shown, n=len(found.disagreements)), "", "", "A", "B"
        )
        for said in found.disagreements[:MOST]:
            kind = KINDS_FR.get(said.kind, said.kind) if language == "fr" else said.kind
            rows.add_row(Text(said.place.document), kind, Text(said.a), Text(said.b))
        out.print(rows)


def _cells(measure: Measure, typeset: Typeset) -> tuple[str, str, str, str]:
    interval = f"{typeset.points(measure.low)}-{typeset.points(measure.high)}"
    return typeset.points(measure.f1), interval, str(measure.a), str(measure.b)
