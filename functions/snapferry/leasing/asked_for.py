"""Which lease a transfer asks for: what the target accepted, as narrow as the deployer wants it."""

from snapferry.errors import InvalidRoute
from snapferry.leasing import lease
from snapferry.leasing.lease import Lease
from snapferry.settings import Settings
from snapferry.transfers import TransferPlan


def wanted_lease(plan: TransferPlan, settings: Settings, role_arn: str | None) -> Lease:
    """Return the lease that is to be opened.

    Args:
        plan: The transfer.
        settings: The stack's.
        role_arn: The role that the target has named; None before it has accepted.

    Raises:
        InvalidRoute: It is no role of the target account.
    """
    if role_arn is not None and not lease.is_role_of(role_arn, settings.target_account, plan.partition):
        raise InvalidRoute(
            f"The target says that {role_arn} will copy, which is no role of account {settings.target_account}",
            resource=role_arn,
            remedy="deploy the target's stack in the account that TargetAccountId names",
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
