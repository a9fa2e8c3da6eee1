"""What the services of one account hold, read from their backends: no API, so no faults, no delays, and little time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from sandbox.accounts import REGION
from sandbox.interpreter.executions import backend

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.accounts import Account

_READ = TypeDeserializer().deserialize


def rows(account: Account, table: str, kind: str) -> list[dict[str, Any]]:
    """A state table's items of one kind."""
    every: Any = dynamodb_backends[account.id][REGION].tables[table].items
    found = [item for key, items in every.items() if key.value == kind for item in items.values()]
    return [{name: _READ(value) for name, value in item.to_json()["Attributes"].items()} for item in found]


def forget_rows(account: Account, table: str) -> None:
    """Empty a table."""
    dynamodb_backends[account.id][REGION].tables[table].items.clear()


def parameters(account: Account) -> dict[str, str]:
    """Every parameter of Parameter Store and its value; AWS's public ones left out."""
    held = ssm_backends[account.id][REGION]._parameters  # noqa: SLF001 - moto has no public name for them
    return {name: versions[-1].value for name, versions in dict.items(held) if versions}


def secrets(account: Account) -> list[dict[str, Any]]:
    """Every secret that is not deleted, as ListSecrets tells it."""
    every: Any = secretsmanager_backends[account.id][REGION].secrets
    return [secret.to_dict() for secret in dict.values(every) if not secret.deleted_date]


def executions(account: Account, machine_arn: str | None = None) -> Iterator[Any]:
    """Every execution, of one machine or of all, children of Maps among them: `execution_arn`, `name`, `status`."""
    for machine in backend(account.id, REGION).state_machines:
        if machine_arn in (None, machine.arn):
            yield from machine.executions


def security_groups(account: Account) -> dict[str, str]:
    """Every security group's name, tags and rules, by its id."""
    held = ec2_backends[account.id][REGION]
    return {
        group.id: json.dumps(
            {
                "name": group.name,
                "tags": group.get_tags(),
                "in": [_rule(rule) for rule in group.ingress_rules],
                "out": [_rule(rule) for rule in group.egress_rules],
            },
            sort_keys=True,
        )
        for groups in held.groups.values()
        for group in groups.values()
    }


def _rule(rule: Any) -> list[str]:
    return [str(each) for each in (rule.ip_protocol, rule.from_port, rule.to_port, rule.ip_range, rule.source_group)]
