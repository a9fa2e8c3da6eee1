"""Switches each rule of the sandbox off and runs its test, which must go red: `make mutate-sandbox`.

One pytest session for all: a process for each rule would take longer than the tests do.
"""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from _pytest.runner import runtestprotocol

from sandbox.register import RULES, switched_off

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from sandbox.register import Rule

LONGEST_SECONDS = 60  # on the wall: a test may wait for what never comes without its rule


@dataclass
class Mutation:
    """A plugin of pytest that runs each rule's test without the rule, in place of the tests as they are."""

    rules: Sequence[Rule]
    red: list[Rule] = field(default_factory=list)
    green: list[Rule] = field(default_factory=list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Stands in for pytest's own loop."""
        runs = [(rule, item) for rule in self.rules for item in session.items if _shows(item, rule)]
        afterwards: list[pytest.Item | None] = [*(item for _, item in runs[1:]), None]
        failed = set()
        for (rule, item), following in zip(runs, afterwards, strict=True):
            with switched_off(rule.id):
                if _fails(item, following):
                    failed.add(rule)
        self.red = [rule for rule in self.rules if rule in failed]
        self.green = [rule for rule in self.rules if rule not in failed]
        return True


def run(rules: Sequence[Rule]) -> Mutation:
    """The mutation run over these rules."""
    mutation = Mutation(rules)
    signal.signal(signal.SIGALRM, _give_up)
    nodes = list(dict.fromkeys(rule.node for rule in rules))
    code = pytest.main(["-q", "--no-header", "-p", "no:cacheprovider", *nodes], plugins=[mutation])
    if len(mutation.red) + len(mutation.green) != len(rules):  # it did not come to that
        sys.exit(f"pytest ended with {code!r}")
    return mutation


def main() -> None:
    """Run over all rules, or over those whose ids begin with an argument."""
    begin = tuple(sys.argv[1:]) or ("",)
    mutation = run([rule for rule in RULES if rule.id.startswith(begin)])
    for rule in mutation.rules:
        colour = "red  " if rule in mutation.red else "GREEN"
        sys.stdout.write(f"{colour}  {rule.id:38}  {rule.test}\n")
    number = f"{len(mutation.red)} of {len(mutation.rules)}"
    sys.stdout.write(f"{number} rules are missed by their test when they are off\n")
    sys.exit(1 if mutation.green else 0)


def _fails(item: pytest.Item, following: pytest.Item | None) -> bool:
    """Run one test; what the session shares is kept for the following one."""
    item._initrequest()  # type: ignore[attr-defined]  # noqa: SLF001 - a test that ran before runs anew
    signal.alarm(LONGEST_SECONDS)
    # The session in place of the following test: what a module shares would not be as that test wants it.
    reports = runtestprotocol(item, log=False, nextitem=following and following.session)  # type: ignore[arg-type]
    signal.alarm(0)
    broken = [report for report in reports if report.when != "call" and report.failed]
    if broken:
        sys.exit(f"{item.nodeid} does not even begin, or end: {broken[0].longrepr}")
    return any(report.failed for report in reports)


def _shows(item: pytest.Item, rule: Rule) -> bool:
    return item.nodeid == rule.node or item.nodeid.startswith(f"{rule.node}[")


def _give_up(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"no end after {LONGEST_SECONDS} seconds")


if __name__ == "__main__":
    main()
