"""A plan on a terminal: what the corpus lacks and who makes more of it, then what would be asked and at what cost."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from bouture.cli.console import out, table
from bouture.corpus.issue import Wording
from bouture.report.typeset import Typeset
from bouture.strategies.planner.allotment import PRIOR

if TYPE_CHECKING:
    from bouture.verbs.needs import CellPlan
    from bouture.verbs.planning import Plan, StrategyPlan

EXPECTED = PRIOR[0] / sum(PRIOR)
"""Texts accepted for each job, before anything is known: the share that targets count on too."""
MOST = 12
"""Lines for each kind of cells; `--json` has them all."""

KINDS = {
    "label": Wording(
        "Mentions: label · register · length of the text",
        "Mentions : type · registre · longueur du texte",
    ),
    "relation": Wording("Relations: order and distance", "Relations : ordre et distance"),
    "rule": Wording(
        "Rules of the guide, in texts where they do or do not apply",
        "Règles du guide, dans des textes où elles s’appliquent ou non",
    ),
    "edge": Wording("Difficult cases, in texts", "Cas difficiles, en nombre de textes"),
    "negative": Wording("Texts that hold nothing to find", "Textes où il n’y a rien à trouver"),
}
WORDS = {
    "lacks.title": Wording("What the corpus lacks", "Ce qui manque au corpus"),
    "lacks.columns": Wording("|#has|#target|#lacks|#jobs", "|#effectif|#visé|#manque|#tâches"),
    "lacks.grown": Wording(
        "Target: what it is to hold once some {texts} new texts are accepted: the rare grows faster "
        "than the frequent.",
        "Visé : ce qu’il devrait contenir une fois quelque {texts} nouveaux textes retenus : le rare y "
        "croît plus vite que le fréquent.",
    ),
    "lacks.none": Wording("nothing is lacking", "rien ne manque"),
    "lacks.more": Wording(
        "… and {count} more lines (--json has them all)",
        "… et {count} autres lignes (toutes sont dans --json)",
    ),
    "lacks.by": Wording("made more of by", "produit par"),
    "lacks.nobody": Wording(
        "no strategy of the recipe makes more of these",
        "aucune stratégie de la recette n’en produit",
    ),
    "lacks.note": Wording(
        "Jobs are meant for the lines they stand in; a text fills others beside. "
        "The rest of the jobs serve the corpus as a whole.",
        "Chaque tâche vise la ligne où elle figure ; le texte produit en sert d’autres au passage. "
        "Les tâches restantes servent l’ensemble du corpus.",
    ),
    "lacks.rounds": Wording(
        "{rounds} rounds: the later ones follow what the earlier ones bring.",
        "{rounds} tours : les derniers dépendent de ce que rapportent les premiers.",
    ),
    "made.title": Wording("What would be made", "Ce qui serait produit"),
    "made.columns": Wording(
        "strategy|#jobs|#to ask|#stored|#local|#not made|#tokens in|#tokens out",
        "stratégie|#tâches|#requêtes|#en stock|#sans modèle|#sans suite|#jetons lus|#jetons écrits",
    ),
    "made.all": Wording("total", "total"),
    "made.declines": Wording(
        "{strategy} would decline for: {codes}", "{strategy} renoncerait, codes : {codes}"
    ),
    "made.idle": Wording(
        "{strategies}: no job, for the corpus lacks nothing that could come of it",
        "{strategies} : aucune tâche, car rien de ce qui peut en venir ne manque au corpus",
    ),
    "made.tried": Wording(
        "{strategy}: estimated from {jobs} jobs", "{strategy} : estimé sur {jobs} tâches"
    ),
    "fact.gold": Wording("gold documents", "documents annotés"),
    "fact.model": Wording("model", "modèle"),
    "fact.no_model": Wording("none", "aucun"),
    "fact.requests": Wording("requests", "requêtes"),
    "fact.tokens": Wording("tokens", "jetons"),
    "fact.cost": Wording("cost", "coût"),
    "fact.run": Wording("run folder", "dossier"),
    "range": Wording("{low} to {high}", "{low} à {high}"),
    "cost": Wording("about {cost} ({low} to {high})", "environ {cost} ({low} à {high})"),
    "no_prices": Wording("no prices in the recipe", "pas de prix dans la recette"),
    "calibrated": Wording(
        "Tokens are estimated, calibrated on {answers} answers of this run; the most counts all repair turns.",
        "Jetons estimés d’après {answers} réponses de ce dossier ; le maximum compte toutes les reprises.",
    ),
    "uncalibrated": Wording(
        "Tokens are estimated, from the length of the prompts alone; the most counts all repair turns.",
        "Jetons estimés d’après la seule longueur des consignes ; le maximum compte toutes les reprises.",
    ),
    "nothing": Wording("Nothing was sent.", "Rien n’a été envoyé."),
}


class _Say:
    def __init__(self, language: str) -> None:
        self.french = language == "fr"

    def __call__(self, key: str, **values: object) -> str:
        return self.of(WORDS[key]).format(**values)

    def of(self, wording: Wording) -> str:
        """A wording in this language, with the no-break space before double punctuation in French."""
        return (
            wording.fr.replace(" :", "\u00a0:").replace(" ;", "\u00a0;")
            if self.french
            else wording.en
        )


def show_plan(plan: "Plan", language: str = "en") -> None:
    """What is lacking and who makes more of it, what each strategy would make and ask, and what it would cost."""
    say, typeset = _Say(language), Typeset(language)
    if plan.cells:
        _show_cells(plan, say, typeset)
    _show_strategies(plan.strategies, say, typeset)
    corpora = ", ".join(f"{typeset.integer(n)} {name}" for name, n in plan.documents.items() if n)
    facts = {
        say("fact.gold"): corpora,
        say("fact.model"): plan.model or say("fact.no_model"),
        **(_asking(plan, say, typeset) if plan.requests else {}),
        say("fact.run"): plan.run,
    }
    out.print()
    width = max(map(len, facts))
    for name, said in facts.items():
        out.print(Text.assemble((f"{name:<{width}} ", "dim"), said), soft_wrap=True)
    if plan.requests:
        answers = typeset.integer(plan.answers)
        rests = say("calibrated", answers=answers) if plan.answers else say("uncalibrated")
        out.print(Text(rests, "dim"))
    out.print(Text(say("nothing"), "dim"))


def _show_cells(plan: "Plan", say: _Say, typeset: Typeset) -> None:
    by_kind: dict[str, list[CellPlan]] = {kind: [] for kind in KINDS}
    for cell in plan.cells:
        by_kind[cell.kind if cell.kind in by_kind else "negative"].append(cell)
    out.print(Text(say("lacks.title"), "bold"))
    texts = typeset.integer(round(sum(one.jobs for one in plan.strategies) * EXPECTED))
    out.print(Text(say("lacks.grown", texts=texts), "dim"))
    out.print()
    for kind, cells in by_kind.items():
        if cells:
            _show_kind(say.of(KINDS[kind]), cells, say, typeset)
    out.print(Text(say("lacks.note"), "dim"))
    if plan.rounds > 1:
        out.print(Text(say("lacks.rounds", rounds=typeset.integer(plan.rounds)), "dim"))
    out.print()


def _show_kind(title: str, cells: "Sequence[CellPlan]", say: _Say, typeset: Typeset) -> None:
    """The cells of one kind, those that lack most texts first."""
    lacking = [cell for cell in cells if cell.lacks >= 0.5]
    lacking.sort(key=lambda cell: (-cell.documents, cell.parts))
    if not lacking:
        out.print(Text.assemble((title, "bold"), " – ", say("lacks.none")))
        return
    out.print(Text(title, "bold"))
    made = table("", *say("lacks.columns").split("|"))
    made.title = None
    made.padding = (0, 1, 0, 0)
    made.columns[0].min_width = 24
    for cell in lacking[:MOST]:
        calls = sum(cell.calls.values())
        made.add_row(
            Text(cell.name_fr if say.french else cell.name),
            *(typeset.integer(n) for n in (cell.has, cell.target, cell.lacks)),
            typeset.integer(calls) if calls else "–",
        )
    out.print(made)
    if len(lacking) > MOST:
        count = typeset.integer(len(lacking) - MOST)
        out.print(Text(say("lacks.more", count=count), "dim"))
    makers = _makers(cells, say, typeset)
    said = f"{say('lacks.by')} {makers}" if makers else say("lacks.nobody")
    out.print(Text(said, "dim"))
    out.print()


def _makers(cells: "Sequence[CellPlan]", say: _Say, typeset: Typeset) -> str:
    """The strategies that can make more of a kind, with their jobs for it; and of which cell, if of one alone."""
    jobs: dict[str, int] = {}
    fills: dict[str, list[CellPlan]] = {}
    for cell in cells:
        for name in cell.strategies:
            jobs[name] = jobs.get(name, 0) + cell.calls.get(name, 0)
            fills.setdefault(name, []).append(cell)
    said = []
    for name, n in jobs.items():
        words = f"{name} {typeset.integer(n)}" if n else name
        if len(fills[name]) == 1 < len(cells):
            words += f" ({fills[name][0].name_fr if say.french else fills[name][0].name})"
        said.append(words)
    return ", ".join(said)


def _show_strategies(strategies: "Sequence[StrategyPlan]", say: _Say, typeset: Typeset) -> None:
    made = table(say("made.title"), *say("made.columns").split("|"))
    made.columns[0].no_wrap = True
    made.padding = (0, 1, 0, 0)
    for one in strategies:
        made.add_row(Text(one.strategy), *map(typeset.integer, _numbers(one)))
    if len(strategies) > 1:
        made.add_section()
        totals = map(sum, zip(*map(_numbers, strategies), strict=True))
        made.add_row(say("made.all"), *map(typeset.integer, totals))
    out.print(made)
    for one in strategies:
        if one.reasons:
            codes = ", ".join(f"{code} {typeset.integer(n)}" for code, n in one.reasons.items())
            out.print(Text(say("made.declines", strategy=one.strategy, codes=codes), "dim"))
        if one.tried < one.jobs:
            jobs = typeset.integer(one.tried)
            out.print(Text(say("made.tried", strategy=one.strategy, jobs=jobs), "dim"))
    if idle := ", ".join(one.strategy for one in strategies if not one.jobs):
        out.print(Text(say("made.idle", strategies=idle), "dim"))


def _numbers(one: "StrategyPlan") -> tuple[int, ...]:
    return (
        one.jobs,
        one.requests,
        one.answered,
        one.local,
        one.declined,
        one.prompt_tokens,
        one.completion_tokens,
    )


def _asking(plan: "Plan", say: _Say, typeset: Typeset) -> dict[str, str]:
    """What would be asked, from the least to the most."""

    def between(low: int, high: int) -> str:
        return say("range", low=typeset.integer(low), high=typeset.integer(high))

    return {
        say("fact.requests"): between(plan.requests, plan.most_requests),
        say("fact.tokens"): between(*plan.tokens),
        say("fact.cost"): _cost(plan, say, typeset),
    }


def _cost(plan: "Plan", say: _Say, typeset: Typeset) -> str:
    if plan.cost is None or plan.cost_range is None:
        return say("no_prices")
    low, high = (typeset.money(value, plan.currency) for value in plan.cost_range)
    return say("cost", cost=typeset.money(plan.cost, plan.currency), low=low, high=high)
