"""Why a command does not do what it was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that stands in the way, and what a person can do about it."""

    what: str
    remedy: str


class Refused(Exception):
    """The command stops here; its message says what is not done.

    Args:
        message: For people.
        problems: Everything that stands in the way.
    """

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)
