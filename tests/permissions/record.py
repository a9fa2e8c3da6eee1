"""The record of what tests have made use of: `record.json`, beside this file, which `make permissions` writes anew."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.permissions.grants import ALL, Grant, grants

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.permissions.recorder import Use

FILE = Path(__file__).with_name("record.json")

Written = dict[str, dict[str, dict[str, list[str]]]]
"""Template, role, and key of a grant, or action; with the test files."""


@dataclass(frozen=True)
class Record:
    """Which test files made use of each right, and which were refused an action by no policy of the role."""

    used: dict[Use, list[str]]
    refused: dict[Use, list[str]]

    def tests_of(self, grant: Grant) -> list[str]:
        """The test files that made use of a right; none if none did."""
        return self.used.get((grant.template, grant.role, grant.key), [])

    def unexplained(self) -> list[Grant]:
        """Rights that no test uses, and that do not say why they are there."""
        return [grant for grant in everything() if not self.tests_of(grant) and not grant.untested]

    def missing(self) -> list[Use]:
        """What tests have used and the templates no longer allow."""
        there = {(grant.template, grant.role, grant.key) for grant in everything()}
        return sorted(set(self.used) - there)


def everything() -> list[Grant]:
    """Every right of every role of the three templates."""
    return [grant for template in ALL for grant in grants(template)]


def read() -> Record:
    """The record as it is written down."""
    written = json.loads(FILE.read_text(encoding="utf-8"))
    return Record(used=_flat(written["used"]), refused=_flat(written["refused"]))


def merge(parts: Iterable[Path]) -> Record:
    """One record of what several processes have noted."""
    used: dict[Use, set[str]] = {}
    refused: dict[Use, set[str]] = {}
    for part in parts:
        noted = json.loads(part.read_text(encoding="utf-8"))
        for whole, name in ((used, "used"), (refused, "refused")):
            for template, role, key, tests in noted[name]:
                whole.setdefault((template, role, key), set()).update(tests)
    return Record(used=_in_order(used), refused=_in_order(refused))


def write(record: Record) -> None:
    """Write it down; of the tests that used a right, the first by name, so that a test more changes little."""
    there = {(grant.template, grant.role, grant.key) for grant in everything()}
    used = {use: tests[:1] for use, tests in record.used.items() if use in there}
    written = {"used": _deep(used), "refused": _deep(record.refused)}
    FILE.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _in_order(uses: dict[Use, set[str]]) -> dict[Use, list[str]]:
    return {use: sorted(tests) for use, tests in uses.items()}


def _flat(written: Written) -> dict[Use, list[str]]:
    return {
        (template, role, key): tests
        for template, roles in written.items()
        for role, keys in roles.items()
        for key, tests in keys.items()
    }


def _deep(uses: dict[Use, list[str]]) -> Written:
    written: Written = {}
    for (template, role, key), tests in sorted(uses.items()):
        written.setdefault(template, {}).setdefault(role, {})[key] = tests
    return written
