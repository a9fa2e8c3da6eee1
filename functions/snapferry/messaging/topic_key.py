"""A key that the deployer has named for notifications: does it let in those who publish? Reads only.

CloudFormation refuses a key that keeps CloudWatch Logs out. A topic's nobody looks at: its alarms would be silent.
"""

import json
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from snapferry.leasing import key_uses, lease, policy_checks, policy_conditions
from snapferry.leasing.key_policy import read_policy
from snapferry.leasing.lease import Policy, Statement
from snapferry.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_CLOUDWATCH: Final = "cloudwatch.amazonaws.com"
_TO_PUBLISH: Final = ("kms:Decrypt", "kms:GenerateDataKey")


def remarks(kms: "KMSClient", settings: Settings) -> list[str]:
    """Return, for people, who could not be heard because of the key; nothing where the stack has made the key."""
    key_arn = settings.text("TOPIC_KEY_ARN", "")
    if not key_arn:
        return []
    try:
        policy = read_policy(kms, key_arn)
    except ClientError as error:
        return [f"nobody can tell whether the topic's key {key_arn} lets alarms be told: {error}"]
    teller = settings.text("TELLER_ROLE_ARN")
    unheard = key_uses.lacking(policy, {teller: _TO_PUBLISH})
    told = [f"failures would not be told, for the policy of {key_arn} is closed: {unheard}"] if unheard else []
    call = _call(teller, settings)
    if not all(_admits_alarms(policy, action, call) for action in _TO_PUBLISH):
        wanted = json.dumps(_statement(call))
        told.append(f"alarms would be silent, for the policy of {key_arn} keeps {_CLOUDWATCH} out; add to it {wanted}")
    return told


def _call(teller: str, settings: Settings) -> dict[str, str | None]:
    """What is known of CloudWatch's call for one of this stack's alarms."""
    partition, account = teller.split(":")[1], teller.split(":")[4]
    alarm = f"arn:{partition}:cloudwatch:{settings.region}:{account}:alarm:{settings.stack}-"
    return {"aws:sourceaccount": account, "aws:sourcearn": alarm}


def _admits_alarms(policy: Policy, action: str, call: dict[str, str | None]) -> bool:
    about = [each for each in lease.statements_in(policy) if _is_about(each, action)]
    holds = [(each["Effect"], policy_conditions.hold(each.get("Condition", {}), call)) for each in about]
    return ("Deny", True) not in holds and any(effect == "Allow" and truth is not False for effect, truth in holds)


def _is_about(statement: Statement, action: str) -> bool:
    principal = statement.get("Principal", {})
    named = principal.get("Service", []) if isinstance(principal, dict) else principal
    services = named if isinstance(named, list) else [named]
    return policy_checks.covers_action(statement, action) and bool({"*", _CLOUDWATCH} & set(services))


def _statement(call: dict[str, str | None]) -> dict[str, Any]:
    return {
        "Sid": "SnapferryAlarms",
        "Effect": "Allow",
        "Principal": {"Service": _CLOUDWATCH},
        "Action": [*_TO_PUBLISH],
        "Resource": "*",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": call["aws:sourceaccount"]},
            "ArnLike": {"aws:SourceArn": f"{call['aws:sourcearn']}*"},
        },
    }
