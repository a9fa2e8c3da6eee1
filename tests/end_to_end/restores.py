"""Restores that a person starts in the target, from a snapshot that is there: no source account, no ferry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.accounts import TARGET
from sandbox.stage import write_profile
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from sandbox.stage import Stage
    from tests.end_to_end.story import Run

SNAPSHOT = "kept"
PROFILE_OF_TESTS = {"instance_class": "db.r6g.large", "identifier": "{database}-{transfer}"}


@dataclass
class Restores:
    """The target's side of a stage, with one snapshot."""

    story: Story
    snapshot_arn: str

    @classmethod
    def on(cls, stage: Stage) -> Restores:
        """Take the snapshot of a database of the target's own, control plane only."""
        sandbox = stage.sandbox
        rds = sandbox.client("rds", TARGET)
        rds.create_db_cluster(
            DBClusterIdentifier="original",
            Engine="aurora-mysql",
            MasterUsername="master",
            MasterUserPassword="Production-1",
            KmsKeyId=stage.own_key,
            StorageEncrypted=True,
            DBSubnetGroupName=stage.target_network.subnet_group,
        )
        sandbox.clock.run(limit=7200)
        rds.create_db_cluster_snapshot(DBClusterIdentifier="original", DBClusterSnapshotIdentifier=SNAPSHOT)
        sandbox.clock.run(limit=7200)
        row = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=SNAPSHOT)["DBClusterSnapshots"][0]
        return cls(Story(stage), row["DBClusterSnapshotArn"])

    def run(self, hooks: list[dict[str, Any]], **more: Any) -> Run:
        """Restore with these hooks in the profile; `when` and `then` as `Story.execute` has them."""
        stage = self.story.stage
        write_profile(stage.sandbox, stage.target_network, **PROFILE_OF_TESTS, hooks=hooks)
        given = {"snapshot_arn": self.snapshot_arn, "database": "example-db"}
        return self.story.execute(stage.target.outputs["RestoreDatabaseMachineArn"], given, **more)

    def databases(self) -> list[str]:
        """The clusters that restores have left."""
        rows = self.story.sandbox.client("rds", TARGET).describe_db_clusters()["DBClusters"]
        return [row["DBClusterIdentifier"] for row in rows if row["DBClusterIdentifier"] != "original"]
