"""What a transfer starts from: a database, and either a fresh snapshot of it or one that is there already. Reads only.

Whatever speaks against it is noted with all the rest, each as an error with a name of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from snapferry.contracts.incoming import DatabaseFacts
from snapferry.databases import Database, Snapshot, Snapshots, source_checks
from snapferry.databases.source_checks import Subject
from snapferry.errors import GiveUp, SnapshotAlreadyShared, SnapshotNotShared
from snapferry.findings import Findings
from snapferry.keys import Key
from snapferry.source import source_keys
from snapferry.source.route import Route
from snapferry.source.source_record import Source, facts_of
from snapferry.source.source_search import Named, find_named, find_start, kept_by
from snapferry.waits import show_time

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_rds import RDSClient

_MANUAL: Final = "manual"
_EVERYBODY: Final = "all"
_MOST_ACCOUNTS: Final = 20  # that a snapshot may be shared with (aws-facts 1.1, rule 2)


def find_source(  # noqa: PLR0913  # two things that are asked for, and what they are held against
    database: str,
    snapshot: str,
    route: Route,
    transfer_key: str | None,
    findings: Findings,
    *,
    rds: "RDSClient",
    kms: "KMSClient",
) -> Source | None:
    """Find what a transfer starts from, and note everything that speaks against it.

    Args:
        database: Name or ARN of an instance, of a cluster, or of a cluster's instance.
        snapshot: ``new``, ``latest``, or the name or ARN of a snapshot of that database.
        route: Where to look, and what the deployer allows.
        transfer_key: ARN of the transfer key; None if it cannot be found.
        findings: Takes what speaks against it.
        rds: A client.
        kms: A client.

    Returns:
        None if there is nothing to start from; the findings say why.
    """
    named = findings.check(lambda: find_named(rds, database, route, snapshot=snapshot))
    start = findings.check(lambda: find_start(rds, snapshot, named, route)) if named else None
    if named is None or start is None:
        return None
    checks = _Checks(route, transfer_key, findings, rds, kms)
    if start.snapshot is not None:
        return checks.snapshot(named, start.snapshot)
    return checks.fresh(named, named.database) if named.database else None


@dataclass(frozen=True, slots=True)
class _Checks:
    """Everything that is looked at, of a database that gets a fresh snapshot and of a snapshot that is there."""

    route: Route
    transfer_key: str | None
    findings: Findings
    rds: "RDSClient"
    kms: "KMSClient"

    def fresh(self, named: Named, database: Database) -> Source:
        self.findings.add(*source_checks.against_status(database))
        key = self.key_of(database)
        self.check_key(database, key)
        return Source(
            facts=self.facts(named, database),
            database=database,
            start=None,
            encryption=database.encryption,
            key=key,
            make_copy=not self.is_under_transfer_key(key),
            kept_by=None,
            remarks=named.remarks,
        )

    def snapshot(self, named: Named, start: Snapshot) -> Source:
        key = self.key_of(start)
        kept = kept_by(start, self.transfer_key)
        if kept is None:
            self.check_key(start, key)
        # only a manual one can be shared (aws-facts 1.1, rule 1)
        make_copy = start.kind != _MANUAL or not self.is_under_transfer_key(key)
        shared = self.findings.check(lambda: self.shared_with(start)) or frozenset()
        if not make_copy:
            self.findings.add(*_against_sharing(start, shared, self.route.target_account))
        return Source(
            facts=self.facts(named, start),
            database=named.database,
            start=start,
            encryption=start.encryption,
            key=key,
            make_copy=make_copy,
            kept_by=kept,
            remarks=(*named.remarks, *_remarks(start, shared, kept)),
        )

    def key_of(self, subject: Subject) -> Key | None:
        arn = subject.key_arn
        if arn is None:
            return None
        return self.findings.check(lambda: source_keys.find_database_key(self.kms, arn, self.route))

    def check_key(self, subject: Subject, key: Key | None) -> None:
        if key is None or key.managed_by_aws:  # aws/rds admits the whole account by way of RDS
            return
        if self.is_under_transfer_key(key):
            self.findings.add(*source_keys.against_transfer_key(subject, key, self.route))
        else:
            self.findings.check(lambda: self.findings.add(*source_keys.against_key(subject, key, self.route, self.kms)))

    def is_under_transfer_key(self, key: Key | None) -> bool:
        return key is not None and key.arn == self.transfer_key

    def shared_with(self, start: Snapshot) -> frozenset[str]:
        if start.kind != _MANUAL:
            return frozenset()
        return Snapshots(self.rds, start.family).shared_with(start.identifier)

    def facts(self, named: Named, subject: Subject) -> DatabaseFacts:
        """Return what the target has to know, and note what keeps such a database from being carried."""
        unsupported = list(source_checks.against_kind(subject))
        self.findings.add(*unsupported)
        if unsupported:  # nothing that could be mended of it would help
            return facts_of(subject, named, self.route, [])
        self.findings.add(*source_checks.against_no_key(subject))
        options = self.findings.check(lambda: self.options(subject)) or []
        return facts_of(subject, named, self.route, options)

    def options(self, subject: Subject) -> list[str]:
        options, refusals = source_checks.options_of(subject, self.rds)
        self.findings.add(*refusals)
        return options


def _against_sharing(start: Snapshot, shared: frozenset[str], target: str) -> Iterator[GiveUp]:
    if target in shared:
        yield SnapshotAlreadyShared(
            f"Snapshot {start.identifier} is shared with the target account {target} already, not by this transfer",
            resource=start.arn,
            remedy="take it back, or wait until the transfer that shares it is closed; or run receive_snapshot in the "
            "target account with it",
        )
    elif len(shared) >= _MOST_ACCOUNTS:
        yield SnapshotNotShared(
            f"Snapshot {start.identifier} is shared with {len(shared)} accounts, and AWS allows no more",
            resource=start.arn,
            remedy="take it back from one of them, or name another snapshot",
        )


def _remarks(start: Snapshot, shared: frozenset[str], kept: str | None) -> Iterator[str]:
    when = f" of {show_time(start.created)}" if start.created else ""
    what = f"the copy that transfer {kept} left behind" if kept else f"the {start.kind} snapshot"
    yield f"it starts from {what} {start.identifier}{when}: what the database has taken in since does not cross"
    if _EVERYBODY in shared:
        yield f"snapshot {start.identifier} is public: every AWS account can restore it"
