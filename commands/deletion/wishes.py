"""What a person says about the deletion of a stack."""

from dataclasses import dataclass
from typing import Final, Literal

DELETE: Final = "delete"
LEAVE: Final = "leave"
KEPT: Final = (DELETE, LEAVE)


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a stack is to be deleted.

    Attributes:
        stack: Its name.
        stop: Stop what runs; else wait for it.
        kept: What becomes of kept copies; None refuses while there are any.
        yes: Do not ask.
    """

    stack: str
    stop: bool = False
    kept: Literal["delete", "leave"] | None = None
    yes: bool = False
