"""The target's restore: planned from the profile, before anything is made."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from snapferry import names
from snapferry.contracts.incoming import RestoreAlone, RestoreRequested, parsed
from snapferry.databases import Snapshot, Snapshots
from snapferry.databases.family import RestorePlan
from snapferry.errors import SnapshotNotFound
from snapferry.findings import Findings
from snapferry.target import passwords
from snapferry.target.hooks import planned
from snapferry.target.own_key import find_own_key
from snapferry.target.restore_checks import check_restore
from snapferry.target.target_stack import Clients, TargetStack
from snapferry.target.wanted import Wanted
from snapferry.transfers import Execution
from snapferry.vocabulary import FAMILIES
from snapferry.waits import parse_time, show_time

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

LATEST: Final = "latest"


def plan_restore(value: Mapping[str, Any], execution: Execution, stack: TargetStack, clients: Clients) -> RestorePlan:
    """Plan a restore from what the source asked, or from a snapshot that a person names. Reads only.

    Raises:
        InvalidInput, SnapshotNotFound, ProfileNotFound, ProfileInvalid: What it is asked to do.
        RestoreNotPossible, OwnKeyNotUsable: The only reason against it.
        TransferNotPossible: Several reasons, all at once.
    """
    asked = read_restore_input(value)
    snapshot = _snapshot(asked, clients.rds)
    wanted = _wanted(asked, snapshot, execution, clients)
    findings = Findings(f"target account {stack.account}")
    check_restore(wanted, stack, clients, findings)
    findings.raise_any()
    key_arn = find_own_key(clients.kms, stack).arn
    return _plan(wanted, snapshot, execution, stack, key_arn=key_arn, deadline=_deadline(asked, execution, stack))


def read_restore_input(value: Mapping[str, Any]) -> RestoreRequested | RestoreAlone:
    """Return the input of ``restore_database``: the source's request, or what a person typed."""
    what = "The execution's input"
    return parsed(RestoreRequested, value, what=what) if "question" in value else parsed(RestoreAlone, value, what=what)


def _snapshot(asked: RestoreRequested | RestoreAlone, rds: "RDSClient") -> Snapshot:
    if isinstance(asked, RestoreAlone) and asked.snapshot_arn == LATEST:
        return latest((each for family in FAMILIES for each in Snapshots(rds, family).manual()), asked.database)
    return _find(asked.snapshot_arn, rds)


def latest(snapshots: Iterable[Snapshot], database: str) -> Snapshot:
    """Return the newest available one of a database, by the tag of its copy, or by the name that RDS tells.

    Raises:
        SnapshotNotFound: There is none.
    """
    found = [each for each in snapshots if each.available and each.created and _database_of(each) == database]
    if not found:
        raise SnapshotNotFound(
            f"This account holds no available snapshot of a database {database}",
            resource=database,
            remedy="carry one across, or name a snapshot by its ARN",
        )
    return max(found, key=lambda each: each.created or datetime.min.replace(tzinfo=UTC))


def _database_of(snapshot: Snapshot) -> str:
    return snapshot.tags.get(names.DATABASE_TAG, snapshot.database).rpartition(":")[2]


def _find(arn: str, rds: "RDSClient") -> Snapshot:
    found = Snapshots.of_arn(rds, arn).find(arn)
    if found is None or not found.available:
        raise SnapshotNotFound(
            f"Snapshot {arn} is {found.status if found else 'not there'}",
            resource=arn,
            remedy="name a snapshot of this account that is available",
        )
    return found


def _wanted(
    asked: RestoreRequested | RestoreAlone, snapshot: Snapshot, execution: Execution, clients: Clients
) -> Wanted:
    facts = asked.database if isinstance(asked, RestoreRequested) else None
    database = asked.database if isinstance(asked, RestoreAlone) else asked.database.identifier
    return Wanted(
        transfer=asked.transfer if isinstance(asked, RestoreRequested) else execution.transfer,
        database=database,
        family=snapshot.family,
        engine=snapshot.engine,
        engine_version=snapshot.engine_version,
        instance_class=facts.instance_class if facts else None,
        scaling=facts.scaling if facts else None,
        profile=clients.profiles.find(database=database, named=asked.profile),
        drill=isinstance(asked, RestoreAlone) and asked.drill,
    )


def _deadline(asked: RestoreRequested | RestoreAlone, execution: Execution, stack: TargetStack) -> str:
    if isinstance(asked, RestoreRequested):
        return asked.deadline
    return show_time(execution.deadline(stack.deadline_hours))


def _plan(  # noqa: PLR0913  # a plan is put together from all of them, here alone
    wanted: Wanted, snapshot: Snapshot, execution: Execution, stack: TargetStack, *, key_arn: str, deadline: str
) -> RestorePlan:
    profile = wanted.profile
    secret = None if profile.managed_password else passwords.secret_name(wanted.identifier, wanted.transfer)
    return RestorePlan(
        transfer=wanted.transfer,
        execution_arn=execution.arn,
        family=snapshot.family,
        identifier=wanted.identifier,
        connection=stack.connection(wanted.name),
        snapshot=snapshot.identifier,
        snapshot_arn=snapshot.arn,
        engine=snapshot.engine,
        engine_version=snapshot.engine_version,
        instances=profile.instances,
        quarantine_group=stack.quarantine_group,
        settings=wanted.settings(port=snapshot.port, key_arn=key_arn, monitoring_role=stack.monitoring_role),
        secret=secret,
        key_arn=key_arn,
        deadline=deadline,
        begun=show_time(parse_time(execution.started_at)),
        delete_snapshot=snapshot.tags.get(names.TRANSFER_TAG) == wanted.transfer and not profile.keep_snapshot,
        keep_previous_hours=profile.keep_previous_hours,
        hooks=[dict(planned(hook, stack)) for hook in profile.hooks],
        naming=asdict(wanted.naming) if wanted.naming else None,
        tags={
            **profile.tags,
            **names.tags(wanted.transfer, execution.arn),
            names.MANAGED_TAG: "true",
            **({names.SECRET_TAG: stack.secret_arn(secret)} if secret else {}),
        },
        drill=wanted.drill,
        snapshot_taken=show_time(snapshot.created) if snapshot.created else None,
    )
