"""What every part of the control plane works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.rds.durations import Durations
from sandbox.rds.events import EventBook
from sandbox.rds.models import AVAILABLE, Work
from sandbox.rds.settings import Settings
from sandbox.rds.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.clock import Clock
    from sandbox.rds.data_plane import DataPlane
    from sandbox.rds.keys import Keys
    from sandbox.rds.models import Database, Snapshot


@dataclass
class Core:
    """The clock, the records, the keys, the data; and what can be set."""

    clock: Clock
    keys: Keys
    data: DataPlane
    store: Store = field(default_factory=Store)
    durations: Durations = field(default_factory=Durations)
    settings: Settings = field(default_factory=Settings)
    on_begun: list[Callable[[Database], None]] = field(default_factory=list)
    """Who wants to know of every new, or restored, database."""
    on_later: list[Callable[[str, float], None]] = field(default_factory=list)
    """Who wants to know what RDS will do, and in how many virtual seconds: the end of a work, or an appointment."""

    def __post_init__(self) -> None:
        self.events = EventBook(self.clock)

    def work(self, seconds: float) -> Work:
        """Work that begins now."""
        return Work(self.clock.now, self.clock.now + seconds)

    def finished(self, snapshot: Snapshot) -> None:
        """Tell whoever listens that a snapshot is available now."""
        self.events.tell_finished(snapshot)

    def later(self, seconds: float, finish: Callable[[], None], name: str) -> None:
        """Do this when the virtual time has come."""
        for listener in self.on_later:
            listener(name, seconds)
        self.clock.spawn(finish, f"rds: {name}", seconds)

    def busy(self, database: Database, status: str, seconds: float, finish: Callable[[], None] | None = None) -> None:
        """Keep a database in a status for a while; then `finish`, and `available` again.

        A database that is deleted meanwhile stays as it is.
        """
        database.status = status

        def settle() -> None:
            if database.status != status:
                return
            database.status = AVAILABLE
            if finish is not None:
                finish()

        self.later(seconds, settle, f"{database.arn} {status}")


def aws_time(seconds: float) -> datetime:
    """Virtual epoch seconds as the serialiser takes them."""
    return datetime.fromtimestamp(seconds, UTC)
