"""Where the deployer manages the key policy: nothing is written, and the found document must let the target in.

It is judged as KMS will judge the target's calls from now until the deadline: who calls, by way of which service, when.
What only KMS can know (an organisation, a network, a tag) is said, and left to it.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from snapferry import waits
from snapferry.errors import KeyPolicyNotOpen
from snapferry.leasing import lease, policy_checks, policy_conditions
from snapferry.leasing.lease import Lease, Policy, Statement
from snapferry.leasing.policy_conditions import Truth

ELSEWHERE: Final = "elsewhere"
"""The value of the stack's parameter KeyPolicyManaged that says so."""

_STRANGER: Final = "999999999999"  # any account that nobody means


def what_is_found(policy: Policy, wanted: Lease) -> dict[str, Any]:
    """Return the statements that are wanted, which of their actions the document allows and lacks, and why.

    ``findings`` are sentences: why an action is missing, what cannot be told here, where it lets in more than wanted.
    """
    judged = {action: _judged(policy, wanted, action) for action in _actions(wanted)}
    reasons: dict[str, list[str]] = {}
    for action, (_, why) in judged.items():
        for reason in why:
            reasons.setdefault(reason, []).append(action)
    missing = [action for action, (allowed, _) in judged.items() if not allowed]
    return {
        "managed": ELSEWHERE,
        "wanted": lease.statements(wanted),
        "found": [action for action in judged if action not in missing],
        "missing": missing,
        "findings": [f"{', '.join(actions)}: {reason}" for reason, actions in reasons.items()]
        + [each for statement in lease.statements_in(policy) for each in _too_wide(statement, wanted)],
    }


def require(policy: Policy, wanted: Lease, key_arn: str) -> dict[str, Any]:
    """Return what is found, if it lets the target in.

    Raises:
        KeyPolicyNotOpen: It does not; the message says why, and holds the statements that are wanted.
    """
    report = what_is_found(policy, wanted)
    if report["missing"]:
        raise KeyPolicyNotOpen(
            f"The policy of {key_arn}, which is managed elsewhere, does not let account {wanted.account} do "
            f"{', '.join(report['missing'])} ({'; '.join(report['findings'])})",
            resource=key_arn,
            remedy=f"add to it these statements, or wider ones: {json.dumps(report['wanted'])}",
        )
    return report


def _actions(wanted: Lease) -> list[str]:
    return [action for each in lease.statements(wanted) for action in each["Action"]]


def _judged(policy: Policy, wanted: Lease, action: str) -> tuple[bool, list[str]]:
    """Tell whether an action is allowed, or may be, and what is to be said of it."""
    about = [each for each in lease.statements_in(policy) if policy_checks.covers_action(each, action)]
    denies = [each for each in about if each.get("Effect") == "Deny" and _covers(each, wanted, denies=True)]
    allows = [each for each in about if each.get("Effect") == "Allow" and _covers(each, wanted)]
    said = [f"{lease.named(each)} denies it" for each in denies if _denies(each, wanted, action) is True]
    if said:
        return False, said
    doubts = [_doubt(each, wanted, action, "denies") for each in denies if _denies(each, wanted, action) is None]
    truths = [_holds(each, wanted, action) for each in allows]
    if True in truths:
        return True, doubts
    if None in truths:
        unsure = [each for each, truth in zip(allows, truths, strict=True) if truth is None]
        return True, doubts + [_doubt(each, wanted, action, "allows") for each in unsure]
    return False, [_not_met(each, wanted, action) for each in allows] or ["no statement allows it to the target"]


def _covers(statement: Statement, wanted: Lease, *, denies: bool = False) -> bool:
    # before the target has accepted nobody knows its role: any principal of its account may be meant
    anybody = wanted.role_arn is None and not denies
    return policy_checks.covers(statement, wanted.principal, anybody=anybody)


def _holds(statement: Statement, wanted: Lease, action: str) -> Truth:
    """Tell whether conditions hold from now until the deadline."""
    return policy_conditions.all_of(
        policy_conditions.hold(statement.get("Condition", {}), known) for known in _known(wanted, action)
    )


def _denies(statement: Statement, wanted: Lease, action: str) -> Truth:
    """Tell whether a Deny strikes at any time until the deadline."""
    truths = [policy_conditions.hold(statement.get("Condition", {}), known) for known in _known(wanted, action)]
    return True if True in truths else None if None in truths else False


def _known(wanted: Lease, action: str) -> list[dict[str, str | None]]:
    """Return what is known of the target's calls: of those at once, and of those just before the deadline."""
    last = waits.parse_time(wanted.ends) - timedelta(seconds=1)
    return [_call(wanted, action, moment) for moment in (waits.show_time(waits.now()), waits.show_time(last))]


def _call(wanted: Lease, action: str, moment: str) -> dict[str, str | None]:
    known: dict[str, str | None] = {
        "aws:principalaccount": wanted.account,
        "kms:calleraccount": wanted.account,
        "aws:currenttime": moment,
        "aws:securetransport": "true",
        "kms:viaservice": f"rds.{wanted.region}.amazonaws.com",
        "kms:grantisforawsresource": "true" if action in lease.GRANTS else None,
    }
    return known | ({"aws:principalarn": wanted.role_arn} if wanted.role_arn else {})


def _not_met(statement: Statement, wanted: Lease, action: str) -> str:
    conditions = statement.get("Condition", {})
    unmet = [each for known in _known(wanted, action) for each in policy_conditions.unmet(conditions, known)]
    return f"{lease.named(statement)} would allow it, but for its condition {' and '.join(dict.fromkeys(unmet))}"


def _doubt(statement: Statement, wanted: Lease, action: str, verb: str) -> str:
    conditions = statement.get("Condition", {})
    untold = [each for known in _known(wanted, action) for each in policy_conditions.untold(conditions, known)]
    named = " and ".join(dict.fromkeys(untold))
    return f"{lease.named(statement)} {verb} it under the condition {named}, of which only KMS can tell"


def _too_wide(statement: Statement, wanted: Lease) -> Iterator[str]:
    """Say where a statement that lets the target in lets in more than the lease would."""
    actions = [each for each in _actions(wanted) if policy_checks.covers_action(statement, each)]
    if statement.get("Effect") != "Allow" or not actions or not _covers(statement, wanted):
        return
    name, use = lease.named(statement), next((each for each in actions if each in lease.CRYPTOGRAPHIC), None)
    stranger = f"arn:{wanted.partition}:iam::{_STRANGER}:role/anybody"
    if _lets_in(statement, wanted, actions[0], stranger, {}):
        yield f"{name} is too wide: it lets in every account"
    if wanted.role_arn and _lets_in(statement, wanted, actions[0], f"{wanted.role_arn}-another", {}):
        yield f"{name} is wider than a lease: it lets in every role of account {wanted.account}, not only that one"
    if wanted.via_service and use and _lets_in(statement, wanted, use, wanted.principal, {"kms:viaservice": None}):
        yield f"{name} is wider than a lease: it allows direct calls, not only those by way of RDS"
    if _lets_in(statement, wanted, actions[0], wanted.principal, {"aws:currenttime": wanted.ends}):
        yield f"{name} is wider than a lease: it has no end, so the target keeps the access after the transfer"


def _lets_in(statement: Statement, wanted: Lease, action: str, who: str, changed: dict[str, str | None]) -> bool:
    account = who.split(":")[4]
    known = _call(wanted, action, waits.show_time(waits.now())) | {
        "aws:principalarn": who,
        "aws:principalaccount": account,
        "kms:calleraccount": account,
        **changed,
    }
    covered = policy_checks.covers(statement, who, anybody=False)
    return covered and policy_conditions.hold(statement.get("Condition", {}), known) is True
