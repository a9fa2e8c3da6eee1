"""Both stacks under a permissions boundary: docs/permissions-boundary.json is enough, and less is told by name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import ACCOUNTS, SOURCE, TARGET, Account
from sandbox.deploy import DeploymentFailed
from sandbox.stage import ROOT, set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story
from tests.permissions.boundary import FILE, document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

NOT_THERE = f"arn:aws:iam::{SOURCE.id}:policy/not-there"


@pytest.fixture(scope="module")
def bounded(simulator: Simulator) -> Iterator[Story]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        to = {account: {"PermissionsBoundaryArn": make_boundary(sandbox, account)} for account in ACCOUNTS}
        yield Story(set_stage(sandbox, "aurora-mysql", source_parameters=to[SOURCE], target_parameters=to[TARGET]))


def make_boundary(sandbox: Sandbox, account: Account) -> str:
    made = sandbox.client("iam", account).create_policy(PolicyName="boundary", PolicyDocument=FILE.read_text())
    return str(made["Policy"]["Arn"])


def boundaries(sandbox: Sandbox, account: Account) -> set[str | None]:
    """Those of all roles of an account."""
    iam = sandbox.client("iam", account)
    roles = [iam.get_role(RoleName=each["RoleName"])["Role"] for each in iam.list_roles(MaxItems=1000)["Roles"]]
    assert len(roles) > 20
    return {role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn") for role in roles}


def without(action: str) -> str:
    """The boundary without one action."""
    written: dict[str, Any] = json.loads(FILE.read_text())
    written["Statement"][0]["Action"].remove(action)
    return json.dumps(written)


def test_the_document_is_what_the_templates_want() -> None:
    assert FILE.read_text(encoding="utf-8") == document(), "run `make permissions ARGS=--page`"


def test_it_fits_into_a_managed_policy() -> None:
    assert len("".join(document().split())) <= 6_144  # characters, as IAM counts them


def test_what_a_boundary_forbids_is_told_and_the_documented_one_is_enough(bounded: Story) -> None:
    sandbox, copying = bounded.sandbox, "rds:CopyDBClusterSnapshot"
    arns = {account: f"arn:aws:iam::{account.id}:policy/boundary" for account in ACCOUNTS}
    assert [boundaries(sandbox, account) for account in ACCOUNTS] == [{arns[account]} for account in ACCOUNTS]
    iam = sandbox.client("iam", SOURCE)
    iam.create_policy_version(PolicyArn=arns[SOURCE], PolicyDocument=without(copying), SetAsDefault=True)
    failed = bounded.run()
    assert failed.error == "AwsRefused"
    assert f"because no permissions boundary allows the {copying} action" in str(failed.cause)
    bounded.assert_nothing_happened()
    iam.set_default_policy_version(PolicyArn=arns[SOURCE], VersionId="v1")
    assert bounded.run().status == "SUCCEEDED"
    bounded.assert_nothing_is_open()
    assert bounded.restored() == ["example-db-2", "example-db-2-1"]


def test_a_boundary_that_is_not_there_is_refused_and_an_empty_one_is_none(bounded: Story) -> None:
    sandbox, stack = bounded.sandbox, bounded.stage.source
    with pytest.raises(DeploymentFailed, match=f"Scope ARN: {NOT_THERE} does not exist or is not attachable"):
        sandbox.deploy(SOURCE, stack.name, ROOT / "template.yaml", {"PermissionsBoundaryArn": NOT_THERE})
    assert boundaries(sandbox, SOURCE) == {f"arn:aws:iam::{SOURCE.id}:policy/boundary"}
    sandbox.deploy(SOURCE, stack.name, ROOT / "template.yaml", {"PermissionsBoundaryArn": ""})
    assert boundaries(sandbox, SOURCE) == {None}
