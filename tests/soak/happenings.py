"""What the sandbox tells as it happens: states entered, executions that end, copies that the source hears of."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE, TARGET
from snapferry import errors
from tests.faults.invariants import Broken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.events.delivery import Delivery
    from sandbox.interpreter import StateEvent
    from sandbox.stage import Stage
    from tests.faults.ours import Ours

INPUTS_KEPT = 20
LINGERS = 1.0  # virtual seconds: what befalls a state that takes no time takes effect before the next


@dataclass
class Happenings:
    """Listens to one sandbox.

    Attributes:
        ends: How many executions have ended, by machine and error, or status.
        printed: Machines' ARNs, and inputs that their red executions have printed to run again from.
        told: ARNs of copies that the source was told of.
    """

    stage: Stage
    ours: Ours
    ends: Counter[str] = field(default_factory=Counter)
    printed: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    told: dict[str, None] = field(default_factory=dict)
    _broken: list[Broken] = field(default_factory=list)
    _states_until_a_stop: int = 0

    def __post_init__(self) -> None:
        sandbox = self.stage.sandbox
        sandbox.events.before_delivery.append(self._noted)
        sandbox.on_state.append(self._entered)
        sandbox.on_execution_end.append(lambda _account, _region, end: self._ended(end))

    def stop_after(self, states: int) -> None:
        """Stop the execution that enters the state of this number, counted from now."""
        self._states_until_a_stop = states

    def broken(self) -> list[Broken]:
        """What did not hold as it happened, since this was last asked."""
        found, self._broken = self._broken, []
        return found

    def _noted(self, delivery: Delivery) -> None:
        if delivery.event["detail-type"] == "Received":
            self.told[delivery.event["detail"]["result"]["snapshot_arn"]] = None

    def _entered(self, event: StateEvent) -> None:
        if event.kind != "entered" or not self._states_until_a_stop:
            return
        self._states_until_a_stop -= 1
        if not self._states_until_a_stop:
            account = SOURCE if f":{SOURCE.id}:" in event.execution_arn else TARGET
            self.stage.sandbox.client("stepfunctions", account).stop_execution(executionArn=event.execution_arn)
            self.stage.sandbox.clock.sleep(LINGERS)

    def _ended(self, end: dict[str, Any]) -> None:
        machine = end["stateMachineArn"].rpartition(":")[2].split("-", 2)[2]
        error, cause = end.get("error") or "", end.get("cause") or ""
        self.ends[f"{machine} {error or end['status']}"] += 1
        is_of_a_fleet = "/" in end["executionArn"]  # one of its items, which tells how its transfer has ended
        if error and error not in errors.NAMES and not is_of_a_fleet:
            self._broken.append(Broken("a red execution has an error by name", f"{end['executionArn']}: {error}"))
        if end["status"] == "FAILED" and not cause:
            self._broken.append(Broken("a red execution says why", str(end["executionArn"])))
        last = cause.splitlines()[-1] if cause else ""
        if last.startswith("{"):
            self.printed = [*self.printed, (end["stateMachineArn"], json.loads(last))][-INPUTS_KEPT:]
        if machine == "ferry-snapshot" and end["status"] == "SUCCEEDED":
            self._broken += self._open_though_green(json.loads(end["output"]))

    def _open_though_green(self, receipt: dict[str, Any]) -> Iterator[Broken]:
        """A receipt says that access is closed, and what is there."""
        transfer = receipt.get("transfer")
        for one, statement in self.ours.statements():
            if one == transfer:
                yield Broken("a green transfer is closed", f"{statement['Sid']} is in the policy")
        copy = receipt.get("target_snapshot")
        there = {str(each.arn) for each in self.ours.snapshots(TARGET)}
        if copy and not receipt.get("restored") and copy not in there:
            yield Broken("a green transfer's copy is there", copy)
