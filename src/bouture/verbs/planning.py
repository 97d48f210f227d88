"""The verb `plan`: what a recipe would make and ask, without sending anything."""

import random
from collections.abc import Container, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from bouture.augment.talk import Made, Talk, Work
from bouture.corpus.document import Document
from bouture.errors import RunFolderError
from bouture.llm.flow.estimate import CHARACTERS_PER_TOKEN, Estimator
from bouture.llm.messages import Request
from bouture.llm.store.answers import AnswerStore, known_keys
from bouture.recipe.build import Study
from bouture.recipe.models import asked_by
from bouture.recipe.uses import StrategyUse
from bouture.strategies.planning import Job
from bouture.verbs.asking import currency_of
from bouture.verbs.needs import CellPlan, mixed
from bouture.verbs.session import RecipeLike, Settings, study_of

ANSWERS = 2000
"""Answers of the run folder, the last ones, that estimates are calibrated on."""
AS_LONG = 1.8
"""Length of a marked-up text over that of the plain text, about; used before any answer is known."""
TRIED = 200
"""Jobs of a strategy that are tried; beyond that a random sample speaks for all."""


class StrategyPlan(msgspec.Struct, frozen=True):
    """What one strategy would do."""

    strategy: str
    jobs: int
    tried: int
    """Jobs looked at; the other numbers are scaled up when this is fewer than `jobs`."""
    local: int
    """Documents that would be made without asking a model."""
    declined: int
    """Jobs that would be declined before asking anything."""
    requests: int
    """First requests that have no answer yet; a repair turn may add some."""
    most_requests: int
    """With every repair turn that the options allow."""
    answered: int
    """First requests that the run folder has an answer to."""
    prompt_tokens: int
    completion_tokens: int
    tokens: tuple[int, int] = (0, 0)
    """Prompts and answers, lowest and highest; the highest with every repair turn that the options allow."""
    cost: float | None = None
    """At the prices of its model; None when the recipe states none."""
    cost_range: tuple[float, float] | None = None
    reasons: dict[str, int] = {}
    """Why jobs would be declined: code -> jobs among those tried."""


class Plan(msgspec.Struct, frozen=True):
    """What would be made and what it would take."""

    documents: dict[str, int]
    """train, dev, test."""
    strategies: tuple[StrategyPlan, ...]
    jobs: int
    requests: int
    most_requests: int
    """With every repair turn that the options allow."""
    prompt_tokens: int
    """Expected, from the length of the prompts."""
    completion_tokens: int
    """Expected; before any answer is known, an answer about as long as the marked-up source."""
    tokens: tuple[int, int]
    """Prompts and answers, lowest and highest."""
    cost: float | None
    """Expected, at the prices of the recipe; None when it states none."""
    cost_range: tuple[float, float] | None
    answers: int
    """Answers of the run folder that the estimates are calibrated on."""
    currency: str
    model: str
    run: str
    unfinished: tuple[str, ...] = ()
    """Labels and rules of the guide that are still to be completed."""
    leaking: tuple[str, ...] = ()
    """Training documents whose text is that of a dev or test document."""
    rounds: int = 1
    """In which a mixture is asked; the later ones follow what the earlier ones bring."""
    cells: tuple[CellPlan, ...] = ()
    """What the corpus has and lacks, and what is planned for it; of a mixture only."""


def plan(recipe: RecipeLike, settings: Settings = None) -> Plan:
    """What would be made, how many requests, tokens, money; sends nothing and writes nothing.

    Raises:
        RecipeError, FormatError, GuideError: what is wrong, and where.
    """
    study = study_of(recipe, settings)
    cells: tuple[CellPlan, ...] = ()
    if study.mixture is not None:
        study, cells = mixed(study, study.mixture)
    work = Work(
        sources=study.sources,
        jobs=study.jobs,
        strategies=study.strategies,
        seed=study.recipe.seed,
    )
    answers = study.recipe.run / "answers.sqlite"
    known = known_keys(answers)
    estimator, seen = _calibrated(answers)
    plans = tuple(
        _plan(_Asking(study, work, estimator, use), _of(study.jobs, use.label), known)
        for use in study.recipe.strategies
    )
    currency = currency_of(study.recipe)
    costs = [p.cost for p in plans if p.cost is not None]
    ranges = [p.cost_range for p in plans if p.cost_range is not None]
    return Plan(
        documents={"train": len(study.train), "dev": len(study.dev), "test": len(study.test)},
        strategies=plans,
        jobs=len(study.jobs),
        requests=sum(p.requests for p in plans),
        most_requests=sum(p.most_requests for p in plans),
        prompt_tokens=sum(p.prompt_tokens for p in plans),
        completion_tokens=sum(p.completion_tokens for p in plans),
        tokens=(sum(p.tokens[0] for p in plans), sum(p.tokens[1] for p in plans)),
        cost=sum(costs) if costs and currency else None,
        cost_range=(sum(r[0] for r in ranges), sum(r[1] for r in ranges))
        if ranges and currency
        else None,
        answers=seen,
        currency=currency,
        model=", ".join(study.recipe.asked[name].name for name in study.asked),
        run=str(study.recipe.run),
        unfinished=study.guide.unfinished() if study.guide else (),
        leaking=study.leaking,
        rounds=study.mixture.terms.rounds if study.mixture else 1,
        cells=cells,
    )


def _of(jobs: Sequence[Job], strategy: str) -> list[Job]:
    return [job for job in jobs if job.strategy == strategy]


class _Asking(NamedTuple):
    """One strategy, and what its requests are estimated with."""

    study: Study
    work: Work
    estimator: Estimator
    use: StrategyUse

    @property
    def repairs(self) -> int:
        """Turns that may follow the first."""
        return self.study.members[self.use.label].repairs


class _Sum:
    """Tokens of the requests that were tried: lowest, expected, highest."""

    def __init__(self) -> None:
        self.prompt = [0, 0, 0]
        self.answer = [0, 0, 0]

    def add(self, asking: _Asking, request: Request, source: Document) -> None:
        """Counts a request; repair turns, which repeat prompt and answer, are in the highest alone."""
        prompt = asking.estimator.prompt_tokens(request)
        guess = round(AS_LONG * len(source.text) / CHARACTERS_PER_TOKEN)
        longest = request.parameters.get("max_tokens")
        answer = asking.estimator.completion_tokens(
            request.model, longest if isinstance(longest, int) else None, guess
        )
        turns = 1 + asking.repairs
        again = answer.high * turns * (turns - 1) // 2
        for total, one, most in (
            (self.prompt, prompt, turns * prompt.high + again),
            (self.answer, answer, turns * answer.high),
        ):
            total[0] += one.low
            total[1] += one.expected
            total[2] += most


def _plan(asking: _Asking, jobs: list[Job], known: Container[str]) -> StrategyPlan:
    work, strategy = asking.work, asking.use.label
    tried = jobs
    if len(jobs) > TRIED:
        tried = random.Random(f"{work.seed} {strategy}").sample(jobs, TRIED)
    local = declined = requests = answered = 0
    tokens = _Sum()
    reasons: dict[str, int] = {}
    asked: set[str] = set()
    for job in tried:
        step = Talk(work, job).start()
        if isinstance(step, Made):
            local += len(step.documents)
            declined += not step.documents
            for issue in step.issues:
                reasons[issue.code] = reasons.get(issue.code, 0) + 1
        elif step.key in known:
            answered += 1
        elif step.key not in asked:  # Jobs that begin with the same question ask it once.
            asked.add(step.key)
            requests += 1
            tokens.add(asking, step, work.sources[job.source])
    scale = len(jobs) / len(tried) if tried else 0.0
    prompt = [round(scale * number) for number in tokens.prompt]
    answer = [round(scale * number) for number in tokens.answer]
    costs = _costs(asking, prompt, answer)
    return StrategyPlan(
        strategy=strategy,
        jobs=len(jobs),
        tried=len(tried),
        local=round(local * scale),
        declined=round(declined * scale),
        requests=round(requests * scale),
        most_requests=round(requests * scale) * (1 + asking.repairs),
        answered=round(answered * scale),
        prompt_tokens=prompt[1],
        completion_tokens=answer[1],
        tokens=(prompt[0] + answer[0], prompt[2] + answer[2]),
        cost=costs[1] if costs else None,
        cost_range=(costs[0], costs[2]) if costs else None,
        reasons=reasons,
    )


def _costs(asking: _Asking, prompt: list[int], answer: list[int]) -> list[float] | None:
    """Lowest, expected and highest cost; None without prices, or when nothing is asked."""
    model = asked_by(asking.study.recipe, asking.use)
    if model is None or not model.priced or asking.use.label in asking.study.local:
        return None
    return [model.prices.cost(*pair) for pair in zip(prompt, answer, strict=True)]


def _calibrated(answers: Path) -> tuple[Estimator, int]:
    """An estimator that has learnt from the answers of the run folder, and from how many; none while in use."""
    estimator, seen = Estimator(), 0
    if not answers.exists():
        return estimator, seen
    try:
        with AnswerStore(answers) as store:
            for request, response in store.recent(ANSWERS):
                if request is not None and response.usage.prompt_tokens:
                    estimator.learn(request, response.usage, request.model)
                    seen += 1
    except RunFolderError:
        return Estimator(), 0
    return estimator, seen
