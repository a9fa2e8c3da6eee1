"""Step Functions' operations on machines, where moto checks too little or lets executions run on.

AWS: a machine's name is taken, unless the same machine is made again; a deleted machine is DELETING until its last
execution has ended, takes no execution meanwhile, and those that run fail at their next state transition.
moto: gives the machine that has the name, whatever is asked for; forgets a deleted one at once, with its executions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.stepfunctions.parser.asl.component.state.state import CommonStateField

from sandbox.gate import AwsError
from sandbox.interpreter.definition_checks import check
from sandbox.interpreter.executions import backend
from sandbox.register.map_runs import MANAGED_RULE
from sandbox.register.stepfunctions import (
    DEFINITION_SIZE,
    DELETED_ENDS,
    DELETING,
    LOG_RIGHTS,
    MACHINE_NAME_TAKEN,
    QUALIFIED,
)

if TYPE_CHECKING:
    from sandbox.clock import Clock
    from sandbox.gate import Call, Gate
    from sandbox.interpreter.history import EndListener
    from sandbox.interpreter.map_runs import Refusal
    from sandbox.interpreter.patches import Patches

LARGEST_DEFINITION = 1024 * 1024
# A guess: deleting is asynchronous, and whoever waits for an execution wants to see how it ended.
GONE_AFTER_SECONDS = 60.0
RUNNING = "RUNNING"
SYNC = ":states:startExecution.sync"
MANAGED = "StepFunctionsGetEventsForStepFunctionsExecutionRule"
MANAGING = ("PutTargets", "PutRule", "DescribeRule")
DELIVERING = (
    "CreateLogDelivery", "DeleteLogDelivery", "DescribeLogGroups", "DescribeResourcePolicies", "GetLogDelivery",
    "ListLogDeliveries", "PutResourcePolicy", "UpdateLogDelivery",
)  # fmt: skip


def machine_of(arn: str) -> str:
    """The machine behind an ARN, which may be that of its Distributed Map (`.../label`) or of a version."""
    return ":".join(arn.partition("/")[0].split(":")[:7])


class MachineOperations:
    """CreateStateMachine's checks, DeleteStateMachine, and what being deleted means for executions."""

    def __init__(self, clock: Clock, on_end: list[EndListener], refusal: Refusal) -> None:
        self._clock = clock
        self._refusal = refusal
        self._deleting: dict[str, Any] = {}
        on_end.append(self._ended)

    def mend(self, patches: Patches) -> None:
        """End a deleted machine's executions at their next state."""
        enter = CommonStateField._eval_body  # noqa: SLF001 - the seam

        def enter_unless_deleted(state: CommonStateField, env: Any) -> None:
            context = env.states.context_object.context_object_data
            machine = self._deleting.get(machine_of(context["StateMachine"]["Id"]))
            if machine is None or not DELETED_ENDS.holds:
                enter(state, env)
                return
            cause = DELETED_ENDS.message.format(name=machine.name)
            env.event_manager.worker.env.set_error(error={"error": DELETED_ENDS.code, "cause": cause})

        patches.replace(CommonStateField, "_eval_body", enter_unless_deleted)

    def register(self, gate: Gate) -> None:
        """Answer the operations, or check them and let moto answer."""
        gate.answer("stepfunctions", "CreateStateMachine", self.create)
        gate.answer("stepfunctions", "UpdateStateMachine", self.update)
        gate.answer("stepfunctions", "DeleteStateMachine", self.delete)
        gate.answer("stepfunctions", "DescribeStateMachine", self.describe)

    def create(self, call: Call) -> None:
        """CreateStateMachine: its checks; moto makes the machine."""
        given = call.parameters
        size = len(given["definition"].encode())
        DEFINITION_SIZE.refuse_if(size > LARGEST_DEFINITION, most=LARGEST_DEFINITION)
        check(given["definition"])
        machines: list[Any] = backend(call.backend_account, call.region).state_machines
        same = next((one for one in machines if one.name == given["name"]), None)
        if same is not None:
            DELETING.refuse_if(same.arn in self._deleting, arn=same.arn)
            other = (same.definition, same.type) != (given["definition"], given.get("type", "STANDARD"))
            MACHINE_NAME_TAKEN.refuse_if(other, arn=same.arn)
        self._check_managed_rule(call, given["definition"], given["roleArn"])
        self._check_log_rights(given)

    def update(self, call: Call) -> None:
        """UpdateStateMachine: its checks; moto changes the machine."""
        self.refuse_deleting(call)
        if "definition" in call.parameters:
            check(call.parameters["definition"])
            machine: Any = backend(call.backend_account, call.region).describe_state_machine(
                call.parameters["stateMachineArn"]
            )
            role = call.parameters.get("roleArn") or machine.roleArn
            self._check_managed_rule(call, call.parameters["definition"], role)

    def _check_managed_rule(self, call: Call, definition: str, role: str) -> None:
        """A `.sync` task learns of the other execution's end by a rule that its role makes."""
        if SYNC not in definition:
            return
        rule = f"arn:aws:events:{call.region}:{call.backend_account}:rule/{MANAGED}"
        refused = any(self._refusal(role, f"events:{action}", rule) for action in MANAGING)
        MANAGED_RULE.refuse_if(refused, role=role)

    def _check_log_rights(self, given: dict[str, Any]) -> None:
        """The machine's role has its log delivered, of which AWS knows no resource level."""
        if given.get("loggingConfiguration", {}).get("level", "OFF") == "OFF":
            return
        refused = [action for action in DELIVERING if self._refusal(given["roleArn"], f"logs:{action}", "*")]
        LOG_RIGHTS.refuse_if(refused)

    def refuse_deleting(self, call: Call) -> None:
        """For what a machine that is being deleted does not take."""
        arn = machine_of(call.parameters["stateMachineArn"])
        DELETING.refuse_if(arn in self._deleting, arn=arn)

    def delete(self, call: Call) -> dict[str, Any]:
        """DeleteStateMachine; nothing happens if there is none."""
        arn = call.parameters["stateMachineArn"]
        QUALIFIED.refuse_if(arn != machine_of(arn), arn=arn)
        machines: list[Any] = backend(call.backend_account, call.region).state_machines
        machine = next((one for one in machines if one.arn == arn), None)
        if machine is not None and machine.arn not in self._deleting:
            self._deleting[arn] = machine
            if not _busy(machine):
                self._forget(machine)
        return {}

    def describe(self, call: Call) -> dict[str, Any] | None:
        """DescribeStateMachine: moto's answer, unless the machine is being deleted."""
        machine = self._deleting.get(call.parameters["stateMachineArn"])
        if machine is None:
            return None
        return {
            "stateMachineArn": machine.arn,
            "name": machine.name,
            "status": "DELETING",
            "definition": machine.definition,
            "roleArn": machine.roleArn,
            "type": machine.type or "STANDARD",
            "creationDate": machine.creation_date,
        }

    def _ended(self, _account: str, _region: str, execution: dict[str, Any]) -> None:
        machine = self._deleting.get(machine_of(execution["stateMachineArn"]))
        if machine is not None and not _busy(machine):
            self._clock.spawn(lambda: self._forget(machine), f"delete {machine.name}", GONE_AFTER_SECONDS)

    def _forget(self, machine: Any) -> None:
        if self._deleting.pop(machine.arn, None) is not None:
            machine.backend.state_machines.remove(machine)


def refuse_not_there(call: Call) -> dict[str, Any]:
    """For operations that neither moto nor the sandbox has."""
    raise AwsError("InternalFailure", f"the sandbox does not have {call.operation}", 501)


def _busy(machine: Any) -> bool:
    return any(execution.status == RUNNING for execution in machine.executions)
