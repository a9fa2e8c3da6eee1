"""What is written down of everybody who tried to connect to a database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Arrival:
    """One connection that somebody tried to open."""

    time: float
    """Virtual epoch seconds."""
    database: str
    """The ARN of the instance or cluster whose data it is."""
    program: str
    """The process on this machine: its name and number."""
    function: str | None
    """The Lambda function whose process it is; None for anybody else on this machine."""
    admitted: bool
    reason: str
    """Which rule let it in, or why none did."""

    @property
    def who(self) -> str:
        """The function, or the program."""
        return self.function or self.program
