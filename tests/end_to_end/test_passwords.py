"""Whose password opens a restored database, whose key it needs, and that neither stands anywhere it could be read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import ACCOUNTS, REGION, SOURCE, TARGET, Account
from sandbox.databases import Databases, LoginError
from sandbox.stage import MASTER, PRODUCTION_PASSWORD, ROWS, SCHEMA, TABLE, set_stage, write_profile
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator
    from tests.end_to_end.story import Run

MANAGED, STORED = "managed-db", "stored-db"


@dataclass
class Restored:
    """A stage with rows, and the two kinds of password."""

    story: Story
    passwords: set[str] = field(default_factory=lambda: {PRODUCTION_PASSWORD})

    def carry(self, name: str, **more: Any) -> Run:
        stage = self.story.stage
        profile = more.pop("profile", {})
        write_profile(stage.sandbox, stage.target_network, identifier=name, name=name, **profile)
        return self.story.run(**more)

    @property
    def databases(self) -> Databases:
        return self.story.stage.databases(TARGET)

    def client(self, service: str, account: Account = TARGET) -> Any:
        return self.story.sandbox.client(service, account)

    def secret_arn(self, name: str) -> str:
        found = self.client("ssm").get_parameter(Name=f"/snapferry/{name}/connection")["Parameter"]["Value"]
        return str(json.loads(found)["secret_arn"])

    def password(self, name: str) -> str:
        text = self.client("secretsmanager").get_secret_value(SecretId=self.secret_arn(name))["SecretString"]
        assert json.loads(text)["username"] == MASTER
        password = str(json.loads(text)["password"])
        self.passwords.add(password)
        return password

    def opens(self, name: str, password: str) -> bool:
        try:
            return self.databases.rows(name, MASTER, password, SCHEMA, TABLE) == list(ROWS)
        except LoginError as error:
            if "password authentication failed" not in str(error):
                raise
            return False


@pytest.fixture(scope="module")
def restored(simulator: Simulator) -> Iterator[Restored]:
    with Sandbox(permissions=simulator) as sandbox:
        made = Restored(Story(set_stage(sandbox, "postgres")))
        assert made.carry(MANAGED).status == "SUCCEEDED"
        killed = sandbox.faults.function("*SecureDatabase*").killed_before_call(
            4
        )  # the secret is made, and not set yet
        assert made.carry(STORED, profile={"managed_password": False}).status == "SUCCEEDED"
        assert len(killed.strokes) == 1
        yield made


@pytest.mark.parametrize("name", [MANAGED, STORED])
def test_productions_password_is_refused_and_the_secrets_works(restored: Restored, name: str) -> None:
    assert not restored.opens(name, PRODUCTION_PASSWORD)
    assert restored.opens(name, restored.password(name))
    secret = restored.client("secretsmanager").describe_secret(SecretId=restored.secret_arn(name))
    assert secret["KmsKeyId"] == restored.story.stage.own_key


def test_only_the_managed_one_is_rdss(restored: Restored) -> None:
    rows = {name: restored.databases.describe(name) for name in (MANAGED, STORED)}
    assert rows[MANAGED]["MasterUserSecret"]["SecretArn"] == restored.secret_arn(MANAGED)
    assert "MasterUserSecret" not in rows[STORED]
    assert f":secret:snapferry/{STORED}/" in restored.secret_arn(STORED)


def test_a_rotation_changes_the_secret_and_the_database_together(restored: Restored) -> None:
    before = restored.password(MANAGED)
    restored.client("rds").modify_db_instance(
        DBInstanceIdentifier=MANAGED, RotateMasterUserPassword=True, ApplyImmediately=True
    )
    restored.story.sandbox.clock.run(limit=3600)
    after = restored.password(MANAGED)
    assert after != before
    assert restored.opens(MANAGED, after)
    assert not restored.opens(MANAGED, before)


def test_a_restore_that_fails_takes_its_secret_with_it(restored: Restored) -> None:
    secrets: list[str] = []

    def take_the_connections_place() -> None:
        row = restored.databases.describe("failed-db")
        tags = {tag["Key"]: tag["Value"] for tag in row["TagList"]}
        secrets.append(tags["snapferry:secret"])
        restored.client("ssm").put_parameter(
            Name="/snapferry/failed-db/connection", Type="String", Value="somebody else's", Overwrite=True
        )

    stored = {"managed_password": False}
    run = restored.carry("failed-db", profile=stored, when="Open the network", then=take_the_connections_place)
    assert run.status == "FAILED"
    assert "failed-db" not in restored.databases.identifiers()
    found = restored.client("secretsmanager").describe_secret(SecretId=secrets[0].partition(":secret:")[2])
    assert found["DeletedDate"]


def test_nothing_in_the_target_needs_a_key_of_the_source(restored: Restored) -> None:
    kms = restored.client("kms", SOURCE)
    stage = restored.story.stage
    rds = restored.client("rds")
    kms.disable_key(KeyId=stage.transfer_key)
    try:
        restored.story.sandbox.clock.run(limit=86_400)
        assert restored.opens(MANAGED, restored.password(MANAGED))
        rds.create_db_snapshot(DBInstanceIdentifier=MANAGED, DBSnapshotIdentifier="of-its-own")
        restored.story.sandbox.clock.run(limit=7200)
        rds.restore_db_instance_from_db_snapshot(
            DBInstanceIdentifier="grandchild",
            DBSnapshotIdentifier="of-its-own",
            DBSubnetGroupName=stage.target_network.subnet_group,
            VpcSecurityGroupIds=[stage.target_network.security_group],
        )
        restored.story.sandbox.clock.run(limit=7200)
        assert restored.opens("grandchild", restored.password(MANAGED))
        keys = {restored.databases.describe(name)["KmsKeyId"] for name in (MANAGED, STORED, "grandchild")}
        assert keys == {stage.own_key}
    finally:
        kms.enable_key(KeyId=stage.transfer_key)


def test_no_password_and_no_task_token_stands_where_it_can_be_read(restored: Restored) -> None:
    """The source's own history holds its tokens: AWS writes every task's input there. Nothing else may."""
    passwords = restored.passwords | {restored.password(name) for name in (MANAGED, STORED)}
    tokens = {row["waiting_token"]["S"] for row in restored.story.state_rows("question")}
    assert len(passwords) > 3
    assert len(tokens) > 3
    places = everything_written(restored)
    assert set(places) == {"histories of source", "histories of target", "deliveries", "logs", "parameters", "tables"}
    for place, text in places.items():
        assert len(text) > 200, place
        assert [one for one in passwords if one in text] == [], place
        if place not in {"histories of source", "tables"}:
            assert [one for one in tokens if one in text] == [], place


def everything_written(restored: Restored) -> dict[str, str]:
    sandbox = restored.story.sandbox
    logs = [
        said
        for account in ACCOUNTS
        for function in sandbox.functions.of(account.id, REGION)
        for said in sandbox.functions.logs(function.spec.arn)
    ]
    parameters = restored.client("ssm").get_parameters_by_path(Path="/snapferry", Recursive=True)["Parameters"]
    return {
        **{f"histories of {account.profile}": histories(restored, account) for account in ACCOUNTS},
        "deliveries": text_of([[one.delivery.event, one.outcome] for one in sandbox.events.delivered]),
        "logs": text_of(logs),
        "parameters": text_of([each["Value"] for each in parameters]),
        "tables": text_of([tables(restored, account) for account in ACCOUNTS]),
    }


def histories(restored: Restored, account: Account) -> str:
    """Inputs, outputs and every event of every execution."""
    states = restored.client("stepfunctions", account)
    found = []
    for machine in states.list_state_machines()["stateMachines"]:
        for execution in states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]:
            arn = execution["executionArn"]
            found.append(states.describe_execution(executionArn=arn))
            pages = states.get_paginator("get_execution_history").paginate(executionArn=arn)
            found += [event for page in pages for event in page["events"]]
    return text_of(found)


def tables(restored: Restored, account: Account) -> list[Any]:
    dynamodb = restored.client("dynamodb", account)
    return [dynamodb.scan(TableName=name)["Items"] for name in dynamodb.list_tables()["TableNames"]]


def text_of(value: object) -> str:
    return json.dumps(value, default=str)
