"""A failure on the way: access is taken back, everything is tidied up, and the execution ends red by name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.sources import make_source
from sandbox.stage import PROFILE, RESTORED, write_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.events.delivery import Delivery
    from tests.end_to_end.story import Run, Story


@pytest.fixture(autouse=True)
def mended(story: Story) -> Iterator[None]:
    """What a test has broken is mended for the next."""
    yield
    story.sandbox.events.before_delivery.clear()
    write_profile(story.sandbox, story.stage.target_network)


def assert_tidied_up(story: Story, run: Run, error: str, *words: str) -> None:
    assert (run.status, run.error) == ("FAILED", error)
    assert [word for word in words if word not in (run.cause or "")] == [], run.cause
    assert run.states_of("ferry-snapshot")[-1] == "Transfer failed"
    story.assert_nothing_happened()


def test_the_target_declines_with_all_reasons_at_once(story: Story) -> None:
    profile = {"subnet_group": "nowhere", "security_groups": ["sg-00000000"], "identifier": "a--b"}
    put_profile(story, json.dumps(profile))
    run = story.run()
    assert_tidied_up(
        story,
        run,
        "TransferDeclined",
        "In the target account 222222222222",
        "no DB subnet group nowhere",
        "no security group sg-00000000",
        "'a--b'",
    )
    assert "Create the snapshot" not in run.states_of("ferry-snapshot")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "it is no JSON"),
        ('{"subnet_group": "databases"}', "security_groups: this field is missing"),
        ('{"subnet_group": "databases", "security_groups": ["sg"], "instances": 0}', "instances"),
    ],
)
def test_the_target_declines_when_its_profile_has_mistakes(story: Story, text: str, words: str) -> None:
    put_profile(story, text)
    assert_tidied_up(story, story.run(), "TransferDeclined", PROFILE, words)


def test_the_target_declines_without_a_profile(story: Story) -> None:
    story.sandbox.client("ssm", TARGET).delete_parameter(Name=PROFILE)
    assert_tidied_up(story, story.run(), "TransferDeclined", "no restore profile", "/snapferry/profiles/example-db")


def test_the_targets_key_is_disabled(story: Story) -> None:
    kms = story.sandbox.client("kms", TARGET)
    kms.disable_key(KeyId=story.stage.own_key)
    run = story.run()
    kms.enable_key(KeyId=story.stage.own_key)
    assert_tidied_up(story, run, "TransferDeclined", "its state is Disabled")


def test_somebody_deletes_the_snapshots(story: Story) -> None:
    def delete() -> None:
        delete_snapshots(story, SOURCE)

    run = story.run(when="Look at the copy", then=delete)
    assert_tidied_up(story, run, "SnapshotNotFound", "In the source account", "-c is gone")


def test_somebody_deletes_the_targets_copy(story: Story) -> None:
    def delete() -> None:
        story.sandbox.clock.run(limit=300)
        delete_snapshots(story, TARGET)

    run = story.run(when="Copy under the own key", then=delete)
    assert_tidied_up(story, run, "SnapshotNotFound", "In the target account", "is gone")
    assert run.states_of("receive-snapshot")[-1] == "Copy failed"


def test_a_step_loses_its_rights_while_a_snapshot_is_being_made(story: Story) -> None:
    """What is being created cannot be deleted yet: closing waits for it, and leaves nothing."""
    role = "snapferry-source-LookAtSnapshotFunctionRole"
    policies, put_back = take_rights(story, role)
    run = story.run(when="Look at the snapshot")
    put_back()
    assert policies
    assert_tidied_up(story, run, "AwsRefused", "AccessDenied", "DescribeDBClusterSnapshots")


def test_the_sources_key_is_closed_while_the_target_copies(story: Story) -> None:
    """AWS: both grants must hold until the copy is done."""

    def close() -> None:
        story.sandbox.clock.run(limit=300)
        kms = story.sandbox.client("kms", SOURCE)
        policy = json.loads(kms.get_key_policy(KeyId=story.stage.transfer_key, PolicyName="default")["Policy"])
        policy["Statement"] = [each for each in policy["Statement"] if not each["Sid"].startswith("Snapferry")]
        kms.put_key_policy(KeyId=story.stage.transfer_key, PolicyName="default", Policy=json.dumps(policy))

    run = story.run(when="Copy under the own key", then=close)
    assert_tidied_up(story, run, "SnapshotFailed", "In the target account", "RDS reports failed")


def test_the_name_is_taken_meanwhile(story: Story) -> None:
    rds = story.sandbox.client("rds", TARGET)

    def take() -> None:
        rds.create_db_cluster(
            DBClusterIdentifier=RESTORED,
            Engine="aurora-mysql",
            MasterUsername="somebody",
            MasterUserPassword="Else-Password-1",
            DBSubnetGroupName="databases",
        )

    run = story.run(when="Ask the target to take its copy", then=take)
    assert story.restored() == [RESTORED]
    assert rds.describe_db_clusters()["DBClusters"][0]["MasterUsername"] == "somebody"
    story.clear_target()
    assert_tidied_up(story, run, "RestoreNotPossible", f"there is a database {RESTORED} already")


@pytest.mark.parametrize("state", ["Replace the master password", "Create the instances", "Open the network"])
def test_a_restore_that_breaks_is_taken_back(story: Story, state: str) -> None:
    function = {
        "Replace the master password": "SecureDatabase",
        "Create the instances": "CreateInstances",
        "Open the network": "OpenDatabase",
    }[state]
    _, put_back = take_rights(story, f"snapferry-target-{function}FunctionRole")
    run = story.run()
    put_back()
    assert_tidied_up(story, run, "AwsRefused", "In the target account", "AccessDenied")
    assert state in run.states_of("restore-database")


def test_a_lost_question_ends_as_nobody_answered(story: Story) -> None:
    lose(story, "Snapshot Shared")
    run = story.run()
    assert_tidied_up(story, run, "NobodyAnswered", 'did not answer "Snapshot Shared"')


def test_an_offer_that_is_lost_costs_minutes(story: Story) -> None:
    lose(story, "Transfer Offered")
    begun = story.sandbox.clock.now
    assert_tidied_up(story, story.run(), "NobodyAnswered", 'did not answer "Transfer Offered"')
    assert story.sandbox.clock.now - begun < 1800


def test_a_question_that_never_left_is_found_in_the_dead_letter_queue(story: Story) -> None:
    events = story.sandbox.client("events", TARGET)
    policy = events.describe_event_bus(Name="snapferry")["Policy"]
    events.remove_permission(EventBusName="snapferry", RemoveAllPermissions=True)
    run = story.run()
    events.put_permission(EventBusName="snapferry", Policy=policy)
    assert_tidied_up(story, run, "EventNotDelivered", "Transfer Offered", "NO_PERMISSIONS")


def test_events_that_come_twice_change_nothing(story: Story) -> None:
    story.sandbox.events.before_delivery.append(lambda _: (0.0, 40.0))
    run = story.run()
    assert (run.status, run.error) == ("SUCCEEDED", None)
    story.assert_nothing_is_open()
    assert story.snapshots() == []
    story.clear_target()


def test_what_was_done_and_not_heard_of_is_found_done(story: Story) -> None:
    """RDS has made the instance, and the answer to the source is kept and not sent: neither is done again."""
    faults = story.sandbox.faults
    made = faults.call("rds", "CreateDBInstance", by="CreateInstances").loses_its_answer()
    answered = faults.function("*target-AnswerSource*").killed_before_call(2)
    run = story.run()
    faults.clear()
    assert (run.status, run.error) == ("SUCCEEDED", None), run.cause
    assert (len(made.strokes), len(answered.strokes)) == (1, 1)
    assert story.restored() == [RESTORED, f"{RESTORED}-1"]
    story.clear_target()


def test_two_databases_that_want_one_name_at_once_bring_up_one_and_leave_nothing(story: Story) -> None:
    sandbox = story.sandbox
    make_source(sandbox, "aurora-mysql", name="second-db")
    write_profile(sandbox, story.stage.target_network, identifier=RESTORED)
    both = [
        sandbox.start_execution(story.stage.machine_arn, f"carry-{name}", {"database": name})
        for name in ("example-db", "second-db")
    ]
    ended = [sandbox.wait_for(arn) for arn in both]
    assert sorted(end["status"] for end in ended) == ["FAILED", "SUCCEEDED"]
    (failed,) = (end for end in ended if end["status"] == "FAILED")
    assert failed["error"] in {"NameTaken", "RestoreNotPossible"}
    assert f"database {RESTORED} already" in failed["cause"]
    story.assert_nothing_is_open()
    assert story.snapshots() == []
    assert story.restored() == [RESTORED, f"{RESTORED}-1"]
    story.clear_target()


def put_profile(story: Story, text: str) -> None:
    story.sandbox.client("ssm", TARGET).put_parameter(Name=PROFILE, Type="String", Value=text, Overwrite=True)


def delete_snapshots(story: Story, account: Any) -> None:
    rds = story.sandbox.client("rds", account)
    for row in rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]:
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=row["DBClusterSnapshotIdentifier"])


def take_rights(story: Story, role: str) -> tuple[dict[str, Any], Callable[[], None]]:
    """Take a role's own policies away; gives them, and a function that puts them back."""
    account = SOURCE if "-source-" in role else TARGET
    iam = story.sandbox.client("iam", account)
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    policies = {name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names}
    for name in names:
        iam.delete_role_policy(RoleName=role, PolicyName=name)

    def put_back() -> None:
        for name, document in policies.items():
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))

    return policies, put_back


def lose(story: Story, detail_type: str) -> None:
    def drop(delivery: Delivery) -> tuple[float, ...] | None:
        return () if delivery.event["detail-type"] == detail_type else None

    story.sandbox.events.before_delivery.append(drop)
