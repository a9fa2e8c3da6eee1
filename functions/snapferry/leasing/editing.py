"""What opening and closing a lease share: the policy with its books, and the two results of one try."""

from typing import Any

from snapferry import aws, waits
from snapferry.leasing import lease
from snapferry.leasing.books import books_of
from snapferry.leasing.key_policy import Edit, KeyPolicy
from snapferry.logs import logger
from snapferry.settings import Settings
from snapferry.state.leases import Leases

LOCKED = "another transfer is editing the key policy"
LOCKED_SECONDS = 15
_SPREAD_SECONDS = 15  # those who wait for the same thing do not all come back at the same moment

type Result = dict[str, Any]


def policy_of(leases: Leases, key_arn: str, transfer: str) -> KeyPolicy:
    """A key's policy, held against what the table knows of its leases."""
    books = books_of(leases.all(), key_arn, including=transfer, now=waits.show_time(waits.now()))
    return KeyPolicy(aws.client("kms"), key_arn, editor=Settings().text("KEY_EDITOR_ARN"), books=books)


def later(reason: str, seconds: int) -> Result:
    """Nothing is written yet: when to try again, and why."""
    logger.info(f"waiting: {reason}")
    return {"done": False, "wait_seconds": seconds, "reason": reason, "at": None, "fingerprint": None, "remarks": []}


def done(at: str, edit: Edit) -> Result:
    """The policy is as it was wanted to be; remarks tell what others did to it meanwhile."""
    for remark in edit.remarks:
        logger.warning(remark)
    return {
        "done": True,
        "wait_seconds": 0,
        "reason": None,
        "at": at,
        "fingerprint": lease.fingerprint(edit.document),
        "remarks": list(edit.remarks),
    }


def spread(seconds: int, transfer: str) -> int:
    """The seconds to wait, and some more that follow from the transfer."""
    return seconds + int(transfer, 16) % _SPREAD_SECONDS
