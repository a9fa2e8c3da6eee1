"""moto's Step Functions interpreter, put right where it differs from AWS; one module for each kind of mending."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sandbox.interpreter import (
    attempts,
    clients,
    definitions,
    errors,
    expressions,
    integrations,
    map_run_calls,
    nested,
    tokens,
)
from sandbox.interpreter.executions import Executions
from sandbox.interpreter.history import EndListener, StateEvent, StateListener, Story
from sandbox.interpreter.machines import MachineOperations, refuse_not_there
from sandbox.interpreter.map_runs import MapRuns
from sandbox.interpreter.patches import Patches
from sandbox.virtual_threading import stand_ins

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.accounts import Credentials
    from sandbox.clock import Clock
    from sandbox.gate import Gate
    from sandbox.interpreter.map_runs import Refusal
    from sandbox.transport import Transport

__all__ = ["EndListener", "Interpreter", "StateEvent", "StateListener"]

# The interpreter logs every state that fails as an error of its own.
LOGGER = logging.getLogger("moto.stepfunctions")
NOT_THERE = ("RedriveExecution", "TestState", "StartSyncExecution", "UpdateMapRun", "ValidateStateMachineDefinition")


class Interpreter:
    """Runs executions on the virtual clock; one at a time in a process, because moto's modules are shared."""

    def __init__(
        self, clock: Clock, transport: Transport, assume: Callable[[str, str], Credentials], refusal: Refusal
    ) -> None:
        self.on_state: list[StateListener] = []
        self.on_end: list[EndListener] = []
        self._machines = MachineOperations(clock, self.on_end, refusal)
        self._executions = Executions(clock, self._machines)
        self._patches = Patches()
        self._level = LOGGER.level
        LOGGER.setLevel(logging.CRITICAL + 1)
        for module, name, stand_in in stand_ins(clock):
            self._patches.replace(module, name, stand_in)
        clients.mend(self._patches, transport, assume)
        definitions.mend(self._patches)
        errors.mend(self._patches)
        expressions.mend(self._patches)
        integrations.mend(self._patches)
        nested.mend(self._patches)
        attempts.mend(self._patches, clock)
        Story(clock, self.on_state, self.on_end).mend(self._patches)
        self._machines.mend(self._patches)
        MapRuns(clock, self.on_end, refusal).mend(self._patches)

    def register(self, gate: Gate) -> None:
        """Answer the operations on machines, executions and task tokens."""
        self._machines.register(gate)
        map_run_calls.register(gate)
        self._executions.register(gate)
        tokens.register(gate)
        for operation in NOT_THERE:
            gate.answer("stepfunctions", operation, refuse_not_there)

    def close(self) -> None:
        """Give moto its own modules back."""
        self._patches.remove()
        LOGGER.setLevel(self._level)
