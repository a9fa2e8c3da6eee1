"""States "Open the lease" and "Close the lease": the one function that writes key policies, holding the key's lock."""

from dataclasses import replace

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, lease, waits
from snapferry.entry import Event, Result, entry_point, logger
from snapferry.errors import InvalidRoute, KeyPolicyFull, KeyPolicyNotEditable
from snapferry.key_policy import Edit, KeyPolicy
from snapferry.lease import Lease
from snapferry.settings import Settings
from snapferry.state import locks
from snapferry.state.leases import LeaseRecord, Leases
from snapferry.state.table import Table
from snapferry.transfer_keys import check_released, find_transfer_key
from snapferry.transfers import Closing, TransferPlan

_BUSY_SECONDS = 15
_FULL_SECONDS = 60
_LOCKED = "another transfer is editing the key policy"


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    asked = Closing.read(event["plan"])
    table = Table(aws.client("dynamodb"), Settings().table)
    # a step that runs again gets its own lock; closing waits for an opening that still runs
    with locks.held(table, asked.key_arn, f"{asked.transfer} {event['action']}") as free:
        if event["action"] == "close":
            return _close(Leases(table), asked) if free else _later(_LOCKED, _BUSY_SECONDS)
        plan = TransferPlan.read(event["plan"])
        return _open(Leases(table), plan, event["role_arn"]) if free else _wait_for_lock(plan)


def _wait_for_lock(plan: TransferPlan) -> Result:
    if _is_late(plan):
        raise KeyPolicyNotEditable(
            "Other transfers held the key's lock until this one's deadline had passed",
            resource=plan.key_arn,
            remedy="deploy with a longer DeadlineHours, or give this route a key of its own",
        )
    return _later(_LOCKED, _BUSY_SECONDS)


def _open(leases: Leases, plan: TransferPlan, role_arn: str) -> Result:
    wanted = _lease(plan, role_arn)
    kms, settings = aws.client("kms"), Settings()
    find_transfer_key(kms, plan.key_arn, region=plan.region)
    check_released(kms, plan.key_arn, stack=settings.stack)
    policy = _policy(leases, plan.key_arn, plan.transfer)
    record = leases.find(plan.transfer) or _record(plan, wanted, lease.fingerprint(policy.read()))
    leases.note(record)
    edit = policy.open(wanted)
    if edit is None:
        leases.close(plan.transfer)
        return _wait_for_room(plan)
    leases.note(replace(record, seen=True))
    return _done(record.opened_at, edit)


def _wait_for_room(plan: TransferPlan) -> Result:
    if _is_late(plan):
        raise KeyPolicyFull(
            "The leases of other transfers filled the key policy until this one's deadline had passed",
            resource=plan.key_arn,
            remedy="run fewer transfers at once, or give this route a key of its own",
        )
    return _later("the key policy has no room until another transfer's lease is closed", _FULL_SECONDS)


def _policy(leases: Leases, key_arn: str, transfer: str) -> KeyPolicy:
    books = leases.books(key_arn, including=transfer, now=waits.show_time(waits.now()))
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
    edit = _policy(leases, closing.key_arn, closing.transfer).close(closing.transfer)
    leases.close(closing.transfer)
    return _done(waits.show_time(waits.now()), edit)


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


def _lease(plan: TransferPlan, role_arn: str) -> Lease:
    settings = Settings()
    if not lease.is_role_of(role_arn, settings.target_account, plan.partition):
        raise InvalidRoute(
            f"The target says that {role_arn} will copy, which is no role of account {settings.target_account}",
            resource=role_arn,
        )
    narrowed = settings.text("LEASE_PRINCIPAL", "role") == "role"
    return Lease(
        transfer=plan.transfer,
        account=settings.target_account,
        role_arn=role_arn if narrowed else None,
        region=plan.region,
        partition=plan.partition,
        ends=plan.deadline,
        via_service=settings.text("LEASE_VIA_SERVICE", "true") == "true",
    )
