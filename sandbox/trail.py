"""A log of all calls in CloudTrail's words [CT cloudtrail-event-reference-record-contents], without secrets."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

from sandbox.protocol import signed_name

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.accounts import Caller
    from sandbox.gate import Call, Gate

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
# What people's data and secrets are passed in; CloudTrail leaves these out, or writes HIDDEN.
SECRET = frozenset(
    {
        "Body", "CiphertextBlob", "Detail", "Environment", "ExpressionAttributeValues", "Item", "Key", "MessageBody",
        "Payload", "Plaintext", "SecretBinary", "SecretString", "Value", "cause", "input", "output", "taskToken",
    }
)  # fmt: skip
READING = ("Describe", "Get", "List", "Scan", "Query", "BatchGet")


class Trail:
    """Looks back at the calls that the gate remembers, and writes those to come into a file, if it is told to."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._file: TextIO | None = None

    def records(self) -> list[dict[str, Any]]:
        """The calls so far, oldest first; the gate forgets the oldest of very many."""
        return [record(call) for call in list(self._gate.log)]

    def write_to(self, path: Path) -> None:
        """Append every further call to a file: a JSON object a line."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")
        self._gate.after.insert(0, self._write)  # first: another hook may take the answer away

    def close(self) -> None:
        """Write no more."""
        if self._file is not None:
            self._gate.after.remove(self._write)
            self._file.close()
            self._file = None

    def _write(self, call: Call) -> None:
        if self._file is not None:
            self._file.write(json.dumps(record(call), default=str) + "\n")
            self._file.flush()


def record(call: Call) -> dict[str, Any]:
    """One call as CloudTrail would tell it."""
    moment = datetime.fromtimestamp(call.time, UTC)
    told: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": _identity(call.caller),
        "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{signed_name(call.service)}.amazonaws.com",
        "eventName": call.operation,
        "awsRegion": call.region,
        "sourceIPAddress": call.address or "AWS Internal",
        "userAgent": call.agent,
        "requestParameters": _shown(call.parameters),
        "requestID": call.request_id,
        "eventID": str(uuid.uuid5(uuid.NAMESPACE_URL, call.request_id)),
        "readOnly": call.operation.startswith(READING),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": call.caller.account,
        "eventCategory": "Management",
    }
    return told | ({"errorCode": call.error} if call.error else {})


def _identity(caller: Caller) -> dict[str, Any]:
    name = caller.arn.rsplit("/", 1)[-1]
    if caller.role_arn is None:
        user = {"type": "IAMUser", "principalId": f"AIDASANDBOX{caller.account}", "userName": name}
        return user | {"arn": caller.arn, "accountId": caller.account}
    issuer = {
        "type": "Role",
        "principalId": "AROASANDBOX",
        "arn": caller.role_arn,
        "accountId": caller.account,
        "userName": caller.role_arn.rsplit("/", 1)[-1],
    }
    return {
        "type": "AssumedRole",
        "principalId": f"AROASANDBOX:{name}",
        "arn": caller.arn,
        "accountId": caller.account,
        "sessionContext": {"sessionIssuer": issuer},
    }


def _shown(value: Any, name: str = "") -> Any:
    """Parameters with CloudTrail's small first letters, and without what must stay hidden."""
    if not isinstance(value, bool) and (name in SECRET or "password" in name.lower()):
        return HIDDEN
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: _shown(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_shown(one) for one in value]
    return HIDDEN if isinstance(value, bytes) else value
