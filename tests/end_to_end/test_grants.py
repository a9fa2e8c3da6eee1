"""Grants that the target still holds after closing are told; with RevokeGrants those that it has issued end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.stage import set_stage
from sandbox.world import Sandbox
from snapferry.state.leases import LeaseRecord, Leases
from snapferry.state.table import Table
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator
    from tests.end_to_end.story import Run

RDS = "rds.eu-west-1.amazonaws.com"
GIVEN = (SOURCE.id, f"arn:aws:iam::{TARGET.id}:user/admin")
ISSUED = (TARGET.id, RDS)
ANOTHER_LEASE = "fedcba9876543210"


class Grants:
    """A stage where the source's people give the target a grant, and the target's own make one."""

    def __init__(self, simulator: Simulator, *, revoke: str) -> None:
        self.sandbox = Sandbox(permissions=simulator, data=False)
        parameters = {"RevokeGrants": revoke, "LeasePrincipal": "account"}
        self.story = Story(set_stage(self.sandbox, source_parameters=parameters))
        self.kms, self.key = self.sandbox.client("kms", SOURCE), self.story.stage.transfer_key
        self.kms.create_grant(KeyId=self.key, GranteePrincipal=GIVEN[1], Operations=["DescribeKey"])

    def run(self, *, another_lease: bool = False) -> Run:
        """A transfer; while access is open, somebody in the target restores straight from the share."""

        def meanwhile() -> None:
            self._restore_from_share()
            if another_lease:
                self.sandbox.clock.wait_until(lambda: self.story.entered("Stop sharing"), 86_400)
                self._note_another_lease()

        run = self.story.run(when="Ask the target to take its copy", then=meanwhile, restore=False)
        assert (run.status, run.cause) == ("SUCCEEDED", None)
        return run

    def left(self) -> list[tuple[str, str]]:
        """Issuer and grantee of the key's grants, without those by which RDS works for the source itself."""
        rows = self.kms.list_grants(KeyId=self.key)["Grants"]
        found = [(row["IssuingAccount"].split(":")[4], row["GranteePrincipal"]) for row in rows]
        return [each for each in found if each != (SOURCE.id, RDS)]

    def _note_another_lease(self) -> None:
        record = LeaseRecord(
            transfer=ANOTHER_LEASE,
            execution_arn="another",
            key_arn=self.key,
            copy_arn=f"arn:aws:rds:eu-west-1:{SOURCE.id}:cluster-snapshot:sf-another-{ANOTHER_LEASE}-c",
            target_account=TARGET.id,
            ends="2027-01-01T00:00:00Z",
            opened_at="2026-01-01T00:00:00Z",
            fingerprint="f",
        )
        table = self.story.stage.source.outputs["StateTableName"]
        Leases(Table(self.sandbox.client("dynamodb", SOURCE), table)).note(record)

    def _restore_from_share(self) -> None:
        """RDS then holds a grant on the source's key for as long as the cluster lives."""
        self.sandbox.clock.run(limit=60)
        rows = self.sandbox.client("rds", SOURCE).describe_db_cluster_snapshots(SnapshotType="manual")
        (copy,) = [row for row in rows["DBClusterSnapshots"] if row["DBClusterSnapshotIdentifier"].endswith("-c")]
        self.sandbox.client("rds", TARGET).restore_db_cluster_from_snapshot(
            DBClusterIdentifier=f"direct-{len(self.story.restored())}",
            SnapshotIdentifier=copy["DBClusterSnapshotArn"],
            Engine=copy["Engine"],
            DBSubnetGroupName=self.story.stage.target_network.subnet_group,
        )


@pytest.fixture(scope="module")
def grants(simulator: Simulator, request: pytest.FixtureRequest) -> Iterator[Grants]:
    stage = Grants(simulator, revoke=request.param)
    with stage.sandbox:
        yield stage


REVOKED = pytest.mark.parametrize("grants", ["true"], indirect=True, ids=["RevokeGrants=true"])
REPORTED = pytest.mark.parametrize("grants", ["false"], indirect=True, ids=["RevokeGrants=false"])


@REVOKED
def test_what_the_target_has_issued_ends_and_what_it_was_given_stays(grants: Grants) -> None:
    assert told(grants.run()) == [(*GIVEN, False), (*ISSUED, True)]
    assert grants.left() == [GIVEN]


@REVOKED
def test_while_another_transfer_has_a_lease_none_ends(grants: Grants) -> None:
    assert told(grants.run(another_lease=True)) == [(*GIVEN, False), (*ISSUED, False)]
    assert grants.left() == [GIVEN, ISSUED]


@REPORTED
def test_by_default_they_are_only_told(grants: Grants) -> None:
    assert told(grants.run()) == [(*GIVEN, False), (*ISSUED, False)]
    assert grants.left() == [GIVEN, ISSUED]


def told(run: Run) -> list[tuple[str, str, bool]]:
    found: list[dict[str, Any]] = run.output["access"]["grants"]
    return [(each["issuing_account"], each["grantee"], each["revoked"]) for each in found]
