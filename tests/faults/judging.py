"""What a person may expect of the end: an error that says what to do, or a receipt that is true."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.rds.models import AVAILABLE
from snapferry.errors import NAMES, AwsBusy, RetryLater

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.ours import Ours

ENDS = NAMES - {AwsBusy.__name__, RetryLater.__name__, "SnapferryError", "GiveUp"}
"""Errors that an execution may end in."""
SIDE = re.compile(r"In the (?:source|target) account \d{12}: ")
REMEDY = "What to do: "


def wrong_in_cause(error: str, cause: str) -> Iterator[str]:
    """What an error lacks for whoever has to mend it."""
    if error not in ENDS:
        yield f"{error or 'nothing'} is no error of Snapferry's"
    if not SIDE.match(cause):
        yield f"the cause names no side: {cause}"
    if REMEDY not in cause:
        yield f"the cause does not say what to do: {cause}"


def wrong_in_receipt(ours: Ours, receipt: dict[str, Any]) -> Iterator[str]:
    """What of a receipt is not so."""
    restored, access = receipt["restored"], receipt["access"]
    there = {str(each.arn): each for each in ours.databases()}
    database = there.get(restored["arn"])
    if database is None or database.status != AVAILABLE:
        yield f"{restored['arn']} is not there, or not available"
    elif database.secret is None or database.secret.arn != restored["secret_arn"]:
        yield f"{restored['arn']} does not have the secret {restored['secret_arn']}"
    published = [each["arn"] for each in ours.connections().values()]
    if published != [restored["arn"]]:
        yield f"{published} is published, not {restored['arn']}"
    if access["closed_at"] is None or access["fingerprint_at_opening"] != access["fingerprint_at_closing"]:
        yield f"access was not closed to what it was: {access}"
