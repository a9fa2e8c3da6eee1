"""Permissions boundaries: what IAM refuses and moto takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.iam.models import iam_backends

from sandbox.accounts import PARTITION
from sandbox.permissions.managed_policies import know_managed_policy
from sandbox.register.iam import BOUNDARY_IS_THERE, BOUNDARY_STAYS

if TYPE_CHECKING:
    from sandbox.gate import Call

_BOUND = frozenset({"CreateRole", "PutRolePermissionsBoundary"})


def check(call: Call) -> None:
    """A hook before every call; looks at those that bound a role, and at DeletePolicy.

    Raises:
        AwsError: NoSuchEntity, DeleteConflict.
    """
    if call.service != "iam":
        return
    backend = iam_backends[call.caller.account][PARTITION]
    arn = call.parameters.get("PermissionsBoundary")
    if call.operation in _BOUND and arn:
        know_managed_policy(call.caller.account, arn)
        BOUNDARY_IS_THERE.refuse_if(arn not in backend.managed_policies, arn=arn)
    if call.operation == "DeletePolicy":
        bounds = {role.permissions_boundary_arn for role in backend.roles.values()}
        BOUNDARY_STAYS.refuse_if(call.parameters.get("PolicyArn") in bounds)
