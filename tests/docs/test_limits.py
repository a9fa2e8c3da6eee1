"""docs/limits.md: its numbers are those of the code and of the templates."""

import json
import re

from sandbox.deploy.loading import load_template
from sandbox.stage import ROOT
from snapferry import failures
from snapferry.leasing import lease
from snapferry.leasing.lease import Lease
from snapferry.target import connections
from tests.templates.stacks import SOURCE

LIMITS = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
OWN_STATEMENTS = 1200  # bytes of the stack's own key policy, roughly


def test_the_number_of_leases_in_one_policy() -> None:
    one = Lease(
        transfer="0123456789abcdef",
        account="222222222222",
        role_arn="arn:aws:iam::222222222222:role/snapferry-target-CopySnapshotFunctionRole-ABCDEFGHIJKL",
        region="eu-west-1",
        partition="aws",
        ends="2026-11-25T00:00:00Z",
        via_service=True,
    )
    each = len(json.dumps(lease.statements(one), separators=(",", ":")))
    room = lease.SIZE_LIMIT - lease.RESERVE - OWN_STATEMENTS
    assert _number("leases in one key policy at once") == room // each


def test_the_numbers_of_the_code() -> None:
    assert _number("a cause in the console") == failures.CAUSE_LIMIT
    assert _number("databases that served before, by connection") == connections.MOST_PREVIOUS


def test_the_longest_deadline() -> None:
    hours = load_template(ROOT / SOURCE)["Parameters"]["DeadlineHours"]["MaxValue"]
    assert f"at most {hours // 24} days" in LIMITS


def _number(what: str) -> int:
    found = re.search(rf"^\| {re.escape(what)} \| \D*([\d,]+)", LIMITS, re.MULTILINE)
    assert found, what
    return int(found[1].replace(",", ""))
