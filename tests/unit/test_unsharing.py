"""Taking a copy back from the target: nobody else's access to it changes, and what is gone is shared with nobody."""

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from snapferry.databases import Snapshots

TARGET, OTHER = "222222222222", "333333333333"
COPY = "sf-example-db-0123456789abcdef-c"


class Rds:
    """One cluster snapshot's `restore` attribute; None if the snapshot is gone."""

    def __init__(self, *shared_with: str, there: bool = True, refusal: str = "") -> None:
        self.shared_with = list(shared_with)
        self.there = there
        self.refusal = refusal
        self.changes = 0

    def describe_db_cluster_snapshot_attributes(self, **_: str) -> dict[str, Any]:
        self._answer("DBClusterSnapshotNotFoundFault" if not self.there else "", "Describe")
        rows = [{"AttributeName": "restore", "AttributeValues": list(self.shared_with)}]
        return {"DBClusterSnapshotAttributesResult": {"DBClusterSnapshotAttributes": rows}}

    def modify_db_cluster_snapshot_attribute(self, *, ValuesToRemove: list[str], **_: str) -> None:  # noqa: N803 - boto3's name
        self._answer("DBClusterSnapshotNotFoundFault" if not self.there else self.refusal, "Modify")
        self.changes += 1
        self.shared_with = [each for each in self.shared_with if each not in ValuesToRemove]

    def _answer(self, code: str, operation: str) -> None:
        if code:
            raise ClientError({"Error": {"Code": code, "Message": "No."}}, operation)


def unshare(rds: Rds) -> None:
    Snapshots(cast("Any", rds), "cluster").unshare(COPY, TARGET)


def test_only_the_target_is_taken_out() -> None:
    rds = Rds(OTHER, TARGET)
    unshare(rds)
    assert rds.shared_with == [OTHER]


def test_what_is_not_shared_is_not_written() -> None:
    rds = Rds(OTHER)
    unshare(rds)
    assert (rds.shared_with, rds.changes) == ([OTHER], 0)


def test_a_snapshot_that_is_gone_is_shared_with_nobody() -> None:
    unshare(Rds(TARGET, there=False))


def test_one_that_goes_between_looking_and_changing_is_shared_with_nobody() -> None:
    unshare(Rds(TARGET, refusal="DBClusterSnapshotNotFoundFault"))


def test_a_refusal_is_told_so_that_the_sweeper_comes_again() -> None:
    with pytest.raises(ClientError, match="InvalidDBClusterSnapshotStateFault"):
        unshare(Rds(TARGET, refusal="InvalidDBClusterSnapshotStateFault"))
