"""Opening a lease: what has to hold before it, and what is waited for."""

from collections.abc import Iterable
from dataclasses import replace

from snapferry import aws, waits
from snapferry.errors import AccessClosedForGood, KeyPolicyFull, KeyPolicyNotEditable, TooManyCopies
from snapferry.leasing import lease, managed_elsewhere
from snapferry.leasing.asked_for import wanted_lease
from snapferry.leasing.editing import LOCKED, LOCKED_SECONDS, Result, done, later, policy_of, spread
from snapferry.leasing.key_policy import Edit, read_policy
from snapferry.leasing.lease import Lease
from snapferry.leasing.transfer_keys import check_released, find_transfer_key
from snapferry.settings import Settings
from snapferry.state.leases import LeaseRecord, Leases
from snapferry.transfers import TransferPlan

_FULL_SECONDS = 60
_FULL = "the key policy has no room until another transfer's lease is closed"
_BUSY_SECONDS = 60
_BUSY = "the target makes as many copies as RDS makes at once"


def open_lease(leases: Leases, plan: TransferPlan, role_arn: str, since: str) -> Result:
    """Write the lease's statements into the key's policy, or find them there; the key's lock is held.

    Args:
        leases: The stack's.
        plan: The transfer.
        role_arn: The role that the target has named.
        since: When the state machine first asked; UTC, ISO 8601.

    Raises:
        AccessClosedForGood: The transfer is over.
        KeyPolicyFull: There was no room until its deadline.
        TooManyCopies: Other transfers' copies kept the target busy until its deadline.
    """
    _check_not_over(leases, plan)
    settings = Settings()
    if _target_is_busy(leases.all(), plan, settings.copies_at_once[plan.family]):
        return _wait_for_the_target(plan, since)
    wanted = wanted_lease(plan, settings, role_arn)
    find_transfer_key(aws.client("kms"), plan.key_arn, region=plan.region)
    if settings.key_policy_is_elsewhere:
        return _find_open(leases, plan, wanted)
    check_released(aws.client("kms"), plan.key_arn, stack=settings.stack)
    policy = policy_of(leases, plan.key_arn, plan.transfer)
    record = leases.find(plan.transfer)
    if record is None:
        record = _noted(leases, _record(plan, wanted, lease.fingerprint(policy.read())), plan)
    edit = policy.open(wanted)
    if edit is None:
        leases.close(plan.transfer)
        return _wait_for_room(plan, since)
    leases.note(replace(record, seen=True))
    return done(record.opened_at, edit) | {"principal": wanted.principal}


def wait_for_lock(plan: TransferPlan, since: str) -> Result:
    """Another transfer holds the key's lock.

    Raises:
        KeyPolicyNotEditable: Until this one's deadline.
    """
    if _is_late(plan):
        raise KeyPolicyNotEditable(
            "Other transfers held the key's lock until this one's deadline had passed",
            resource=plan.key_arn,
            remedy="deploy with a longer DeadlineHours, or give this route a key of its own",
        )
    return later(LOCKED, _next_try(LOCKED_SECONDS, plan, since))


def _check_not_over(leases: Leases, plan: TransferPlan) -> None:
    """StopExecution does not stop a function that is at work: it may come here after those who close."""
    if leases.is_closed_for_good(plan.transfer, plan.execution_arn):
        raise AccessClosedForGood(
            f"The access of transfer {plan.transfer} has been closed already, and is not opened again",
            resource=plan.execution_arn,
            remedy="start a new execution",
        )


def _noted(leases: Leases, record: LeaseRecord, plan: TransferPlan) -> LeaseRecord:
    """Write a lease down, and look once more: either those who close find it, or it finds that they have come."""
    leases.note(record)
    try:
        _check_not_over(leases, plan)
    except AccessClosedForGood:
        leases.close(plan.transfer)
        raise
    return record


def _find_open(leases: Leases, plan: TransferPlan, wanted: Lease) -> Result:
    document = read_policy(aws.client("kms"), plan.key_arn)
    report = managed_elsewhere.require(document, wanted, plan.key_arn)
    # nothing is written, but what is shared from here on has to be found again
    _noted(leases, _record(plan, wanted, lease.fingerprint(document)), plan)
    found = Edit(document, tuple(report["findings"]))
    return done(waits.show_time(waits.now()), found) | {"principal": wanted.principal}


def _record(plan: TransferPlan, wanted: Lease, fingerprint: str) -> LeaseRecord:
    return LeaseRecord(
        transfer=plan.transfer,
        execution_arn=plan.execution_arn,
        key_arn=plan.key_arn,
        copy_arn=plan.copy_arn,
        target_account=wanted.account,
        family=plan.family,
        ends=wanted.ends,
        opened_at=waits.show_time(waits.now()),
        fingerprint=fingerprint,
    )


def _target_is_busy(records: Iterable[LeaseRecord], plan: TransferPlan, most: int) -> bool:
    """Tell whether RDS would refuse the target's copy: access that nobody can use yet is not opened."""
    now = waits.show_time(waits.now())
    running = {each.transfer for each in records if each.family == plan.family and each.ends > now}
    return plan.transfer not in running and len(running) >= most


def _wait_for_the_target(plan: TransferPlan, since: str) -> Result:
    if _is_late(plan):
        raise TooManyCopies(
            "The copies of other transfers kept the target busy until this one's deadline had passed",
            resource=f"{plan.family} snapshot copies in flight in account {plan.target_account}",
            remedy="run fewer transfers at once, or ask AWS for more copies at once and raise the stack's CopiesAtOnce",
        )
    return later(_BUSY, _next_try(_BUSY_SECONDS, plan, since))


def _wait_for_room(plan: TransferPlan, since: str) -> Result:
    if _is_late(plan):
        raise KeyPolicyFull(
            "The leases of other transfers filled the key policy until this one's deadline had passed",
            resource=plan.key_arn,
            remedy="run fewer transfers at once, or give this route a key of its own",
        )
    return later(_FULL, _next_try(_FULL_SECONDS, plan, since))


def _next_try(soonest: int, plan: TransferPlan, since: str) -> int:
    """Return the seconds until the next try: the more, the longer it has waited, for an execution has 25,000 events."""
    look = waits.not_yet("waiting", None, waits.Span.of(since, plan.deadline))
    return spread(max(soonest, look.wait_seconds), plan.transfer)


def _is_late(plan: TransferPlan) -> bool:
    return waits.now() >= waits.parse_time(plan.deadline)
