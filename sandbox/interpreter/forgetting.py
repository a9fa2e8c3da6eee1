"""Ended executions are forgotten, the oldest first, so that a sandbox may run any number of them.

AWS forgets them too, after 90 days; their names are free again then, as they are here.
"""

from __future__ import annotations

from typing import Any

from moto.stepfunctions.parser.utils import TMP_THREADS

from sandbox.interpreter.executions import backend

KEPT = 100
"""Ended executions that each machine remembers, with their histories."""
RUNNING = "RUNNING"


def forget_the_oldest(account: str, region: str, execution: dict[str, Any]) -> None:
    """Once an execution has ended: keep the last ones of its machine."""
    TMP_THREADS.clear()  # moto's list of all threads that it ever started, and of all that these hold
    executions: list[Any] = backend(account, region).describe_state_machine(execution["stateMachineArn"]).executions
    ended = [one for one in executions if one.status != RUNNING]
    for one in ended[:-KEPT]:
        executions.remove(one)
