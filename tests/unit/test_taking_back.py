"""Taking a restore back: RDS refuses to delete what is protected, and a restore's last steps protect it."""

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from snapferry.databases.clusters import Clusters
from snapferry.databases.instances import Instances


class Rds:
    """One database, `example-db-2`, with RDS's rules on deleting it."""

    def __init__(self, *, protected: bool, members: tuple[str, ...] = ()) -> None:
        self.there = True
        self.protected = protected
        self.members = list(members)

    def describe_db_clusters(self, **_: str) -> dict[str, Any]:
        members = [{"DBInstanceIdentifier": name, "IsClusterWriter": False} for name in self.members]
        return self._shown("DBClusters", DBClusterMembers=members)

    def describe_db_instances(self, *, DBInstanceIdentifier: str) -> dict[str, Any]:  # noqa: N803 - boto3's name
        if DBInstanceIdentifier in self.members:
            return {"DBInstances": [_row(DBInstanceIdentifier, DeletionProtection=False)]}
        return self._shown("DBInstances")

    def modify_db_cluster(self, *, DeletionProtection: bool, **_: Any) -> None:  # noqa: N803 - boto3's name
        self.protected = DeletionProtection

    modify_db_instance = modify_db_cluster

    def delete_db_cluster(self, **_: Any) -> None:
        self._delete()

    def delete_db_instance(self, *, DBInstanceIdentifier: str, **_: Any) -> None:  # noqa: N803 - boto3's name
        if DBInstanceIdentifier in self.members:
            self.members.remove(DBInstanceIdentifier)
        else:
            self._delete()

    def _delete(self) -> None:
        if self.protected or self.members:
            raise ClientError({"Error": {"Code": "InvalidParameterCombination", "Message": "No."}}, "Delete")
        self.there = False

    def _shown(self, rows: str, **more: Any) -> dict[str, Any]:
        if not self.there:
            raise ClientError({"Error": {"Code": f"{rows.removesuffix('s')}NotFound", "Message": ""}}, "Describe")
        return {rows: [_row("example-db-2", DeletionProtection=self.protected, **more)]}


def _row(name: str, **more: Any) -> dict[str, Any]:
    kinds = {f"DB{kind}{part}": name for kind in ("Cluster", "Instance") for part in ("Identifier", "Arn")}
    return {**kinds, "Status": "available", "DBInstanceStatus": "available", "Engine": "aurora-mysql", **more}


@pytest.mark.parametrize("protected", [True, False])
def test_an_instance_goes_whether_protected_or_not(*, protected: bool) -> None:
    rds = Rds(protected=protected)
    Instances(cast("Any", rds)).delete("example-db-2")
    assert not rds.there
    Instances(cast("Any", rds)).delete("example-db-2")  # gone already


@pytest.mark.parametrize("protected", [True, False])
def test_a_cluster_goes_after_its_members_whether_protected_or_not(*, protected: bool) -> None:
    rds = Rds(protected=protected, members=("example-db-2-1", "example-db-2-2"))
    clusters = Clusters(cast("Any", rds))
    clusters.delete("example-db-2")
    assert rds.members == []
    assert rds.there
    clusters.delete("example-db-2")
    assert not rds.there
