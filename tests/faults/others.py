"""What is not Snapferry's: no transfer, and no fault of one, may change any of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.accounts import ACCOUNTS
from tests.faults import held
from tests.faults.ours import CONNECTION, MANAGED_TAG, MANUAL, SECRETS, SID, TRANSFER_TAG, Ours

if TYPE_CHECKING:
    from sandbox.accounts import Account
    from sandbox.rds.models import Database, Snapshot
    from sandbox.stage import Stage

type Things = dict[str, object]
"""What each thing, by its name for a person, is like."""


def others(stage: Stage) -> Things:
    """Databases, manual snapshots and statements of key policies that nobody of ours has made."""
    store, ours = stage.sandbox.rds.store, Ours(stage)
    databases: Things = {str(each.arn): _settings(each) for each in store.databases() if MANAGED_TAG not in each.tags}
    snapshots: Things = {
        str(each.arn): _snapshot(each)
        for each in store.snapshots.values()
        if TRANSFER_TAG not in each.tags and each.type == MANUAL
    }
    policies: Things = {f"policy of {ours.key(account).arn}": _statements(ours, account) for account in ACCOUNTS}
    return databases | snapshots | policies


def others_around() -> Things:
    """What costs calls to look at, too: security groups, parameters and secrets."""
    found: Things = {}
    for account in ACCOUNTS:
        found |= {f"{account.id} {group}": rules for group, rules in held.security_groups(account).items()}
        found |= _parameters(account) | _secrets(account)
    return found


def differences(before: Things, after: Things) -> list[str]:
    """What is gone, is new, or is not as it was."""
    gone = [f"{name} is gone" for name in before.keys() - after.keys()]
    new = [f"{name} is new" for name in after.keys() - before.keys()]
    changed = [
        f"{name} was {before[name]} and is {after[name]}"
        for name in before.keys() & after.keys()
        if before[name] != after[name]
    ]
    return sorted([*gone, *new, *changed])


def _settings(database: Database) -> dict[str, Any]:
    """All that ModifyDB... could change. Status and pending work come and go by RDS's own doing."""
    return {
        "key": database.key_arn,
        "master": database.master_username,
        "network": database.network,
        "parameter group": database.parameter_group,
        "option group": database.option_group,
        "tags": dict(database.tags),
        "protected": database.deletion_protection,
        "backups": (database.backup_retention_days, database.backup_window),
        "secret": database.secret and database.secret.arn,
        "new name": database.renamed_to,
        "shown": dict(database.shown),
    }


def _snapshot(snapshot: Snapshot) -> dict[str, Any]:
    return {"key": snapshot.key_arn, "tags": dict(snapshot.tags), "shared": sorted(snapshot.shared_with)}


def _statements(ours: Ours, account: Account) -> list[Any]:
    statements = ours.policy(account)["Statement"]
    return [each for each in statements if not SID.fullmatch(str(each.get("Sid", "")))]


def _parameters(account: Account) -> Things:
    parameters = held.parameters(account)
    return {f"{account.id} {name}": value for name, value in parameters.items() if not name.endswith(CONNECTION)}


def _secrets(account: Account) -> Things:
    rows = held.secrets(account)
    return {row["ARN"]: row.get("SecretVersionsToStages") for row in rows if not row["Name"].startswith(SECRETS)}
