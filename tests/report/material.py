"""A small run made by hand whose every text tries to break out of the page: import with `from report.material import …`."""

import msgspec

from bouture.augment.outcome import Exchange, Outcome, Status
from bouture.augment.summary import summarise
from bouture.corpus.document import Document, Entity, Origin, Relation, Span
from bouture.corpus.issue import Issue, Severity, Wording
from bouture.corpus.profile import profile
from bouture.evaluate.evaluation import (
    Averaged,
    Cell,
    Comparison,
    Decision,
    Evaluation,
    GoldEquivalent,
    LabelDelta,
    Note,
    Verdict,
)
from bouture.llm.messages import Usage
from bouture.report.run_page import RunMaterial

PAYLOAD = '</script><script>alert("x")</script><img src=x onerror=alert(1)>'
QUOTED = "\"' onmouseover='alert(2)"


def gold() -> Document:
    """Nested mentions, an emoji, a mention of several, markup in the text, a label that is markup."""
    text = f"Le porte-parole du ministère 😀 de l’Ukraine parle à Kiev. {PAYLOAD} Kiev attend."
    places = {
        "FONCTION": (3, 46),
        "ORGANISATION": (19, 46),
        PAYLOAD: (36, 44),
    }
    entities = [
        Entity(f"E{n}", label, (Span(*place),)) for n, (label, place) in enumerate(places.items())
    ]
    first = text.index("Kiev")
    last = text.rindex("Kiev")
    kiev = Entity(QUOTED, "LIEU", (Span(first, first + 4), Span(last, last + 4)))
    relations = (Relation("E0", "APPARTIENT_A", "E1"), Relation("E0", PAYLOAD, QUOTED))
    return Document(PAYLOAD, text, (*entities, kiev), relations)


def made(status: str) -> Document:
    """A new document from `gold`."""
    source = gold()
    text = source.text + f" Hier {QUOTED}."
    return Document(
        f"new-{status}",
        text,
        source.entities,
        source.relations,
        Origin("rewrite", (source.id,)),
    )


def issue(severity: Severity, code: str) -> Issue:
    """A finding whose message and evidence are hostile."""
    return Issue.of(
        code,
        severity,
        Wording("mention {surface} is odd", "la mention {surface} est étrange"),
        surface=PAYLOAD,
        score=0.5,
        threshold=[1, {"a": PAYLOAD}],
    )


def outcomes() -> list[Outcome]:
    """One of each status, by two strategies."""
    exchange = Exchange("k", PAYLOAD, Usage(100, 50), 1.5)
    found = []
    for strategy in ("rewrite", PAYLOAD):
        for status, severity in (
            (Status.ACCEPTED, Severity.NOTE),
            (Status.REPAIRED, Severity.REPAIRED),
            (Status.REVIEW, Severity.REVIEW),
            (Status.REJECTED, Severity.REJECT),
        ):
            found.append(
                Outcome(
                    f"{strategy}/{status}",
                    status,
                    gold().id,
                    strategy,
                    document=made(status),
                    issues=(
                        issue(severity, {"note": "N4", "repaired": "M02"}.get(severity, "S2")),
                    ),
                    answer=f"```\n{PAYLOAD}\n```",
                    exchanges=(exchange,),
                )
            )
        found.append(Outcome(f"{strategy}/x", Status.FAILED, gold().id, strategy, error=PAYLOAD))
    return found


def evaluation(exploratory: bool = False) -> Evaluation:
    """Two sizes, three arms, one label."""
    scored = Averaged(0.7, 0.6, 0.64, (0.6, 0.62, 0.64, 0.66, 0.68), 0.03)
    arms = ("none", "duplicate", PAYLOAD)
    compared = tuple(
        Comparison(size, arm, against, "micro", 0.023, 0.004, 0.041, 0.01, 0.03, 0.01, 0.01, 0.02)
        for size in (25, 50)
        for arm, against in (("duplicate", "none"), (PAYLOAD, "none"), (PAYLOAD, "duplicate"))
    )
    return Evaluation(
        task="entities",
        metric="micro",
        learner="crf",
        sizes=(25, 50),
        seeds=(1, 2, 3, 4, 5),
        factor=1.0,
        arms=arms,
        train_documents=50,
        test_documents=20,
        test_units=120,
        synthetic_documents={PAYLOAD: 50},
        cells=tuple(
            Cell(size, arm, size, 12.0, size, scored, scored, 0.8, 0.4, 0.5)
            for size in (25, 50)
            for arm in arms
        ),
        comparisons=compared,
        per_label=(
            LabelDelta(50, PAYLOAD, "none", PAYLOAD, 5, 0.5, 0.1, 0.02, 0.2, "improved"),
            LabelDelta(50, PAYLOAD, "duplicate", PAYLOAD, 5, 0.5, -0.1, -0.2, -0.02, "degraded"),
        ),
        gold_equivalents=(GoldEquivalent(25, PAYLOAD, 7.0, None, None, 0.3),),
        minimum_detectable_effect=0.021,
        worthwhile=0.01,
        exploratory=exploratory,
        notes=(Note(f"note {PAYLOAD}", f"remarque {PAYLOAD}"),),
        verdict=Verdict(
            Decision.DO_NOT_AUGMENT,
            PAYLOAD,
            "With 50: do not augment.",
            "Avec 50 : n’augmentez pas.",
            (),
        ),
        seconds=3.0,
    )


def material(evaluated: bool = True) -> RunMaterial:
    """The whole run, with one job still to do."""
    done = outcomes()
    jobs = [(outcome.strategy, [outcome]) for outcome in done]
    usable = [
        msgspec.structs.replace(o.document, id=f"{o.strategy}-{o.status}")
        for o in done
        if o.document is not None and o.status in (Status.ACCEPTED, Status.REPAIRED)
    ]
    return RunMaterial(
        name=PAYLOAD,
        recipe=f"name: {PAYLOAD}\nurl: https://example.org/v1\n",
        summary=summarise([*jobs, ("rewrite", [])]),
        outcomes=done,
        train=[gold()],
        gold=profile([gold()]),
        new=profile(usable),
        thresholds={PAYLOAD: {PAYLOAD: 0.25}, "offsets": {}},
        evaluations=(evaluation(), evaluation(exploratory=True)) if evaluated else (),
        cost=0.012,
        currency="EUR",
    )


def empty() -> RunMaterial:
    """A run that has made nothing yet."""
    return RunMaterial(
        name="vide",
        recipe="",
        summary=summarise([]),
        outcomes=(),
        train=(),
        gold=profile([]),
        new=profile([]),
        thresholds={},
    )
