"""A deployed stack, read back through the accounts' own APIs."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.accounts import SOURCE, TARGET
from sandbox.deploy import DeploymentFailed, InvalidTemplate, NotInSandbox, Stack, deploy
from sandbox.deploy.not_enacted import LEFT_OUT, WITHOUT_EFFECT
from sandbox.deploy.registry import MAKERS
from sandbox.world import Sandbox

FERRY = (Path(__file__).parent / "deploy_template.yaml").read_text()
MACHINE = """
{"QueryLanguage": "JSONata", "StartAt": "Wait", "States": {
  "Wait": {"Type": "Wait", "Seconds": "{% ${Pause} %}", "Next": "Copy"},
  "Copy": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
           "Arguments": {"FunctionName": "${CopyArn}", "Payload": {}}}}}
"""
HANDLER = """
import os
def handler(event, context):
    return {"table": os.environ["TABLE"], "event": event}
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as world:
        yield world


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    (folder / "code").mkdir()
    (folder / "code" / "copy_snapshot.py").write_text(HANDLER)
    (folder / "machine.asl.json").write_text(MACHINE)
    return folder


@pytest.fixture(scope="module")
def ferry(sandbox: Sandbox, folder: Path) -> Stack:
    template = folder / "template.yaml"
    template.write_text(FERRY)
    return deploy(sandbox, SOURCE, "ferry", template, {"PeerAccount": TARGET.id, "Secret": "swordfish"})


class Deploys:
    """Deploys small templates into the target account and takes them down again."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox, self.folder = sandbox, folder

    def __call__(self, text: str, parameters: dict[str, str] | None = None, name: str = "small") -> Stack:
        path = self.folder / "template.yaml"
        path.write_text(dedent(text))
        return deploy(self.sandbox, TARGET, name, path, parameters or {})

    def client(self, service: str) -> Any:
        return self.sandbox.client(service, TARGET)


@pytest.fixture
def small(sandbox: Sandbox, tmp_path: Path) -> Iterator[Deploys]:
    deploys = Deploys(sandbox, tmp_path)
    yield deploys
    for (account, _), stack in list(sandbox.stacks.items()):
        if account == TARGET.id:
            stack.delete()


def test_physical_names_are_the_same_every_time(ferry: Stack) -> None:
    assert ferry.resources["Table"] == "ferry-Table"
    assert ferry.resources["Copy"] == "ferry-Copy"
    assert ferry.resources["Rule"] == "ferry|ferry-Rule"
    assert ferry.attributes["Dlq"]["Arn"] == f"arn:aws:sqs:eu-west-1:{SOURCE.id}:ferry-Dlq"
    assert "Never" not in ferry.resources


def test_the_table_is_as_declared(sandbox: Sandbox, ferry: Stack) -> None:
    dynamodb, name = sandbox.client("dynamodb", SOURCE), ferry.resources["Table"]
    assert dynamodb.describe_table(TableName=name)["Table"]["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_a_function_runs_with_the_templates_environment(sandbox: Sandbox, ferry: Stack) -> None:
    spec = sandbox.functions.find(ferry.resources["Copy"], SOURCE.id).spec
    assert (spec.timeout, spec.max_retries, spec.reserved_concurrency) == (60, 1, 1)
    assert spec.on_failure == ferry.attributes["Dlq"]["Arn"]
    assert spec.log_group == "/snapferry/ferry"
    invocation = sandbox.clock.call(lambda: sandbox.functions.invoke(spec.arn, {"n": 1}, SOURCE.id))
    assert invocation.result == {"table": "ferry-Table", "event": {"n": 1}}


def test_a_role_has_its_own_policies_and_the_content_of_awss(sandbox: Sandbox, ferry: Stack) -> None:
    iam, name = sandbox.client("iam", SOURCE), ferry.resources["CopyRole"]
    inline = [
        iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]
    assert all(document["Version"] == "2012-10-17" for document in inline)
    actions = [statement["Action"] for document in inline for statement in document["Statement"]]
    assert "rds:CopyDBSnapshot" in actions
    assert "sqs:SendMessage" in actions
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    basic = next(policy["PolicyArn"] for policy in attached if policy["PolicyName"] == "AWSLambdaBasicExecutionRole")
    document = iam.get_policy_version(PolicyArn=basic, VersionId="v1")["PolicyVersion"]["Document"]
    assert "logs:PutLogEvents" in document["Statement"][0]["Action"]


def test_policies_of_one_bus_add_up(sandbox: Sandbox, ferry: Stack) -> None:
    bus = sandbox.client("events", SOURCE).describe_event_bus(Name=ferry.resources["Bus"])
    assert bus["Policy"].count('"Sid"') == 2
    assert f"arn:aws:iam::{TARGET.id}:root" in bus["Policy"]


def test_a_rules_targets_keep_role_retries_and_dead_letters(sandbox: Sandbox, ferry: Stack) -> None:
    targets = sandbox.client("events", SOURCE).list_targets_by_rule(Rule="ferry-Rule", EventBusName="ferry")["Targets"]
    function, bus = targets
    assert function["RetryPolicy"] == {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60}
    assert function["DeadLetterConfig"]["Arn"] == ferry.attributes["Dlq"]["Arn"]
    assert bus["RoleArn"] == ferry.attributes["CarryRole"]["Arn"]


def test_a_function_admits_the_rule(sandbox: Sandbox, ferry: Stack) -> None:
    policy = sandbox.client("lambda", SOURCE).get_policy(FunctionName=ferry.resources["Copy"])["Policy"]
    assert "events.amazonaws.com" in policy
    assert ferry.attributes["Rule"]["Arn"] in policy


def test_a_definition_is_substituted_as_text(sandbox: Sandbox, ferry: Stack) -> None:
    machines = sandbox.client("stepfunctions", SOURCE)
    machine = machines.describe_state_machine(stateMachineArn=ferry.outputs["MachineArn"])
    assert '"Seconds": "{% 60 %}"' in machine["definition"]
    assert ferry.attributes["Copy"]["Arn"] in machine["definition"]
    assert machine["loggingConfiguration"]["includeExecutionData"] is False


def test_schedules_and_keys_and_groups_are_there(sandbox: Sandbox, ferry: Stack) -> None:
    schedule = sandbox.client("scheduler", SOURCE).get_schedule(Name=ferry.resources["MachineNightly"])
    assert schedule["State"] == "DISABLED"
    assert schedule["Target"]["Arn"] == ferry.resources["Machine"]
    assert schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 3
    kms = sandbox.client("kms", SOURCE)
    assert kms.describe_key(KeyId="alias/ferry")["KeyMetadata"]["KeyId"] == ferry.resources["Key"]
    assert kms.get_key_rotation_status(KeyId=ferry.resources["Key"])["KeyRotationEnabled"] is True
    tags = kms.list_resource_tags(KeyId=ferry.resources["Key"])["Tags"]
    assert {"TagKey": "snapferry:lease", "TagValue": "allowed"} in tags
    ec2 = sandbox.client("ec2", SOURCE)
    group = ec2.describe_security_groups(GroupIds=[ferry.resources["Quarantine"]])["SecurityGroups"][0]
    assert group["IpPermissions"][0]["ToPort"] == 5432
    leaving = [one["CidrIp"] for permission in group["IpPermissionsEgress"] for one in permission["IpRanges"]]
    assert leaving == ["127.0.0.1/32"]


def test_queues_topics_alarms_and_parameters_are_there(sandbox: Sandbox, ferry: Stack) -> None:
    def queue(logical_id: str) -> dict[str, str]:
        url = ferry.resources[logical_id]
        attributes = sandbox.client("sqs", SOURCE).get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        found: dict[str, str] = attributes["Attributes"]
        return found

    assert queue("Dlq")["MessageRetentionPeriod"] == "1209600"
    assert "events.amazonaws.com" in queue("Dlq")["Policy"]
    assert ferry.attributes["Dlq"]["Arn"] in queue("Work")["RedrivePolicy"]
    alarm = sandbox.client("cloudwatch", SOURCE).describe_alarms(AlarmNames=["ferry-Alarm"])["MetricAlarms"][0]
    assert alarm["AlarmActions"] == [ferry.resources["Topic"]]
    parameter = sandbox.client("ssm", SOURCE).get_parameter(Name="/snapferry/ferry/profile")["Parameter"]
    assert parameter["Value"] == '{"class": "db.t4g.medium"}'
    subscriptions = sandbox.client("sns", SOURCE).list_subscriptions_by_topic(TopicArn=ferry.resources["Topic"])
    assert subscriptions["Subscriptions"][0]["Endpoint"] == ferry.attributes["Dlq"]["Arn"]
    groups = sandbox.client("logs", SOURCE).describe_log_groups(logGroupNamePrefix="/snapferry/ferry")["logGroups"]
    assert groups[0]["retentionInDays"] == 30


def test_a_person_can_read_the_stack_but_not_its_secrets(sandbox: Sandbox, ferry: Stack) -> None:
    cloudformation = sandbox.client("cloudformation", SOURCE)
    stack = cloudformation.describe_stacks(StackName="ferry")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    assert outputs == ferry.outputs
    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}
    assert parameters == {"Pause": "60", "PeerAccount": TARGET.id, "Secret": "****"}
    assert [one["StackName"] for one in cloudformation.list_stacks()["StackSummaries"]] == ["ferry"]
    listed = cloudformation.list_stack_resources(StackName=ferry.id)["StackResourceSummaries"]
    assert {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in listed} == ferry.resources
    one = cloudformation.describe_stack_resources(StackName="ferry", LogicalResourceId="Table")["StackResources"]
    assert [resource["ResourceType"] for resource in one] == ["AWS::DynamoDB::Table"]


def test_the_other_account_does_not_see_the_stack(sandbox: Sandbox, ferry: Stack) -> None:
    cloudformation = sandbox.client("cloudformation", TARGET)
    assert cloudformation.describe_stacks()["Stacks"] == []
    with pytest.raises(ClientError, match="Stack with id ferry does not exist"):
        cloudformation.describe_stacks(StackName=ferry.name)


def test_a_stack_cannot_be_made_behind_the_sandboxs_back(small: Deploys) -> None:
    with pytest.raises(ClientError, match="not by cloudformation:CreateStack"):
        small.client("cloudformation").create_stack(StackName="other", TemplateBody="{}")


REFUSED = [
    ("AWS::SQS::Queue", "Colour: red", NotInSandbox, r"Last \(AWS::SQS::Queue\): nothing honours Colour"),
    ("AWS::SQS::Queue", "DelaySeconds: soon", DeploymentFailed, r"Last \(AWS::SQS::Queue\)"),
    ("AWS::Events::EventBus", "{Name: b, DeadLetterConfig: {Arn: a, Kind: x}}", NotInSandbox, "Kind"),
    ("AWS::DynamoDB::Table", "{BillingMode: FREE}", InvalidTemplate, "FREE is not one of PROVISIONED"),
    ("AWS::Logs::LogGroup", "RetentionInDays: many", InvalidTemplate, "RetentionInDays"),
    ("AWS::KMS::Alias", "AliasName: alias/a", InvalidTemplate, r"required key \[TargetKeyId\]"),
    ("AWS::SSM::Parameter", "{Type: SecureString, Value: x}", InvalidTemplate, "SecureString"),
    ("AWS::EC2::SecurityGroup", "{GroupDescription: g, SecurityGroupIngress: [{Port: 1}]}", NotInSandbox, "Port"),
    ("AWS::Lambda::Permission", "{FunctionName: nobody, Action: a, Principal: b}", DeploymentFailed, "nobody"),
    ("AWS::Lambda::Permission", "{FunctionName: n, Action: a, Principal: b, FunctionUrlAuthType: NONE}",
     (NotInSandbox, DeploymentFailed), "Last"),
    ("AWS::StepFunctions::StateMachine", "{RoleArn: r, DefinitionString: '{\"a\": \"${Missing}\"}'}",
     InvalidTemplate, r"DefinitionSubstitutions has no value for \$\{Missing\}"),
    ("AWS::Glue::Job", "{}", NotInSandbox, r"the sandbox does not know Last \(AWS::Glue::Job\)"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "properties", "error", "complaint"), REFUSED)
def test_what_is_not_honoured_is_refused_by_name_and_nothing_is_left(
    small: Deploys, kind: str, properties: str, error: Any, complaint: str
) -> None:
    text = f"Resources:\n  First: {{Type: AWS::SQS::Queue}}\n  Last:\n    Type: {kind}\n    DependsOn: First\n"
    braces = properties if properties.startswith("{") else f"{{{properties}}}"
    with pytest.raises(error, match=complaint):
        small(text + f"    Properties: {braces}\n")
    assert "QueueUrls" not in small.client("sqs").list_queues()
    assert small.client("cloudformation").describe_stacks()["Stacks"] == []


ROLE = """
    Resources:
      R:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
          Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}]
    """


def test_a_role_that_fails_half_way_leaves_no_role(small: Deploys) -> None:
    broken = ROLE.replace(
        "Policies:", 'ManagedPolicyArns: ["arn:aws:iam::aws:policy/NoSuchPolicy"]\n          Policies:'
    )
    with pytest.raises(DeploymentFailed, match="NoSuchPolicy"):
        small(broken)
    assert small.client("iam").list_roles()["Roles"] == []


def test_a_policy_whose_variables_aws_would_take_literally_is_refused(small: Deploys) -> None:
    with pytest.raises(NotInSandbox, match='needs "Version"'):
        small(ROLE.replace('Resource: "*"', 'Resource: "arn:aws:s3:::${aws:username}"'))


def test_a_parameter_that_names_a_vpc_is_looked_up(small: Deploys) -> None:
    text = """
        Parameters: {Vpc: {Type: "AWS::EC2::VPC::Id"}}
        Resources: {G: {Type: "AWS::EC2::SecurityGroup", Properties: {GroupDescription: g, VpcId: !Ref Vpc}}}
        """
    with pytest.raises(InvalidTemplate, match="value vpc-0 for parameter name Vpc does not exist"):
        small(text, {"Vpc": "vpc-0"})
    vpc = small.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
    assert small(text, {"Vpc": vpc}).attributes["G"]["VpcId"] == vpc


def test_names_that_are_too_long_are_cut_to_the_types_limit_and_stay_different(small: Deploys) -> None:
    long = "VeryLongLogicalIdOfARoleThatGoesOnAndOnAndOnUntilTheEndOfTheLine"
    text = ROLE.replace("R:", f"{long}A:") + ROLE.replace("Resources:", "").replace("R:", f"{long}B:").lstrip("\n")
    names = set(small(text).resources.values())
    assert [len(name) for name in names] == [64, 64]


def test_deleting_takes_all_but_what_is_retained(small: Deploys) -> None:
    stack = small(
        """
        Resources:
          Key:
            Type: AWS::KMS::Key
            DeletionPolicy: Retain
            Properties: {EnableKeyRotation: "true"}
          Alias: {Type: AWS::KMS::Alias, Properties: {AliasName: alias/kept, TargetKeyId: !Ref Key}}
          Queue: {Type: AWS::SQS::Queue}
          Bus: {Type: AWS::Events::EventBus, Properties: {Name: small}}
        """
    )
    key = stack.resources["Key"]
    small.client("sqs").delete_queue(QueueUrl=stack.resources["Queue"])  # somebody was faster
    stack.delete()
    assert small.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
    assert "alias/kept" not in {alias["AliasName"] for alias in small.client("kms").list_aliases()["Aliases"]}
    assert [bus["Name"] for bus in small.client("events").list_event_buses()["EventBuses"]] == ["default"]
    assert (TARGET.id, "small") not in small.sandbox.stacks


def test_what_is_not_enacted_is_about_types_that_the_sandbox_makes() -> None:
    assert {kind for kind, _ in (*LEFT_OUT, *WITHOUT_EFFECT)} <= set(MAKERS)
