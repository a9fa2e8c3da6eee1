"""Faults on demand: what AWS does to its users now and then, at the moment that a test chooses.

    faults.call("rds", "CopyDBClusterSnapshot", by="CopySnapshot").loses_its_answer()
    faults.call("kms", "PutKeyPolicy").meanwhile(faults.somebody_adds_to(key, statement))
    faults.function("*OpenLease*").killed_before_call(3)
    faults.event("Snapshot Shared").doubled(apart=30)
    faults.schedule("nightly-*").doubled(apart=1)
    faults.rds("sf-*-c", account=TARGET).ends_failed()

Each strikes once, the next time, unless `first`, `times` (None: always) or `seconds` say otherwise. What a fault has
done is in its `strokes`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.accounts import ACCOUNTS
from sandbox.faults.calls import CallFault, CallFaults
from sandbox.faults.handlers import FunctionFault, FunctionFaults
from sandbox.faults.messages import EventFault, EventFaults
from sandbox.faults.ticks import TickFault, TickFaults
from sandbox.faults.turns import Turns
from sandbox.faults.works import WorkFault, WorkFaults

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.accounts import Account
    from sandbox.world import Sandbox

__all__ = ["CallFault", "EventFault", "Faults", "FunctionFault", "TickFault", "WorkFault"]


class Faults:
    """Makes faults; without one the sandbox works as AWS does on a good day."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._works = WorkFaults(sandbox.rds)
        sandbox.gate.after.append(self._works.meet)  # before a fault of a call takes the answer away
        self._calls = CallFaults(sandbox.gate)
        self._functions = FunctionFaults(sandbox.functions, sandbox.clock)
        self._events = EventFaults(sandbox.events, sandbox.clock)
        self._ticks = TickFaults(sandbox.scheduler, sandbox.clock)

    def call(self, service: str, operation: str, *, by: str = "", **turns: Any) -> CallFault:
        """Something befalls API calls.

        Args:
            service: boto3's name.
            operation: as AWS writes it, `CopyDBSnapshot`.
            by: a part of the caller's ARN: the role's name, the function's, the account's id.
            **turns: see `Turns`.
        """
        return _kept(CallFault(service, operation, by, Turns(**turns)), self._calls.all)

    def function(self, name: str, **turns: Any) -> FunctionFault:
        """Something befalls invocations of functions, named by a pattern."""
        return _kept(FunctionFault(name, Turns(**turns)), self._functions.all)

    def event(self, detail_type: str, *, target: str = "*", **turns: Any) -> EventFault:
        """Something befalls events on their way to targets, both named by patterns."""
        return _kept(EventFault(detail_type, target, Turns(**turns)), self._events.all)

    def schedule(self, name: str, **turns: Any) -> TickFault:
        """Something befalls schedules, named by a pattern, when they are due."""
        return _kept(TickFault(name, Turns(**turns)), self._ticks.all)

    def rds(self, name: str, *, account: Account | None = None, **turns: Any) -> WorkFault:
        """Something befalls the snapshots or databases that RDS makes under a name, given as a pattern."""
        return _kept(WorkFault(name, account.id if account else "", Turns(**turns)), self._works.all)

    def somebody_adds_to(self, key_arn: str, statement: dict[str, Any]) -> Callable[[], None]:
        """For `meanwhile`: the key's administrator adds a statement to its policy."""
        account = next(one for one in ACCOUNTS if one.id == key_arn.split(":")[4])

        def add() -> None:
            kms = self._sandbox.client("kms", account)
            document = json.loads(kms.get_key_policy(KeyId=key_arn, PolicyName="default")["Policy"])
            document["Statement"].append(statement)
            kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=json.dumps(document))

        return add

    def clear(self) -> None:
        """No more faults; what was spoilt stays so."""
        for faults in (self._calls.all, self._functions.all, self._events.all, self._ticks.all, self._works.all):
            faults.clear()


def _kept[F](fault: F, faults: list[F]) -> F:
    faults.append(fault)
    return fault
