"""Stacks that are updated and deleted, seen through the accounts' own APIs."""

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.accounts import TARGET
from sandbox.deploy import DeploymentFailed, InvalidTemplate, NotInSandbox, Stack
from sandbox.deploy.registry import MAKERS, UPDATERS
from sandbox.deploy.sam import to_cloudformation
from sandbox.world import Sandbox

TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      Pause: {Type: Number, Default: 60}
      Answer: {Type: String, Default: one}
      Keeps: {Type: String, Default: 'no'}
      Secret: {Type: String, Default: x, NoEcho: true}
    Conditions:
      Keeps: !Equals [!Ref Keeps, 'yes']
    Resources:
      Say:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: code
          Handler: say.handler
          Runtime: python3.13
          Environment: {Variables: {ANSWER: !Ref Answer}}
          EventInvokeConfig: {MaximumRetryAttempts: 1}
          Policies: [{Statement: [{Effect: Allow, Action: !Sub 's3:${Answer}', Resource: '*'}]}]
      Machine:
        Type: AWS::Serverless::StateMachine
        Properties:
          DefinitionUri: machine.asl.json
          DefinitionSubstitutions: {Pause: !Ref Pause}
          Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Say}}]
      Times:
        Type: AWS::Scheduler::Schedule
        Properties:
          ScheduleExpression: !Sub rate(${Pause} minutes)
          FlexibleTimeWindow: {Mode: 'OFF'}
          Target: {Arn: !GetAtt Say.Arn, RoleArn: !GetAtt TimesRole.Arn}
      TimesRole:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument:
            Version: '2012-10-17'
            Statement: [{Effect: Allow, Principal: {Service: scheduler.amazonaws.com}, Action: sts:AssumeRole}]
      Queue: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: !Ref Pause}}
      Rule:
        Type: AWS::Events::Rule
        Properties:
          EventPattern: {source: [!Ref Answer]}
          Targets: [{Id: !Ref Answer, Arn: !GetAtt Queue.Arn}]
      Key:
        Type: AWS::KMS::Key
        DeletionPolicy: Retain
        Properties:
          KeyPolicy:
            Version: '2012-10-17'
            Statement:
              - {Sid: Own, Effect: Allow, Principal: {AWS: !Ref AWS::AccountId}, Action: 'kms:*', Resource: '*'}
      Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 30}}
      Extra: {Type: AWS::SSM::Parameter, Condition: Keeps, Properties: {Name: /extra, Type: String, Value: !Ref Answer}}
    Outputs:
      Answer: {Value: !Ref Answer}
"""  # fmt: skip
MACHINE = '{"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": ${Pause}, "Next": "Done"}, "Done": {"Type": "Pass", "Result": {"p": ${Pause}}, "End": true}}}'  # noqa: E501
HANDLER = "import os\ndef handler(event, context):\n    return [os.environ['ANSWER'], 'first']\n"


class Ground:
    """A template beside its code, deployed again and again."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox, self.folder = sandbox, folder
        (folder / "code").mkdir()
        self.write("code/say.py", HANDLER)
        self.write("machine.asl.json", MACHINE)
        self.write("template.yaml", dedent(TEMPLATE))
        self.stack = self.deploy()

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def deploy(self, **parameters: str) -> Stack:
        return self.sandbox.deploy(TARGET, "ground", self.folder / "template.yaml", parameters)

    def changed(self, old: str, new: str) -> None:
        text = (self.folder / "template.yaml").read_text()
        assert text.count(old) == 1
        self.write("template.yaml", text.replace(old, new))

    def client(self, service: str) -> Any:
        return self.sandbox.client(service, TARGET)

    def says(self) -> Any:
        name = self.stack.resources["Say"]
        return self.sandbox.clock.call(lambda: self.sandbox.functions.invoke(name, {}, TARGET.id)).result

    def described(self) -> dict[str, Any]:
        return dict(self.client("cloudformation").describe_stacks(StackName=self.stack.id)["Stacks"][0])


@pytest.fixture
def ground(sandbox: Sandbox, tmp_path: Path) -> Ground:
    return Ground(sandbox, tmp_path)


def test_what_differs_is_changed_in_place_and_everything_else_left_alone(ground: Ground) -> None:
    names = ground.stack.resources
    before = ground.sandbox.gate.log[-1]
    assert ground.deploy(Answer="two", Pause="90") is ground.stack
    assert ground.stack.resources == names
    assert (ground.says(), ground.stack.outputs) == (["two", "first"], {"Answer": "two"})
    assert ground.client("scheduler").get_schedule(Name=names["Times"])["ScheduleExpression"] == "rate(90 minutes)"
    targets = ground.client("events").list_targets_by_rule(Rule=names["Rule"])["Targets"]
    assert [one["Id"] for one in targets] == ["two"]
    iam, role = ground.client("iam"), names["SayRole"]
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    assert document["Statement"][0]["Action"] == "s3:two"
    attributes = ground.client("sqs").get_queue_attributes(QueueUrl=names["Queue"], AttributeNames=["All"])
    assert attributes["Attributes"]["VisibilityTimeout"] == "90"
    spec = ground.sandbox.functions.find(names["Say"], TARGET.id).spec
    assert spec.max_retries == 1  # the function changed, what is said of its events did not
    calls = list(ground.sandbox.gate.log)
    made = {call.operation for call in calls[calls.index(before) + 1 :]}
    assert not made & {"PutKeyPolicy", "PutRetentionPolicy", "CreateKey", "CreateQueue", "CreateRole"}
    assert ground.described()["StackStatus"] == "UPDATE_COMPLETE"


def test_parameters_that_are_not_given_stay_as_they_were(ground: Ground) -> None:
    ground.deploy(Answer="two")
    ground.deploy(Pause="90")
    assert ground.says() == ["two", "first"]


def test_other_code_in_the_same_folder_is_deployed_and_the_same_code_is_not(ground: Ground) -> None:
    assert ground.says() == ["one", "first"]
    ground.write("code/say.py", HANDLER.replace("first", "second"))
    assert ground.says() == ["one", "first"]  # a warm process, until the code is deployed
    ground.deploy()
    assert ground.says() == ["one", "second"]
    cold = ground.sandbox.functions.find(ground.stack.resources["Say"], TARGET.id).cold_starts
    ground.deploy()
    ground.says()
    assert ground.sandbox.functions.find(ground.stack.resources["Say"], TARGET.id).cold_starts == cold


def test_an_execution_that_runs_goes_by_the_definition_that_it_began_with(ground: Ground) -> None:
    machine = ground.stack.resources["Machine"]
    running = ground.sandbox.start_execution(machine, "running", {})
    ground.sandbox.clock.run(limit=10)
    ground.deploy(Pause="7")
    later = ground.sandbox.start_execution(machine, "later", {})
    outputs = [json.loads(ground.sandbox.wait_for(arn)["output"]) for arn in (running, later)]
    assert outputs == [{"p": 60}, {"p": 7}]


def test_resources_come_and_go_with_their_condition_and_what_is_retained_stays(ground: Ground) -> None:
    ground.deploy(Keeps="yes")
    ssm = ground.client("ssm")
    assert ssm.get_parameter(Name="/extra")["Parameter"]["Value"] == "one"
    ground.deploy(Keeps="no")
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name="/extra")
    key = ground.stack.resources["Key"]
    ground.changed("Type: AWS::KMS::Key\n", "Type: AWS::KMS::Key\n    Condition: Keeps\n")
    ground.deploy()
    assert "Key" not in ground.stack.resources
    assert ground.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"


def test_a_policy_of_a_key_is_written_over_only_where_the_template_changes_it(ground: Ground) -> None:
    kms, key = ground.client("kms"), ground.stack.resources["Key"]

    def sids() -> list[str]:
        policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
        return [statement["Sid"] for statement in policy["Statement"]]

    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    policy["Statement"].append({**policy["Statement"][0], "Sid": "ByHand"})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    ground.deploy(Answer="two")
    assert sids() == ["Own", "ByHand"]
    ground.changed("Sid: Own", "Sid: Mine")
    ground.deploy()
    assert sids() == ["Mine"]


def test_an_update_that_fails_leaves_everything_as_it_was(ground: Ground) -> None:
    ground.changed("Value: !Ref Answer}}\n", "Value: !Sub '${Answer}{{'}}\n")  # Parameter Store refuses that
    with pytest.raises(DeploymentFailed, match="Extra"):
        ground.deploy(Keeps="yes", Answer="two", Pause="90")
    assert ground.says() == ["one", "first"]
    rate = ground.client("scheduler").get_schedule(Name=ground.stack.resources["Times"])["ScheduleExpression"]
    assert (rate, ground.stack.outputs, ground.stack.parameters["Pause"]) == (
        "rate(60 minutes)", {"Answer": "one"}, "60",
    )  # fmt: skip
    assert ground.described()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "Extra" in ground.described()["StackStatusReason"]


def test_what_aws_would_replace_is_refused_by_name(ground: Ground) -> None:
    ground.changed("Name: /extra", "Name: /other")
    ground.deploy()  # its condition does not hold
    ground.deploy(Keeps="yes")
    ground.changed("Name: /other", "Name: /third")
    with pytest.raises(NotInSandbox, match=r"Extra \(AWS::SSM::Parameter\): the sandbox cannot change Name of"):
        ground.deploy()


def test_parameters_are_changed_by_api_too_and_take_their_time(ground: Ground) -> None:
    cloudformation = ground.client("cloudformation")
    keep = [{"ParameterKey": name, "UsePreviousValue": True} for name in ("Pause", "Keeps", "Secret")]
    given = {"StackName": "ground", "UsePreviousTemplate": True, "Capabilities": ["CAPABILITY_IAM"]}
    with pytest.raises(ClientError, match="No updates are to be performed"):
        cloudformation.update_stack(**given, Parameters=[*keep, {"ParameterKey": "Answer", "UsePreviousValue": True}])
    cloudformation.update_stack(**given, Parameters=[*keep, {"ParameterKey": "Answer", "ParameterValue": "two"}])
    ground.sandbox.clock.run(limit=120)
    assert ground.says() == ["two", "first"]
    with pytest.raises(ClientError, match="not by cloudformation:UpdateStack"):
        cloudformation.update_stack(StackName="ground", TemplateBody="{}")


def test_a_stack_is_deleted_by_api_and_known_by_its_id_afterwards(ground: Ground) -> None:
    cloudformation, key = ground.client("cloudformation"), ground.stack.resources["Key"]
    with pytest.raises(ClientError, match="does not know RetainResources"):
        cloudformation.delete_stack(StackName="ground", RetainResources=["Queue"])
    cloudformation.delete_stack(StackName="ground")
    assert ground.described()["StackStatus"] == "DELETE_IN_PROGRESS"
    with pytest.raises(ClientError, match="can not be deleted"):
        cloudformation.delete_stack(StackName="ground")
    with pytest.raises(InvalidTemplate, match="is in DELETE_IN_PROGRESS state"):
        ground.deploy(Answer="two")
    ground.sandbox.clock.run(limit=120)
    assert ground.described()["StackStatus"] == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="Stack with id ground does not exist"):
        cloudformation.describe_stacks(StackName="ground")
    assert ground.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Enabled"
    assert ground.client("lambda").list_functions()["Functions"] == []
    assert ground.client("stepfunctions").list_state_machines()["stateMachines"] == []
    cloudformation.delete_stack(StackName="ground")  # there is none: nothing happens
    ground.stack = ground.deploy()
    assert ground.says() == ["one", "first"]
    assert ground.described()["StackStatus"] == "CREATE_COMPLETE"


def test_what_cannot_be_deleted_is_told_and_tried_again(ground: Ground) -> None:
    iam, role = ground.client("iam"), ground.stack.resources["TimesRole"]
    nothing = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=role, PolicyName="by-hand", PolicyDocument=json.dumps(nothing))
    cloudformation = ground.client("cloudformation")
    cloudformation.delete_stack(StackName="ground")
    ground.sandbox.clock.run(limit=120)
    assert ground.described()["StackStatus"] == "DELETE_FAILED"
    assert "TimesRole" in ground.described()["StackStatusReason"]
    iam.delete_role_policy(RoleName=role, PolicyName="by-hand")
    cloudformation.delete_stack(StackName="ground")
    ground.sandbox.clock.run(limit=120)
    assert ground.described()["StackStatus"] == "DELETE_COMPLETE"


def test_what_can_be_changed_is_of_types_that_are_made() -> None:
    assert set(UPDATERS) <= set(MAKERS)


def test_a_definitions_place_tells_its_content(tmp_path: Path) -> None:
    template = {
        "Resources": {"M": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionS3Location": "m"}}}
    }
    places = []
    for text in ("{}", "{ }", "{}"):
        (tmp_path / "m").write_text(text)
        made = to_cloudformation(template, tmp_path, {}, "eu-west-1")["Resources"]["M"]["Properties"]
        places.append(made["DefinitionS3Location"]["Key"])
    assert places[0] == places[2] != places[1]
