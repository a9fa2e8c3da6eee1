"""Write the tables of `docs/closing.md` anew: `make closing`, which plays every case in some minutes.

`make closing ARGS=--new` plays only those that the page does not tell yet: the states that somebody has added.
"""

from __future__ import annotations

import re
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

from sandbox.permissions import Simulator
from sandbox.stage import ROOT
from tests.end_to_end.closing.cases import Case, Off, Way, cases, states
from tests.end_to_end.closing.outcome import Means, Outcome
from tests.end_to_end.closing.theatre import Theatre

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAGE = ROOT / "docs" / "closing.md"
MARK = "<!-- From here on written by `make closing`. -->"
ACCESS = re.compile(r"(?P<means>[a-z ]+), (?P<seconds>\d+)")  # what a cell begins with, if access was open
NOTHING = "nothing was there"
AT_ONCE = 2  # seconds between two calls of one closing
NUMBER = re.compile(r"\d+")
PROCESSES = 2

type Cells = Mapping[Case, str]


def cell(outcome: Outcome) -> str:
    """One case in few words: who ended access and after how many seconds; in brackets if it was never open."""
    access, tidied, left = outcome.access, outcome.tidied, outcome.left
    words = [f"{access.means}, {access.seconds}"] if access else []
    if tidied and not (access and tidied.means is access.means and tidied.seconds <= access.seconds + AT_ONCE):
        rest = f"{tidied.means}, {tidied.seconds}"
        words.append(f"the rest: {rest}" if access else f"({rest})")
    if left:
        rest = f"left: {', '.join(left)}"
        words.append(rest if access else f"({rest})")
    return ("; ".join(words) or NOTHING) + ("; alarm" if outcome.alarms else "")


def tables(cells: Cells) -> str:
    """The summary, and a table for each way of dying."""
    return "\n".join([*_summary(cells), *(line for way in Way for line in _table(way, cells))])


def told() -> dict[Case, str]:
    """The page's cells."""
    text = PAGE.read_text(encoding="utf-8").partition(MARK)[2]
    return {case: said for way in Way for case, said in _told_of(way, text)}


def is_as_told(said: str, outcome: Outcome, *, within: int) -> bool:
    """Whether a cell says what was seen; seconds may differ by so many, or by a tenth."""
    now = cell(outcome)
    pairs = zip(NUMBER.findall(said), NUMBER.findall(now), strict=False)
    near = all(abs(int(one) - int(other)) <= max(within, int(one) / 10) for one, other in pairs)
    return NUMBER.sub("n", said) == NUMBER.sub("n", now) and near


def _summary(cells: Cells) -> Iterator[str]:
    yield from ["", "## In all", "", "| Closers | Access ended by | Cases | Least | Median | Most |"]
    yield "| --- | --- | --- | --- | --- | --- |"
    for off in Off:
        ended = [ACCESS.match(said) for case, said in cells.items() if case.off is off]
        for means in Means:
            seconds = [int(each["seconds"]) for each in ended if each and each["means"] == means]
            if seconds:
                least, median, most = min(seconds), statistics.median_high(seconds), max(seconds)
                yield f"| {off} | {means} | {len(seconds)} | {least} | {median} | {most} |"
        yield f"| {off} | was not open | {ended.count(None)} | | | |"


def _table(way: Way, cells: Cells) -> Iterator[str]:
    yield from ["", f"## {way}", "", f"| State | {' | '.join(Off)} |", "| --- | --- | --- | --- |"]
    for state in dict.fromkeys(case.state for case in cases(way)):
        yield f"| {state} | {' | '.join(cells[Case(state, way, off)] for off in Off)} |"


def _told_of(way: Way, text: str) -> Iterator[tuple[Case, str]]:
    for line in text.partition(f"## {way}\n")[2].partition("\n## ")[0].splitlines():
        state, *cells = [part.strip() for part in line.strip("|").split("|")]
        if state in states():
            yield from ((Case(state, way, off), said) for off, said in zip(Off, cells, strict=True))


def play(wanted: list[Case]) -> dict[Case, str]:
    """What becomes of some cases, on one stage."""
    simulator = Simulator()
    try:
        with Theatre(simulator) as theatre:
            return {case: cell(theatre.play(case)) for case in wanted}
    finally:
        simulator.close()


def main() -> None:
    """Play all (with `--new`: those that the page does not tell), and write."""
    known = told() if "--new" in sys.argv else {}
    wanted = [[case for case in cases(way) if case not in known] for way in Way]
    with ProcessPoolExecutor(PROCESSES) as pool:
        played = list(pool.map(play, filter(None, wanted)))
    cells = dict(known)
    for each in played:
        cells |= each
    head = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    PAGE.write_text(f"{head}{MARK}\n{tables(cells)}\n", encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)}: {sum(map(len, played))} of {len(cells)} cases played\n")


if __name__ == "__main__":
    main()
