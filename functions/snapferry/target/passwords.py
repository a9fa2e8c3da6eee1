"""A master password of ours: made by Secrets Manager, kept there under the own key, and only then set.

Whoever asks for it in the profile does without RDS's management, which rotates it every seven days (aws-facts 8.1). It
is in no event, log, input or output: functions hand on the secret's ARN.
"""

import json
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.databases import Database
from snapferry.databases.family import RestorePlan
from snapferry.names import SECRET_TAG

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_LENGTH: Final = 30  # Oracle takes no more; without punctuation no engine refuses a letter (aws-facts 2.8)
_THERE: Final = "ResourceExistsException"
_GONE: Final = frozenset({"ResourceNotFoundException", "InvalidRequestException"})  # not there, or about to go
_DAYS_TO_REGRET: Final = 7
_OURS: Final = "snapferry:"


def secret_name(identifier: str, transfer: str) -> str:
    """Return the name of a database's secret; no later restore has the same."""
    return f"snapferry/{identifier}/{transfer}"


def new_password(secrets: "SecretsManagerClient", plan: RestorePlan, database: Database) -> str:
    """Return a new password that the plan's secret keeps already.

    A repeat makes another one instead of reading the first: no role of the stack may read a password.
    """
    assert plan.secret is not None  # noqa: S101 - the caller has looked
    password = secrets.get_random_password(PasswordLength=_LENGTH, ExcludePunctuation=True)["RandomPassword"]
    text = json.dumps({"username": database.master_username, "password": password})
    try:
        secrets.create_secret(
            Name=plan.secret,
            Description=f"Master password of {database.arn}",
            KmsKeyId=plan.key_arn,
            SecretString=text,
            Tags=[{"Key": key, "Value": value} for key, value in plan.tags.items() if key.startswith(_OURS)],
        )
    except ClientError as error:
        if aws.code(error) != _THERE:
            raise
        secrets.put_secret_value(SecretId=plan.secret, SecretString=text)
    return password


def forget(database: Database) -> None:
    """Delete the secret of a database that goes; for some days it can be had back."""
    arn = database.tags.get(SECRET_TAG)
    if arn is None:
        return
    try:
        client: SecretsManagerClient = aws.client("secretsmanager")
        client.delete_secret(SecretId=arn.partition(":secret:")[2], RecoveryWindowInDays=_DAYS_TO_REGRET)
    except ClientError as error:
        if aws.code(error) not in _GONE:
            raise
