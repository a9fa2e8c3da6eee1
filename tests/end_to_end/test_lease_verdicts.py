"""Who may do what with the transfer key before, during and after a transfer, judged by IAM's simulator.

Every principal that asks has an identity policy that allows everything, so the key policy alone decides.
`pytest -s -k the_whole_table` on this file prints the table.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.permissions.simulator import Question
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from sandbox.permissions import Simulator

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
THIRD = "333333333333"
DURING, AFTER_THE_END = "2026-01-01T12:00:00Z", "2026-02-01T00:00:00Z"

LOOK = {"kms:DescribeKey"}
USE = {
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
}
GRANT = {"kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"}
NEVER = {
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:GetKeyPolicy",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UpdateKeyDescription",
}
ACTIONS = sorted(LOOK | USE | GRANT | NEVER)
RDS = ("rds.eu-west-1.amazonaws.com", "ec2.eu-west-1.amazonaws.com")
WAYS = (None, *RDS, "rds.eu-west-2.amazonaws.com", "dynamodb.eu-west-1.amazonaws.com")
FEW_WAYS = (None, RDS[0])


@dataclass(frozen=True)
class Crossing:
    """One transfer's key policies, read as the administrator: before it, while its lease is open, and after it."""

    key: str
    copier: str
    policies: dict[str, dict[str, Any]]
    verdicts: dict[Attempt, bool] = field(default_factory=dict)


def cross(simulator: Simulator, **source_parameters: str) -> Crossing:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        story = Story(set_stage(sandbox, source_parameters=source_parameters))
        policies = {"before": policy_of(story)}
        run = story.run(
            when="Ask the target to take its copy",
            then=lambda: policies.update({"while": policy_of(story)}),
            restore=False,
        )
        policies["after"] = policy_of(story)
        assert (run.status, run.cause) == ("SUCCEEDED", None)
        told = run.output["access"]["principal"]
        assert told == (
            f"arn:aws:iam::{TARGET.id}:root" if "LeasePrincipal" in source_parameters else copying_role(story)
        )
        return Crossing(story.stage.transfer_key, copying_role(story), policies)


def copying_role(story: Story) -> str:
    functions = story.sandbox.functions.of(TARGET.id)
    return next(one.spec.role_arn for one in functions if one.spec.name.endswith("CopySnapshotFunction"))


def policy_of(story: Story) -> dict[str, Any]:
    kms = story.sandbox.client("kms", SOURCE)
    text = kms.get_key_policy(KeyId=story.stage.transfer_key, PolicyName="default")["Policy"]
    policy: dict[str, Any] = json.loads(text)
    return policy


@pytest.fixture(scope="module")
def by_default(simulator: Simulator) -> Crossing:
    return cross(simulator)


@pytest.fixture(scope="module")
def for_account(simulator: Simulator) -> Crossing:
    return cross(simulator, LeasePrincipal="account")


@pytest.fixture(scope="module")
def direct(simulator: Simulator) -> Crossing:
    return cross(simulator, LeaseViaService="false")


@dataclass(frozen=True)
class Attempt:
    """Somebody tries something by way of a service (or directly), at some time, under some policy."""

    principal: str
    action: str
    via: str | None
    for_aws: bool
    policy: str
    time: str


def attempts(principals: list[str], ways: tuple[str | None, ...] = WAYS) -> list[Attempt]:
    times = [("before", DURING), ("while", DURING), ("while", AFTER_THE_END), ("after", DURING)]
    combined = itertools.product(principals, ACTIONS, ways, (True, False), times)
    return [
        Attempt(principal, action, via, for_aws, policy, time)
        for principal, action, via, for_aws, (policy, time) in combined
        if action in GRANT or for_aws  # only grants know the difference
    ]


def is_allowed(simulator: Simulator, crossing: Crossing, attempt: Attempt) -> bool:
    """What the simulator says; asked only once."""
    if attempt not in crossing.verdicts:
        crossing.verdicts[attempt] = _ask(simulator, crossing, attempt)
    return crossing.verdicts[attempt]


def _ask(simulator: Simulator, crossing: Crossing, attempt: Attempt) -> bool:
    account = attempt.principal.split(":")[4]
    context: dict[str, str | list[str]] = {
        "aws:CurrentTime": attempt.time,
        "aws:PrincipalArn": attempt.principal,
        "aws:PrincipalAccount": account,
        "kms:CallerAccount": account,
    }
    if attempt.via:
        context["kms:ViaService"] = attempt.via
    if attempt.action in GRANT:
        context["kms:GrantIsForAWSResource"] = str(attempt.for_aws).lower()
    question = Question(
        principal=attempt.principal,
        action=attempt.action,
        resource=crossing.key,
        resource_account=SOURCE.id,
        identity_policies={"everything": EVERYTHING},
        resource_policy=crossing.policies[attempt.policy],
        boundary=None,
        context=context,
    )
    return simulator.decide(question).allowed


def others(crossing: Crossing) -> list[str]:
    """Everybody but the role that copies."""
    return [
        f"{crossing.copier}-2",
        f"arn:aws:iam::{TARGET.id}:role/administrator",
        f"arn:aws:iam::{TARGET.id}:user/admin",
        f"arn:aws:iam::{TARGET.id}:root",
        crossing.copier.replace(TARGET.id, THIRD),
        f"arn:aws:iam::{THIRD}:root",
    ]


def test_the_copying_role_can_do_exactly_what_is_documented_and_only_while_the_lease_runs(
    simulator: Simulator, by_default: Crossing
) -> None:
    tried = attempts([by_default.copier])
    assert len(tried) >= 200
    for attempt in tried:
        runs = (attempt.policy, attempt.time) == ("while", DURING)
        assert is_allowed(simulator, by_default, attempt) == (runs and is_documented(attempt)), attempt


def test_nobody_else_can_do_anything_ever(simulator: Simulator, by_default: Crossing) -> None:
    tried = attempts(others(by_default))
    assert len(tried) >= 1000
    assert [attempt for attempt in tried if is_allowed(simulator, by_default, attempt)] == []


@pytest.mark.parametrize("service", ["rds.amazonaws.com", "ec2.amazonaws.com", "lambda.amazonaws.com"])
def test_no_service_can_do_anything_in_its_own_name(simulator: Simulator, by_default: Crossing, service: str) -> None:
    for action, policy in itertools.product(ACTIONS, by_default.policies.values()):
        question = Question(service, action, by_default.key, SOURCE.id, {}, policy, None, {"aws:CurrentTime": DURING})
        assert not simulator.decide(question).allowed, (service, action)


def test_closing_leaves_the_policy_as_it_was(by_default: Crossing, for_account: Crossing, direct: Crossing) -> None:
    for crossing in (by_default, for_account, direct):
        assert crossing.policies["after"] == crossing.policies["before"]
        assert len(crossing.policies["while"]["Statement"]) == len(crossing.policies["before"]["Statement"]) + 3


def test_lease_principal_account_lets_in_every_principal_of_the_target_as_the_role_and_nobody_else(
    simulator: Simulator, for_account: Crossing
) -> None:
    everybody = [for_account.copier, *others(for_account)]
    for who in everybody:
        for attempt in attempts([who], FEW_WAYS):
            runs = (attempt.policy, attempt.time) == ("while", DURING) and f":{TARGET.id}:" in who
            assert is_allowed(simulator, for_account, attempt) == (runs and is_documented(attempt)), attempt


def test_without_lease_via_service_direct_calls_work_and_still_only_for_the_role_while_the_lease_runs(
    simulator: Simulator, direct: Crossing
) -> None:
    for attempt in attempts([direct.copier]):
        runs = (attempt.policy, attempt.time) == ("while", DURING)
        wanted = attempt.action in LOOK | USE or (attempt.action in GRANT and attempt.for_aws)
        assert is_allowed(simulator, direct, attempt) == (runs and wanted), attempt
    assert [each for each in attempts(others(direct), FEW_WAYS) if is_allowed(simulator, direct, each)] == []


def test_the_whole_table(
    simulator: Simulator,
    by_default: Crossing,
    for_account: Crossing,
    direct: Crossing,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """How many attempts, and how many of them were allowed, by whom and when; the rows are what a reviewer reads."""
    crossings = {"default": by_default, "LeasePrincipal=account": for_account, "LeaseViaService=false": direct}
    rows, number = [], 0
    for (name, crossing), (when, policy, time) in itertools.product(crossings.items(), WHEN):
        counted = []
        for who in (("the copying role", [crossing.copier]), ("others of the target", of_target(crossing)), *STRANGERS):
            tried = [one for one in attempts(who[1], FEW_WAYS) if (one.policy, one.time) == (policy, time)]
            allowed = sum(is_allowed(simulator, crossing, one) for one in tried)
            counted.append(f"{allowed:>4} of {len(tried):>4}")
            number += len(tried)
            assert allowed == 0 or (when == "while the lease runs" and f":{TARGET.id}:" in who[1][0])
        rows.append(f"{name:<24}{when:<24}" + "".join(f"{cell:>16}" for cell in counted))
    assert number >= 200
    columns = ("copying role", "rest of target", "third account")
    head = f"{'parameters':<24}{'when':<24}" + "".join(f"{column:>16}" for column in columns)
    with capsys.disabled():
        print("", head, *rows, f"{number} attempts, judged by IAM's simulator", sep="\n")  # noqa: T201


WHEN = [
    ("before", "before", DURING),
    ("while the lease runs", "while", DURING),
    ("after its end time", "while", AFTER_THE_END),
    ("after it is closed", "after", DURING),
]
STRANGERS = [("a third account", [f"arn:aws:iam::{THIRD}:role/administrator", f"arn:aws:iam::{THIRD}:root"])]


def of_target(crossing: Crossing) -> list[str]:
    return [who for who in others(crossing) if f":{TARGET.id}:" in who]


def is_documented(attempt: Attempt) -> bool:
    """What AWS documents for RDS sharing, by way of RDS."""
    return (
        attempt.action in LOOK
        or (attempt.action in USE and attempt.via in RDS)
        or (attempt.action in GRANT and attempt.for_aws)
    )
