"""Tables on a terminal: 80 columns, both languages, hostile texts printed as they are, the verdict last."""

import io
from collections.abc import Callable

import msgspec
import pytest
from rich.console import Console

from bouture.cli import show_plan as plans
from bouture.cli import show_profile as profiles
from bouture.cli import show_study as studies
from bouture.corpus.profile import profile
from bouture.llm.messages import Message, Request, Response
from bouture.verbs.needs import CellPlan
from bouture.verbs.planning import Plan, StrategyPlan
from bouture.verbs.study import Shown
from report.material import PAYLOAD, evaluation, gold, material, outcomes


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """What was printed so far, on a terminal of 80 columns."""
    console = Console(file=io.StringIO(), width=80, highlight=False, color_system=None)
    monkeypatch.setattr(plans, "out", console)
    monkeypatch.setattr(profiles, "out", console)
    monkeypatch.setattr(studies, "out", console)

    def text() -> str:
        file = console.file
        assert isinstance(file, io.StringIO)
        return file.getvalue()

    return text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_profile(printed: Callable[[], str], language: str) -> None:
    profiles.show_profile(profile([gold()]), language)
    text = printed()
    assert ("Types d’entités" if language == "fr" else "Entity labels") in text
    assert "FONCTION ⊃ ORGANISATION" in text
    assert "LIEU" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_empty_profile(printed: Callable[[], str], language: str) -> None:
    profiles.show_profile(profile([]), language)
    assert printed().startswith("0 documents")


def test_markup_of_the_terminal_is_not_obeyed(printed: Callable[[], str]) -> None:
    plan = StrategyPlan("[red]x[/red]", 3, 3, 0, 0, 3, 6, 0, 900, 200)
    plans.show_plan(_plan(plan))
    assert "[red]x[/red]" in printed()


def test_a_plan(printed: Callable[[], str]) -> None:
    rewrite = StrategyPlan(
        "rewrite", 400, 200, 0, 4, 390, 780, 6, 120000, 30000, reasons={"P01": 2}
    )
    local = StrategyPlan("label_wise_token_replacement", 119, 119, 119, 0, 0, 0, 0, 0, 0)
    plans.show_plan(_plan(rewrite, local))
    text = printed()
    assert "120,000" in text
    assert "rewrite would decline for: P01 2" in text
    assert "estimated from 200 jobs" in text
    assert "about €0.1200 (€0.1000 to €0.3000)" in text
    assert "390 to 780" in text
    assert "119 train, 39 dev" in text
    assert max(map(len, text.splitlines())) <= 80


def _cell(kind: str, name: str, lacks: float, *strategies: str, calls: int = 0) -> CellPlan:
    return CellPlan(
        kind=kind,
        parts=(name, "live", "short"),
        name=f"{name} in English",
        name_fr=f"{name} en français",
        has=1234,
        made=4,
        target=1234 + lacks,
        lacks=lacks,
        documents=lacks,
        strategies=strategies,
        calls=dict.fromkeys(strategies[:1], calls) if calls else {},
    )


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_plan_of_a_mixture(printed: Callable[[], str], language: str) -> None:
    local = StrategyPlan("label_wise_token_replacement", 119, 119, 119, 0, 0, 0, 0, 0, 0)
    cells = [
        _cell("label", f"LABEL{n:02}", n, "rewrite", "entity_list", calls=n) for n in range(20)
    ]
    cells += [
        _cell("relation", "[red]LIEN[/red]", 9, "relation_triples", calls=7),
        _cell("relation", "AUTRE", 3, "relation_triples", "document_graph"),
        _cell("rule", "PER-I1", 0, "guide_rules"),
        _cell("edge", "nested", 2),
        _cell("no_entity", "none", 5, "no_entity", calls=5),
    ]
    idle = StrategyPlan("guide_rules", 0, 0, 0, 0, 0, 0, 0, 0, 0)
    plans.show_plan(
        msgspec.structs.replace(_plan(local, idle), cells=tuple(cells), rounds=3), language
    )
    text = printed()
    lines = text.splitlines()
    french = language == "fr"
    assert max(map(len, lines)) <= 80
    first = next(line for line in lines if "LABEL19" in line)
    assert "1\u202f253" in first if french else "1,253" in first
    assert text.index("LABEL19") < text.index("LABEL08") and "LABEL07" not in text
    assert ("… et 7 autres lignes" if french else "… and 7 more lines") in text
    assert (
        "produit par rewrite 190, entity_list" if french else "made more of by rewrite 190"
    ) in text
    assert "[red]LIEN[/red]" in text
    assert "relation_triples 7, document_graph" in text
    assert ("rien ne manque" if french else "nothing is lacking") in text
    assert ("aucune stratégie" if french else "no strategy of the recipe") in text
    assert ("guide_rules\u00a0: aucune tâche" if french else "guide_rules: no job") in text
    assert ("une fois quelque 83" if french else "once some 83") in text  # 119 jobs × 0.7
    assert ("3 tours" if french else "3 rounds") in text
    assert ("Ce qui serait produit" if french else "What would be made") in text
    assert ("Rien n’a été envoyé." if french else "Nothing was sent.") in text


def _plan(*strategies: StrategyPlan) -> Plan:
    return Plan(
        documents={"train": 119, "dev": 39, "test": 0},
        strategies=strategies,
        jobs=sum(s.jobs for s in strategies),
        requests=sum(s.requests for s in strategies),
        most_requests=2 * sum(s.requests for s in strategies),
        prompt_tokens=120000,
        completion_tokens=30000,
        tokens=(100000, 400000),
        cost=0.12,
        cost_range=(0.1, 0.3),
        answers=0,
        currency="EUR",
        model="mistral-small",
        run="demo",
    )


def test_a_preview(printed: Callable[[], str]) -> None:
    request = Request((Message("system", "Réécris."), Message("user", "Le [b]texte[/b].")), "m")
    turn = (request, Response("```\nLe texte réécrit\n```"))
    studies.show_preview([Shown(gold(), (turn,), tuple(outcomes()[3:5]))], "fr")
    text = printed()
    for part in ("Réécris.", "Le [b]texte[/b].", "Le texte réécrit", 't="ORGANISATION"', "S2"):
        assert part in text
    assert "Document nouveau\u00a0: rejeté" in text
    assert "Document nouveau\u00a0: en échec" in text
    assert text.index("Réécris.") < text.index("Le texte réécrit") < text.index('t="ORGANISATION"')


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_summary_ends_with_the_verdict(printed: Callable[[], str], language: str) -> None:
    studies.show_summary(material().summary, [evaluation()], language)
    text = printed()
    verdict = "Avec 50 : n’augmentez pas." if language == "fr" else "With 50: do not augment."
    assert text.rstrip().endswith(verdict)
    assert "S2 4" in text or "S2 2" in text
    assert PAYLOAD[:9] in text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_evaluation(printed: Callable[[], str], language: str) -> None:
    studies.show_evaluation(evaluation(), language)
    text = printed()
    assert ("64,0" if language == "fr" else "64.0") in text
    assert ("[+0,4" if language == "fr" else "[+0.4") in text
    assert ("N’augmentez pas." if language == "fr" else "Do not augment.") in text
