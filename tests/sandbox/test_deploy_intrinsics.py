"""What CloudFormation's functions come to."""

from typing import Any

import pytest

from sandbox.deploy.dependencies import names_in
from sandbox.deploy.errors import InvalidTemplate, NotInSandbox
from sandbox.deploy.scope import Scope
from sandbox.deploy.values import NO_VALUE

CONDITIONS = {
    "Yes": {"Fn::Equals": [{"Ref": "Size"}, 3]},
    "No": {"Fn::Not": [{"Condition": "Yes"}]},
    "Both": {"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]},
    "Either": {"Fn::Or": [{"Condition": "Yes"}, {"Condition": "No"}]},
    "Chicken": {"Condition": "Egg"},
    "Egg": {"Fn::Not": [{"Condition": "Chicken"}]},
}


@pytest.fixture
def scope() -> Scope:
    return Scope(
        references={
            "Size": "3",
            "List": ["a", "b"],
            "Queue": "https://queue",
            "AWS::Region": "eu-west-1",
            "AWS::NoValue": NO_VALUE,
        },
        attributes={"Queue": {"Arn": "arn:queue"}, "Nested": {"Outputs.Url": "u"}},
        mappings={"ByRegion": {"eu-west-1": {"Zones": ["x", "y"]}}},
        conditions=CONDITIONS,
    )


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ({"Ref": "Size"}, "3"),
        ({"Fn::GetAtt": ["Queue", "Arn"]}, "arn:queue"),
        ({"Fn::GetAtt": "Queue.Arn"}, "arn:queue"),
        ({"Fn::GetAtt": "Nested.Outputs.Url"}, "u"),
        ({"Fn::Sub": "${AWS::Region}/${Queue.Arn}/${Size}/${!Literal}"}, "eu-west-1/arn:queue/3/${Literal}"),
        ({"Fn::Sub": ["${Name}-${Size}", {"Name": {"Ref": "Queue"}}]}, "https://queue-3"),
        ({"Fn::Sub": ["${Flag}", {"Flag": True}]}, "true"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Size"}, 5]]}, "a-3-5"),
        ({"Fn::Join": [",", {"Ref": "List"}]}, "a,b"),
        ({"Fn::Split": ["/", "a/b"]}, ["a", "b"]),
        ({"Fn::Select": ["1", {"Ref": "List"}]}, "b"),
        ({"Fn::FindInMap": ["ByRegion", {"Ref": "AWS::Region"}, "Zones"]}, ["x", "y"]),
        ({"Fn::Base64": "hello"}, "aGVsbG8="),
        ({"Fn::If": ["Yes", "y", "n"]}, "y"),
        ({"Fn::If": ["No", "y", "n"]}, "n"),
        ({"Fn::If": ["Both", 1, 2]}, 2),
        ({"Fn::If": ["Either", 1, 2]}, 1),
        ({"Fn::Contains": [["3", "4"], {"Ref": "Size"}]}, True),
        ({"Fn::EachMemberIn": [{"Ref": "List"}, ["a", "b", "c"]]}, True),
        ({"Fn::EachMemberEquals": [{"Ref": "List"}, "a"]}, False),
        ({"Keep": 1, "Drop": {"Ref": "AWS::NoValue"}}, {"Keep": 1}),
        (["a", {"Fn::If": ["No", "b", {"Ref": "AWS::NoValue"}]}], ["a"]),
        # a policy's Condition is no function
        ({"Condition": {"StringEquals": {"a": {"Ref": "Size"}}}}, {"Condition": {"StringEquals": {"a": "3"}}}),
    ],
)
def test_value(scope: Scope, written: Any, value: Any) -> None:
    assert scope.value(written) == value


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ({"Ref": "Nobody"}, "Nobody"),
        ({"Fn::GetAtt": ["Queue", "Colour"]}, "attribute type Colour"),
        ({"Fn::Sub": "${Nobody.Arn}"}, "Nobody"),
        ({"Fn::Select": [2, {"Ref": "List"}]}, "nonexistent value at index 2"),
        ({"Fn::FindInMap": ["ByRegion", "us-east-1", "Zones"]}, "ByRegion::us-east-1::Zones"),
        ({"Fn::If": ["Missing", 1, 2]}, "Missing"),
        ({"Fn::If": ["Chicken", 1, 2]}, "Circular"),
        ({"Fn::Sub": "${List}"}, "a string is wanted"),
        ({"Ref": "Size", "Other": 1}, "must stand alone"),
    ],
)
def test_wrong_use_is_an_invalid_template(scope: Scope, written: Any, complaint: str) -> None:
    with pytest.raises(InvalidTemplate, match=complaint):
        scope.value(written)


@pytest.mark.parametrize(
    "written",
    [
        {"Fn::ImportValue": "other-stack"},
        {"Fn::Transform": {"Name": "AWS::Include"}},
        "{{resolve:secretsmanager:x}}",
        {"Fn::Sub": "{{resolve:ssm:${Size}}}"},
        {"Fn::Join": ["", ["{{resolve:", "ssm:x}}"]]},
    ],
)
def test_what_aws_would_look_up_elsewhere_is_refused_and_not_passed_on(scope: Scope, written: Any) -> None:
    with pytest.raises(NotInSandbox):
        scope.value(written)


def test_names_in_every_branch_count_as_dependencies_and_subs_own_names_do_not() -> None:
    written = {
        "A": {"Fn::If": ["C", {"Ref": "One"}, {"Fn::GetAtt": ["Two", "Arn"]}]},
        "B": {"Fn::Sub": ["${Three.Arn} ${Local} ${!Literal}", {"Local": {"Ref": "Four"}}]},
    }
    assert set(names_in(written)) == {"One", "Two", "Three", "Four"}
