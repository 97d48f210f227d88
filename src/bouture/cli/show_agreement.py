"""Agreement of two annotations as terminal tables, in French or English."""

from rich.text import Text

from bouture.cli.console import out, table
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
        "mentions, partiel (un chevauchement compte pour moitié)",
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


def show_agreement(found: Agreement, language: str = "en") -> None:
    """Prints the figures, the confusions and the first disagreements."""

    def word(key: str, **values: object) -> str:
        return WORDS[key][language == "fr"].format(**values)

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
        figures.add_row(word(name), *_cells(getattr(found, name)))
    out.print(figures)
    labels = table(
        f"\n{word('labels')}", word("measure"), "#F1", f"#{word('interval')}", "#A", "#B"
    )
    for one in found.labels:
        labels.add_row(Text(one.label), *_cells(one.strict))
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
            rows.add_row(Text(said.place.document), said.kind, Text(said.a), Text(said.b))
        out.print(rows)


def _cells(measure: Measure) -> tuple[str, str, str, str]:
    interval = f"{100 * measure.low:.1f}-{100 * measure.high:.1f}"
    return f"{100 * measure.f1:.1f}", interval, str(measure.a), str(measure.b)
