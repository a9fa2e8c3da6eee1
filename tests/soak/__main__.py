"""A long random run of everything at once, with the invariants checked after each step.

Transfers of many kinds of sources, several at a time; faults of calls, functions, events, schedules and of RDS's own
work; people who stop executions, run again from what an error printed, switch back, try copies out and delete things;
others who edit key policies, tag, and make snapshots and databases of nearly the same names; the nightly schedule,
retention, and time that leaps. Everything follows from the seed. A fresh sandbox every 80 steps keeps the memory flat.
Databases are control plane only.
"""

from __future__ import annotations

import argparse
import math
import secrets
import sys

from sandbox.permissions import Simulator
from tests.soak.rounds import InvariantsBroken, Length, soak

MINUTES = 5.0


def main() -> int:
    """Return 1 if something was broken."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--seed", type=int, help="what everything follows from; else by chance")
    parser.add_argument("--minutes", type=float, help=f"how long; {MINUTES:.0f} unless --steps says how far")
    parser.add_argument("--steps", type=int, help="how many steps in all")
    parser.add_argument("--tell", action="store_true", help="tell each step")
    asked = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if asked.seed is None else asked.seed
    minutes = asked.minutes or (MINUTES if asked.steps is None else math.inf)
    length = Length(asked.steps or math.inf, minutes)
    _say(f"seed {seed}")
    simulator = Simulator()
    try:
        tally = soak(simulator, length, seed, tell=_say if asked.tell else lambda _: None, progress=_say)
    except InvariantsBroken as broken:
        sys.stderr.write(f"{broken}\n")
        return 1
    finally:
        simulator.close()
    _say("\n".join(tally.lines()))
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
