"""What a person may expect of the end: an error that says what to do, or an output that is true."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE, TARGET
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
    """What of a transfer's output is not so."""
    yield from wrong_in_connection(ours, receipt["restored"])
    access = receipt["access"]
    if access["closed_at"] is None or access["fingerprint_at_opening"] != access["fingerprint_at_closing"]:
        yield f"access was not closed to what it was: {access}"


def wrong_in_connection(ours: Ours, told: dict[str, Any]) -> Iterator[str]:
    """What is not so of an output that tells which database serves now: a restore's, or that of going back."""
    there = {str(each.arn): each for each in ours.databases()}
    database = there.get(told["arn"])
    if database is None or database.status != AVAILABLE:
        yield f"{told['arn']} is not there, or not available"
    elif database.secret is None or database.secret.arn != told["secret_arn"]:
        yield f"{told['arn']} does not have the secret {told['secret_arn']}"
    published = [each["arn"] for each in ours.connections().values()]
    if published != [told["arn"]]:
        yield f"{published} is published, not {told['arn']}"


def wrong_in_plan(_ours: Ours, plan: dict[str, Any]) -> Iterator[str]:
    """What is not so of a plan alone: on these stages everything can be carried."""
    if not plan["possible"]:
        yield f"the plan finds {plan['findings']}"


def wrong_in_fleet(ours: Ours, output: dict[str, Any]) -> Iterator[str]:
    """What is not so of a fleet's output, and of the summary that it has left."""
    bucket, _, key = output["told_in"].removeprefix("s3://").partition("/")
    body = ours.stage.sandbox.client("s3", SOURCE).get_object(Bucket=bucket, Key=key)["Body"]
    lines = json.loads(body.read())["lines"]
    if (output["well"], output["failed"], len(lines)) != (len(lines), 0, output["databases"]):
        yield f"{output['well']} of {output['databases']} went well: {lines}"


def wrong_in_drill(ours: Ours, receipt: dict[str, Any]) -> Iterator[str]:
    """What is not so of a drill's output."""
    if receipt["database"] in {each.name for each in ours.databases()}:
        yield f"{receipt['database']} is there"
    if [each["attempts"] < 1 for each in receipt["hooks"]] != [False, False]:
        yield f"these are not both hooks: {receipt['hooks']}"


def wrong_in_deleted(ours: Ours, output: dict[str, Any]) -> Iterator[str]:
    """What is not so of what retention tells; that nothing is left that has had its time, the invariants say."""
    there = {str(each.arn) for each in ours.databases()} | {str(each.arn) for each in ours.snapshots(TARGET)}
    yield from (f"{arn} is there" for arn in there & set(output["deleted"]))
