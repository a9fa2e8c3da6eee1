"""Planning a transfer in the source: everything that can be known is found out before anything is made. Reads only."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from snapferry import names
from snapferry.contracts import AccountId, DatabaseFacts, TransferRequest
from snapferry.databases import Database, find_database
from snapferry.errors import (
    DatabaseNotAvailable,
    DatabaseNotFound,
    InvalidExecutionName,
    InvalidInput,
    InvalidRoute,
    SourceNotSupported,
)
from snapferry.keys import find_key
from snapferry.transfer_keys import check_released, find_transfer_key
from snapferry.transfers import Execution, TransferPlan
from snapferry.vocabulary import Family
from snapferry.waits import parse_time, show_time

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_rds import RDSClient

# AWS lets a snapshot be taken in these (aws-facts 2.2) ...
_SNAPSHOT_POSSIBLE: Final = frozenset({"available", "storage-optimization", "storage-initialization"})
# ... and these pass by themselves
_SNAPSHOT_SOON: Final = frozenset({"backing-up", "maintenance", "modifying", "resetting-master-credentials"})
_NOT_OURS: Final = ("docdb", "neptune", "custom-")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a source stack's transfers go: one target account, one Region, one key.

    Attributes:
        key: The transfer key as the deployer named it: id, ARN, alias name or alias ARN.
        stack: The stack's name, for which a key may be tagged.
        edits_key_policy: False where the deployer manages the key's policy.
        deadline_hours: How long a whole transfer may take.
    """

    source_account: AccountId
    target_account: AccountId
    region: str
    partition: str
    key: str
    stack: str
    edits_key_policy: bool
    deadline_hours: float


def plan_transfer(
    request: TransferRequest, execution: Execution, route: Route, *, rds: "RDSClient", kms: "KMSClient"
) -> TransferPlan:
    """Find out whether a transfer can be, and write down what it will do. Reads only.

    Raises:
        InvalidExecutionName, InvalidRoute, InvalidInput: What the person or the deployer gave.
        DatabaseNotFound, DatabaseNotAvailable, SourceNotSupported: The database.
        TransferKeyNotUsable: The transfer key.
    """
    _check_execution(execution)
    _check_route(route)
    if not names.is_database_name(request.database):
        raise InvalidInput(
            f"{request.database!r} is no name of an RDS database",
            resource="database",
            remedy="give the identifier of an instance or a cluster: letters, digits and single hyphens",
        )
    database = _find(request.database, rds)
    _check_encryption(database, route, kms)
    key_arn = find_transfer_key(kms, route.key, region=route.region)
    if route.edits_key_policy:
        check_released(kms, key_arn, stack=route.stack)
    return _plan(request, execution, route, database, key_arn)


def _check_execution(execution: Execution) -> None:
    if not names.can_be_carried(execution.name):
        raise InvalidExecutionName(
            f"The execution's name {execution.name!r} cannot be carried to the other account",
            resource=execution.arn,
            remedy="start again with a name of letters, digits, - and _ only, or leave the name out",
        )


def _check_route(route: Route) -> None:
    if not _ACCOUNT.fullmatch(route.target_account):
        raise InvalidRoute(
            f"The target account {route.target_account!r} is not 12 digits",
            resource="TargetAccountId",
            remedy="deploy the source stack again with the right account",
        )
    if route.target_account == route.source_account:
        raise InvalidRoute(
            "The target account is the source account itself",
            resource="TargetAccountId",
            remedy="deploy the source stack again with another account; within one account, copy the snapshot directly",
        )


def _find(identifier: str, rds: "RDSClient") -> Database:
    database = find_database(rds, identifier)
    if database is None:
        raise DatabaseNotFound(
            f"There is no RDS instance and no Aurora cluster {identifier}",
            resource=identifier,
            remedy="look it up with: aws rds describe-db-clusters; aws rds describe-db-instances",
        )
    _check_kind(database)
    if database.status not in _SNAPSHOT_POSSIBLE | _SNAPSHOT_SOON:
        raise DatabaseNotAvailable(
            f"The status of {database.family} {identifier} is {database.status}",
            resource=database.arn,
            remedy="wait until it is available, or start it, and run again",
        )
    return database


def _check_kind(database: Database) -> None:
    if database.member_of:
        raise SourceNotSupported(
            f"{database.identifier} is an instance of the cluster {database.member_of}; a snapshot is of the cluster",
            resource=database.arn,
            remedy=f'run again with {{"database": "{database.member_of}"}}',
        )
    multi_az_cluster = database.family == "cluster" and not database.engine.startswith("aurora")
    if database.engine.startswith(_NOT_OURS) or multi_az_cluster:
        raise SourceNotSupported(
            f"AWS shares no snapshots of this kind of database: {database.family} of engine {database.engine}",
            resource=database.arn,
            remedy="use the engine's own export and import",
        )


def _check_encryption(database: Database, route: Route, kms: "KMSClient") -> None:
    if database.key_arn is None or database.encryption != "sse-kms":
        raise SourceNotSupported(
            f"{database.identifier} has encryption {database.encryption!r}; this version carries those under aws/rds",
            resource=database.arn,
        )
    key = find_key(kms, database.key_arn, region=route.region, refusal=SourceNotSupported)
    if not key.managed_by_aws:
        raise SourceNotSupported(
            f"{database.identifier} is under a customer managed key; this version carries databases under aws/rds",
            resource=key.arn,
        )


def _plan(
    request: TransferRequest, execution: Execution, route: Route, database: Database, key_arn: str
) -> TransferPlan:
    transfer = execution.transfer
    snapshot = names.snapshot_name(database.identifier, transfer)
    copy = names.copy_name(database.identifier, transfer)
    started = parse_time(execution.started_at)
    deadline = execution.deadline(route.deadline_hours)
    arn = f"arn:{route.partition}:rds:{route.region}:{route.source_account}:{_SNAPSHOT_KIND[database.family]}:"
    return TransferPlan(
        transfer=transfer,
        execution_arn=execution.arn,
        source_account=route.source_account,
        target_account=route.target_account,
        region=route.region,
        partition=route.partition,
        database=_facts(database).model_dump(),
        family=database.family,
        snapshot=snapshot,
        snapshot_arn=f"{arn}{snapshot}",
        copy=copy,
        copy_arn=f"{arn}{copy}",
        key_arn=key_arn,
        started_at=show_time(started),
        deadline=show_time(deadline),
        deadline_seconds=round((deadline - started).total_seconds()),
        restore=request.restore,
        profile=request.profile,
    )


_SNAPSHOT_KIND: Final[dict[Family, str]] = {"instance": "snapshot", "cluster": "cluster-snapshot"}


def _facts(database: Database) -> DatabaseFacts:
    return DatabaseFacts(
        identifier=database.identifier,
        arn=database.arn,
        family=database.family,
        engine=database.engine,
        engine_version=database.engine_version,
        gigabytes=database.gigabytes,
        instance_class=database.instance_class,
        port=database.port,
        master_username=database.master_username,
    )
