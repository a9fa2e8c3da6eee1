"""The receipt: what one transfer did, how long access was open, and the proof that it is closed."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from snapferry import waits
from snapferry.contracts import examples
from snapferry.contracts.incoming import Contract, Moment, TransferId
from snapferry.transfers import TransferPlan


class RemainingGrant(Contract):
    """A grant on the transfer key that the target held after closing: it outlives the statement that allowed it.

    Only those that the target account itself has issued are ever revoked. What KMS did not say is empty.
    """

    id: str
    issuing_account: str
    grantee: str
    operations: list[str]
    revoked: bool


class Access(Contract):
    """The time in which the target could use the transfer key and read the copy.

    ``fingerprint_at_*`` is the SHA-256 of the key policy without Snapferry's own statements; equal ones prove that
    nothing else of it was changed by this transfer. ``grants`` is null if KMS did not say. ``remarks`` tell what
    somebody else seems to have done to the key policy at the same moment.
    """

    key_arn: str
    principal: str
    opened_at: Moment
    would_have_ended_at: Moment
    closed_at: Moment
    exposure_seconds: int
    fingerprint_at_opening: str
    fingerprint_at_closing: str
    grants: list[RemainingGrant] | None
    remarks: list[str]


class Receipt(Contract):
    """The output of ``ferry_snapshot``."""

    model_config = ConfigDict(json_schema_extra={"examples": examples.RECEIPTS})

    version: Literal[1] = 1
    transfer: TransferId
    execution_arn: str
    database: str
    target_account: str
    snapshot: Annotated[str, Field(description="ARN of the snapshot that it started from")]
    fresh: Annotated[bool, Field(description="That snapshot was taken by this transfer")]
    target_snapshot: str
    restored: dict[str, Any] | None
    access: Access
    deleted_snapshots: list[str]
    remarks: list[str]
    started_at: Moment
    finished_at: Moment
    seconds: int


def receipt(
    plan: TransferPlan,
    carried: Mapping[str, Any],
    closed: Mapping[str, Any],
    *,
    finished_at: str,
    restored: dict[str, Any] | None,
) -> Receipt:
    """Return the receipt of a transfer that went well.

    Args:
        plan: The transfer.
        carried: What the hand-over gave: ``opened`` (edit_key_policy's result) and ``received`` (the target's answer).
        closed: What closing the lease gave.
        finished_at: UTC, ISO 8601.
        restored: The target's answer; None if nothing was to be restored.
    """
    opened = carried["opened"]
    return Receipt(
        transfer=plan.transfer,
        execution_arn=plan.execution_arn,
        database=plan.database["arn"],
        target_account=plan.target_account,
        target_snapshot=carried["received"]["snapshot_arn"],
        restored=restored,
        access=Access(
            key_arn=plan.key_arn,
            principal=opened["principal"],
            opened_at=opened["at"],
            would_have_ended_at=plan.deadline,
            closed_at=closed["at"],
            exposure_seconds=waits.seconds_between(opened["at"], closed["at"]),
            fingerprint_at_opening=opened["fingerprint"],
            fingerprint_at_closing=closed["fingerprint"],
            grants=_grants(closed["grants"]),
            remarks=[*opened["remarks"], *closed["remarks"]],
        ),
        snapshot=plan.snapshot_arn,
        fresh=plan.make_snapshot,
        deleted_snapshots=[*plan.made.values(), *([plan.copy_arn] if plan.kept_by else [])],
        remarks=plan.remarks,
        started_at=plan.started_at,
        finished_at=finished_at,
        seconds=waits.seconds_between(plan.started_at, finished_at),
    )


def _grants(found: list[dict[str, Any]] | None) -> list[RemainingGrant] | None:
    return None if found is None else [RemainingGrant(**each) for each in found]
