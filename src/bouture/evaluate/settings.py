"""What a user may set about an impact experiment."""

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt

LEAST_SEEDS = 5
"""Two seeds prove nothing about 3 points: effects of single seeds differ by up to 10 points."""


Task: TypeAlias = Literal["entities", "relations"]


class Design(BaseModel):
    """What experiments on either task have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sizes: tuple[PositiveInt | Literal["all"], ...] = Field(
        ("all",), min_length=1, description="numbers of gold documents; `all` is every one of them"
    )
    seeds: PositiveInt = Field(5, description="repetitions; each draws other samples; at least 5")
    arms: tuple[str, ...] = Field(
        (), description="empty: none, duplicate, each strategy, and their mixture when several"
    )
    factor: float = Field(1.0, gt=0, description="documents added for each gold document")
    metric: Literal["micro", "macro"] = Field("micro", description="the one the verdict rests on")
    worthwhile: float = Field(
        0.01, ge=0, lt=1, description="least gain of F1 worth having (0.01 is one point)"
    )
    bootstrap: PositiveInt = Field(2000, ge=200, description="resamples behind each interval")
    processes: NonNegativeInt = Field(1, description="0: as many as there are usable cores")
    exploratory: bool = Field(
        False, description="allow fewer seeds or no duplicate control, and say so loudly"
    )


class Settings(Design):
    """An impact experiment, declared before it is run."""

    task: Task = Field(description="what is learnt")
    learner: str = Field("", description="empty: crf for entities, pairs for relations")
    options: dict[str, Any] = Field({}, description="options of the learner")

    @property
    def learner_name(self) -> str:
        """The learner asked for, or the default one of the task."""
        return self.learner or {"entities": "crf", "relations": "pairs"}[self.task]
