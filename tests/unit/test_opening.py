"""Access is opened for no more transfers of a family than RDS makes copies at once: the others wait without any."""

import json
from pathlib import Path
from typing import Any

import pytest
import time_machine

from snapferry.errors import TooManyCopies
from snapferry.leasing import opening
from snapferry.state.leases import LeaseRecord, Leases
from snapferry.state.table import Table
from snapferry.transfers import TransferPlan

BODY = json.loads((Path(__file__).parents[2] / "events" / "edit_key_policy.json").read_text(encoding="utf-8"))
PLAN = TransferPlan.read(BODY["plan"])
MOST = {"cluster": 2, "instance": 3}


@pytest.fixture(autouse=True)
def _limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for family, most in MOST.items():
        monkeypatch.setenv(f"{family.upper()}_COPIES_AT_ONCE", str(most))


@pytest.fixture
def leases(table: Table) -> Leases:
    return Leases(table)


def note(leases: Leases, transfer: str, *, family: str = PLAN.family, ends: str = "2999-01-01T00:00:00Z") -> None:
    known: dict[str, Any] = {
        "execution_arn": "e",
        "key_arn": PLAN.key_arn,
        "copy_arn": "c",
        "target_account": PLAN.target_account,
    }
    more: dict[str, Any] = {"opened_at": PLAN.started_at, "fingerprint": "f", "seen": True}
    leases.note(LeaseRecord(transfer=transfer, family=family, ends=ends, **known, **more))


def ask(leases: Leases, at: str = PLAN.started_at) -> str | None:
    """What it waits for; None if it goes on, to what these tests do not set up."""
    with time_machine.travel(at, tick=False):
        try:
            return str(opening.open_lease(leases, PLAN, "role", PLAN.started_at)["reason"])
        except LookupError:  # the next setting
            return None


def test_it_waits_while_as_many_are_open_as_the_target_copies_at_once(leases: Leases) -> None:
    note(leases, "0" * 16)
    assert ask(leases) is None
    note(leases, "1" * 16)
    assert ask(leases) == "the target makes as many copies as RDS makes at once"
    leases.close("0" * 16)
    assert ask(leases) is None


def test_a_step_that_runs_again_finds_its_own_lease(leases: Leases) -> None:
    note(leases, "0" * 16)
    note(leases, PLAN.transfer)
    assert ask(leases) is None


def test_another_familys_and_those_that_have_ended_take_no_room(leases: Leases) -> None:
    other = "instance" if PLAN.family == "cluster" else "cluster"
    for number in range(3):
        note(leases, f"{number:016}", family=other)
        note(leases, f"{number + 3:016}", ends=PLAN.started_at)
    assert ask(leases) is None


def test_at_the_deadline_it_says_who_kept_the_target_busy(leases: Leases) -> None:
    note(leases, "0" * 16)
    note(leases, "1" * 16)
    with pytest.raises(TooManyCopies, match="kept the target busy"):
        ask(leases, PLAN.deadline)


def test_a_row_of_an_older_version_is_read(table: Table, leases: Leases) -> None:
    note(leases, "0" * 16)
    row = table.get(f"lease#{'0' * 16}")
    assert row is not None
    del row["family"]
    table.put(row["id"], row, lasts=60)
    assert [(each.transfer, each.family) for each in leases.all()] == [("0" * 16, "")]
