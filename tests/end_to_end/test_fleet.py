"""Many databases at once: each crosses by itself, the limits hold, and the summary says what became of each."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import ACCOUNTS, SOURCE, TARGET
from sandbox.rds.identifiers import Arn
from sandbox.sources import make_source
from sandbox.stage import DATABASE, set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.gate import Call
    from sandbox.permissions import Simulator
    from tests.end_to_end.story import Run

INSTANCES = ("inventory", "orders", "parcels")
CLUSTER = "example-cluster"
EVERYTHING = {DATABASE, *INSTANCES, CLUSTER}
AT_ONCE = {"instance": 2, "cluster": 1}
KINDS = {"CopyDBSnapshot": ("snapshot", "instance"), "CopyDBClusterSnapshot": ("cluster-snapshot", "cluster")}


@dataclass
class Fleets:
    """A stage with four instances, a cluster and a DocumentDB cluster, on which fleets are started and looked at."""

    story: Story
    copies: list[tuple[str, str, float, float]] = field(default_factory=list)
    """Account, family, begin and end of each copy that RDS has made."""
    refused: list[str] = field(default_factory=list)
    """Codes of the copies that it has not."""

    def __post_init__(self) -> None:
        self.stage, self.sandbox = self.story.stage, self.story.sandbox
        self.machine = self.stage.source.outputs["FerryFleetMachineArn"]
        self.bucket = self.stage.source.outputs["FleetBucketName"]
        self.sandbox.gate.after.append(self._note)

    def run(self, **given: Any) -> Run:
        """Run one fleet to its end; the snapshots cross, and nothing is restored."""
        return self.story.execute(self.machine, {"restore": False, **given})

    def run_again(self, given: Any, **more: Any) -> Run:
        """Run the failed ones of a fleet again, as it wanted them."""
        return self.story.execute(self.machine, {**given, **more})

    def summary(self, fleet: str) -> Any:
        body = self.sandbox.client("s3").get_object(Bucket=self.bucket, Key=f"fleets/{fleet}/summary.json")["Body"]
        return json.loads(body.read())

    def lines(self, run: Run) -> dict[str, Any]:
        """What became of each database, wherever the fleet ended."""
        output = run.output or again(run)
        return {line["database"]: line for line in self.summary(output.get("fleet") or output["again"])["lines"]}

    def ends(self, run: Run) -> dict[str, tuple[str, str | None]]:
        return {name: (line["end"], line["error"]) for name, line in self.lines(run).items()}

    def crossed(self) -> list[str]:
        """The databases that the target has copies of, one for each copy."""
        rds = self.sandbox.client("rds", TARGET)
        rows = rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]
        rows += rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
        return sorted(row.get("DBInstanceIdentifier") or row["DBClusterIdentifier"] for row in rows)

    def most_at_once(self, account: str, family: str) -> int:
        own = [(begun, due) for *whose, begun, due in self.copies if whose == [account, family]]
        return max((sum(one <= begun < due for one, due in own) for begun, _ in own), default=0)

    def clear(self) -> None:
        """Delete the copies in the target; nothing else may be left anywhere."""
        rds = self.sandbox.client("rds", TARGET)
        for row in rds.describe_db_snapshots(SnapshotType="manual")["DBSnapshots"]:
            rds.delete_db_snapshot(DBSnapshotIdentifier=row["DBSnapshotIdentifier"])
        for row in rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]:
            rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=row["DBClusterSnapshotIdentifier"])
        self.story.assert_nothing_happened()
        self.copies.clear()
        self.refused.clear()

    def _note(self, call: Call) -> None:
        if call.operation in KINDS and call.error:
            self.refused.append(call.error)
        elif call.operation in KINDS:
            kind, family = KINDS[call.operation]
            name = next(value for key, value in call.parameters.items() if key.startswith("Target"))
            work = self.sandbox.rds.store.snapshots[Arn(call.region, call.caller.account, kind, name)].work
            self.copies.append((call.caller.account, family, work.begun, work.due))


def again(run: Run) -> Any:
    """The input that a red fleet prints: the last line of its cause."""
    assert (run.status, run.error) == ("FAILED", "FleetNotComplete"), run.cause
    return json.loads((run.cause or "").splitlines()[-1])


@pytest.fixture(scope="module")
def stage(simulator: Simulator) -> Iterator[Fleets]:
    limits = {"MaxConcurrentInstances": str(AT_ONCE["instance"]), "MaxConcurrentClusters": str(AT_ONCE["cluster"])}
    with Sandbox(permissions=simulator, data=False) as sandbox:
        sandbox.rds.durations.snapshot_per_gb = sandbox.rds.durations.copy_per_gb = 0.6  # seconds: few looks
        story = Story(set_stage(sandbox, "mysql", source_parameters={"KeepCopyHours": "0", **limits}))
        network: dict[str, Any] = {"DBSubnetGroupName": story.stage.source_network.subnet_group}
        tags = [{"Key": "ferry", "Value": "nightly"}]
        for name in INSTANCES:
            make_source(sandbox, "mysql", name=name, Tags=tags if name != "parcels" else [], **network)
        make_source(sandbox, "aurora-mysql", name=CLUSTER, Tags=tags, **network)
        make_source(sandbox, "docdb", name="papers", Tags=tags, **network)
        yield Fleets(story)


@pytest.fixture
def fleets(stage: Fleets) -> Iterator[Fleets]:
    stage.story.assert_nothing_happened()
    yield stage
    stage.clear()


def stop_database(fleets: Fleets, name: str) -> None:
    fleets.sandbox.client("rds").stop_db_instance(DBInstanceIdentifier=name)
    fleets.sandbox.clock.run(limit=3600)


def start_database(fleets: Fleets, name: str) -> None:
    fleets.sandbox.client("rds").start_db_instance(DBInstanceIdentifier=name)
    fleets.sandbox.clock.run(limit=3600)


def test_a_plan_of_all_finds_everything_and_changes_nothing(fleets: Fleets) -> None:
    """Everything of the account but what AWS does not share, with the findings of both accounts."""
    stop_database(fleets, "orders")
    run = fleets.run(all=True, plan_only=True)
    start_database(fleets, "orders")
    assert run.status == "SUCCEEDED", run.cause
    assert (run.output["databases"], run.output["well"], run.output["failed"], run.output["left_out"]) == (5, 4, 1, 1)
    ends: dict[str, tuple[str, str | None]] = dict.fromkeys(EVERYTHING, ("possible", None))
    ends |= {"orders": ("not possible", "DatabaseNotAvailable"), "papers": ("left out", "EngineNotSupported")}
    assert fleets.ends(run) == ends
    (finding,) = fleets.lines(run)["orders"]["findings"]
    assert finding["side"] == f"source account {SOURCE.id}"
    assert fleets.crossed() == []
    assert [line.split()[0] for line in run.output["table"][1:]] == list(fleets.lines(run))


def test_a_list_says_what_is_named_twice_and_what_is_not_there(fleets: Fleets) -> None:
    arn = f"arn:aws:rds:eu-west-1:{SOURCE.id}:db:orders"
    run = fleets.run(databases=["Orders", arn, f"{CLUSTER}-1", "nobody", "papers"], plan_only=True)
    assert fleets.ends(run) == {
        "orders": ("possible", None),
        CLUSTER: ("possible", None),
        "nobody": ("not possible", "DatabaseNotFound"),
        "papers": ("not possible", "EngineNotSupported"),
    }
    assert run.output["remarks"] == [f"{arn} stands for orders, which the list has already: it crosses once"]


def test_one_that_fails_stops_no_other_and_runs_again_alone(fleets: Fleets) -> None:
    stop_database(fleets, "orders")
    run = fleets.run(tagged={"ferry": "nightly"})
    assert fleets.ends(run) == {
        "inventory": ("crossed", None),
        "orders": ("failed", "DatabaseNotAvailable"),
        CLUSTER: ("crossed", None),
        "papers": ("left out", "EngineNotSupported"),
    }
    assert "1 of 3 databases did not cross: orders (1 DatabaseNotAvailable)" in (run.cause or "")
    line = fleets.lines(run)["inventory"]
    receipt = json.loads(fleets.sandbox.describe(line["execution_arn"])["output"])
    assert (line["transfer"], line["exposure_seconds"]) == (receipt["transfer"], receipt["access"]["exposure_seconds"])
    assert fleets.crossed() == [CLUSTER, "inventory"]
    tolerating = fleets.run_again(again(run), tolerated_failure_count=1)
    assert (tolerating.status, fleets.ends(tolerating)) == ("SUCCEEDED", {"orders": ("failed", "DatabaseNotAvailable")})
    assert tolerating.output["again"] == {"again": tolerating.output["fleet"]}
    start_database(fleets, "orders")
    last = fleets.run_again(tolerating.output["again"])
    assert (last.status, fleets.ends(last)) == ("SUCCEEDED", {"orders": ("crossed", None)})
    assert fleets.crossed() == [CLUSTER, "inventory", "orders"]
    nothing = fleets.run(again=last.output["fleet"])
    assert (nothing.error, "Every database of fleet" in (nothing.cause or "")) == ("FleetNotFound", True)


def test_no_more_copies_are_made_at_once_than_both_accounts_may(fleets: Fleets) -> None:
    quotas = fleets.sandbox.rds.settings.quotas
    quotas.instance_copies_in_flight, quotas.cluster_copies_in_flight = AT_ONCE["instance"], AT_ONCE["cluster"]
    run = fleets.run(all=True)
    quotas.instance_copies_in_flight, quotas.cluster_copies_in_flight = 20, 5
    assert (run.status, fleets.crossed()) == ("SUCCEEDED", sorted(EVERYTHING))
    assert fleets.refused == []
    found = {
        (account.id, family): fleets.most_at_once(account.id, family) for account in ACCOUNTS for family in AT_ONCE
    }
    assert found == {(account.id, family): most for account in ACCOUNTS for family, most in AT_ONCE.items()}


@pytest.mark.long
def test_fewer_at_a_time_where_the_account_has_no_room_for_their_snapshots(fleets: Fleets) -> None:
    fleets.sandbox.rds.settings.quotas.manual_instance_snapshots = 3
    run = fleets.run(databases=["orders", "inventory"])
    fleets.sandbox.rds.settings.quotas.manual_instance_snapshots = 100
    assert (run.status, fleets.most_at_once(SOURCE.id, "instance")) == ("SUCCEEDED", 1)
    said = "1 transfers of instances at a time instead of 2: the account has 0 of 3 manual instance snapshots"
    assert run.output["remarks"][0].startswith(said)


def test_a_stopped_fleet_stops_its_transfers_whose_access_is_closed_and_they_run_again(fleets: Fleets) -> None:
    states = fleets.sandbox.client("stepfunctions")
    arn = f"{fleets.machine.replace(':stateMachine:', ':execution:')}:stopped"
    run = fleets.story.execute(
        fleets.machine,
        {"databases": [*INSTANCES, CLUSTER], "restore": False},
        when="Make the own copy",
        then=lambda: states.stop_execution(executionArn=arn),
        name="stopped",
    )
    assert run.status == "ABORTED"
    fleets.sandbox.clock.run(limit=3600)
    machine = fleets.stage.machine_arn
    assert states.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"] == []
    stopped = states.list_executions(stateMachineArn=machine, statusFilter="ABORTED")["executions"]
    assert len(stopped) == sum(AT_ONCE.values())  # and "parcels" was never begun
    fleet, database = stopped[0]["name"].split("-", 1)
    assert database in {*INSTANCES, CLUSTER}
    fleets.clear()
    run = fleets.run_again({"again": fleet})
    assert fleets.ends(run) == dict.fromkeys((*INSTANCES, CLUSTER), ("crossed", None))


@pytest.mark.long
def test_two_fleets_at_once_carry_each_database_once(fleets: Fleets) -> None:
    given = {"databases": [*INSTANCES, CLUSTER], "restore": False, "tolerated_failure_percentage": 100}
    started = [fleets.sandbox.start_execution(fleets.machine, name, given) for name in ("one", "other")]
    ended = [json.loads(fleets.sandbox.wait_for(arn)["output"]) for arn in started]
    lines = [line for output in ended for line in fleets.summary(output["fleet"])["lines"]]
    assert sorted(line["database"] for line in lines if line["end"] == "crossed") == fleets.crossed()
    assert {line["error"] for line in lines if line["end"] == "failed"} <= {"AnotherTransferRuns"}
    assert set(fleets.crossed()) == {*INSTANCES, CLUSTER}


@pytest.mark.long
def test_results_that_cannot_be_written_are_never_tolerated_and_asked_for_by_the_next_fleet(fleets: Fleets) -> None:
    """The transfers went well; the fleet does not know it, says so, and the next one finds nothing to do."""
    fleets.sandbox.faults.call("s3", "PutObject", by="FerryFleetMachine").denied()
    run = fleets.run(databases=["orders"], tolerated_failure_percentage=100)
    assert fleets.ends(run) == {"orders": ("not known", None)}
    assert "States.ResultWriterFailed" in (run.cause or "")
    assert fleets.crossed() == ["orders"]
    nothing = fleets.run_again(again(run))
    assert (nothing.error, "Every database of fleet" in (nothing.cause or "")) == ("FleetNotFound", True)


@pytest.mark.long
def test_a_list_longer_than_an_input_lies_in_the_bucket(fleets: Fleets) -> None:
    names = [f"{number:05d}-{'x' * 50}" for number in range(5000)]
    body = json.dumps([*names, "orders"])
    assert len(body) > 256 * 1024
    fleets.sandbox.client("s3").put_object(Bucket=fleets.bucket, Key="lists/many.json", Body=body.encode())
    run = fleets.run(databases_in="lists/many.json", plan_only=True)
    assert (run.output["databases"], run.output["well"]) == (5001, 1)
    assert "table" not in run.output
    assert len(fleets.summary(run.output["fleet"])["table"]) == 5002


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"tagged": {"ferry": "weekly"}}, "NoDatabasesFound", "can be carried has the tags ferry=weekly"),
        ({"again": "0123456789abcdef"}, "FleetNotFound", "There is no fleet 0123456789abcdef"),
        ({"databases_in": "lists/none.json"}, "InvalidInput", "lists/none.json is not there"),
        ({"all": True, "tagged": {"a": "b"}}, "InvalidInput", "exactly one of databases, databases_in, tagged, all"),
        ({}, "InvalidInput", "exactly one of"),
    ],
)
def test_an_input_that_means_nothing_ends_red_by_name(
    fleets: Fleets, given: dict[str, Any], error: str, words: str
) -> None:
    run = fleets.run(**given)
    assert (run.status, run.error) == ("FAILED", error)
    assert words in (run.cause or "")
