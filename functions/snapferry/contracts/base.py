"""What every contract is: a strict model."""

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """A model that refuses fields it does not know, guesses at no types, and does not change once read."""

    # Built when first used: a function needs one or two of all these.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
