"""Documents that KMS would refuse, told before they are written."""

from typing import Any

import pytest

from snapferry.leasing.policy_checks import locks_out
from tests.unit.policies import ADMINISTRATORS

EDITOR = "arn:aws:iam::111111111111:role/snapferry-source-EditKeyPolicyFunctionRole"
ROOT = {"AWS": "arn:aws:iam::111111111111:root"}
SOMEBODY = {"AWS": "arn:aws:iam::111111111111:role/somebody"}


def statement(effect: str = "Allow", **more: Any) -> dict[str, Any]:
    known = {"Principal": ROOT, "Action": "kms:*"} if effect == "Allow" else {}
    return {"Effect": effect, "Resource": "*", **known, **more}


@pytest.mark.parametrize(
    "statements",
    [
        [],
        [statement(Action="kms:Decrypt")],
        [statement(Action=["kms:Get*", "kms:Put"])],
        [statement(Principal=SOMEBODY)],
        [statement(Principal={"AWS": ["arn:aws:iam::222222222222:root"]})],
        [statement(Principal={"Service": "rds.amazonaws.com"})],
        [{**statement(), "NotAction": "kms:Put*", "Action": []}],
        [ADMINISTRATORS, statement("Deny", Principal="*", Action="kms:PutKeyPolicy")],
        [ADMINISTRATORS, statement("Deny", Principal=ROOT, Action="*")],
        [ADMINISTRATORS, statement("Deny", Principal={"AWS": EDITOR}, Action=["kms:putkeypolicy"])],
        [ADMINISTRATORS, statement("Deny", Principal="*", NotAction="kms:Decrypt")],
        [ADMINISTRATORS, statement("Deny", NotPrincipal=SOMEBODY, Action="kms:*")],
    ],
)
def test_a_policy_that_nobody_of_us_could_edit_again(statements: list[Any]) -> None:
    assert locks_out({"Statement": statements}, EDITOR)


@pytest.mark.parametrize(
    "statements",
    [
        [ADMINISTRATORS],
        [statement(Principal={"AWS": "111111111111"})],
        [statement(Principal={"AWS": [EDITOR]}, Action=["kms:GetKeyPolicy", "kms:P?tKeyPolicy"])],
        [statement(Principal="*")],
        [ADMINISTRATORS, statement("Deny", Principal=SOMEBODY, Action="kms:*")],
        [ADMINISTRATORS, statement("Deny", Principal="*", NotAction="kms:*")],
        [ADMINISTRATORS, statement("Deny", Principal="*", Action="kms:Schedule*")],
        # a condition is for KMS to judge
        [ADMINISTRATORS, statement("Deny", Principal="*", Action="*", Condition={"Bool": {"aws:Secure": "false"}})],
    ],
)
def test_a_policy_that_can_be_edited_again(statements: list[Any]) -> None:
    assert not locks_out({"Statement": statements}, EDITOR)
