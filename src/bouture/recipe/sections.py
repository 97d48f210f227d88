"""What a recipe can say: its sections as typed, frozen objects, each key described."""

import difflib
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    NonNegativeInt,
    PositiveInt,
    PrivateAttr,
    model_validator,
)

from bouture.evaluate.settings import LEAST_SEEDS, Design, Task
from bouture.llm.ray.session import RayPlan
from bouture.recipe.uses import MixtureSection, Section, StrategyUse, Use


class Corpus(Section):
    """The gold documents and their guide. Paths are relative to the recipe."""

    train: Path = Field(description="gold documents to grow from")
    dev: Path | None = Field(None, description="gold documents to decide on (never a source)")
    test: Path | None = Field(None, description="gold documents to measure on (never a source)")
    guide: Path | None = Field(None, description="annotation guide in the executable form")
    raw: Path | None = Field(
        None,
        description="texts without annotation, for strategies that start from them: a text a line (.txt), "
        "a folder of .txt files, or JSONL with `id` and `text`",
    )
    format: str | None = Field(None, description="format of the three files; guessed when absent")


class Prices(Section):
    """What the model costs, as the user knows it: bouture carries no price list."""

    input: float = Field(
        0.0, ge=0, allow_inf_nan=False, description="price of a million prompt tokens"
    )
    output: float = Field(
        0.0, ge=0, allow_inf_nan=False, description="price of a million completion tokens"
    )
    currency: str = "EUR"

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Price of that many tokens, in `currency`."""
        return (prompt_tokens * self.input + completion_tokens * self.output) / 1e6


SECRET = re.compile(
    r"(api|access|secret|private)[_-]?key|^key$|authori[sz]ation|password|(^|(?<!max)_)token$", re.I
)
"""Names that an option bears when somebody puts a key into a recipe."""


def _no_secret(options: dict[str, Any]) -> dict[str, Any]:
    """Refuses a key: what stands in a recipe is copied into run folders and reports."""
    for name, value in options.items():
        if SECRET.search(name) or (isinstance(value, str) and value.startswith("sk-")):
            raise ValueError(
                f"`{name}` looks like a key, and a recipe is copied into the run folder and the "
                "report: put it into an environment variable and name that in options.key_variable"
            )
        if isinstance(value, dict):
            _no_secret(value)
    return options


def _no_key(name: str) -> str:
    if name.startswith("sk-"):
        raise ValueError("looks like a key; the name of the model belongs here")
    return name


ModelName = Annotated[str, AfterValidator(_no_key)]
NoSecret = Annotated[dict[str, Any], AfterValidator(_no_secret)]


class ModelSection(Section):
    """The model to ask and how to reach it."""

    provider: str = Field(
        "openai",
        description="`openai` (also any compatible server), `mistral`, `vllm`, `ollama`, `llamacpp`, "
        "`tgi`, `local` (in this process) or `recorded`; see docs/reference/providers.md",
    )
    name: ModelName = Field("", description="name of the model, as the server knows it")
    parameters: NoSecret = Field({}, description="sampling parameters sent with each request")
    options: NoSecret = Field({}, description="options of the provider (base_url, answers…)")
    concurrency: PositiveInt = Field(
        8, description="requests in flight at most; fewer while the server is overloaded"
    )
    retries: int = Field(
        5, ge=0, description="tries after the first, on overload or lost connection"
    )
    requests_per_minute: PositiveInt | None = Field(
        None, description="limit of your account at the provider; none when absent"
    )
    tokens_per_minute: PositiveInt | None = Field(
        None, description="limit of your account, prompt and answer together; none when absent"
    )
    prices: Prices = Prices()

    @property
    def priced(self) -> bool:
        """Whether the recipe says what this model costs."""
        return "prices" in self.model_fields_set


class BudgetSection(Section):
    """Hard caps: counted before anything is sent, never overshot. Past one the run ends in good order."""

    money: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="in the currency of `prices`, over all runs in this folder",
    )
    tokens: PositiveInt | None = Field(
        None, description="prompt and answers together, over all runs in this folder"
    )
    requests: PositiveInt | None = Field(
        None, description="answers and lost tries, over all runs in this folder"
    )
    hours: float | None = Field(
        None,
        gt=0,
        allow_inf_nan=False,
        description="of this run; what is in flight then may finish",
    )


class EvaluateSection(Design):
    """The impact experiment, one for each task; defaults and meaning as in `bouture evaluate`."""

    part: Literal["dev", "test"] = Field("test", description="the documents to measure on")
    tasks: tuple[Task, ...] = ("entities", "relations")
    processes: NonNegativeInt = Field(
        0, description="0: every usable core on the command line, one process in a script"
    )
    learners: dict[Task, Use] = Field(
        {}, description="learner of a task and its options; crf and pairs when absent"
    )


class Recipe(Section):
    """A study from corpus to report."""

    name: str = "study"
    language: Literal["fr", "en"] = Field("fr", description="of corpus, prompts and report")
    seed: int = 13
    corpus: Corpus
    model: ModelSection | None = None
    models: dict[str, ModelSection] = Field(
        {}, description="further models under names of your own, for a strategy or one of its turns"
    )
    budget: BudgetSection = BudgetSection()
    offline: bool = Field(
        False, description="contact nothing but this machine (loopback addresses)"
    )
    ray: RayPlan | None = Field(None, description="ask from several workers: `bouture[ray]`")
    strategies: tuple[StrategyUse, ...] = Field(min_length=1)
    mixture: MixtureSection | None = Field(
        None,
        description="the strategies share a number of calls; else `samples` and `limit` of each",
    )
    checks: tuple[Use, ...] | Literal["default"] = "default"
    evaluate: EvaluateSection | None = None
    run: Path = Field(Path("run"), description="folder of the run, relative to the recipe")

    _base: Path = PrivateAttr(default_factory=Path.cwd)

    @property
    def base(self) -> Path:
        """The folder that paths among options are relative to: that of the file it was read from."""
        return self._base

    @property
    def asked(self) -> dict[str, ModelSection]:
        """Every model by its name in the recipe; the section `model` is called "" here."""
        return ({"": self.model} if self.model else {}) | self.models

    @model_validator(mode="after")
    def _models_are_told_apart(self) -> "Recipe":
        named: dict[str, ModelSection] = {}
        for section in self.asked.values():
            if named.setdefault(section.name, section) != section:
                raise ValueError(
                    f"`models`: two different sections ask for a model named {section.name!r}; answers "
                    "are kept by the model's name, so give the servers different model names"
                )
        for number, use in enumerate(self.strategies):
            if use.model and use.model not in self.models:
                known = ", ".join(self.models) or "none"
                raise ValueError(
                    f"`strategies.{number}.model`: there is no {use.model!r} in `models`; known: {known}"
                )
        return self

    @model_validator(mode="after")
    def _calls_are_shared_out(self) -> "Recipe":
        if self.mixture is None:
            return self
        for number, use in enumerate(self.strategies):
            if counted := use.model_fields_set & {"samples", "limit"}:
                raise ValueError(
                    f"`strategies.{number}.{min(counted)}`: with `mixture` the calls are shared out among "
                    "all strategies; give this one a weight in `mixture.shares`, or remove `mixture`"
                )
        labels = [use.label for use in self.strategies]
        for name in self.mixture.shares:
            if name not in labels:
                near = difflib.get_close_matches(name, labels, n=1)
                guess = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(labels)}"
                raise ValueError(f"`mixture.shares`: there is no strategy {name!r}; {guess}")
        return self

    @model_validator(mode="after")
    def _can_be_counted(self) -> "Recipe":
        budget, sections = self.budget, self.asked
        if budget.money is not None:
            if missing := [name or "model" for name, one in sections.items() if not one.priced]:
                raise ValueError(
                    f"`budget.money` needs the prices of every model; `prices` is missing in {missing[0]}"
                )
            if len({one.prices.currency for one in sections.values()}) > 1:
                raise ValueError("`budget.money`: the models have prices in different currencies")
        if budget.money is not None or budget.tokens is not None:
            for name, one in sections.items():
                beside = one.options.get("parameters") or {}
                if taken := sorted({"n", "max_tokens", "max_completion_tokens"} & {*beside}):
                    raise ValueError(
                        f"`budget`: `{taken[0]}` in options.parameters of {name or 'model'} is not counted; "
                        "give it in `parameters`"
                    )
                if not isinstance(one.parameters.get("max_tokens"), int):
                    raise ValueError(
                        f"`budget`: without `parameters.max_tokens` in {name or 'model'} an answer has no "
                        "longest length, and no cap in tokens or money could be kept"
                    )
        return self

    @model_validator(mode="after")
    def _can_be_evaluated(self) -> "Recipe":
        wanted = self.evaluate
        if wanted is not None:
            if getattr(self.corpus, wanted.part) is None:
                raise ValueError(
                    f"`evaluate.part` is {wanted.part}, and `corpus.{wanted.part}` names no file"
                )
            if wanted.seeds < LEAST_SEEDS and not wanted.exploratory:
                raise ValueError(
                    f"`evaluate.seeds`: {wanted.seeds} seeds cannot tell a gain from luck; use at least "
                    f"{LEAST_SEEDS}, or `exploratory: true`, and claim nothing"
                )
        return self
