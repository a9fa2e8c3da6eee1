"""Who may come in from outside: the policies on buses, queues, topics, keys and functions, and the trust of roles."""

import json
from typing import Any

import pytest

from tests.templates.stacks import HOOKS, LOGS_KEY, SOURCE, TARGET, TEMPLATES, of_type, resources

both = pytest.mark.parametrize("template", TEMPLATES)
every = pytest.mark.parametrize("template", [*TEMPLATES, HOOKS])

ROOT = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
OTHER = {SOURCE: "${TargetAccountId}", TARGET: "SourceAccountIds"}
PINS = ("aws:SourceArn", "aws:SourceAccount", "kms:EncryptionContext:aws:logs:arn")


@every
def test_no_function_can_be_called_by_url_or_by_anybody(template: str) -> None:
    kinds = {each["Type"] for each in resources(template).values()}
    assert not {kind for kind in kinds if kind.startswith(("AWS::Lambda::Url", "AWS::ApiGateway"))}
    for name, permission in of_type(template, "AWS::Lambda::Permission").items():
        properties = permission["Properties"]
        assert (properties["Action"], properties["Principal"]) == ("lambda:InvokeFunction", "events.amazonaws.com"), (
            name
        )
        rule, attribute = properties["SourceArn"]["Fn::GetAtt"]
        assert (resources(template)[rule]["Type"], attribute) == ("AWS::Events::Rule", "Arn"), name
        assert "FunctionUrlAuthType" not in properties


@both
def test_a_bus_admits_the_other_account_alone(template: str) -> None:
    for policy in of_type(template, "AWS::Events::EventBusPolicy").values():
        statement = policy["Properties"]["Statement"]
        assert set(statement["Principal"]) == {"AWS"}
        assert OTHER[template] in json.dumps(statement["Principal"])
        assert {"events:source", "events:detail-type"} <= set(statement["Condition"]["StringEquals"])


@both
def test_a_queue_or_topic_admits_services_only_for_rules_and_alarms_of_this_stack(template: str) -> None:
    for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"):
        for name, policy in of_type(template, kind).items():
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                assert statement["Resource"] != "*", name
                if statement["Effect"] == "Allow":
                    assert set(statement["Principal"]) == {"Service"}, name
                    assert pins_of(statement), name


@both
def test_a_key_admits_its_account_and_services_only_for_what_is_this_stacks(template: str) -> None:
    for name, key in of_type(template, "AWS::KMS::Key").items():
        own, *others = key["Properties"]["KeyPolicy"]["Statement"]
        assert (own["Principal"], own["Action"]) == (ROOT, "kms:*"), name
        for statement in others:
            assert set(statement["Principal"]) == {"Service"}, name
            assert pins_of(statement), name
            assert "kms:PutKeyPolicy" not in statement["Action"]


@every
def test_a_role_is_taken_by_services_alone_and_for_this_account_where_a_service_says_so(template: str) -> None:
    for name, role in of_type(template, "AWS::IAM::Role").items():
        for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]:
            service = statement["Principal"]["Service"]
            if service in (["lambda.amazonaws.com"], ["states.amazonaws.com"]):
                continue  # SAM's own; only this account can give its functions and machines a role of its own
            assert service in ("events.amazonaws.com", "scheduler.amazonaws.com"), name
            assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}, name


@both
def test_everything_that_is_kept_is_encrypted(template: str) -> None:
    for topic in of_type(template, "AWS::SNS::Topic").values():
        assert topic["Properties"]["KmsMasterKeyId"] == LOGS_KEY
    for table in of_type(template, "AWS::DynamoDB::Table").values():
        assert table["Properties"]["SSESpecification"] == {"SSEEnabled": True}
    for queue in of_type(template, "AWS::SQS::Queue").values():
        assert queue["Properties"]["SqsManagedSseEnabled"] is True
    for bus in of_type(template, "AWS::Events::EventBus").values():
        assert "KmsKeyIdentifier" not in bus["Properties"]  # EventBridge's own key: see docs/decisions.md


def pins_of(statement: dict[str, Any]) -> set[str]:
    """The condition keys that pin a statement to this account's own resources."""
    condition = json.dumps(statement["Condition"])
    assert "AWS::AccountId" in condition or "Fn::GetAtt" in condition
    return {pin for pin in PINS if pin in condition}
