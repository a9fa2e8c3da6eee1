"""The hook that runs SQL scripts, against running servers: what it changes, checks, refuses, and never tells."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import REGION, SOURCE, TARGET
from sandbox.data import LoginError, connect, engine_for, query
from sandbox.sanitise import COUNT, EXAMPLES, FUNCTION, MASK, MASKED, deploy_sql_hook, hook, put_script
from sandbox.stage import CONNECTION, MASTER, ROOT, ROWS, SCHEMA, TABLE, Network, Stage, make_network, write_profile
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.databases import Databases
    from sandbox.permissions import Simulator
    from tests.end_to_end.story import Run

PRODUCTION_PASSWORD, APP_PASSWORD = "Production-Secret-1", "App-Secret-1"
ENGINES = [name for name in ("aurora-mysql", "postgres") if engine_for(name)]
LOCK = {"aurora-mysql": "lock_users.mysql.sql", "postgres": "lock_users.postgres.sql"}


@dataclass
class Scene:
    """The target's stack and the hook, and a snapshot of a database with rows and an application's user."""

    stage: Stage
    story: Story
    snapshot_arn: str

    @property
    def databases(self) -> Databases:
        return self.stage.databases(TARGET)

    def restore(self, *hooks: Any, **more: Any) -> Run:
        """Restore with these hooks, under a name that is free."""
        profile = {"instance_class": "db.r6g.large", "identifier": "{database}-{transfer}", "hooks": list(hooks)}
        write_profile(self.stage.sandbox, self.stage.target_network, **profile)
        given = {"snapshot_arn": self.snapshot_arn, "database": "example-db"}
        return self.story.execute(self.stage.target.outputs["RestoreDatabaseMachineArn"], given, **more)

    def login(self, secret_arn: str) -> tuple[str, str]:
        secrets = self.stage.sandbox.client("secretsmanager", TARGET)
        found = json.loads(secrets.get_secret_value(SecretId=secret_arn)["SecretString"])
        return found["username"], found["password"]

    def rows(self, run: Run) -> list[tuple[Any, ...]]:
        return self.databases.rows(run.output["identifier"], *self.login(run.output["secret_arn"]), SCHEMA, TABLE)

    def published(self) -> dict[str, Any]:
        value = self.stage.sandbox.client("ssm", TARGET).get_parameter(Name=CONNECTION)["Parameter"]["Value"]
        published: dict[str, Any] = json.loads(value)
        return published

    def arrivals(self, run: Run) -> list[Any]:
        return self.stage.sandbox.rds.firewall.to(run.output["arn"])


@pytest.fixture(scope="module", params=ENGINES)
def scene(request: pytest.FixtureRequest, simulator: Simulator) -> Iterator[Scene]:
    with Sandbox(permissions=simulator) as sandbox:
        networks = {account: make_network(sandbox, account) for account in (SOURCE, TARGET)}
        stage = _stage(sandbox, request.param, networks[TARGET])
        deploy_sql_hook(stage)
        put_script(stage, MASK, (EXAMPLES / MASK).read_text())
        yield Scene(stage, Story(stage), _snapshot(stage))


def test_names_are_masked_before_anybody_else_can_connect(scene: Scene) -> None:
    run = scene.restore(hook([MASK], expect=[{"query": COUNT, "equals": 2}]))
    assert (run.status, run.error, run.cause) == ("SUCCEEDED", None, None)
    assert run.output["hooks"][0]["result"] == {
        "scripts": [{"script": MASK, "statements": 1, "rows": 2}],
        "expectations": [{"query": COUNT, "found": 2}],
    }
    assert [(one.who, one.admitted) for one in scene.arrivals(run)] == [(FUNCTION, True)]
    assert scene.rows(run) == list(MASKED)


def test_whoever_knocks_while_the_hook_works_is_refused_and_written_down(scene: Scene) -> None:
    arn: list[str] = []

    def knock() -> None:
        (database,) = [one for one in scene.stage.sandbox.rds.store.databases() if _is_new(one)]
        assert database.server is not None
        arn.append(str(database.arn))
        for password in (PRODUCTION_PASSWORD, scene.login(str(database.secret and database.secret.arn))[1]):
            with pytest.raises(LoginError):
                connect(scene.stage.engine, database.server.port, MASTER, password, SCHEMA)

    before = {one.name for one in scene.stage.sandbox.rds.store.databases()}

    def _is_new(database: Any) -> bool:
        return database.name not in before and database.server is not None

    run = scene.restore(hook([MASK]), when="Prepare the hooks", then=knock)
    assert run.status == "SUCCEEDED"
    assert arn == [run.output["arn"]]
    assert [(one.function, one.admitted) for one in scene.arrivals(run)] == [
        (None, False), (None, False), (FUNCTION, True),
    ]  # fmt: skip
    assert scene.rows(run) == list(MASKED)


def test_production_s_users_are_locked_out_by_the_example(scene: Scene) -> None:
    plain = scene.restore()
    port = scene.databases.port(plain.output["identifier"])
    connect(scene.stage.engine, port, "app", APP_PASSWORD, SCHEMA).close()  # they come with the data
    script = LOCK[scene.stage.engine]
    put_script(scene.stage, script, (EXAMPLES / script).read_text())
    run = scene.restore(hook([script, script]))  # twice is as good as once
    assert (run.status, run.cause) == ("SUCCEEDED", None)
    port = scene.databases.port(run.output["identifier"])
    with pytest.raises(LoginError, match=r"locked|not permitted to log in"):
        connect(scene.stage.engine, port, "app", APP_PASSWORD, SCHEMA)
    assert scene.rows(run) == list(ROWS)  # the master still comes in


def test_a_failed_expectation_leaves_the_previous_database_serving_its_rows(scene: Scene) -> None:
    first = scene.restore(hook([MASK]))
    run = scene.restore(hook([MASK], expect=[{"query": COUNT, "equals": 3}]))
    assert (run.status, run.error) == ("FAILED", "HookFailed")
    assert f"ExpectationNotMet: {COUNT} gives 2, not equals 3" in str(run.cause)
    serving = scene.published()
    assert serving["identifier"] == first.output["identifier"]
    assert scene.rows(first) == list(MASKED)
    assert [name for name in scene.databases.identifiers() if name not in _kept(scene)] == []


def test_a_hook_that_dies_after_its_work_is_run_again_with_the_same_end(scene: Scene) -> None:
    fault = scene.stage.sandbox.faults.function(FUNCTION).killed_when_done()
    run = scene.restore({**hook([MASK], expect=[{"query": COUNT, "equals": 2}]), "retries": 1})
    assert (run.status, run.cause) == ("SUCCEEDED", None)
    assert len(fault.strokes) == 1
    assert run.output["hooks"][0]["attempts"] == 2
    assert [(one.who, one.admitted) for one in scene.arrivals(run)] == [(FUNCTION, True)] * 2
    assert scene.rows(run) == list(MASKED)


def test_no_password_is_in_a_log_a_result_or_a_history(scene: Scene) -> None:
    run = scene.restore(hook([MASK], expect=[{"query": COUNT, "equals": 2}]))
    password = scene.login(run.output["secret_arn"])[1]
    sandbox = scene.stage.sandbox
    machines = sandbox.client("stepfunctions", TARGET)
    machine = scene.stage.target.outputs["RestoreDatabaseMachineArn"]
    (latest, *_) = machines.list_executions(stateMachineArn=machine)["executions"]
    said = json.dumps(run.output)
    for page in machines.get_paginator("get_execution_history").paginate(executionArn=latest["executionArn"]):
        said += json.dumps(page["events"], default=str)
    for function in sandbox.functions.of(TARGET.id, REGION):
        said += "".join(sandbox.functions.logs(function.spec.arn))
    assert len(said) > 20_000
    assert FUNCTION in said
    assert [hidden for hidden in (password, PRODUCTION_PASSWORD) if hidden in said] == []


def test_the_hook_reads_neither_other_objects_nor_other_keys_secrets(scene: Scene) -> None:
    sandbox = scene.stage.sandbox
    (function,) = [one for one in sandbox.functions.of(TARGET.id, REGION) if one.spec.name == FUNCTION]
    caller = function.credentials().caller
    assert sandbox.permissions.check(caller, "s3:GetObject", "arn:aws:s3:::snapferry-scripts/sql/a.sql").allowed
    assert not sandbox.permissions.check(caller, "s3:GetObject", "arn:aws:s3:::snapferry-scripts/other.sql").allowed
    assert not sandbox.permissions.check(caller, "s3:GetObject", "arn:aws:s3:::payroll/sql/a.sql").allowed
    foreign = f"arn:aws:kms:{REGION}:{TARGET.id}:key/00000000-0000-4000-8000-000000000000"
    assert not sandbox.permissions.check(caller, "kms:Decrypt", foreign).allowed


def _kept(scene: Scene) -> list[str]:
    """The databases that green restores have left, and the original."""
    machines = scene.stage.sandbox.client("stepfunctions", TARGET)
    machine = scene.stage.target.outputs["RestoreDatabaseMachineArn"]
    green = machines.list_executions(stateMachineArn=machine, statusFilter="SUCCEEDED")["executions"]
    outputs = [machines.describe_execution(executionArn=one["executionArn"])["output"] for one in green]
    return ["original", *(json.loads(output)["identifier"] for output in outputs)]


def _stage(sandbox: Sandbox, engine: str, network: Network) -> Stage:
    """The target's side alone: nothing comes from a source here."""
    parameters = {"SourceAccountIds": SOURCE.id, "VpcId": network.vpc}
    target = sandbox.deploy(TARGET, "snapferry-target", ROOT / "template-target.yaml", parameters)
    return Stage(sandbox, engine, target, target, network, network)


def _snapshot(stage: Stage) -> str:
    """A snapshot, under the own key, of a database like production's."""
    databases, rds = stage.databases(TARGET), stage.sandbox.client("rds", TARGET)
    described = {
        "Engine": stage.engine,
        "MasterUsername": MASTER,
        "MasterUserPassword": PRODUCTION_PASSWORD,
        "StorageEncrypted": True,
        "KmsKeyId": stage.own_key,
        "DBSubnetGroupName": stage.target_network.subnet_group,
        "VpcSecurityGroupIds": [stage.target_network.security_group],
    }
    run = stage.sandbox.clock.run
    if databases.clustered:
        rds.create_db_cluster(DBClusterIdentifier="original", DatabaseName=SCHEMA, **described)
        run(limit=3600)
        member = {"DBInstanceIdentifier": "original-1", "DBInstanceClass": "db.r6g.large"}
        rds.create_db_instance(**member, Engine=stage.engine, DBClusterIdentifier="original")
    else:
        size = {"DBInstanceClass": "db.r6g.large", "AllocatedStorage": 20}
        rds.create_db_instance(DBInstanceIdentifier="original", DBName=SCHEMA, **size, **described)
    run(limit=3600)
    with closing(databases.log_in("original", MASTER, PRODUCTION_PASSWORD, SCHEMA)) as connection:
        _fill(stage.engine, connection)
    if databases.clustered:
        rds.create_db_cluster_snapshot(DBClusterIdentifier="original", DBClusterSnapshotIdentifier="kept")
        run(limit=3600)
        return str(rds.describe_db_cluster_snapshots()["DBClusterSnapshots"][0]["DBClusterSnapshotArn"])
    rds.create_db_snapshot(DBInstanceIdentifier="original", DBSnapshotIdentifier="kept")
    run(limit=3600)
    return str(rds.describe_db_snapshots()["DBSnapshots"][0]["DBSnapshotArn"])


def _fill(engine: str, connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"CREATE TABLE {TABLE} (id INT PRIMARY KEY, name VARCHAR(100), age INT)")
    for row in ROWS:
        cursor.execute(f"INSERT INTO {TABLE} VALUES (%s, %s, %s)", row)  # noqa: S608
    if "postgres" in engine:
        cursor.execute(f"CREATE ROLE app LOGIN PASSWORD '{APP_PASSWORD}'")
    else:
        cursor.execute(f"CREATE USER app@'%' IDENTIFIED BY '{APP_PASSWORD}'")
        cursor.execute(f"GRANT SELECT ON {SCHEMA}.* TO app@'%'")
    connection.commit()
    query(connection, "SELECT 1")
