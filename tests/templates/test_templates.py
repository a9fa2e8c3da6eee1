"""The templates as AWS's own tools see them, and what the design asks of their resources."""

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.deploy.loading import load_template
from snapferry import errors, metrics
from snapferry.contracts.fleet_contracts import FleetRequest
from snapferry.contracts.incoming import RestoreAlone
from tests.templates import stacks
from tests.templates.stacks import LOGS_KEY, ROOT, SOURCE, TARGET, TEMPLATES, of_type

WATCHED = {
    SOURCE: ["FerrySnapshotMachine"],
    TARGET: ["ReceiveSnapshotMachine", "RestoreDatabaseMachine", "SwitchBackMachine"],
}

both = pytest.mark.parametrize("template", TEMPLATES)


@pytest.mark.parametrize("environment", ["source", "target", "hooks"])
def test_sam_finds_nothing_wrong(environment: str) -> None:
    sam = Path(sys.executable).parent / "sam"
    known = {**os.environ, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-west-1"}
    found = subprocess.run(
        [sam, "validate", "--config-env", environment, "--lint"],
        cwd=ROOT, env=known, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout + found.stderr


@both
def test_every_function_has_its_handler(template: str) -> None:
    for function in of_type(template, "AWS::Lambda::Function").values():
        module, name = function["Properties"]["Handler"].split(".")
        assert callable(getattr(importlib.import_module(module), name))


@both
def test_every_setting_that_a_handler_asks_for_is_set(template: str) -> None:
    for function in of_type(template, "AWS::Lambda::Function").values():
        module = function["Properties"]["Handler"].split(".")[0]
        source = (ROOT / "functions" / f"{module}.py").read_text(encoding="utf-8")
        asked = set(re.findall(r'text\(\s*"([A-Z_]+)"', source))
        if (module, template) == ("explain_failure", TARGET):
            asked -= {"DEAD_LETTER_QUEUE_URL"}  # only the source asks questions that stay without an answer
        assert asked <= set(function["Properties"]["Environment"]["Variables"]), module


@both
def test_keys_outlive_their_stack_and_have_a_static_policy(template: str) -> None:
    keys = of_type(template, "AWS::KMS::Key")
    assert keys
    for key in keys.values():
        assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")
        assert key["Properties"]["EnableKeyRotation"] is True
    for key in (each for name, each in keys.items() if name != "LogsKey"):
        policy = json.dumps(key["Properties"]["KeyPolicy"])
        assert set(re.findall(r"\$\{([^}]+)\}", policy)) == {"AWS::Partition", "AWS::AccountId"}
        assert not {"Ref", "Fn::If", "Fn::GetAtt"} & set(re.findall(r'"([\w:]+)":', policy))
    assert not of_type(template, "AWS::KMS::Alias")  # a fixed name would stand in the way of a second route


@both
def test_every_rule_pins_the_account_that_an_event_comes_from(template: str) -> None:
    own, other = {"Ref": "AWS::AccountId"}, {SOURCE: "TargetAccountId", TARGET: "SourceAccountIds"}[template]
    rules = of_type(template, "AWS::Events::Rule")
    assert rules
    for name, rule in rules.items():
        pattern = rule["Properties"]["EventPattern"]
        if pattern["source"] == ["aws.states"]:  # this account's Step Functions, on the default bus
            assert (pattern["account"], "EventBusName" in rule["Properties"]) == ([own], False), name
            machines = of_type(template, "AWS::StepFunctions::StateMachine")
            watched = list(machines) if name == "TellFailureRule" else WATCHED[template]
            assert sorted(each["Ref"] for each in pattern["detail"]["stateMachineArn"]) == sorted(watched)
            continue
        carries = "RoleArn" in rule["Properties"]["Targets"][0]
        if carries:  # the own account's events only, so that nothing loops
            assert pattern["account"] == [own], name
        else:
            assert "AWS::AccountId" not in json.dumps(pattern["account"]), name
            assert other in json.dumps(pattern["account"]), name
        assert pattern["source"] == [f"snapferry.{_sender(template, carries=carries)}"], name


@both
def test_every_event_that_is_lost_lies_in_a_queue(template: str) -> None:
    failing = {each["Properties"]["FunctionName"]["Ref"]: each["Properties"]
               for each in of_type(template, "AWS::Lambda::EventInvokeConfig").values()}  # fmt: skip
    for rule in of_type(template, "AWS::Events::Rule").values():
        for target in rule["Properties"]["Targets"]:
            assert target["DeadLetterConfig"]["Arn"]
            function = target["Arn"].get("Fn::GetAtt", [""])[0]
            if function:
                assert failing[function]["DestinationConfig"]["OnFailure"]["Destination"]
    for queue in of_type(template, "AWS::SQS::Queue").values():
        assert queue["Properties"]["MessageRetentionPeriod"] == 14 * 24 * 3600
        assert queue["Properties"]["SqsManagedSseEnabled"] is True


@both
def test_a_bus_admits_one_sender_with_its_own_source_and_detail_types(template: str) -> None:
    (policy,) = of_type(template, "AWS::Events::EventBusPolicy").values()
    statement = policy["Properties"]["Statement"]
    assert statement["Action"] == "events:PutEvents"
    assert "*" not in json.dumps(statement)
    conditions = statement["Condition"]["StringEquals"]
    assert conditions["events:source"] == f"snapferry.{_sender(template, carries=False)}"
    heard = {kind for rule in of_type(template, "AWS::Events::Rule").values()
             if "RoleArn" not in rule["Properties"]["Targets"][0] and "EventBusName" in rule["Properties"]
             for kind in rule["Properties"]["EventPattern"]["detail-type"]}  # fmt: skip
    assert set(conditions["events:detail-type"]) == heard


@both
def test_the_state_is_kept_safe_and_ends_by_itself(template: str) -> None:
    (table,) = of_type(template, "AWS::DynamoDB::Table").values()
    properties = table["Properties"]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}


@both
def test_no_execution_data_is_logged_and_every_log_ends(template: str) -> None:
    for machine in of_type(template, "AWS::StepFunctions::StateMachine").values():
        assert machine["Properties"]["LoggingConfiguration"]["IncludeExecutionData"] is False
    for group in of_type(template, "AWS::Logs::LogGroup").values():
        assert group["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
        assert group["Properties"]["KmsKeyId"] == LOGS_KEY
    for function in of_type(template, "AWS::Lambda::Function").values():
        assert function["Properties"]["LoggingConfig"]["LogGroup"] == {"Ref": "FunctionsLogGroup"}


@both
def test_sam_local_may_set_the_endpoint_and_nobody_else_does(template: str) -> None:
    for function in of_type(template, "AWS::Lambda::Function").values():
        assert function["Properties"]["Environment"]["Variables"]["AWS_ENDPOINT_URL"] == ""


def test_a_schedule_is_off_unless_somebody_asks_for_it() -> None:
    assert load_template(ROOT / SOURCE)["Parameters"]["ScheduleExpression"]["Default"] == ""
    schedules = of_type(SOURCE, "AWS::Scheduler::Schedule")
    assert schedules["TransferSchedule"]["Condition"] == "HasSchedule"
    assert "Condition" not in schedules["SweepSchedule"]  # what was left open is closed in any case


def test_a_nightly_fleet_is_off_unless_somebody_asks_for_it_and_is_what_a_fleet_takes() -> None:
    assert load_template(ROOT / SOURCE)["Parameters"]["FleetScheduleExpression"]["Default"] == ""
    schedule = of_type(SOURCE, "AWS::Scheduler::Schedule")["FleetSchedule"]
    assert schedule["Condition"] == "HasFleetSchedule"
    given = schedule["Properties"]["Target"]["Input"]["Fn::Sub"]
    filled = {"${FleetTagKey}": "snapferry:fleet", "${FleetTagValue}": "nightly", "${ScheduledRestore}": "true"}
    filled |= {"${ScheduledOverlap}": "wait", "<aws.scheduler.scheduled-time>": "2026-01-02T03:00:00Z"}
    for name, value in filled.items():
        given = given.replace(name, value)
    fleet = FleetRequest.model_validate_json(given)
    assert (fleet.tagged, fleet.scheduled_time) == ({"snapferry:fleet": "nightly"}, "2026-01-02T03:00:00Z")


def test_a_bucket_is_private_encrypted_and_keeps_no_fleet_for_good() -> None:
    (bucket,) = of_type(SOURCE, "AWS::S3::Bucket").values()
    assert bucket["DeletionPolicy"] == "Retain"  # else a stack that has carried a fleet could not be deleted
    properties = bucket["Properties"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    (rule,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    (ends,) = properties["LifecycleConfiguration"]["Rules"]
    assert (ends["Prefix"], ends["ExpirationInDays"], ends["Status"]) == ("fleets/", 90, "Enabled")
    (policy,) = of_type(SOURCE, "AWS::S3::BucketPolicy").values()
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})


def test_a_drill_is_off_unless_somebody_asks_for_it() -> None:
    parameters = load_template(ROOT / TARGET)["Parameters"]
    assert (parameters["DrillSchedule"]["Default"], parameters["DrillDatabase"]["Default"]) == ("", "")
    schedules = of_type(TARGET, "AWS::Scheduler::Schedule")
    assert {name for name, each in schedules.items() if "Condition" in each} == {"DrillTimes"}
    given = schedules["DrillTimes"]["Properties"]["Target"]["Input"]["Fn::Sub"]
    drill = RestoreAlone.model_validate_json(given.replace("${DrillDatabase}", "example-db"))
    assert (drill.snapshot_arn, drill.database, drill.drill) == ("latest", "example-db", True)


def test_an_alarm_tells_that_access_was_not_closed() -> None:
    alarm = of_type(SOURCE, "AWS::CloudWatch::Alarm")["AccessNotClosedAlarm"]["Properties"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (metrics.NAMESPACE, errors.AccessNotClosed.__name__)
    assert alarm["Dimensions"] == [{"Name": "stack", "Value": {"Ref": "AWS::StackName"}}]


@both
def test_every_machine_has_an_alarm_on_each_of_its_bad_ends(template: str) -> None:
    looked_at = {
        (stat["MetricStat"]["Metric"]["MetricName"], str(stat["MetricStat"]["Metric"]["Dimensions"][0]["Value"]))
        for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()
        for stat in alarm["Properties"].get("Metrics", [])
        if "MetricStat" in stat
    }
    for machine in of_type(template, "AWS::StepFunctions::StateMachine"):
        for end in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"):
            assert (end, str({"Ref": machine})) in looked_at, machine


@both
def test_every_rule_is_looked_at_for_lost_events_and_every_queue_for_messages(template: str) -> None:
    alarms = of_type(template, "AWS::CloudWatch::Alarm")
    lost = json.dumps(alarms["EventLostAlarm"]["Properties"]["Metrics"])
    for rule in of_type(template, "AWS::Events::Rule"):
        assert f'"{rule}", "Arn"' in lost, rule
    depths = [each["Properties"] for each in alarms.values() if each["Properties"].get("Namespace") == "AWS/SQS"]
    assert {each["Dimensions"][0]["Value"]["Fn::GetAtt"][0] for each in depths} == set(
        of_type(template, "AWS::SQS::Queue")
    )


@both
def test_every_alarm_says_where_the_runbook_has_more_and_tells_the_topic_unless_a_person_is_told_in_words(
    template: str,
) -> None:
    for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items():
        properties = alarm["Properties"]
        assert properties["AlarmDescription"].endswith(f" Runbook, entry {name}.")
        ends = "AWS/States" in json.dumps(properties)
        assert ("AlarmActions" in properties) is not ends, name


@both
def test_the_topic_admits_this_stacks_alarms_only(template: str) -> None:
    (policy,) = of_type(template, "AWS::SNS::TopicPolicy").values()
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Action"], statement["Principal"]) == ("sns:Publish", {"Service": "cloudwatch.amazonaws.com"})
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert statement["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith(":alarm:${AWS::StackName}-*")


def test_the_quarantine_lets_in_hooks_only_and_nothing_out() -> None:
    group = stacks.resources(TARGET)["QuarantineGroup"]["Properties"]
    (admitted,) = group["SecurityGroupIngress"]
    assert admitted["SourceSecurityGroupId"] == {"Fn::GetAtt": ["HookGroup", "GroupId"]}
    assert (admitted["IpProtocol"], admitted["FromPort"], admitted["ToPort"]) == ("tcp", 1150, 65535)
    assert "CidrIp" not in admitted
    assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["127.0.0.1/32"]


def test_hooks_are_reached_by_nobody_and_reach_the_quarantine_and_the_apis_of_aws() -> None:
    group = stacks.resources(TARGET)["HookGroup"]["Properties"]
    assert "SecurityGroupIngress" not in group
    assert [(rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in group["SecurityGroupEgress"]] == [
        ("tcp", 443, 443)
    ]
    (way,) = of_type(TARGET, "AWS::EC2::SecurityGroupEgress").values()
    assert way["Properties"]["GroupId"] == {"Fn::GetAtt": ["HookGroup", "GroupId"]}
    assert way["Properties"]["DestinationSecurityGroupId"] == {"Fn::GetAtt": ["QuarantineGroup", "GroupId"]}


def test_only_the_restores_machine_runs_hooks_and_nothing_else_of_the_account() -> None:
    running = ("lambda:InvokeFunction", "states:StartExecution")
    hooks = [each for each in stacks.statements(TARGET) if "snapferry-hook-" in str(each.resources)]
    assert {each.role for each in hooks if any(each.allows(action) for action in running)} == {
        "RestoreDatabaseMachineRole"
    }
    for each in hooks:
        assert all("snapferry-hook-*" in resource for resource in each.resources)


def _sender(template: str, *, carries: bool) -> str:
    """Whose events a rule of this template is about: it carries the own side's, and hears the other's."""
    own, other = ("source", "target") if template == SOURCE else ("target", "source")
    return own if carries else other
