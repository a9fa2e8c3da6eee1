"""States "Open the lease" and "Close the lease": the one function that writes key policies, holding the key's lock."""

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws, lease, waits
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import InvalidRoute
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
            return {"done": False, "wait_seconds": _BUSY_SECONDS, "at": None, "fingerprint": None}
        policy = KeyPolicy(aws.client("kms"), plan.key_arn)
        leases = Leases(table)
        if event["action"] == "open":
            document = _open(policy, leases, plan, event["role_arn"])
        else:
            document = _close(policy, leases, plan)
    return {
        "done": True,
        "wait_seconds": 0,
        "at": waits.show_time(waits.now()),
        "fingerprint": lease.fingerprint(document),
    }


def _open(policy: KeyPolicy, leases: Leases, plan: TransferPlan, role_arn: str) -> Policy:
    wanted = _lease(plan, role_arn)
    leases.note(
        LeaseRecord(
            transfer=plan.transfer,
            execution_arn=plan.execution_arn,
            key_arn=plan.key_arn,
            copy_arn=plan.copy_arn,
            target_account=wanted.account,
            ends=wanted.ends,
            opened_at=waits.show_time(waits.now()),
            fingerprint=lease.fingerprint(policy.read()),
        )
    )
    return policy.open(wanted)


def _close(policy: KeyPolicy, leases: Leases, plan: TransferPlan) -> Policy:
    document = policy.close(plan.transfer)
    leases.close(plan.transfer)
    return document


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
