"""States "Open the lease" and "Close the lease": the one function that writes key policies, holding the key's lock."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, metrics, waits
from snapferry.entry import Event, Result, entry_point, logger
from snapferry.errors import AccessClosedForGood, KeyPolicyFull, KeyPolicyNotEditable
from snapferry.leasing import lease, managed_elsewhere
from snapferry.leasing.asked_for import wanted_lease
from snapferry.leasing.books import books_of
from snapferry.leasing.grants import Grant, grants_of, revoke
from snapferry.leasing.key_policy import Edit, KeyPolicy, read_policy
from snapferry.leasing.lease import Lease
from snapferry.leasing.transfer_keys import check_released, find_transfer_key
from snapferry.settings import Settings
from snapferry.state import locks
from snapferry.state.leases import LeaseRecord, Leases
from snapferry.state.table import Table
from snapferry.transfers import Closing, TransferPlan

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_BUSY_SECONDS = 15
_FULL_SECONDS = 60
_SPREAD_SECONDS = 15  # those who wait for the same thing do not all come back at the same moment
_LOCKED = "another transfer is editing the key policy"
_FULL = "the key policy has no room until another transfer's lease is closed"


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    asked = Closing.read(event["plan"])
    table = Table(aws.client("dynamodb"), Settings().table)
    # a step that runs again gets its own lock; closing waits for an opening that still runs
    with locks.held(table, asked.key_arn, f"{asked.transfer} {event['action']}") as free:
        if event["action"] == "close":
            return _close(Leases(table), asked) if free else _later(_LOCKED, _spread(_BUSY_SECONDS, asked.transfer))
        plan = TransferPlan.read(event["plan"])
        opened = _open(Leases(table), plan, event["role_arn"]) if free else _wait_for_lock(plan, event["since"])
        return opened or _wait_for_room(plan, event["since"])


def _wait_for_lock(plan: TransferPlan, since: str) -> Result:
    if _is_late(plan):
        raise KeyPolicyNotEditable(
            "Other transfers held the key's lock until this one's deadline had passed",
            resource=plan.key_arn,
            remedy="deploy with a longer DeadlineHours, or give this route a key of its own",
        )
    return _later(_LOCKED, _next_try(_BUSY_SECONDS, plan, since))


def _open(leases: Leases, plan: TransferPlan, role_arn: str) -> Result | None:
    _check_not_over(leases, plan)
    wanted = wanted_lease(plan, Settings(), role_arn)
    kms, settings = aws.client("kms"), Settings()
    find_transfer_key(kms, plan.key_arn, region=plan.region)
    if settings.key_policy_is_elsewhere:
        document = read_policy(kms, plan.key_arn)
        report = managed_elsewhere.require(document, wanted, plan.key_arn)
        found = Edit(document, tuple(report["findings"]))
        # nothing is written, but what is shared from here on has to be found again
        leases.note(_record(plan, wanted, lease.fingerprint(document)))
        return _done(waits.show_time(waits.now()), found) | {"principal": wanted.principal}
    check_released(kms, plan.key_arn, stack=settings.stack)
    policy = _policy(leases, plan.key_arn, plan.transfer)
    record = leases.find(plan.transfer) or _record(plan, wanted, lease.fingerprint(policy.read()))
    leases.note(record)
    edit = policy.open(wanted)
    if edit is None:
        leases.close(plan.transfer)
        return None
    leases.note(replace(record, seen=True))
    return _done(record.opened_at, edit) | {"principal": wanted.principal}


def _check_not_over(leases: Leases, plan: TransferPlan) -> None:
    """StopExecution does not stop a function that is at work: it may come here after those who close."""
    if leases.is_closed_for_good(plan.transfer):
        raise AccessClosedForGood(
            f"The access of transfer {plan.transfer} has been closed already, and is not opened again",
            resource=plan.execution_arn,
            remedy="start a new execution",
        )


def _wait_for_room(plan: TransferPlan, since: str) -> Result:
    if _is_late(plan):
        raise KeyPolicyFull(
            "The leases of other transfers filled the key policy until this one's deadline had passed",
            resource=plan.key_arn,
            remedy="run fewer transfers at once, or give this route a key of its own",
        )
    return _later(_FULL, _next_try(_FULL_SECONDS, plan, since))


def _next_try(soonest: int, plan: TransferPlan, since: str) -> int:
    """Return the seconds until the next try: the more, the longer it has waited, for an execution has 25,000 events."""
    look = waits.not_yet("waiting", None, waits.Span.of(since, plan.deadline))
    return _spread(max(soonest, look.wait_seconds), plan.transfer)


def _spread(seconds: int, transfer: str) -> int:
    return seconds + int(transfer, 16) % _SPREAD_SECONDS


def _policy(leases: Leases, key_arn: str, transfer: str) -> KeyPolicy:
    books = books_of(leases.all(), key_arn, including=transfer, now=waits.show_time(waits.now()))
    return KeyPolicy(aws.client("kms"), key_arn, editor=Settings().text("KEY_EDITOR_ARN"), books=books)


def _record(plan: TransferPlan, wanted: Lease, fingerprint: str) -> LeaseRecord:
    return LeaseRecord(
        transfer=plan.transfer,
        execution_arn=plan.execution_arn,
        key_arn=plan.key_arn,
        copy_arn=plan.copy_arn,
        target_account=wanted.account,
        ends=wanted.ends,
        opened_at=waits.show_time(waits.now()),
        fingerprint=fingerprint,
    )


def _close(leases: Leases, closing: Closing) -> Result:
    kms, settings = aws.client("kms"), Settings()
    leases.close_for_good(closing.transfer)
    if settings.key_policy_is_elsewhere:
        record, edit = None, Edit(read_policy(kms, closing.key_arn))
    else:
        record = leases.find(closing.transfer)
        edit = _policy(leases, closing.key_arn, closing.transfer).close(closing.transfer)
    leases.close(closing.transfer)
    at = waits.show_time(waits.now())
    if record and (record.seen or edit.written):
        metrics.seconds(metrics.EXPOSURE_SECONDS, waits.seconds_between(record.opened_at, at))
    return _done(at, edit) | {"grants": _grants(kms, leases, closing.key_arn, settings)}


def _grants(kms: "KMSClient", leases: Leases, key_arn: str, settings: Settings) -> list[dict[str, Any]] | None:
    """Return the grants that the target still holds; None if KMS does not say: access is closed all the same."""
    try:
        found = grants_of(kms, key_arn, settings.target_account)
    except aws.FAILURES as error:
        logger.warning(f"the grants on the key could not be looked at: {error}")
        return None
    # another transfer's copy may need them
    if settings.text("REVOKE_GRANTS", "false") == "true" and not any(r.key_arn == key_arn for r in leases.all()):
        found = [_revoked(kms, key_arn, grant, settings.target_account) for grant in found]
    return [grant.as_json() for grant in found]


def _revoked(kms: "KMSClient", key_arn: str, grant: Grant, target_account: str) -> Grant:
    if grant.issuing_account != target_account:
        return grant  # the source's own people have given it to the target
    try:
        return revoke(kms, key_arn, grant)
    except aws.FAILURES as error:
        logger.warning(f"grant {grant.id} could not be revoked: {error}")
        return grant


def _is_late(plan: TransferPlan) -> bool:
    return waits.now() >= waits.parse_time(plan.deadline)


def _later(reason: str, seconds: int) -> Result:
    logger.info(f"waiting: {reason}")
    return {"done": False, "wait_seconds": seconds, "reason": reason, "at": None, "fingerprint": None, "remarks": []}


def _done(at: str, edit: Edit) -> Result:
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
