"""AWS's own managed policies: moto knows their text but leaves it out of IAM unless told otherwise."""

import json
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, iam_backends

from sandbox.accounts import PARTITION

PREFIX = f"arn:{PARTITION}:iam::aws:policy"


def know_managed_policy(account: str, arn: str) -> None:
    """Put AWS's managed policy into the account's IAM, if it is one and not there yet."""
    backend = iam_backends[account][PARTITION]
    if not arn.startswith(PREFIX) or arn in backend.managed_policies:
        return
    name, path = arn.rsplit("/", 1)[-1], arn.removeprefix(PREFIX).rsplit("/", 1)[0] + "/"
    data = _all_of_them().get(name)
    if data is not None and data["Path"] == path:
        backend.managed_policies[arn] = AWSManagedPolicy.from_data(name, account, PARTITION, data)


def managed_policy_statements(arn: str) -> list[dict[str, Any]]:
    """What one of AWS's managed policies says, in the version that is its default."""
    data = _all_of_them()[arn.rsplit("/", 1)[-1]]
    statements = data["Document"]["Statement"]
    return statements if isinstance(statements, list) else [statements]


@cache
def _all_of_them() -> dict[str, dict[str, Any]]:
    data: dict[str, dict[str, Any]] = json.loads(aws_managed_policies_data)
    return data
