"""The verb `plan`: what a recipe would make and ask, without sending anything."""

import random
from collections.abc import Container, Sequence

import msgspec

from bouture.augment.talk import Made, Talk, Work
from bouture.llm.messages import Request
from bouture.llm.store import known_keys
from bouture.recipe.build import Study
from bouture.strategies.planning import Job
from bouture.verbs.session import RecipeLike, Settings, study_of

CHARACTERS_PER_TOKEN = 3.2
"""French prose with tags, for an estimate that needs no tokenizer. Real counts come from the server's `usage`."""
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
    answered: int
    """First requests that the run folder has an answer to."""
    prompt_tokens: int
    completion_tokens: int
    reasons: dict[str, int] = {}
    """Why jobs would be declined: code -> jobs among those tried."""


class Plan(msgspec.Struct, frozen=True):
    """What would be made and what it would take."""

    documents: dict[str, int]
    """train, dev, test."""
    strategies: tuple[StrategyPlan, ...]
    jobs: int
    requests: int
    prompt_tokens: int
    """Estimated from the length of the prompts."""
    completion_tokens: int
    """Estimated: an answer about as long as the marked-up source."""
    cost: float | None
    """At the prices of the recipe; None when it states none."""
    currency: str
    model: str
    run: str
    unfinished: tuple[str, ...] = ()
    """Labels and rules of the guide that are still to be completed."""


def plan(recipe: RecipeLike, settings: Settings = None) -> Plan:
    """What would be made, how many requests, tokens, money; sends nothing and writes nothing.

    Raises:
        RecipeError, FormatError, GuideError: what is wrong, and where.
    """
    study = study_of(recipe, settings)
    work = Work(
        sources={document.id: document for document in study.train},
        jobs=study.jobs,
        strategies=study.strategies,
        seed=study.recipe.seed,
    )
    known = known_keys(study.recipe.run / "answers.sqlite")
    plans = tuple(_plan(work, name, _of(study.jobs, name), known) for name in study.strategies)
    prompt = sum(p.prompt_tokens for p in plans)
    completion = sum(p.completion_tokens for p in plans)
    return Plan(
        documents={"train": len(study.train), "dev": len(study.dev), "test": len(study.test)},
        strategies=plans,
        jobs=len(study.jobs),
        requests=sum(p.requests for p in plans),
        prompt_tokens=prompt,
        completion_tokens=completion,
        cost=_cost(study, prompt, completion),
        currency=study.recipe.model.prices.currency if study.recipe.model else "",
        model=study.recipe.model.name if study.recipe.model else "",
        run=str(study.recipe.run),
        unfinished=study.guide.unfinished() if study.guide else (),
    )


def _of(jobs: Sequence[Job], strategy: str) -> list[Job]:
    return [job for job in jobs if job.strategy == strategy]


def _plan(work: Work, strategy: str, jobs: list[Job], known: Container[str]) -> StrategyPlan:
    tried = jobs
    if len(jobs) > TRIED:
        tried = random.Random(f"{work.seed} {strategy}").sample(jobs, TRIED)
    local = declined = requests = answered = prompt = completion = 0
    reasons: dict[str, int] = {}
    for job in tried:
        step = Talk(work, job).start()
        if isinstance(step, Made):
            local += len(step.documents)
            declined += not step.documents
            for issue in step.issues:
                reasons[issue.code] = reasons.get(issue.code, 0) + 1
        elif step.key in known:
            answered += 1
        else:
            requests += 1
            prompt += estimated_tokens(step)
            completion += round(1.8 * len(work.sources[job.source].text) / CHARACTERS_PER_TOKEN)
    scale = len(jobs) / len(tried) if tried else 0.0
    return StrategyPlan(
        strategy=strategy,
        jobs=len(jobs),
        tried=len(tried),
        local=round(local * scale),
        declined=round(declined * scale),
        requests=round(requests * scale),
        answered=round(answered * scale),
        prompt_tokens=round(prompt * scale),
        completion_tokens=round(completion * scale),
        reasons=reasons,
    )


def estimated_tokens(request: Request) -> int:
    """Prompt tokens of a request, estimated from its characters."""
    return round(sum(len(m.content) for m in request.messages) / CHARACTERS_PER_TOKEN)


def _cost(study: Study, prompt: int, completion: int) -> float | None:
    model = study.recipe.model
    if model is None or (model.prices.input == 0 and model.prices.output == 0):
        return None
    return model.prices.cost(prompt, completion)
