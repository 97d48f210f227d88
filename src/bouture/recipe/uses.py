"""What a recipe can say of strategies, checks and learners, and of the mixture of strategies."""

import re
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    WithJsonSchema,
)


class Section(BaseModel):
    """A part of the recipe: unknown keys are errors, and what is decoded does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Use(Section):
    """A member of a catalogue and its options."""

    use: str = Field(description="name in the catalogue")
    options: dict[str, Any] = {}


def _use(given: Any) -> Any:
    """A name alone stands for a member without options."""
    return {"use": given} if isinstance(given, str) else given


class FollowerUse(Use):
    """A follower and its options; its name alone will do."""

    use: str = Field(description="name in the catalogue of followers")


def _list(given: Any) -> Any:
    """One follower alone stands for a list of one."""
    return [given] if isinstance(given, str | dict) else given


Follower = Annotated[
    FollowerUse,
    BeforeValidator(_use),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object", "required": ["use"]}]}),
]
Weight = Annotated[float, Field(gt=0, allow_inf_nan=False)]
FILE = re.compile(r"(?P<path>.+\.py):(?P<name>\w+)")
"""How a recipe names a strategy of its own: `my_strategies.py:MyStrategy`."""


class StrategyUse(Use):
    """One strategy, how often, on how many sources."""

    use: str = Field(
        description="name in the catalogue, or `path/to/file.py:ClassName`, relative to the recipe"
    )
    name: str = Field("", description="name in the results, when a strategy is used twice")
    samples: PositiveInt = Field(1, description="new documents for each source document")
    limit: PositiveInt | None = Field(None, description="only this many source documents, drawn")
    model: str = Field("", description="one of `models` by name; the section `model` when absent")
    then: Annotated[tuple[Follower, ...], BeforeValidator(_list)] = Field(
        (), description="followers, in order: each looks again at what the strategy has made"
    )

    @property
    def label(self) -> str:
        """The name it goes by in ledger, report and evaluation; of a class in a file, the name of the class."""
        named = FILE.fullmatch(self.use)
        return self.name or (named["name"] if named else self.use)


class MixtureSection(Section):
    """All strategies share one number of calls, by what the corpus lacks; instead of `samples` and `limit`."""

    calls: PositiveInt | None = Field(
        None, description="documents to ask for, over all rounds; `factor` × gold when absent"
    )
    rounds: PositiveInt = Field(
        1, description="each looks at what the ones before it have brought, and shares out anew"
    )
    shares: dict[str, Weight] = Field(
        {},
        description="weight of each strategy at the start, only proportions count; 1 for one not named",
    )
    factor: Weight = Field(3.0, description="documents asked for, for each gold document, at most")
    least: PositiveInt = Field(
        20,
        description="mentions of a label, relations of a kind and documents of an edge case that there "
        "should be at least",
    )
    register_key: str = Field(
        "",
        description="key of `meta` that names the register of a document; told from the layout when empty",
    )
