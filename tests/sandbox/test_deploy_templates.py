"""From a template's text to CloudFormation, before anything is made."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from sandbox.deploy.errors import InvalidTemplate, NotInSandbox
from sandbox.deploy.loading import load_template
from sandbox.deploy.sam import local_path, to_cloudformation
from sandbox.deploy.scope import Scope
from sandbox.deploy.template import order_of_creation, read_template

SAM = """
    Transform: AWS::Serverless-2016-10-31
    Globals:
      Function: {Runtime: python3.13, Timeout: 30}
    Resources:
      Dlq: {Type: AWS::SQS::Queue}
      Copy:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: code
          Handler: copy.handler
          Policies: [{Statement: [{Effect: Allow, Action: rds:CopyDBSnapshot, Resource: "*"}]}]
          EventInvokeConfig:
            DestinationConfig: {OnFailure: {Type: SQS, Destination: !GetAtt Dlq.Arn}}
      Machine:
        Type: AWS::Serverless::StateMachine
        Properties: {DefinitionUri: machine.asl.json, Role: "arn:aws:iam::111111111111:role/r"}
    """


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "machine.asl.json").write_text("{}")
    return tmp_path


def load(folder: Path, text: str) -> dict[str, Any]:
    path = folder / "template.yaml"
    path.write_text(dedent(text))
    return load_template(path)


def test_short_tags_are_spelled_out_and_a_policys_version_stays_text(folder: Path) -> None:
    document = load(
        folder,
        """
        A: !Sub "${B}"
        B: !GetAtt C.Arn
        C: !If [D, !Ref E, !Join ["", [!Ref F]]]
        Conditions: {D: !Not [!Condition G]}
        Version: 2012-10-17
        """,
    )
    assert document == {
        "A": {"Fn::Sub": "${B}"},
        "B": {"Fn::GetAtt": ["C", "Arn"]},
        "C": {"Fn::If": ["D", {"Ref": "E"}, {"Fn::Join": ["", [{"Ref": "F"}]]}]},
        "Conditions": {"D": {"Fn::Not": [{"Condition": "G"}]}},
        "Version": "2012-10-17",
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("A: {B: 1}\nA: {B: 2}", "twice"),
        ("Resources: {A: {Properties: }}", r"\[/Resources/A/Properties\] 'null' values are not allowed"),
        ("A: [", "template.yaml"),
        ("just text", "unsupported structure"),
    ],
)
def test_text_that_cloudformation_refuses(folder: Path, text: str, complaint: str) -> None:
    with pytest.raises(InvalidTemplate, match=complaint):
        load(folder, text)


def test_sam_becomes_cloudformation_with_code_and_definition_beside_the_template(folder: Path) -> None:
    resources = to_cloudformation(load(folder, SAM), folder, {}, "eu-west-1")["Resources"]
    assert {name: resource["Type"] for name, resource in resources.items()} == {
        "Dlq": "AWS::SQS::Queue",
        "Copy": "AWS::Lambda::Function",
        "CopyRole": "AWS::IAM::Role",
        "CopyEventInvokeConfig": "AWS::Lambda::EventInvokeConfig",
        "Machine": "AWS::StepFunctions::StateMachine",
    }
    code = resources["Copy"]["Properties"]["Code"]
    definition = resources["Machine"]["Properties"]["DefinitionS3Location"]
    assert local_path(code, "Copy") == (folder / "code").resolve()
    assert local_path(definition, "Machine") == (folder / "machine.asl.json").resolve()


@pytest.mark.parametrize(
    ("old", "new", "error", "complaint"),
    [
        ("CodeUri: code", "CodeUri: elsewhere", InvalidTemplate, "there is no elsewhere"),
        ("Handler: copy", "Handlr: copy", InvalidTemplate, "Handlr"),
        ("AWS::Serverless-2016-10-31", "AWS::LanguageExtensions", NotInSandbox, "LanguageExtensions"),
    ],
)
def test_a_sam_template_with_a_mistake_names_it(
    folder: Path, old: str, new: str, error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error, match=complaint):
        to_cloudformation(load(folder, SAM.replace(old, new)), folder, {}, "eu-west-1")


def test_code_that_is_not_beside_the_template_cannot_be_run() -> None:
    with pytest.raises(NotInSandbox, match="beside the template"):
        local_path({"S3Bucket": "somewhere", "S3Key": "code.zip"}, "Copy")


QUEUE = {"Type": "AWS::SQS::Queue"}


def test_resources_are_made_after_those_they_name_and_only_where_their_condition_holds() -> None:
    document = {
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {
            "First": {**QUEUE, "Properties": {"RedrivePolicy": {"Fn::GetAtt": ["Second", "Arn"]}}},
            "Second": {**QUEUE, "DependsOn": "Third"},
            "Third": QUEUE,
            "Absent": {**QUEUE, "Condition": "Never"},
        },
    }
    template = read_template(document, set())
    order = order_of_creation(template, Scope({}, conditions=template.conditions))
    assert [resource.logical_id for resource in order] == ["Third", "Second", "First"]


@pytest.mark.parametrize(
    ("change", "error", "complaint"),
    [
        ({"Resources": {}}, InvalidTemplate, "At least one"),
        ({"Resource": {"Q": QUEUE}}, InvalidTemplate, "Resource"),
        ({"Resources": {"Q": {**QUEUE, "Properties": {"QueueName": {"Ref": "Typo"}}}}}, InvalidTemplate, "Typo"),
        ({"Resources": {"Q": {**QUEUE, "DependsOn": ["Typo"]}}}, InvalidTemplate, "Typo"),
        ({"Resources": {"Q": {**QUEUE, "Condition": "Typo"}}}, InvalidTemplate, "Typo"),
        ({"Outputs": {"O": {"Value": {"Fn::GetAtt": ["Typo", "Arn"]}}}}, InvalidTemplate, "Typo"),
        ({"Conditions": {"C": {"Fn::Equals": [{"Ref": "Q"}, "x"]}}}, InvalidTemplate, "Q"),
        ({"Resources": {"Q": {**QUEUE, "CreationPolicy": {}}}}, NotInSandbox, "CreationPolicy"),
        ({"Resources": {"Q": {**QUEUE, "DeletionPolicy": "Snapshot"}}}, NotInSandbox, "Snapshot"),
    ],
)
def test_a_template_of_the_wrong_form_is_refused(
    change: dict[str, Any], error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error, match=complaint):
        read_template({"Resources": {"Q": QUEUE}, **change}, set())


def test_a_circle_is_refused_with_its_members() -> None:
    named = {name: {**QUEUE, "Properties": {"QueueName": {"Ref": other}}} for name, other in (("A", "B"), ("B", "A"))}
    with pytest.raises(InvalidTemplate, match=r"Circular dependency between resources: \[[AB], [AB]\]"):
        order_of_creation(read_template({"Resources": named}, set()), Scope({}))
