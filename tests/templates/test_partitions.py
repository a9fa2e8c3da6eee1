"""In China and GovCloud every ARN that the stacks name is of that partition; keys are used by way of RDS there too."""

from __future__ import annotations

import json
import re
import zoneinfo
from pathlib import Path
from typing import Any

import pytest

from sandbox.deploy.loading import load_template
from sandbox.deploy.sam import to_cloudformation
from sandbox.deploy.scope import Scope
from sandbox.deploy.template import order_of_creation, read_template
from sandbox.deploy.values import NO_VALUE, text
from tests.templates.stacks import ROOT, SOURCE, TARGET

HOOKS = "template-hooks.yaml"
ACCOUNT = "111111111111"
PARTITIONS = [("aws", "eu-west-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")]
GIVEN = {
    SOURCE: {
        "TargetAccountId": "222222222222", "ScheduleExpression": "rate(1 day)", "ScheduledDatabase": "db",
        "ShareOriginals": "true",
    },
    TARGET: {
        "SourceAccountIds": "111111111111,333333333333", "VpcId": "vpc-1", "DrillSchedule": "rate(1 day)",
        "DrillDatabase": "db",
    },
    HOOKS: {
        "SubnetIds": "subnet-1", "HookSecurityGroupId": "sg-1", "ScriptsBucket": "scripts",
    },
}  # fmt: skip
# Whose whole name is `<word>.amazonaws.com` in every partition; AWS resolves it there.
SERVICES = {
    "events.amazonaws.com", "lambda.amazonaws.com", "scheduler.amazonaws.com", "states.amazonaws.com",
    "cloudwatch.amazonaws.com", "monitoring.rds.amazonaws.com", "sns.amazonaws.com",
}  # fmt: skip


class Everywhere(dict[str, Any]):
    """Stands for what a resource's Ref or attribute would be: an ARN of the partition."""

    def __init__(self, partition: str, region: str) -> None:
        super().__init__()
        self.partition, self.region = partition, region

    def __missing__(self, name: str) -> str:
        return f"arn:{self.partition}:service:{self.region}:{ACCOUNT}:{name}/of/it"

    def __contains__(self, name: object) -> bool:
        return True


def worked_out(template: str, partition: str, region: str) -> dict[str, Any]:
    """All properties as they come to in a partition, and the state machines' definitions after substitution."""
    document = to_cloudformation(load_template(ROOT / template), ROOT, GIVEN[template], region)
    pseudo = {
        "AWS::AccountId": ACCOUNT, "AWS::NoValue": NO_VALUE, "AWS::Partition": partition, "AWS::Region": region,
        "AWS::StackName": "snapferry", "AWS::URLSuffix": "amazonaws.com.cn" if "cn" in partition else "amazonaws.com",
        "AWS::StackId": "stack",
    }  # fmt: skip
    read = read_template(document, set(pseudo))
    keys = {"DatabaseKeyArns": [f"arn:{partition}:kms:{region}:{ACCOUNT}:key/1"]}
    defaults = {name: text(one.get("Default", f"arn:{partition}:x")) for name, one in read.parameters.items()}
    scope = Scope(
        {**pseudo, **defaults, **GIVEN[template], **(keys if template == SOURCE else {})},
        mappings=read.mappings, conditions=read.conditions,
    )  # fmt: skip
    resources = order_of_creation(read, scope)
    for resource in resources:
        stand_in = Everywhere(partition, region)
        scope.references[resource.logical_id] = stand_in[resource.logical_id]
        scope.attributes[resource.logical_id] = stand_in
    found = {resource.logical_id: scope.value(resource.properties) for resource in resources}
    for values in found.values():
        for name, value in values.get("DefinitionSubstitutions", {}).items():
            place = Path(values["DefinitionS3Location"]["Key"].partition(":")[2])
            values["definition"] = values.get("definition", place.read_text()).replace(f"${{{name}}}", text(value))
    return found


@pytest.mark.parametrize("template", [SOURCE, TARGET, HOOKS])
@pytest.mark.parametrize(("partition", "region"), PARTITIONS)
def test_every_arn_is_of_the_partition(template: str, partition: str, region: str) -> None:
    said = json.dumps(worked_out(template, partition, region))
    assert set(re.findall(r"arn:(aws[a-z-]*):", said)) == {partition}


@pytest.mark.parametrize("template", [SOURCE, TARGET])
@pytest.mark.parametrize(("partition", "region"), PARTITIONS)
def test_keys_are_used_by_way_of_services_under_their_names_in_every_partition(
    template: str, partition: str, region: str
) -> None:
    """`kms:ViaService` ends in `.amazonaws.com` everywhere (aws-facts 11): RDS for databases, SNS for notifications."""
    said = json.dumps(worked_out(template, partition, region))
    assert set(re.findall(r'"kms:ViaService": "([^"]+)"', said)) == {
        f"rds.{region}.amazonaws.com",
        f"sns.{region}.amazonaws.com",
    }


@pytest.mark.parametrize("template", [SOURCE, TARGET, HOOKS])
def test_services_are_trusted_under_names_that_every_partition_knows(template: str) -> None:
    said = json.dumps(worked_out(template, "aws-cn", "cn-north-1"))
    assert set(re.findall(r'"Service": \[?"([^"]+)"', said)) <= SERVICES | {"logs.cn-north-1.amazonaws.com.cn"}


def test_no_function_names_a_partition() -> None:
    """But in examples, which stand in the contracts."""
    named = [
        path.relative_to(ROOT).as_posix()
        for folder in ("functions", "hooks")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"arn:aws:", path.read_text(encoding="utf-8")) and "examples" not in path.name
    ]
    assert named == []


@pytest.mark.parametrize(("template", "name"), [(SOURCE, "ScheduleTimezone"), (TARGET, "DrillTimezone")])
def test_a_schedules_zone_may_be_any_that_there_is(template: str, name: str) -> None:
    pattern = load_template(ROOT / template)["Parameters"][name]["AllowedPattern"]
    assert len(zoneinfo.available_timezones()) > 400
    assert [zone for zone in zoneinfo.available_timezones() if not re.search(pattern, zone)] == []
    assert not any(re.search(pattern, wrong) for wrong in ("", "UTC ", "GMT+1 h", "Europe / Berlin", "+02:00"))


def test_every_parameter_is_described_and_held_by_a_pattern_a_list_or_bounds() -> None:
    """For the person at the prompt of `sam deploy --guided`."""
    for template in (SOURCE, TARGET, HOOKS):
        for name, said in load_template(ROOT / template)["Parameters"].items():
            assert said["Description"].endswith(".") or said["Description"].endswith(")"), name
            held = {"AllowedPattern", "AllowedValues", "MinValue"} & set(said)
            assert held or said["Type"].startswith(("AWS::", "List<AWS::")), f"{template}: {name}"
            if "AllowedPattern" in said and "Default" in said:
                assert re.search(said["AllowedPattern"], str(said["Default"])), f"{template}: {name}"


def test_only_pseudo_parameters_decide_what_a_keys_policy_is() -> None:
    """An update with other parameters that changed it would write over open leases."""
    for template, key in ((SOURCE, "TransferKey"), (TARGET, "OwnKey")):
        policy = json.dumps(load_template(ROOT / template)["Resources"][key]["Properties"]["KeyPolicy"])
        assert set(re.findall(r'\$\{([^}]+)\}|"Ref": "([^"]+)"', policy)) <= {
            ("AWS::Partition", ""), ("AWS::AccountId", ""),
        }  # fmt: skip
