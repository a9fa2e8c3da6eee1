"""Snapshots of both families behind the same verbs, each of which may run twice.

The two APIs are the same but for their words: ``CreateDBSnapshot`` and ``CreateDBClusterSnapshot``, and so on, and for
their error codes (aws-facts 2.0).
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.databases.records import Snapshot, tag_list
from snapferry.errors import AwsRefused, NameTaken, NotOurs, SnapshotNotFound
from snapferry.names import TRANSFER_TAG
from snapferry.vocabulary import Family

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

_NOT_FOUND: Final = frozenset({"DBSnapshotNotFound", "DBClusterSnapshotNotFoundFault"})
_ALREADY_THERE: Final = frozenset({"DBSnapshotAlreadyExists", "DBClusterSnapshotAlreadyExistsFault"})
_NOT_IN_THIS_STATE: Final = frozenset({"InvalidDBSnapshotState", "InvalidDBClusterSnapshotStateFault"})
_AUTOMATED: Final = "automated"
_TYPES: Final[dict[Family, tuple[str, ...]]] = {"instance": (_AUTOMATED, "awsbackup"), "cluster": (_AUTOMATED,)}
_RESTORE: Final = "restore"  # the only attribute that AWS documents (aws-facts 2.5)


class Snapshots:
    """The snapshots of one family in the caller's account.

    Args:
        rds: A client in the Region of the snapshots.
        family: Which API to use.
    """

    def __init__(self, rds: "RDSClient", family: Family) -> None:
        self._rds: Any = rds
        self.family: Family = family
        instance = family == "instance"
        self._snake = "db_snapshot" if instance else "db_cluster_snapshot"
        self._camel = "DBSnapshot" if instance else "DBClusterSnapshot"
        self._database = "DBInstanceIdentifier" if instance else "DBClusterIdentifier"

    @classmethod
    def of_arn(cls, rds: "RDSClient", arn: str) -> "Snapshots":
        """Return the snapshots of the family that an ARN belongs to.

        Raises:
            SnapshotNotFound: It is no ARN of a snapshot.
        """
        kinds: dict[str, Family] = {"snapshot": "instance", "cluster-snapshot": "cluster"}
        kind = next(iter(arn.split(":")[5:]), "")
        if kind not in kinds:
            raise SnapshotNotFound(
                f"{arn} is no ARN of a DB snapshot or DB cluster snapshot",
                resource=arn,
                remedy="give the ARN that RDS shows for the snapshot",
            )
        return cls(rds, kinds[kind])

    def find(self, name: str) -> Snapshot | None:
        """Return a snapshot by its name, or by the ARN of one that another account shares; None if there is none."""
        return self._look(name, **({"IncludeShared": True} if name.startswith("arn:") else {}))

    def find_of_any_type(self, name: str) -> Snapshot | None:
        """Return this account's snapshot of that name, be it manual, automated or made by AWS Backup.

        RDS shows what it did not make on request only together with its type (aws-facts 2.3).
        """
        for kind in (None, *_TYPES[self.family]):
            found = self._look(name, **({"SnapshotType": kind} if kind else {}))
            if found is not None:
                return found
        return None

    def manual(self) -> Iterator[Snapshot]:
        """Yield every snapshot that somebody took in this account."""
        return self._list(SnapshotType="manual")

    def automated(self, database: str) -> Iterator[Snapshot]:
        """Yield the automated snapshots of one database."""
        return self._list(SnapshotType=_AUTOMATED, **{self._database: database})

    def create(self, database: str, name: str, tags: Mapping[str, str]) -> Snapshot:
        """Begin a snapshot of a database, or find the one that this transfer has begun before.

        Raises:
            NameTaken: Somebody else's snapshot has the name.
        """
        return self._begin(
            f"create_{self._snake}",
            name,
            tags,
            **{self._database: database, f"{self._camel}Identifier": name, "Tags": tag_list(tags)},
        )

    def copy(
        self, source_arn: str, name: str, key_arn: str, tags: Mapping[str, str], *, with_options: bool = False
    ) -> Snapshot:
        """Begin a copy under a key, or find the one that this transfer has begun before.

        Args:
            source_arn: What is copied; it may be of another account.
            name: Of the copy.
            key_arn: What it is encrypted under.
            tags: The copy's.
            with_options: Copy its option group, too: Oracle's of another account (aws-facts 1.1, rule 7).

        Raises:
            NameTaken: Somebody else's snapshot has the name.
            ClientError: RDS refuses; ``KMSKeyNotAccessibleFault`` if a key cannot be used.
        """
        return self._begin(
            f"copy_{self._snake}",
            name,
            tags,
            **{f"Source{self._camel}Identifier": source_arn, f"Target{self._camel}Identifier": name},
            KmsKeyId=key_arn,
            Tags=tag_list(tags),
            **({"CopyOptionGroup": True} if with_options else {}),
        )

    def shared_with(self, name: str) -> frozenset[str]:
        """Return the accounts that may copy and restore a snapshot; ``all`` stands for everybody."""
        found = self._call(f"describe_{self._snake}_attributes", **{f"{self._camel}Identifier": name})
        attributes = found[f"{self._camel}AttributesResult"][f"{self._camel}Attributes"]
        return frozenset(
            account for row in attributes if row["AttributeName"] == _RESTORE for account in row["AttributeValues"]
        )

    def share(self, name: str, account: str) -> None:
        """Let one account copy a snapshot."""
        if account not in self.shared_with(name):
            self._modify(name, ValuesToAdd=[account])

    def unshare(self, name: str, account: str) -> None:
        """Take a snapshot back from one account; one that is gone already is shared with nobody."""
        try:
            if account in self.shared_with(name):
                self._modify(name, ValuesToRemove=[account])
        except ClientError as error:
            if aws.code(error) not in _NOT_FOUND:
                raise

    def delete(self, name: str, transfer: str) -> bool:
        """Delete a snapshot that this transfer made, and tell whether it is gone.

        False means: look again, RDS is still making or deleting it (one that is being created cannot be deleted).

        Raises:
            NotOurs: It lacks the transfer's tag.
        """
        found = self.find(name)
        if found is None:
            return True
        if found.tags.get(TRANSFER_TAG) != transfer:
            raise NotOurs(
                f"Snapshot {name} lacks the tag {TRANSFER_TAG}={transfer}, so it stays",
                resource=found.arn,
                remedy="find out in CloudTrail who made it or changed its tags, and delete it if nobody needs it",
            )
        try:
            self._call(f"delete_{self._snake}", **{f"{self._camel}Identifier": name})
        except ClientError as error:
            # Where it is gone already, its answer lost, the role's condition on its tag makes that AccessDenied.
            if aws.code(error) not in _NOT_IN_THIS_STATE and self.find(name) is not None:
                raise
        return self.find(name) is None

    def _look(self, name: str, **more: Any) -> Snapshot | None:
        try:
            rows = self._call(f"describe_{self._snake}s", **{f"{self._camel}Identifier": name}, **more)
        except ClientError as error:
            if aws.code(error) in _NOT_FOUND:
                return None
            raise
        return next((Snapshot.of_row(row, self.family) for row in rows[f"{self._camel}s"]), None)

    def _list(self, **which: Any) -> Iterator[Snapshot]:
        for page in self._rds.get_paginator(f"describe_{self._snake}s").paginate(**which):
            for row in page[f"{self._camel}s"]:
                yield Snapshot.of_row(row, self.family)

    def _begin(self, operation: str, name: str, tags: Mapping[str, str], **parameters: Any) -> Snapshot:
        try:
            return Snapshot.of_row(self._call(operation, **parameters)[self._camel], self.family)
        except ClientError as error:
            if aws.code(error) not in _ALREADY_THERE:
                raise
        found = self.find(name)
        if found is None:
            raise AwsRefused(
                f"RDS says that snapshot {name} is there, and does not show it",
                resource=name,
                remedy="look for it in the console; run again, which takes another name",
            )
        if found.tags.get(TRANSFER_TAG) != tags[TRANSFER_TAG]:
            raise NameTaken(
                f"A snapshot that this transfer did not make is called {name}", resource=found.arn, remedy="rename it"
            )
        return found

    def _modify(self, name: str, **change: list[str]) -> None:
        identifier = {f"{self._camel}Identifier": name}
        self._call(f"modify_{self._snake}_attribute", **identifier, AttributeName=_RESTORE, **change)

    def _call(self, operation: str, **parameters: Any) -> Any:
        return getattr(self._rds, operation)(**parameters)
