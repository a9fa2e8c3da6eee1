"""Keys that the deployer names: those of an earlier stack serve on, and one that keeps somebody out is told."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import ACCOUNTS, SOURCE, TARGET, Account
from sandbox.deploy import DeploymentFailed
from sandbox.stage import ROOT, Stage, set_stage, write_profile
from sandbox.world import Sandbox
from tests.end_to_end.story import Story
from tests.end_to_end.terminal import Terminal

if TYPE_CHECKING:
    from sandbox.permissions import Simulator


def keys(sandbox: Sandbox) -> list[int]:
    """How many keys each account pays for."""
    return [len(sandbox.client("kms", account).list_keys()["Keys"]) for account in ACCOUNTS]


def policy_of(sandbox: Sandbox, account: Account, key: str) -> dict[str, Any]:
    text = sandbox.client("kms", account).get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    policy: dict[str, Any] = json.loads(text)
    return policy


def put_policy(sandbox: Sandbox, account: Account, key: str, *statements: dict[str, Any]) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    sandbox.client("kms", account).put_key_policy(KeyId=key, PolicyName="default", Policy=document)


def without(sandbox: Sandbox, account: Account, key: str, sid: str) -> dict[str, Any]:
    """Take one statement out of a key's policy; gives it."""
    statements = policy_of(sandbox, account, key)["Statement"]
    (gone,) = (each for each in statements if each["Sid"] == sid)
    put_policy(sandbox, account, key, *(each for each in statements if each is not gone))
    return dict(gone)


def to_add(remedy: str) -> Any:
    """The JSON in a sentence that says what to add."""
    decoded, _ = json.JSONDecoder().raw_decode(re.sub(r"^[^\[{]*", "", remedy))
    return decoded


def statement(principal: dict[str, str], actions: str | list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*"}


def deploy_again(stage: Stage, outputs: dict[Account, dict[str, str]]) -> Stage:
    """Both stacks anew, with the keys of those before."""
    sandbox, network = stage.sandbox, stage.target_network
    kept = {account: {name: outputs[account][name] for name in KEYS[account]} for account in ACCOUNTS}
    to_target = {"SourceAccountIds": SOURCE.id, "VpcId": network.vpc, **kept[TARGET]}
    target = sandbox.deploy(TARGET, stage.target.name, ROOT / "template-target.yaml", to_target)
    source = sandbox.deploy(
        SOURCE, stage.source.name, ROOT / "template.yaml", {"TargetAccountId": TARGET.id, **kept[SOURCE]}
    )
    return Stage(sandbox, stage.engine, source, target, stage.source_network, network)


KEYS = {SOURCE: ("TransferKeyArn", "LogsKeyArn"), TARGET: ("OwnKeyArn", "LogsKeyArn")}


def test_the_keys_that_stayed_are_the_next_stacks_and_what_is_under_them_is_restored(simulator: Simulator) -> None:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        stage = set_stage(sandbox, "aurora-mysql")
        outputs, before = {SOURCE: stage.source.outputs, TARGET: stage.target.outputs}, keys(sandbox)
        profile = {"keep_snapshot": True, "identifier": "{database}-{transfer}", "instance_class": "db.r6g.large"}
        write_profile(sandbox, stage.target_network, **profile)
        assert Story(stage).run().status == "SUCCEEDED"
        text = ""
        for account in ACCOUNTS:
            terminal = Terminal(sandbox, account)
            terminal.delete()
            text += terminal.text
        for name, key in {(name, outputs[account][name]) for account in ACCOUNTS for name in KEYS[account]}:
            assert f"deploy again with {name}={key}" in text

        gone = without(sandbox, TARGET, outputs[TARGET]["LogsKeyArn"], "LogsOfThisStack")
        with pytest.raises(DeploymentFailed, match="KMS key does not exist or is not allowed to be used"):
            deploy_again(stage, outputs)
        put_policy(
            sandbox, TARGET, outputs[TARGET]["LogsKeyArn"],
            *policy_of(sandbox, TARGET, outputs[TARGET]["LogsKeyArn"])["Statement"], gone,
        )  # fmt: skip
        story = Story(deploy_again(stage, outputs))
        assert keys(sandbox) == before
        assert {story.stage.transfer_key, story.stage.own_key} == {stage.transfer_key, stage.own_key}

        given = {"snapshot_arn": "latest", "database": "example-db"}
        restored = story.execute(story.stage.target.outputs["RestoreDatabaseMachineArn"], given)
        assert restored.status == "SUCCEEDED", restored.cause
        assert_silence_is_told(story, outputs)
        run = story.run(restore=False)
        assert (run.status, run.output["remarks"]) == ("SUCCEEDED", []), run.cause
        story.assert_nothing_is_open()


def assert_silence_is_told(story: Story, outputs: dict[Account, dict[str, str]]) -> None:
    """The plan says so, of either account, while its key keeps CloudWatch out; what it says to add is enough."""
    sandbox = story.sandbox
    for account in ACCOUNTS:
        without(sandbox, account, outputs[account]["LogsKeyArn"], "AlarmsOfThisStack")
    told = story.run(plan_only=True).output["remarks"]
    assert [said.partition(", for")[0] for said in told] == [
        "alarms would be silent", "in the target account: alarms would be silent",
    ]  # fmt: skip
    for account, said in zip((SOURCE, TARGET), told, strict=True):
        key = outputs[account]["LogsKeyArn"]
        put_policy(sandbox, account, key, *policy_of(sandbox, account, key)["Statement"], to_add(said))
    assert story.run(plan_only=True).output["remarks"] == []


def test_a_policy_that_leaves_nothing_to_iam_is_told_with_the_statements_that_are_enough(story: Story) -> None:
    sandbox, key = story.sandbox, story.stage.own_key
    before = policy_of(sandbox, TARGET, key)["Statement"]
    admin = statement({"AWS": f"arn:aws:iam::{TARGET.id}:user/admin"}, "kms:*")
    put_policy(sandbox, TARGET, key, admin)
    (finding,) = story.run(plan_only=True).output["findings"]
    assert (finding["error"], finding["resource"]) == ("OwnKeyNotUsable", key)
    assert "cannot be looked at" in finding["what"]
    looks = statement({"AWS": TARGET.id}, ["kms:DescribeKey", "kms:GetKeyPolicy"])
    put_policy(sandbox, TARGET, key, admin, looks)
    failed = story.run()
    assert failed.error == "TransferDeclined"
    assert "neither leaves it to IAM nor lets this stack's roles" in str(failed.cause)
    assert story.snapshots() == []
    (finding,) = story.run(plan_only=True).output["findings"]
    put_policy(sandbox, TARGET, key, admin, *to_add(finding["remedy"]))
    run = story.run()
    assert run.status == "SUCCEEDED", run.cause
    put_policy(sandbox, TARGET, key, *before)
    story.clear_target()
