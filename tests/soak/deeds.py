"""Everything that may happen next, each with how often it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tests.soak import outsiders, people, trouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from tests.soak.ground import Ground

HOUR = 3600.0
SPANS = (5.0, 60.0, 600.0, 600.0, HOUR, HOUR, HOUR, 4 * HOUR, 4 * HOUR, 12 * HOUR, 30 * HOUR)


@dataclass(frozen=True)
class Deed:
    """What may happen; `often` compares with the others'. `does` tells what it has done."""

    name: str
    often: int
    does: Callable[[Ground], str]

    def done(self, ground: Ground) -> str:
        """Do it; AWS may refuse it, as it refuses people."""
        try:
            told = self.does(ground)
        except ClientError as refused:
            told = f"refused: {refused.response['Error']['Code']}"
        return f"{self.name}: {told}" if told else self.name


def pass_time(ground: Ground) -> str:
    """Seconds, or hours."""
    seconds = ground.chance.choice(SPANS)
    ground.pass_time(seconds)
    return f"{seconds:.0f} s"


DEEDS = (
    Deed("time passes", 40, pass_time),
    Deed("a transfer is started", 34, people.start),
    Deed("two are started at once", 5, people.start_two),
    Deed("a fleet is started", 3, people.start_fleet),
    Deed("a transfer is run again", 8, people.run_again),
    Deed("an execution is stopped", 8, people.stop),
    Deed("somebody waits to stop one", 10, people.stop_soon),
    Deed("switching back", 3, people.switch_back),
    Deed("retention by hand", 3, people.apply_retention),
    Deed("a restore by hand", 4, people.restore_alone),
    Deed("a copy is deleted", 3, people.delete_copy),
    Deed("a restored database is deleted", 3, people.delete_restored),
    Deed("somebody edits a key policy", 5, outsiders.edit_key_policy),
    Deed("somebody tags", 3, outsiders.tag),
    Deed("somebody makes a snapshot", 4, outsiders.make_snapshot),
    Deed("somebody deletes a snapshot", 2, outsiders.delete_snapshot),
    Deed("somebody writes a parameter", 2, outsiders.write_parameter),
    Deed("somebody's database in the target", 2, outsiders.make_database_in_the_target),
    Deed("a source is deleted", 1, outsiders.delete_source),
    Deed("calls go wrong", 20, trouble.of_calls),
    Deed("functions go wrong", 12, trouble.of_functions),
    Deed("events go wrong", 9, trouble.of_events),
    Deed("schedules go wrong", 2, trouble.of_schedules),
    Deed("RDS goes wrong", 7, trouble.of_rds),
    Deed("the trouble is over", 12, trouble.mended),
    Deed("time leaps", 3, trouble.leap),
)


def next_deed(chance: Random) -> Deed:
    """One of them."""
    (deed,) = chance.choices(DEEDS, weights=[deed.often for deed in DEEDS])
    return deed
