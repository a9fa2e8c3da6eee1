"""Closing a lease: it has no reasons of its own to refuse."""

from typing import TYPE_CHECKING, Any

from snapferry import aws, metrics, waits
from snapferry.leasing.editing import LOCKED, LOCKED_SECONDS, Result, done, later, policy_of, spread
from snapferry.leasing.grants import Grant, grants_of, revoke
from snapferry.leasing.key_policy import Edit, read_policy
from snapferry.logs import logger
from snapferry.settings import Settings
from snapferry.state.leases import Leases
from snapferry.transfers import Closing

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


def close_lease(leases: Leases, closing: Closing) -> Result:
    """Take the lease's statements out of the key's policy, wherever they come from; the key's lock is held."""
    kms, settings = aws.client("kms"), Settings()
    leases.close_for_good(closing.transfer)
    if settings.key_policy_is_elsewhere:
        record, edit = None, Edit(read_policy(kms, closing.key_arn))
    else:
        record = leases.find(closing.transfer)
        edit = policy_of(leases, closing.key_arn, closing.transfer).close(closing.transfer)
    leases.close(closing.transfer)
    at = waits.show_time(waits.now())
    if record and (record.seen or edit.written):
        exposure = waits.seconds_between(record.opened_at, at)
        metrics.seconds(metrics.EXPOSURE_SECONDS, exposure)
        metrics.open_for(exposure, transfer=closing.transfer)
    return done(at, edit) | {"grants": _grants(kms, leases, closing.key_arn, settings)}


def wait_for_lock(closing: Closing) -> Result:
    """Another transfer holds the key's lock; closing waits for as long as it takes."""
    return later(LOCKED, spread(LOCKED_SECONDS, closing.transfer))


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
