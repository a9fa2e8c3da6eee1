"""Writes `docs/faults.md`: how many cases of each kind come to which end, and every place with its ends."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from sandbox.stage import ROOT
from tests.faults.kinds import Kind
from tests.faults.scenes import SCENES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.faults.cases import Case

PAGE = ROOT / "docs" / "faults.md"
HEAD = """# Whatever fails

`make faults` lets every call fail, in every way: of transfers, of fleets and plans, of drills with hooks, where
databases change names, of going back and of retention. It looks at both accounts afterwards. Written by it, from
[faults.json](faults.json), where each case stands with its end; do not edit.

Some run of the scenes below comes to every function of both stacks, and to every state that calls somebody
(`tests/faults/test_reached.py`). `make faults ARGS=--all` plays also what goes the same way as its neighbour
(`tests/faults/choosing.py` says which, and why).

The cases follow from recorded runs, so that none can be missed: each API call of each function and each
invocation by a state machine or a schedule, each event, each wait, each answer, each state. A call that a place
makes in a loop fails at the first look and at a later one. What a transfer has to get over (one call throttled,
one function killed) rides with others on one transfer; the rest has one of its own, and lasts until a person
mends it, after the end.

For each case the end has to be right: a receipt that is true, or an error of Snapferry's whose cause names the
side and what to do. What must hold at every moment is looked at after every change, and when all is over
nothing may be left: no access, no share, no snapshot but a kept copy, no unpublished database, no secret, no
grant, no open row; and nothing of others may have changed (`tests/faults/invariants.py`).

*Clean once mended*: what has to tidy up was itself broken, and something was left until that was mended; then
it went by itself. *The target keeps its copy*: the hand-over was done, and no restore was asked for any more.
"""


def write(cases: Sequence[Case], told: Mapping[str, str]) -> None:
    """Write the page anew."""
    PAGE.write_text("\n".join([HEAD, *_lines(cases, told)]) + "\n", encoding="utf-8")


def _lines(cases: Sequence[Case], told: Mapping[str, str]) -> Iterator[str]:
    played = [case for case in cases if str(case) in told]
    yield f"{len(played)} of {len(cases)} cases of {len({case.kind for case in cases})} kinds are told here."
    yield from ["", "## The scenes", "", "| Scene | Ends, without a further fault |", "| --- | --- |"]
    yield from (f"| {scene.name} ({scene.setting.engine}) | {scene.end} |" for scene in SCENES.values())
    yield from ["", "## Kinds", "", "| Kind | Cases | Ends |", "| --- | --- | --- |"]
    for kind in Kind:
        ends = Counter(told[str(case)] for case in played if case.kind is kind)
        yield f"| {kind} | {ends.total()} | {'; '.join(f'{end} ({times})' for end, times in ends.most_common())} |"
    yield from ["", "## Cases", "", "What ends as its scene does is left out here.", ""]
    yield from ["| Scene and place | Ends |", "| --- | --- |"]
    yield from _places(played, told)


def _places(cases: Sequence[Case], told: Mapping[str, str]) -> Iterator[str]:
    ends: dict[str, dict[str, list[Kind]]] = defaultdict(lambda: defaultdict(list))
    for case in cases:
        if told[str(case)] != SCENES[case.scene].end:
            ends[f"{case.scene}: {case.where}"][told[str(case)]].append(case.kind)
    for place, found in ends.items():
        yield f"| {place} | {'; '.join(f'{end}: {", ".join(kinds)}' for end, kinds in found.items())} |"
