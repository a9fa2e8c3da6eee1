"""Write docs/wrong-set-ups.md anew: `make wrong-set-ups`."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from sandbox.permissions import Simulator
from sandbox.stage import ROOT, set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story
from tests.end_to_end.wrong_setups import in_the_keys, in_the_source, in_the_target
from tests.end_to_end.wrong_setups.playing import play
from tests.end_to_end.wrong_setups.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.end_to_end.wrong_setups.case import Case
    from tests.end_to_end.wrong_setups.playing import Found

PAGE = ROOT / "docs" / "wrong-set-ups.md"
CASES: list[Case] = [*in_the_source.CASES, *in_the_keys.CASES, *in_the_target.CASES]

HEAD = """# Wrong set-ups

What a transfer ends with when something is wrong on either side. Each was made wrong in the sandbox, and tried: the
plan, in the source account, or the offer, by the target's answer, found it before anything was made. Written by
`make wrong-set-ups` from those runs; `tests/end_to_end/test_wrong_setups.py` plays them with every test run. Ids that
are made up at random are left out of the messages.

| Wrong in the | What is wrong | Found by | Virtual seconds, at most | Made | Error | Message |
| --- | --- | --- | --- | --- | --- | --- |
"""

# what moto makes up at random
_MADE_UP = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "…"),
    (re.compile(r"\b(sg|vpc|subnet)-[0-9a-f]{17}\b"), r"\1-…"),
    (re.compile(r"\bAROA[A-Z0-9]+"), "AROA…"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "…"),  # a transfer's id
    (re.compile(r"\bSnapferry[0-9a-f]{16}"), "Snapferry…"),
    (re.compile(r"http://127\.0\.0\.1:\d+"), "https://sqs…"),
)


def told(seen: Mapping[Case, Found]) -> list[str]:
    """A row for each case that was played, in their order."""
    return [_row(case, seen[case]) for case in CASES if case in seen]


def written(rows: Iterable[str]) -> str:
    """The whole page."""
    return HEAD + "\n".join(rows) + "\n"


def _row(case: Case, found: Found) -> str:
    cause = found.cause.splitlines()[0].replace("|", "\\|")  # the rest is the runbook's place, and the input itself
    for pattern, instead in _MADE_UP:
        cause = pattern.sub(instead, cause)
    cells = (
        case.side,
        case.wrong,
        found.found_by,
        str(10 * (found.seconds // 10 + 1)),
        str(len(found.made)),
        f"`{found.error}`",
        cause,
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Play all, and write."""
    simulator = Simulator()
    with Sandbox(permissions=simulator, data=False) as sandbox:
        scene = Scene(Story(set_stage(sandbox, "aurora-mysql")))
        seen = {case: play(scene, case) for case in CASES}
    simulator.close()
    PAGE.write_text(written(told(seen)), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)}: {len(CASES)} cases\n")


if __name__ == "__main__":
    main()
