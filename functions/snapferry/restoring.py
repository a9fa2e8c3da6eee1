"""The target's restore: planned from the profile, before anything is made."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from snapferry import names, passwords
from snapferry.contracts import RestoreAlone, RestoreRequested, parsed
from snapferry.databases import Snapshot, Snapshots
from snapferry.databases.family import RestorePlan
from snapferry.errors import OwnKeyNotUsable, SnapshotNotFound
from snapferry.findings import Findings
from snapferry.hooks import planned
from snapferry.keys import find_key
from snapferry.restore_checks import check_restore
from snapferry.target_stack import Clients, TargetStack
from snapferry.transfers import Execution
from snapferry.waits import parse_time, show_time
from snapferry.wanted import Wanted

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient


def plan_restore(value: Mapping[str, Any], execution: Execution, stack: TargetStack, clients: Clients) -> RestorePlan:
    """Plan a restore from what the source asked, or from a snapshot that a person names. Reads only.

    Raises:
        InvalidInput, SnapshotNotFound, ProfileNotFound, ProfileInvalid: What it is asked to do.
        RestoreNotPossible, OwnKeyNotUsable: The only reason against it.
        TransferNotPossible: Several reasons, all at once.
    """
    asked = read_restore_input(value)
    snapshot = _find(asked.snapshot_arn, clients.rds)
    wanted = _wanted(asked, snapshot, execution, clients)
    findings = Findings(f"target account {stack.account}")
    check_restore(wanted, stack, clients, findings)
    findings.raise_any()
    key_arn = find_key(clients.kms, stack.key, region=stack.region, refusal=OwnKeyNotUsable).arn
    return _plan(wanted, snapshot, execution, stack, key_arn=key_arn, deadline=_deadline(asked, execution, stack))


def read_restore_input(value: Mapping[str, Any]) -> RestoreRequested | RestoreAlone:
    """Return the input of ``restore_database``: the source's request, or what a person typed."""
    what = "The execution's input"
    return parsed(RestoreRequested, value, what=what) if "question" in value else parsed(RestoreAlone, value, what=what)


def _find(arn: str, rds: "RDSClient") -> Snapshot:
    found = Snapshots.of_arn(rds, arn).find(arn)
    if found is None or found.status != "available":
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
        connection=f"{stack.connection_prefix}/{wanted.name}/connection",
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
        tags={
            **profile.tags,
            **names.tags(wanted.transfer, execution.arn),
            names.MANAGED_TAG: "true",
            **({names.SECRET_TAG: stack.secret_arn(secret)} if secret else {}),
        },
    )
