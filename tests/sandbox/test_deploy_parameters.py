"""Parameters and rules, held as CloudFormation holds them."""

from typing import Any

import pytest

from sandbox.deploy.errors import InvalidTemplate, NotInSandbox
from sandbox.deploy.parameters import resolve_parameters
from sandbox.deploy.rules import check_rules
from sandbox.deploy.scope import Scope


def resolve(declared: dict[str, Any], **given: str) -> dict[str, Any]:
    subnets = {"subnet-1", "subnet-2"}
    return resolve_parameters(declared, given, lambda _, value: value if value in subnets else None)


@pytest.mark.parametrize(
    ("declared", "given", "value"),
    [
        ({"Type": "String"}, "x", "x"),
        ({"Type": "String", "AllowedPattern": r"\d{12}"}, "222222222222", "222222222222"),
        ({"Type": "String", "AllowedValues": [1, True]}, "true", "true"),
        ({"Type": "Number", "MinValue": 1, "MaxValue": 168}, "24", "24"),
        ({"Type": "Number"}, "0.5", "0.5"),
        ({"Type": "CommaDelimitedList"}, "a, b", ["a", "b"]),
        ({"Type": "CommaDelimitedList"}, "", [""]),
        ({"Type": "List<Number>"}, "1,2", ["1", "2"]),
        ({"Type": "AWS::EC2::Subnet::Id"}, "subnet-1", "subnet-1"),
        ({"Type": "List<AWS::EC2::Subnet::Id>"}, "subnet-1,subnet-2", ["subnet-1", "subnet-2"]),
    ],
)
def test_a_good_value_stands(declared: dict[str, Any], given: str, value: Any) -> None:
    assert resolve({"P": declared}, P=given) == {"P": value}


@pytest.mark.parametrize(
    ("declared", "given", "complaint"),
    [
        # the whole value must match, not its beginning
        ({"Type": "String", "AllowedPattern": r"\d{12}"}, "2222222222223", r"must match pattern"),
        ({"Type": "String", "AllowedValues": ["a"]}, "b", "must be one of AllowedValues"),
        ({"Type": "String", "MinLength": 2}, "a", "at least 2 characters"),
        ({"Type": "String", "MaxLength": "2"}, "abc", "at most 2 characters"),
        ({"Type": "Number"}, "many", "must be a number"),
        ({"Type": "Number", "MinValue": 1}, "0", "not less than 1"),
        ({"Type": "Number", "MaxValue": 168}, "169", "not greater than 168"),
        ({"Type": "CommaDelimitedList", "AllowedPattern": "[a-z]+"}, "ok,Not", "must match pattern"),
        ({"Type": "String", "AllowedPattern": "a", "ConstraintDescription": "say a"}, "b", "constraint: say a"),
        ({"Type": "List<AWS::EC2::Subnet::Id>"}, "subnet-1,subnet-9", "value subnet-9 for parameter name P"),
        ({"Type": "Text"}, "a", "Unrecognized parameter type: Text"),
        ({"Type": "String", "Pattern": "a"}, "a", "Pattern"),
    ],
)
def test_a_bad_value_is_refused_with_the_reason(declared: dict[str, Any], given: str, complaint: str) -> None:
    with pytest.raises(InvalidTemplate, match=complaint):
        resolve({"P": declared}, P=given)


def test_a_default_is_checked_like_a_given_value() -> None:
    with pytest.raises(InvalidTemplate, match="not less than 5"):
        resolve({"P": {"Type": "Number", "Default": 1, "MinValue": 5}})


def test_missing_and_unknown_parameters_are_named() -> None:
    declared = {"A": {"Type": "String"}, "B": {"Type": "String"}, "C": {"Type": "String", "Default": ""}}
    with pytest.raises(InvalidTemplate, match=r"Parameters: \[A, B\] must have values"):
        resolve(declared)
    with pytest.raises(InvalidTemplate, match=r"Parameters: \[Typo\] do not exist"):
        resolve(declared, A="1", B="2", Typo="3")


def test_a_pattern_of_java_that_python_cannot_read_is_the_sandboxs_gap() -> None:
    with pytest.raises(NotInSandbox, match="AllowedPattern"):
        resolve({"P": {"Type": "String", "AllowedPattern": r"\p{Alpha}+"}}, P="a")


RULES = {
    "KeyGoesWithMode": {
        "RuleCondition": {"Fn::Equals": [{"Ref": "Mode"}, "own"]},
        "Assertions": [
            {"Assert": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Key"}, ""]}]}, "AssertDescription": "own wants Key"}
        ],
    }
}


def test_a_rule_holds_only_where_its_condition_does() -> None:
    check_rules(RULES, Scope({"Mode": "stack", "Key": ""}))
    check_rules(RULES, Scope({"Mode": "own", "Key": "arn"}))
    with pytest.raises(InvalidTemplate, match="KeyGoesWithMode: own wants Key"):
        check_rules(RULES, Scope({"Mode": "own", "Key": ""}))
