"""`make demo SANITISE=1`: somebody knocks at the new database all the while, and only the hook comes in."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.accounts import TARGET
from sandbox.databases import LoginError
from sandbox.demo.proofs import NotSo, Proof
from sandbox.sanitise import FUNCTION
from sandbox.stage import RESTORED, SCHEMA

if TYPE_CHECKING:
    from sandbox.doors import Arrival
    from sandbox.interpreter import StateEvent
    from sandbox.stage import Stage

KNOCKS_AT = ("Prepare the hooks", "Call the hook's function", "Judge the hook", "Open the network")
OPENING = ("ModifyDBCluster", "ModifyDBInstance")
OPENER = "OpenDatabaseFunction"


@dataclass
class Prowler:
    """Tries to log in as the master user, with the right password, while the database is in quarantine."""

    stage: Stage
    came_in: list[bool] = field(default_factory=list)
    """For each try, whether it was let in."""

    def hear(self, event: StateEvent) -> None:
        """Knock whenever one of those states is entered."""
        if event.kind == "entered" and event.state in KNOCKS_AT:
            self.came_in.append(self._knock())

    def _knock(self) -> bool:
        databases = self.stage.databases(TARGET)
        secret = databases.describe(RESTORED)["MasterUserSecret"]["SecretArn"]
        found = self.stage.sandbox.client("secretsmanager", TARGET).get_secret_value(SecretId=secret)
        login = json.loads(found["SecretString"])
        try:
            databases.log_in(RESTORED, login["username"], login["password"], SCHEMA).close()
        except LoginError:
            return False
        return True


def of_quarantine(stage: Stage, receipt: dict[str, Any], prowler: Prowler) -> list[Proof]:
    """Nobody saw a row before the hook had changed it."""
    return [
        Proof("the hook has checked what came out", lambda: _checked(receipt)),
        Proof("before, nobody but the hook came in", lambda: _only_the_hook(stage)),
        Proof("who had the password was refused, too", lambda: _refused(stage, prowler)),
    ]


def _checked(receipt: dict[str, Any]) -> str:
    (report,) = receipt["restored"]["hooks"]
    total, unmasked = (one["found"] for one in report["result"]["expectations"])
    return f"{total} rows, {unmasked} not masked"


def _only_the_hook(stage: Stage) -> str:
    others = sorted({one.who for one in _in_quarantine(stage) if one.admitted and one.function != FUNCTION})
    if others:
        raise NotSo(f"{', '.join(others)} came in")
    came = [one for one in _in_quarantine(stage) if one.admitted]
    if not came:
        raise NotSo("not even the hook")
    return f"{FUNCTION}, {len(came)} connection{'s' if len(came) > 1 else ''}"


def _refused(stage: Stage, prowler: Prowler) -> str:
    refused = [one for one in _in_quarantine(stage) if not one.admitted]
    if any(prowler.came_in) or len(refused) != len(prowler.came_in) or not refused:
        raise NotSo(f"of {len(prowler.came_in)} tries {sum(prowler.came_in)} went well, {len(refused)} are on the book")
    return f"{len(refused)} times by the quarantine group"


def _in_quarantine(stage: Stage) -> list[Arrival]:
    """Who came before the network was opened."""
    arn = _arn(stage)
    calls = stage.sandbox.gate.calls_of("rds", account=TARGET.id)
    opened = [call.time for call in calls if call.operation in OPENING and OPENER in str(call.caller.role_arn)]
    return [one for one in stage.sandbox.rds.firewall.to(arn) if one.time <= opened[0]]


def _arn(stage: Stage) -> str:
    row = stage.databases(TARGET).describe(RESTORED)
    return str(row.get("DBClusterArn") or row["DBInstanceArn"])
