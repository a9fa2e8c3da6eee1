"""One source, and what is expected of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.end_to_end.sources.scene import Scene

CARRIED = "carried"


@dataclass(frozen=True)
class Case:
    """What is carried, and how that ends.

    Attributes:
        kind: of `sandbox.sources.SOURCES`.
        encryption: of `sandbox.sources.ENCRYPTIONS`, or `transfer key`.
        start: a fresh snapshot, the latest automated one, a named one, one of AWS Backup, or a copy that was kept.
        outcome: `carried`, or the error's name.
        making: what the transfer makes in the source: `snapshot`, `copy`.
        note: what is special about it.
        originals: the deployer lets a database be under the transfer key.
        arrange: makes it special; gives the input's fields, instead of those that `start` means.
        restored: brought up in the target, too.
    """

    kind: str
    encryption: str
    start: str
    outcome: str = CARRIED
    making: tuple[str, ...] = ()
    note: str = ""
    originals: bool = False
    arrange: Callable[[Scene, str], dict[str, Any]] | None = None
    restored: bool = False

    @property
    def title(self) -> str:
        """The row's first cells, for a test's name."""
        return ", ".join(part for part in (self.kind, self.encryption, self.start, self.note) if part)
