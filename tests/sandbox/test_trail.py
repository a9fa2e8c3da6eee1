"""The log of all calls: who, what, from where, and how it ended; nothing secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from sandbox.accounts import SOURCE, TARGET
from sandbox.trail import HIDDEN
from tests.sandbox.serverless import Workshop, allow

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.world import Sandbox

PASSWORD = "Production-Secret-1"


def test_a_refused_call_says_who_wanted_what(sandbox: Sandbox) -> None:
    with pytest.raises(ClientError):
        sandbox.client("rds", TARGET).delete_db_instance(DBInstanceIdentifier="none", SkipFinalSnapshot=True)
    record = sandbox.trail.records()[-1]
    assert record["userIdentity"]["arn"] == f"arn:aws:iam::{TARGET.id}:user/admin"
    assert (record["eventSource"], record["eventName"]) == ("rds.amazonaws.com", "DeleteDBInstance")
    assert record["requestParameters"] == {"dBInstanceIdentifier": "none", "skipFinalSnapshot": True}
    assert (record["errorCode"], record["readOnly"]) == ("DBInstanceNotFound", False)
    assert (record["eventTime"], record["awsRegion"]) == ("2026-01-01T00:00:00Z", "eu-west-1")


def test_a_handlers_call_bears_its_role_and_its_address(sandbox: Sandbox) -> None:
    workshop = Workshop(sandbox, "trail")
    spec = workshop.function("publish", allow("ssm:PutParameter", "*"))
    sandbox.clock.call(lambda: sandbox.functions.invoke(spec.arn, {"name": "published"}, SOURCE.id))
    record = sandbox.trail.records()[-1]
    issuer = record["userIdentity"]["sessionContext"]["sessionIssuer"]
    assert (record["eventName"], record["userIdentity"]["type"]) == ("PutParameter", "AssumedRole")
    assert (issuer["arn"], issuer["userName"]) == (spec.role_arn, "trail-publish")
    assert record["sourceIPAddress"] == "127.0.0.1"
    assert record["userAgent"].startswith("Boto3/")
    assert record["requestParameters"] == {"name": "published", "type": "String", "value": HIDDEN}


def test_no_password_is_written(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "made" / "trail.jsonl"
    sandbox.trail.write_to(file)
    rds = sandbox.client("rds")
    given = {"Engine": "aurora-mysql", "MasterUsername": "master"}
    rds.create_db_cluster(DBClusterIdentifier="one", MasterUserPassword=PASSWORD, **given)
    rds.create_db_cluster(DBClusterIdentifier="two", ManageMasterUserPassword=True, **given)
    sandbox.client("secretsmanager").create_secret(Name="s", SecretString=PASSWORD)
    text = file.read_text()
    records = [json.loads(line) for line in text.splitlines()]
    created = [one["requestParameters"] for one in records if one["eventName"] == "CreateDBCluster"]
    assert [one.get("masterUserPassword") for one in created] == [HIDDEN, None]
    assert created[1]["manageMasterUserPassword"] is True
    assert records == json.loads(json.dumps(sandbox.trail.records(), default=str))
    assert PASSWORD not in text


def test_an_answer_that_was_lost_is_told_as_what_it_was(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "trail.jsonl"
    sandbox.trail.write_to(file)
    sandbox.faults.call("sqs", "CreateQueue").loses_its_answer()
    with pytest.raises(ClientError):
        sandbox.client("sqs").create_queue(QueueName="made")
    assert "errorCode" not in json.loads(file.read_text())


def test_it_ends_with_the_sandbox(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "trail.jsonl"
    sandbox.trail.write_to(file)
    sandbox.trail.close()
    sandbox.client("sqs").list_queues()
    assert file.read_text() == ""
