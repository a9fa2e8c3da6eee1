"""Ended executions are forgotten, those first that ended first, so that a sandbox may run any number of them.

AWS forgets them too, after 90 days; their names are free again then, as they are here.
"""

from __future__ import annotations

from typing import Any

from moto.stepfunctions.parser.utils import TMP_THREADS

from sandbox.interpreter.executions import backend
from sandbox.interpreter.machines import machine_of

KEPT = 100
"""Ended executions that each machine remembers, with their histories."""
RUNNING = "RUNNING"


def forget_the_oldest(account: str, region: str, execution: dict[str, Any]) -> None:
    """Once an execution has ended: keep the last ones of its machine."""
    TMP_THREADS.clear()  # moto's list of all threads that it ever started, and of all that these hold
    machine = backend(account, region).describe_state_machine(machine_of(execution["stateMachineArn"]))
    executions: list[Any] = machine.executions
    ended = [one for one in executions if one.status != RUNNING and not hasattr(one, "parent")]
    ended.sort(key=lambda one: one.stop_date)  # one that began long ago may have ended just now: its parent will ask
    for one in ended[:-KEPT]:
        executions.remove(one)
    if len(ended) > KEPT:  # children go with their parents
        executions[:] = [one for one in executions if getattr(one, "parent", one) in executions]
