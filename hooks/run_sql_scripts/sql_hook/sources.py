"""What the hook fetches: scripts and certificate authorities from S3, the login from Secrets Manager."""

import json
import ssl
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from sql_hook.errors import ScriptNotReadable, SecretNotReadable
from sql_hook.settings import Settings


@dataclass(frozen=True, slots=True)
class Login:
    """A user and a password that no representation shows."""

    user: str
    password: str = field(repr=False)


def script(s3: Any, settings: Settings, name: str) -> str:
    """Return a script's text.

    Raises:
        ScriptNotReadable: It is not there, not allowed, or no UTF-8.
    """
    return _text(s3, settings.bucket, f"{settings.prefix}{name}")


def trust(s3: Any, settings: Settings) -> ssl.SSLContext | None:
    """Return what verifies the server: its name, and a certificate of RDS's own authorities. None: no TLS.

    Raises:
        ScriptNotReadable: The bundle is not there, or holds no certificate.
    """
    if not settings.ca_bundle_key:
        return None
    bundle = _text(s3, settings.bucket, settings.ca_bundle_key)
    try:
        return ssl.create_default_context(cadata=bundle)
    except ssl.SSLError as error:
        raise ScriptNotReadable(f"s3://{settings.bucket}/{settings.ca_bundle_key} holds no certificates") from error


def login(secrets: Any, secret_arn: str) -> Login:
    """Return the master user's login.

    Raises:
        SecretNotReadable: Secrets Manager or KMS refuses.
    """
    try:
        secret = json.loads(secrets.get_secret_value(SecretId=secret_arn)["SecretString"])
    except (ClientError, BotoCoreError) as error:
        raise SecretNotReadable(f"{secret_arn}: {_said(error)}") from None
    return Login(secret["username"], secret["password"])


def _text(s3: Any, bucket: str, key: str) -> str:
    try:
        return str(s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8"))
    except (ClientError, BotoCoreError, UnicodeDecodeError) as error:
        raise ScriptNotReadable(f"s3://{bucket}/{key}: {_said(error)}") from None


def _said(error: Exception) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else f"{type(error).__name__}: {error}"
