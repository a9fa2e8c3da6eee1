"""CloudWatch metrics of the namespace Snapferry, written into the log in its embedded metric format; no call is made.

CloudWatch keeps a metric for exactly the dimensions that are named, and an alarm on others sees nothing of it: so there
is one dimension, the stack.
"""

import json
import sys
from typing import Final

from snapferry import waits
from snapferry.settings import Settings

NAMESPACE: Final = "Snapferry"

ACCESS_NOT_CLOSED: Final = "AccessNotClosed"
"""Access could not be taken back; the alarm goes by it."""
ANSWER_IGNORED: Final = "AnswerIgnored"
"""An answer came that nobody waits for, or from an account that was not asked."""
EXPOSURE_SECONDS: Final = "ExposureSeconds"
"""How long one lease stood in the key policy, however its transfer ended."""

_STACK: Final = "stack"


def count(name: str) -> None:
    """Note that something happened once."""
    _note(name, "Count", 1)


def seconds(name: str, value: float) -> None:
    """Note how long something took."""
    _note(name, "Seconds", value)


def _note(name: str, unit: str, value: float) -> None:
    directive = {"Namespace": NAMESPACE, "Dimensions": [[_STACK]], "Metrics": [{"Name": name, "Unit": unit}]}
    about = {"Timestamp": round(waits.now().timestamp() * 1000), "CloudWatchMetrics": [directive]}
    sys.stdout.write(json.dumps({"_aws": about, _STACK: Settings().stack, name: value}) + "\n")
