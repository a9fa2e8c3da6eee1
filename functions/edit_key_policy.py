"""States "Open the lease" and "Close the lease": the one function that writes key policies, holding the key's lock."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, lease, waits
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import InvalidRoute, KeyPolicyNotEditable
from snapferry.key_policy import KeyPolicy
from snapferry.lease import Lease, Policy
from snapferry.settings import Settings
from snapferry.state import locks
from snapferry.state.leases import LeaseRecord, Leases
from snapferry.state.table import Table
from snapferry.transfers import TransferPlan

_BUSY_SECONDS = 15


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    plan = TransferPlan.read(event["plan"])
    table = Table(aws.client("dynamodb"), Settings().table)
    with locks.held(table, plan.key_arn, plan.transfer) as free:
        if not free:
            return _later(plan, event["action"])
        policy = KeyPolicy(aws.client("kms"), plan.key_arn)
        if event["action"] == "open":
            return _open(policy, Leases(table), plan, event["role_arn"])
        return _close(policy, Leases(table), plan)


def _later(plan: TransferPlan, action: str) -> Result:
    if action == "open" and waits.now() >= waits.parse_time(plan.deadline):
        raise KeyPolicyNotEditable(
            "Other transfers held the key's lock until this one's deadline had passed",
            resource=plan.key_arn,
            remedy="deploy with a longer DeadlineHours, or give this route a key of its own",
        )
    return {"done": False, "wait_seconds": _BUSY_SECONDS, "at": None, "fingerprint": None}


def _open(policy: KeyPolicy, leases: Leases, plan: TransferPlan, role_arn: str) -> Result:
    wanted = _lease(plan, role_arn)
    record = leases.find(plan.transfer) or _record(plan, wanted, lease.fingerprint(policy.read()))
    leases.note(record)
    return _done(record.opened_at, policy.open(wanted))


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


def _close(policy: KeyPolicy, leases: Leases, plan: TransferPlan) -> Result:
    document = policy.close(plan.transfer)
    leases.close(plan.transfer)
    return _done(waits.show_time(waits.now()), document)


def _done(at: str, document: Policy) -> Result:
    return {"done": True, "wait_seconds": 0, "at": at, "fingerprint": lease.fingerprint(document)}


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
