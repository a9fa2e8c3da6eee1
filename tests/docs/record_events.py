"""Write `events/` anew from a real run in the sandbox: `python -m tests.docs.record_events`.

Each body is the first that a function, or a machine, was sent and that shows all its fields. What differs from run to
run is made up.
"""

import itertools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from sandbox.accounts import SOURCE, TARGET
from sandbox.functions.function import Function
from sandbox.stage import DATABASE, PROFILE, RESTORED, Stage, set_stage, write_profile
from sandbox.world import Sandbox

if TYPE_CHECKING:
    from sandbox.gate import Call

EVENTS = Path(__file__).parents[2] / "events"
FUNCTIONS = Path(__file__).parents[2] / "functions"
HOOKS = Path(__file__).parents[1] / "end_to_end" / "hooks" / "template.yaml"
HOOK = {
    "name": "snapferry-hook-first",
    "timeout_minutes": 10,
    "retries": 1,
    "input": {"mask": ["users.name"], "says": {"rows": 2}},
}
FLEET = {"databases": [DATABASE, "orders"], "restore": False, "tolerated_failure_count": 1}
KEPT_SNAPSHOT = "example-db-before-the-move"

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SECURITY_GROUP = re.compile(r"\bsg-[0-9a-f]{8,17}\b")
_SECRET_SUFFIX = re.compile(r"(:secret:rds![a-z]+-" + _UUID.pattern + r")-[A-Za-z0-9]{6}")


def main() -> None:
    """Record, and write one file per function and per kind of input."""
    with Sandbox(data=False) as sandbox, _recording(sandbox) as bodies:
        run_everything(set_stage(sandbox, "aurora-mysql"))
    made_up = MadeUp()
    for name, body in bodies.items():
        text = made_up.instead_of(json.dumps(body, indent=2, ensure_ascii=False))
        (EVENTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def run_everything(stage: Stage) -> None:
    """A transfer; a plan; one stopped on each side; one declined; what a person starts in the target; and a fleet."""
    sandbox = stage.sandbox
    sandbox.deploy(TARGET, "hooks", HOOKS, {})
    write_profile(sandbox, stage.target_network, hooks=[HOOK])
    sandbox.wait_for(stage.start("first"))
    sandbox.wait_for(stage.start("plan", plan_only=True))
    _stop(stage, stage.start("stopped", restore=False))
    _stop_in_target(stage, stage.start("stopped-there", restore=False))
    sandbox.wait_for(stage.start("declined"))  # the name in the target is taken now
    shared = f"arn:aws:rds:eu-west-1:111111111111:cluster-snapshot:{KEPT_SNAPSHOT}"
    _start(stage, "ReceiveSnapshotMachineArn", {"snapshot_arn": shared})
    rds = sandbox.client("rds", TARGET)
    kept = rds.create_db_cluster_snapshot(DBClusterIdentifier=RESTORED, DBClusterSnapshotIdentifier=KEPT_SNAPSHOT)
    sandbox.clock.run(limit=3600)
    body = {"snapshot_arn": kept["DBClusterSnapshot"]["DBClusterSnapshotArn"], "database": DATABASE}
    _change_profile(stage, identifier="{database}-3", instance_class="db.r6g.large", rename_to="staging")
    _start(stage, "RestoreDatabaseMachineArn", body)
    _start(stage, "SwitchBackMachineArn", {"name": DATABASE})
    _start(stage, "RestoreDatabaseMachineArn", {**body, "drill": True}, "drill")
    for row in sandbox.client("scheduler", SOURCE).list_schedules()["Schedules"]:  # a sweep every quarter of an hour
        sandbox.client("scheduler", SOURCE).delete_schedule(Name=row["Name"])
    sandbox.clock.run(limit=4 * 86_400.0)
    _start(stage, "ApplyRetentionMachineArn", {})
    _change_profile(stage, identifier="{database}-4")
    sandbox.wait_for(sandbox.start_execution(stage.source.outputs["FerryFleetMachineArn"], "fleet", FLEET))
    sandbox.faults.call("rds", "ModifyDBCluster", by="SecureDatabase", times=None).denied()
    _start(stage, "RestoreDatabaseMachineArn", body, name="failing")


def _stop(stage: Stage, execution_arn: str) -> None:
    """Stop a transfer while its lease is open: the function behind the status event closes it."""
    kms = stage.sandbox.client("kms", SOURCE)

    def is_open() -> bool:
        policy = kms.get_key_policy(KeyId=stage.transfer_key, PolicyName="default")["Policy"]
        return "Snapferry" in policy

    stage.sandbox.clock.wait_until(is_open, 86_400.0)
    stage.sandbox.client("stepfunctions", SOURCE).stop_execution(executionArn=execution_arn)
    stage.sandbox.clock.run(limit=3600)


def _stop_in_target(stage: Stage, execution_arn: str) -> None:
    """Stop what a transfer has started in the target: the function behind the status event takes it back."""
    states = stage.sandbox.client("stepfunctions", TARGET)
    which = {"stateMachineArn": stage.target.outputs["ReceiveSnapshotMachineArn"], "statusFilter": "RUNNING"}
    stage.sandbox.clock.wait_until(lambda: bool(states.list_executions(**which)["executions"]), 86_400.0)
    for row in states.list_executions(**which)["executions"]:
        states.stop_execution(executionArn=row["executionArn"])
    stage.sandbox.wait_for(execution_arn)
    stage.sandbox.clock.run(limit=3600)


def _start(stage: Stage, machine: str, body: dict[str, Any], name: str = "by-hand") -> None:
    stage.sandbox.wait_for(stage.sandbox.start_execution(stage.target.outputs[machine], name, body))


def _change_profile(stage: Stage, **changes: str) -> None:
    ssm = stage.sandbox.client("ssm", TARGET)
    profile = json.loads(ssm.get_parameter(Name=PROFILE)["Parameter"]["Value"])
    ssm.put_parameter(Name=PROFILE, Value=json.dumps({**profile, **changes}), Type="String", Overwrite=True)


@contextmanager
def _recording(sandbox: Sandbox) -> Iterator[dict[str, Any]]:
    """Gather the first body of every function's module and of every kind of input, by the name of its file."""
    bodies: dict[str, Any] = {}
    invoke = Function.invoke

    def recorded(function: Function, event: Any) -> Any:
        module = function.spec.handler.removesuffix(".handler")
        if (FUNCTIONS / f"{module}.py").is_file() and shows_all(module, event):  # and no hook of the tests'
            bodies.setdefault(module, event)
        return invoke(function, event)

    def note_input(call: "Call") -> None:
        if (call.service, call.operation) == ("stepfunctions", "StartExecution"):
            machine = re.sub(r".*:snapferry-(source|target)-", "", call.parameters["stateMachineArn"]).replace("-", "_")
            body = json.loads(call.parameters["input"])
            alone = (
                machine not in {"ferry_snapshot", "ferry_fleet", "close_access", "switch_back", "apply_retention"}
                and "question" not in body
            )
            bodies.setdefault(f"{machine}{'_alone' if alone else ''}_input", body)

    sandbox.gate.before.append(note_input)
    with patch.object(Function, "invoke", recorded):
        yield bodies


def shows_all(module: str, body: Any) -> bool:
    """Whether a body has what its reader knows: a wait's first look has seen no progress yet."""
    return module != "look_at_snapshot" or body["seen"] is not None


class MadeUp:
    """Readable stand-ins for what moto makes up at random, the same in every file."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._keys = iter(("1234abcd-12ab-34cd-56ef-1234567890ab", "0987dcba-09fe-87dc-65ba-ab0987654321"))
        self._groups = (f"sg-{number:017x}" for number in itertools.count(0x123456789ABCDEF0))
        self._others = (f"00000000-0000-4000-8000-{number:012d}" for number in itertools.count(1))

    def instead_of(self, text: str) -> str:
        """The text with stand-ins in it."""
        text = re.sub(r'("token": )"[^"]+"', r'\1"a-task-token"', text)
        text = _SECRET_SUFFIX.sub(r"\1-AbCdEf", text)
        text = re.sub(r"(?<=:key/)" + _UUID.pattern, lambda found: self._of(found[0], self._keys), text)
        text = _SECURITY_GROUP.sub(lambda found: self._of(found[0], self._groups), text)
        return _UUID.sub(lambda found: self._of(found[0], self._others), text)

    def _of(self, found: str, stand_ins: Iterator[str]) -> str:
        if found in self._known.values():
            return found
        if found not in self._known:
            self._known[found] = next(stand_ins)
        return self._known[found]


if __name__ == "__main__":
    main()
