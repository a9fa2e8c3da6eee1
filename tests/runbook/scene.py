"""What the cases need: one stage, ways to spoil things, and a look at what is left."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE, TARGET, Account
from sandbox.gate import AwsError
from sandbox.sources import make_snapshot
from sandbox.stage import CONNECTION, DATABASE, ROOT, set_stage, write_profile
from tests.end_to_end.restores import Restores
from tests.end_to_end.test_alone import open_to_both
from tests.faults.invariants import Invariants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.world import Sandbox
    from tests.end_to_end.story import Run

type Left = dict[str, set[str]]
"""What is there of Snapferry's, by kind: ARNs, or transfers."""

HOOKS = ROOT / "tests" / "end_to_end" / "hooks" / "template.yaml"
ASKING = "Ask the target to take its copy"
PROFILE = {"instance_class": "db.r6g.large", "identifier": "{database}-{transfer}"}
HALF_AN_HOUR = 1800.0


class Scene:
    """One stage for all cases; each mends what it has spoilt."""

    def __init__(self, sandbox: Sandbox, *, hurried: bool = False) -> None:
        short = {"DeadlineHours": "1"} if hurried else {}
        stage = set_stage(
            sandbox, "aurora-mysql", source_parameters={"SweepMinutes": "60", **short}, target_parameters=short
        )
        sandbox.deploy(TARGET, "hooks", HOOKS, {})
        restores = Restores.on(stage)
        self.sandbox, self.stage, self.faults = sandbox, stage, sandbox.faults
        self.story, self.target_snapshot = restores.story, restores.snapshot_arn
        self.profile()
        self.invariants = Invariants(stage)
        self.ours = self.invariants.ours
        self.told: set[str] = set()
        """ARNs of the target's copies that finished executions have told of."""
        clusters = self.client("rds").describe_db_clusters(DBClusterIdentifier=DATABASE)["DBClusters"]
        self.database_arn: str = clusters[0]["DBClusterArn"]

    def client(self, service: str, account: Account = SOURCE) -> Any:
        """An administrator's."""
        return self.sandbox.client(service, account)

    def machine(self, name: str) -> str:
        """The ARN of a machine, by its logical name; the main one if that is empty; an ARN as it is."""
        if not name or name.startswith("arn:"):
            return name or self.stage.machine_arn
        outputs = {**self.stage.source.outputs, **self.stage.target.outputs}
        return outputs[f"{name}Arn"]

    def profile(self, **more: object) -> None:
        """Write the default profile, with these fields over the usual ones."""
        write_profile(self.sandbox, self.stage.target_network, **{**PROFILE, **more})

    def restore_input(self, **more: object) -> dict[str, Any]:
        """What a person gives `restore_database`."""
        return {"snapshot_arn": self.target_snapshot, "database": "example-db", **more}

    def restore(self) -> Run:
        """Bring a database up from the target's snapshot."""
        run = self.story.execute(self.machine("RestoreDatabaseMachine"), self.restore_input())
        assert run.status == "SUCCEEDED", run.cause
        return run

    def published(self) -> str:
        """The connection, as it is written."""
        value: str = self.client("ssm", TARGET).get_parameter(Name=CONNECTION)["Parameter"]["Value"]
        return value

    def publish(self, text: str) -> None:
        """Write the connection, as somebody else."""
        self.client("ssm", TARGET).put_parameter(Name=CONNECTION, Type="String", Overwrite=True, Value=text)

    def lease_is_written_away(self) -> None:
        """Somebody takes the lease out of the key policy."""
        kms = self.client("kms")
        policy = json.loads(kms.get_key_policy(KeyId=self.stage.transfer_key, PolicyName="default")["Policy"])
        policy["Statement"] = [each for each in policy["Statement"] if not each["Sid"].startswith("Snapferry")]
        kms.put_key_policy(KeyId=self.stage.transfer_key, PolicyName="default", Policy=json.dumps(policy))

    def deny(self, function: str, service: str, operation: str) -> Callable[[], None]:
        """Refuse a function one call, until what is returned is called; the refusal is AWS's for a missing right."""
        self.faults.call(service, operation, by=function, times=None).denied()
        return self.faults.clear

    def stop(self, machine: str, account: Account) -> None:
        """Stop whatever runs of a machine, as a person."""
        states = self.client("stepfunctions", account)
        for row in states.list_executions(stateMachineArn=self.machine(machine), statusFilter="RUNNING")["executions"]:
            states.stop_execution(executionArn=row["executionArn"])

    @contextmanager
    def another_stack(self, **parameters: str) -> Iterator[str]:
        """The ARN of the main machine of a source stack that is deployed with these parameters, for a while."""
        values = {"TargetAccountId": TARGET.id, "BusName": "another", "SweepMinutes": "1440", **parameters}
        stack = self.sandbox.deploy(SOURCE, "snapferry-another", ROOT / "template.yaml", values)
        yield stack.outputs["FerrySnapshotMachineArn"]
        self.sandbox.clock.run(limit=600)  # its sweeper, which fails for lack of the key, is tried three times
        stack.delete()

    def running_transfer(self) -> str:
        """The id of the transfer that runs."""
        states = self.client("stepfunctions")
        (row,) = states.list_executions(stateMachineArn=self.stage.machine_arn, statusFilter="RUNNING")["executions"]
        payload = next(
            json.loads(event["taskSucceededEventDetails"]["output"])["Payload"]
            for event in states.get_execution_history(executionArn=row["executionArn"], maxResults=100)["events"]
            if "taskSucceededEventDetails" in event
        )
        transfer: str = payload["plan"]["transfer"]
        return transfer

    def close_by_hand(self) -> None:
        """Somebody starts close_access for the transfer that runs."""
        closing: dict[str, Any] = {"transfer": self.running_transfer(), "key_arn": self.stage.transfer_key}
        closing |= {"family": None, "snapshot": None, "copy": None, "keep": True}
        arn = self.sandbox.start_execution(self.machine("CloseAccessMachine"), "by-hand", closing)
        assert self.sandbox.wait_for(arn)["status"] == "SUCCEEDED"

    def input_of_latest(self, machine: str, account: Account) -> dict[str, Any]:
        """The input of a machine's latest execution, as the console shows it."""
        states = self.client("stepfunctions", account)
        latest = states.list_executions(stateMachineArn=self.machine(machine))["executions"][0]["executionArn"]
        given: dict[str, Any] = json.loads(states.describe_execution(executionArn=latest)["input"])
        return given

    def shared_by_hand(self, name: str) -> str:
        """The ARN of a snapshot that the source's people have shared with the target, under a key open to both."""
        key = self.client("kms").create_key(Policy=open_to_both())["KeyMetadata"]["Arn"]
        make_snapshot(self.sandbox, self.database_arn, name=f"{name}-first")
        rds = self.client("rds")
        rds.copy_db_cluster_snapshot(
            SourceDBClusterSnapshotIdentifier=f"{name}-first", TargetDBClusterSnapshotIdentifier=name, KmsKeyId=key
        )
        self.sandbox.clock.run(limit=4 * 3600)
        rds.modify_db_cluster_snapshot_attribute(
            DBClusterSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=[TARGET.id]
        )
        return f"arn:aws:rds:eu-west-1:{SOURCE.id}:cluster-snapshot:{name}"

    def delete_drills(self) -> None:
        """Delete the databases that drills have left, as a person."""
        rds = self.client("rds", TARGET)
        for each in [each for each in self.ours.databases() if each.name.startswith("sf-")]:
            if each.arn.kind == "db":
                rds.delete_db_instance(DBInstanceIdentifier=each.name, SkipFinalSnapshot=True)
        self.sandbox.clock.run(limit=3600)
        for each in [each for each in self.ours.databases() if each.name.startswith("sf-")]:
            rds.delete_db_cluster(DBClusterIdentifier=each.name, SkipFinalSnapshot=True)
        self.sandbox.clock.run(limit=3600)

    def left(self) -> Left:
        """Everything that a person may find left of Snapferry, by kind."""
        kept = {row["arn"] for row in self.ours.rows(SOURCE, "kept")}
        in_source = {str(each.arn): each for each in self.ours.snapshots(SOURCE)}
        shared = {arn for arn, each in in_source.items() if each.shared_with}
        told = {each["arn"] for one in self._connections() for each in (one, *one["previous"])}
        databases = {str(each.arn) for each in self.ours.databases() if each.arn.kind == "cluster"}
        return {
            "access": shared | {transfer for transfer, _ in self.ours.statements()},
            "kept copy": kept & in_source.keys(),
            "snapshot": in_source.keys() - kept,
            "target's copy": {str(each.arn) for each in self.ours.snapshots(TARGET) if each.type == "manual"},
            "database": databases - told,
        }

    def _connections(self) -> list[dict[str, Any]]:
        return [each for each in self.ours.connections().values() if "previous" in each]


def refusal(code: str, message: str = "Said by a test") -> AwsError:
    """AWS's answer with this code."""
    return AwsError(code, message, 400)
