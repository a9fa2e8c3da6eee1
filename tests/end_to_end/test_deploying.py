"""Both stacks are deleted, with all that may stand in the way, and deployed again with the key that stayed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.stage import CONNECTION, ROOT, Stage, set_stage, write_profile
from sandbox.world import Sandbox
from snapferry.databases import Snapshots
from tests.end_to_end.story import Story
from tests.end_to_end.terminal import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.permissions import Simulator

SCHEDULED = {"ScheduleExpression": "cron(0 3 * * ? *)", "ScheduledDatabase": "example-db"}


@pytest.fixture
def scheduled(simulator: Simulator) -> Iterator[Story]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Story(set_stage(sandbox, "aurora-mysql", source_parameters=SCHEDULED))


def schedule_states(story: Story) -> set[str]:
    scheduler = story.sandbox.client("scheduler", SOURCE)
    names = [one["Name"] for one in scheduler.list_schedules()["Schedules"] if "Sweep" not in one["Name"]]
    return {scheduler.get_schedule(Name=name)["State"] for name in names}


def stacks(sandbox: Sandbox) -> set[str]:
    return {name for _, name in sandbox.stacks}


def start(story: Story, until: str) -> str:
    """A transfer that has come to a state."""
    arn = story.stage.start("second")
    story.sandbox.clock.wait_until(lambda: story.entered(until), 7 * 86_400.0)
    return arn


def test_what_runs_is_stopped_what_is_open_is_closed_and_the_stacks_go_but_not_what_was_made(scheduled: Story) -> None:
    sandbox, stage = scheduled.sandbox, scheduled.stage
    assert scheduled.run().status == "SUCCEEDED"
    sandbox.client("ssm", TARGET).put_parameter(
        Name="/snapferry/profiles/again", Type="String", Value=json.dumps(other_name(sandbox))
    )
    scheduled.sandbox.start_execution(stage.machine_arn, "third", {"database": "example-db", "profile": "again"})
    sandbox.clock.wait_until(lambda: len(scheduled.sids()) > 1, 7 * 86_400.0)
    terminal = Terminal(sandbox, SOURCE)
    terminal.delete(stop=True, kept="delete")
    assert "runs: snapferry-source-ferry-snapshot/third" in terminal.text
    assert f"deploy again with TransferKeyArn={stage.transfer_key}" in terminal.text
    assert scheduled.sids() == ["AccountAdministersTheKey"]
    assert [name for account, name in scheduled.snapshots() if account == "source"] == []
    assert stacks(sandbox) == {"snapferry-target"}

    sandbox.clock.run(limit=6 * 3600)
    terminal = Terminal(sandbox, TARGET)
    terminal.delete()
    assert stacks(sandbox) == set()
    assert scheduled.restored() == ["example-db-2", "example-db-2-1"]
    assert CONNECTION in terminal.text
    assert "example-db-2, example-db-2-1" in terminal.text
    assert stage.own_key in terminal.text
    for key, account in ((stage.transfer_key, SOURCE), (stage.own_key, TARGET)):
        described = sandbox.client("kms", account).describe_key(KeyId=key)
        assert described["KeyMetadata"]["KeyState"] == "Enabled"


def other_name(sandbox: Sandbox) -> dict[str, Any]:
    """The default profile, for a database of another name."""
    found = sandbox.client("ssm", TARGET).get_parameter(Name="/snapferry/profiles/default")["Parameter"]["Value"]
    return {**json.loads(found), "identifier": "{database}-{transfer}"}


@pytest.mark.long
def test_it_waits_for_what_runs_and_an_interruption_starts_the_schedules_again(scheduled: Story) -> None:
    start(scheduled, "Wait for the copy")
    terminal = Terminal(scheduled.sandbox, SOURCE, [lambda: None, interrupt])
    with pytest.raises(KeyboardInterrupt):
        terminal.delete()
    assert "1 schedule stopped" in terminal.text
    assert "1 schedule started again" in terminal.text
    assert schedule_states(scheduled) == {"ENABLED"}
    assert stacks(scheduled.sandbox) == {"snapferry-source", "snapferry-target"}
    terminal = Terminal(scheduled.sandbox, SOURCE)
    terminal.delete()  # waits for hours, until the transfer has its receipt
    assert "waiting for snapferry-source-ferry-snapshot/second" in terminal.text
    assert scheduled.restored() == ["example-db-2", "example-db-2-1"]
    assert stacks(scheduled.sandbox) == {"snapferry-target"}


def interrupt() -> None:
    raise KeyboardInterrupt


def kept_copy(story: Story) -> str:
    """The copy of a transfer that failed behind it."""
    failed = story.run(when="Copy under the own key", then=lambda: deny_the_target(story))
    assert failed.status == "FAILED"
    story.sandbox.clock.run(limit=600)
    (name,) = [name for account, name in story.snapshots() if account == "source" and name.endswith("-c")]
    return name


def deny_the_target(story: Story) -> None:
    states = story.sandbox.client("stepfunctions", TARGET)
    machine = story.stage.target.outputs["ReceiveSnapshotMachineArn"]
    for one in states.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]:
        states.stop_execution(executionArn=one["executionArn"])


@pytest.mark.parametrize("wish", [pytest.param("delete", marks=pytest.mark.long), "leave"])
def test_a_kept_copy_is_named_until_somebody_says_what_becomes_of_it(scheduled: Story, wish: str) -> None:
    name = kept_copy(scheduled)
    terminal = Terminal(scheduled.sandbox, SOURCE)
    refusal = terminal.refusal()
    assert name in refusal
    assert "KEPT=delete" in refusal
    assert schedule_states(scheduled) == {"ENABLED"}
    snapshots = Snapshots(scheduled.sandbox.client("rds", SOURCE), "cluster")
    snapshots.share(name, TARGET.id)
    assert "is shared with account 222222222222" in terminal.refusal(kept="leave")
    snapshots.unshare(name, TARGET.id)
    terminal.delete(kept=wish)
    assert (snapshots.find(name) is None) == (wish == "delete")
    assert (f"--db-cluster-snapshot-identifier {name}" in terminal.text) == (wish == "leave")


def cannot_close(story: Story) -> Callable[[], object]:
    """The role that edits key policies may not do so any more; gives what mends it."""
    iam = story.sandbox.client("iam", SOURCE)
    role = story.stage.source.resources["EditKeyPolicyFunctionRole"]
    denied = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "kms:*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=role, PolicyName="broken", PolicyDocument=json.dumps(denied))
    return lambda: iam.delete_role_policy(RoleName=role, PolicyName="broken")


def test_nothing_is_deleted_while_access_cannot_be_closed(scheduled: Story) -> None:
    start(scheduled, "Ask the target to take its copy")
    mend = cannot_close(scheduled)
    terminal = Terminal(scheduled.sandbox, SOURCE)
    refusal = terminal.refusal(stop=True, kept="delete")
    assert "access cannot be closed" in refusal
    assert scheduled.stage.transfer_key in refusal
    assert stacks(scheduled.sandbox) == {"snapferry-source", "snapferry-target"}
    assert schedule_states(scheduled) == {"ENABLED"}
    mend()
    terminal.delete(kept="delete")
    assert scheduled.sids() == ["AccountAdministersTheKey"]


@pytest.mark.long
def test_the_targets_stack_stays_while_a_database_is_half_restored(scheduled: Story) -> None:
    sandbox = scheduled.sandbox
    start(scheduled, "Replace the master password")
    terminal = Terminal(sandbox, TARGET)
    iam, role = sandbox.client("iam", TARGET), scheduled.stage.target.resources["DeleteDatabaseFunctionRole"]
    denied = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "rds:Delete*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=role, PolicyName="broken", PolicyDocument=json.dumps(denied))
    refusal = terminal.refusal(stop=True)
    assert "runs: snapferry-target-restore-database/" in terminal.text
    assert "what ended half-way cannot be closed" in refusal
    assert "example-db-2" in refusal
    assert stacks(sandbox) == {"snapferry-source", "snapferry-target"}
    iam.delete_role_policy(RoleName=role, PolicyName="broken")
    terminal.delete()
    assert scheduled.restored() == []
    assert stacks(sandbox) == {"snapferry-source"}


@pytest.mark.long
def test_a_database_in_quarantine_and_a_function_in_the_hooks_group_hold_the_targets_stack(scheduled: Story) -> None:
    sandbox, outputs = scheduled.sandbox, scheduled.stage.target.outputs
    assert scheduled.run().status == "SUCCEEDED"
    rds = sandbox.client("rds", TARGET)
    group = rds.describe_db_clusters()["DBClusters"][0]["VpcSecurityGroups"][0]["VpcSecurityGroupId"]
    rds.modify_db_cluster(
        DBClusterIdentifier="example-db-2", VpcSecurityGroupIds=[outputs["QuarantineGroupId"]], ApplyImmediately=True
    )
    sandbox.clock.run(limit=3600)
    terminal = Terminal(sandbox, TARGET)
    assert "database example-db-2 is in quarantine" in terminal.refusal()
    rds.modify_db_cluster(DBClusterIdentifier="example-db-2", VpcSecurityGroupIds=[group], ApplyImmediately=True)
    sandbox.clock.run(limit=3600)
    hooks = {
        "OwnKeyArn": outputs["OwnKeyArn"],
        "HookSecurityGroupId": outputs["HookSecurityGroupId"],
        "SubnetIds": ",".join(scheduled.stage.target_network.subnets),
        "ScriptsBucket": "scripts",
    }
    stack = sandbox.deploy(TARGET, "snapferry-hooks", ROOT / "template-hooks.yaml", hooks)
    assert "function snapferry-hook-sql stands in the hooks' security group" in terminal.refusal()
    stack.delete()
    terminal.delete()
    assert stacks(sandbox) == {"snapferry-source"}


def test_another_stack_is_not_deleted_and_nobody_is_taken_for_a_yes(scheduled: Story) -> None:
    terminal = Terminal(scheduled.sandbox, SOURCE)
    assert "There is no stack nothing in account 111111111111" in terminal.refusal(stack="nothing")
    assert "YES=1" in terminal.refusal(yes=False)
    assert "has no FerrySnapshotMachine" in Terminal(scheduled.sandbox, TARGET).refusal(side="source")


@pytest.mark.long
def test_deployed_used_deleted_and_deployed_again_twice_over(simulator: Simulator) -> None:
    """The key that stayed is the next stack's; the databases stay, too."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        stage = set_stage(sandbox, "aurora-mysql")
        key, databases = stage.transfer_key, []
        for number in range(3):
            story = Story(stage)
            write_profile(sandbox, stage.target_network, identifier=f"{{database}}-{number + 2}")
            run = story.run(name=f"round-{number}")
            assert run.status == "SUCCEEDED", run.cause
            assert run.output["access"]["key_arn"] == key
            databases.append(f"example-db-{number + 2}")
            sandbox.deploy(SOURCE, stage.source.name, ROOT / "template.yaml", {"DeadlineHours": str(30 + number)})
            story.assert_nothing_is_open()
            Terminal(sandbox, SOURCE).delete()
            Terminal(sandbox, TARGET).delete()
            assert stacks(sandbox) == set()
            assert story.sids() == ["AccountAdministersTheKey"]
            assert [name for name in story.restored() if not name.endswith("-1")] == databases
            stage = deployed_again(stage, key)


def deployed_again(stage: Stage, key: str) -> Stage:
    sandbox, network = stage.sandbox, stage.target_network
    to_target = {"SourceAccountIds": SOURCE.id, "VpcId": network.vpc}
    target = sandbox.deploy(TARGET, stage.target.name, ROOT / "template-target.yaml", to_target)
    to_source = {"TargetAccountId": TARGET.id, "TransferKeyArn": key}
    source = sandbox.deploy(SOURCE, stage.source.name, ROOT / "template.yaml", to_source)
    assert "TransferKey" not in source.resources
    return Stage(sandbox, stage.engine, source, target, stage.source_network, network)
