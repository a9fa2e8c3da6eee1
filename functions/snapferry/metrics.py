"""CloudWatch metrics of the namespace Snapferry, written into the log in its embedded metric format; no call is made.

CloudWatch keeps a metric for exactly the dimensions that are named, and an alarm on others sees nothing of it. So there
are few: the stack; a stage of its transfers; and of each database's age both that and, for the alarm, the stack alone.
"""

import json
import sys
from collections.abc import Mapping
from typing import Final, Literal

from snapferry import logs, waits
from snapferry.settings import Settings

NAMESPACE: Final = "Snapferry"

ACCESS_NOT_CLOSED: Final = "AccessNotClosed"
"""Access could not be taken back; the alarm goes by it."""
AGE_OF_NEWEST_COPY: Final = "AgeOfNewestCopy"
"""How old the data of a database's newest good copy is; by database, and for the stack the oldest counts."""
ANSWER_IGNORED: Final = "AnswerIgnored"
"""An answer came that nobody waits for, or from an account that was not asked."""
EXPOSURE_SECONDS: Final = "ExposureSeconds"
"""How long one lease stood in the key policy, however its transfer ended."""
OPEN_SECONDS: Final = "OpenSeconds"
"""How long a lease has stood that is open now: told by every sweep, and a last time when it is closed."""
SNAPSHOT_BYTES: Final = "SnapshotBytes"
"""Allocated storage of a snapshot that was made; RDS does not tell it for Aurora."""
STAGE_SECONDS: Final = "StageSeconds"
"""How long one stage took; by stage."""
TRANSFER_FAILED: Final = "TransferFailed"
"""A transfer ended badly: failed, timed out, or was stopped."""
TRANSFER_SUCCEEDED: Final = "TransferSucceeded"
"""A transfer wrote its receipt."""

type Unit = Literal["Count", "Seconds", "Bytes"]

_STACK: Final = "stack"
_STAGE: Final = "stage"
_DATABASE: Final = "database"
_WHOLE: Final[Mapping[str, str]] = {}
_GIGABYTE: Final = 1024**3  # what RDS calls a GB of storage is a GiB


def count(name: str) -> None:
    """Note that something happened once."""
    _note(name, "Count", 1)


def seconds(name: str, value: float) -> None:
    """Note how long something took."""
    _note(name, "Seconds", value)


def stage(name: str, value: float) -> None:
    """Note how long one stage of a transfer or a restore took, in seconds."""
    _note(STAGE_SECONDS, "Seconds", value, [[_STACK, _STAGE]], {_STAGE: name})


def age(database: str, value: float, *, transfer: str) -> None:
    """Note how old the newest good copy of a database is, in seconds, and which transfer brought it."""
    said = {_DATABASE: database, "transfer": transfer}
    _note(AGE_OF_NEWEST_COPY, "Seconds", value, [[_STACK], [_STACK, _DATABASE]], said)


def open_for(value: float, *, transfer: str) -> None:
    """Note how long the lease of a transfer has stood, in seconds."""
    _note(OPEN_SECONDS, "Seconds", value, part={"transfer": transfer})


def gigabytes(value: int) -> None:
    """Note the size of a snapshot; 0 means that RDS does not tell it."""
    if value:
        _note(SNAPSHOT_BYTES, "Bytes", value * _GIGABYTE)


def _note(
    name: str, unit: Unit, value: float, dimensions: list[list[str]] | None = None, part: Mapping[str, str] = _WHOLE
) -> None:
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": dimensions or [[_STACK]],
        "Metrics": [{"Name": name, "Unit": unit}],
    }
    said = {"Timestamp": round(waits.now().timestamp() * 1000), "CloudWatchMetrics": [directive]}
    line = {"_aws": said, **logs.about(), **part, _STACK: Settings().stack, name: value}
    sys.stdout.write(json.dumps(line) + "\n")
