"""Options that strategies which ask a model, and send faulty answers back, have in common."""

from pydantic import BaseModel, ConfigDict, Field


class RepairOptions(BaseModel):
    """What happens to a faulty answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    repairs: int = Field(
        1, ge=0, le=3, description="how often a faulty answer is sent back (B.5: once pays)"
    )
    repair_model: str = Field(
        "",
        description="one of the recipe's `models`, asked to mend a faulty answer; else the same model",
    )


class GuideOptions(RepairOptions):
    """Also how much of the guide is quoted."""

    guide_characters: int = Field(
        4000, ge=0, description="length of the guide's rules in the prompt, definitions aside"
    )
