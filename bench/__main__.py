"""Run all benches, or those named, and compare with the results in the repository: `make bench`."""

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from bench import cost, fleet, functions, report, transfers, waits
from bench.report import Section

BENCHES: Final[dict[str, Callable[[], Section]]] = {
    "waits": waits.measure,
    "transfers": transfers.measure,
    "functions": functions.measure,
    "fleet": fleet.measure,
}
"""By the names of their modules, in the page's order."""
LONGEST: Final = "fleet"


def main() -> int:
    """Return 1 where a count has grown and `--check` is said."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a count has grown")
    parser.add_argument("only", nargs="*", choices=[*BENCHES, []], help="check these alone")
    asked = parser.parse_args()
    if asked.only and not asked.check:
        parser.error("the page is written whole: name benches with --check only")
    names = asked.only or list(BENCHES)
    sections = measured(names)
    before = {count: value for count, value in report.known().items() if count.split(":")[0] in names}
    grown, other = report.changes(before, report.counts(sections))
    report.tell(grown, other)
    if not asked.check:
        report.write(sections)
        cost.main()
    return 1 if grown and asked.check else 0


def measured(names: list[str]) -> list[Section]:
    """Run benches in two processes, the longest first: they count, or take a processor's own seconds."""
    if len(names) == 1:
        return [BENCHES[names[0]]()]
    with ProcessPoolExecutor(2, max_tasks_per_child=1) as pool:
        runs = {name: pool.submit(BENCHES[name]) for name in sorted(names, key=lambda name: name != LONGEST)}
        return [runs[name].result() for name in names]


if __name__ == "__main__":
    raise SystemExit(main())
