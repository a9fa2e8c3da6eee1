"""Write docs/sources.md anew: `make sources`."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from sandbox.permissions import Simulator
from sandbox.stage import ROOT
from sandbox.world import Sandbox
from tests.end_to_end.sources.case import CARRIED
from tests.end_to_end.sources.cases import CASES
from tests.end_to_end.sources.playing import Seen, play
from tests.end_to_end.sources.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.end_to_end.sources.case import Case

PAGE = ROOT / "docs" / "sources.md"
HEAD = """# Sources

Which databases cross, in which encryption, from which start, and how that ends: carried, or refused by an error. Each
was made in the sandbox and tried. Written by `make sources`; `tests/end_to_end/test_sources.py` holds it current.

*Made in the source* is what a transfer makes there, and deletes again: a fresh snapshot, a copy under the transfer key.
A refused one has made nothing at all, in neither account. *Time* is the sandbox's virtual time. Ids that are made up at
random are left out of the messages.

* **cmk** is a customer managed key of the database's own. `DatabaseKeyArns` has to name it.
* **transfer key**: the database is under the very key that a transfer opens. `ShareOriginals=true` allows that.
* **none** is plain storage, and **sse-rds** Aurora's under a key that AWS owns. Both say `StorageEncrypted=false`.
* **latest automated** is `"snapshot": "latest"`; a **named** snapshot is given by its name or ARN, one of
  **AWS Backup** by its recovery point's ARN; a **kept copy** is what a failed transfer has left behind, as its error
  says.

| Database | Encryption | Starts from | Outcome | Made in the source | Time | What a user reads |
| --- | --- | --- | --- | --- | --- | --- |
"""

# what moto makes up at random, and what follows from it
_MADE_UP = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "…"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "…"),  # a transfer's id
    (re.compile(r"\b2026-\d\d-\d\d[T-]\d\d[:-]\d\d(:\d\dZ)?"), "…"),
)
_MINUTE, _HOUR = 60, 3600
_TIME = -3  # from the end of a row that is split at its bars


def row_of(case: Case, seen: Seen) -> str:
    """The case's row."""
    carried = case.outcome == CARRIED
    cells = (
        f"{case.kind}{f', {case.note}' if case.note else ''}",
        f"{case.encryption}{' (allowed)' if case.originals else ''}",
        case.start,
        "carried and restored" if case.restored else case.outcome if carried else f"`{case.outcome}`",
        " + ".join(seen.making) or "nothing",
        _lasting(seen.seconds) if carried else f"at most {10 * (seen.seconds // 10 + 1)} s",
        _plain("; ".join(seen.output["remarks"]) if carried else seen.cause.splitlines()[0]),
    )
    return f"| {' | '.join(cells)} |"


def written(seen: Mapping[Case, Seen]) -> str:
    """The whole page."""
    return HEAD + "\n".join(row_of(case, seen[case]) for case in CASES) + "\n"


def without_time(row: str) -> str:
    """A row without its time, which follows from what was played before it."""
    cells = row.split(" | ")
    return " | ".join([*cells[: _TIME + 1], *cells[_TIME + 2 :]])


def play_all() -> dict[Case, Seen]:
    """Play every case, on the stage that it needs; one sandbox at a time."""
    simulator = Simulator()
    seen: dict[Case, Seen] = {}
    for originals in (False, True):
        with Sandbox(permissions=simulator, data=False) as sandbox:
            scene = Scene.of(sandbox, originals=originals)
            seen |= {case: play(scene, case) for case in CASES if case.originals is originals}
    simulator.close()
    return seen


def _plain(text: str) -> str:
    for pattern, instead in _MADE_UP:
        text = pattern.sub(instead, text)
    return text.replace("|", "\\|").replace("\n", " ")


def _lasting(seconds: int) -> str:
    hours, rest = divmod(seconds, _HOUR)
    return f"{hours} h {rest // _MINUTE:02} min" if hours else f"{rest // _MINUTE} min"


def main() -> None:
    """Play all, and write."""
    PAGE.write_text(written(play_all()), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)}: {len(CASES)} cases\n")


if __name__ == "__main__":
    main()
