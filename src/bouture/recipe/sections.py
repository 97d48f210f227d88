"""What a recipe can say: its sections as typed, frozen objects, each key described."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveInt,
    PrivateAttr,
    model_validator,
)

from bouture.evaluate.settings import LEAST_SEEDS, Design, Task


class Section(BaseModel):
    """A part of the recipe: unknown keys are errors, and what is decoded does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Corpus(Section):
    """The gold documents and their guide. Paths are relative to the recipe."""

    train: Path = Field(description="gold documents to grow from")
    dev: Path | None = Field(None, description="gold documents to decide on (never a source)")
    test: Path | None = Field(None, description="gold documents to measure on (never a source)")
    guide: Path | None = Field(None, description="annotation guide in the executable form")
    format: str | None = Field(None, description="format of the three files; guessed when absent")


class Prices(Section):
    """What the model costs, as the user knows it: bouture carries no price list."""

    input: float = Field(0.0, ge=0, description="price of a million prompt tokens")
    output: float = Field(0.0, ge=0, description="price of a million completion tokens")
    currency: str = "EUR"

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float:
        """Price of that many tokens, in `currency`."""
        return (prompt_tokens * self.input + completion_tokens * self.output) / 1e6


SECRET = re.compile(
    r"(api|access|secret|private)[_-]?key|^key$|authori[sz]ation|password|(^|_)token$", re.I
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


NoSecret = Annotated[dict[str, Any], AfterValidator(_no_secret)]


class ModelSection(Section):
    """The model to ask and how to reach it."""

    provider: str = Field("openai", description="`openai` (any compatible server) or `recorded`")
    name: str = Field("", description="name of the model, as the server knows it")
    parameters: NoSecret = Field({}, description="sampling parameters sent with each request")
    options: NoSecret = Field({}, description="options of the provider (base_url, answers…)")
    concurrency: PositiveInt = Field(8, description="requests in flight at once")
    retries: int = Field(
        5, ge=0, description="tries after the first, on overload or lost connection"
    )
    prices: Prices = Prices()


class Use(Section):
    """A member of a catalogue and its options."""

    use: str = Field(description="name in the catalogue")
    options: dict[str, Any] = {}


class StrategyUse(Use):
    """One strategy, how often, on how many sources."""

    name: str = Field("", description="name in the results, when a strategy is used twice")
    samples: PositiveInt = Field(1, description="new documents for each source document")
    limit: PositiveInt | None = Field(None, description="only this many source documents, drawn")

    @property
    def label(self) -> str:
        """The name it goes by in ledger, report and evaluation."""
        return self.name or self.use


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
    strategies: tuple[StrategyUse, ...] = Field(min_length=1)
    checks: tuple[Use, ...] | Literal["default"] = "default"
    evaluate: EvaluateSection | None = None
    run: Path = Field(Path("run"), description="folder of the run, relative to the recipe")

    _base: Path = PrivateAttr(default_factory=Path.cwd)

    @property
    def base(self) -> Path:
        """The folder that paths among options are relative to: that of the file it was read from."""
        return self._base

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
