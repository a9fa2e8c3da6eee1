"""The sources: kinds of databases, encryptions and starts; and what is odd about some."""

from __future__ import annotations

import json
from itertools import product
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE, TARGET
from sandbox.rds.identifiers import Arn
from tests.end_to_end.sources.case import Case
from tests.end_to_end.sources.scene import AWS_BACKUP, FRESH, KEPT, LATEST, NAMED, TRANSFER_KEY

if TYPE_CHECKING:
    from tests.end_to_end.sources.scene import Scene

BOTH, COPY, SNAPSHOT = ("snapshot", "copy"), ("copy",), ("snapshot",)
DEFAULT, OWN, NONE, SSE_RDS = "aws/rds", "cmk", "none", "sse-rds"
FAMILIES = ("postgres", "aurora-mysql")
HOURS = 3600.0


def by_a_members_name(_scene: Scene, database: str) -> dict[str, Any]:
    return {"database": f"{Arn.parse(database).name}-1"}


def stopped(scene: Scene, database: str) -> dict[str, Any]:
    name = Arn.parse(database).name
    scene.given(database, LATEST)
    scene.client("rds").stop_db_instance(DBInstanceIdentifier=name)
    scene.story.sandbox.clock.run(limit=HOURS)
    return {}


def gone(scene: Scene, database: str) -> dict[str, Any]:
    del database
    arn = scene.another("postgres", DEFAULT, "gone")
    fields = scene.given(arn, NAMED)
    scene.client("rds").delete_db_instance(DBInstanceIdentifier="gone", SkipFinalSnapshot=True)
    scene.story.sandbox.clock.run(limit=HOURS)
    return fields


def of_another_database(scene: Scene, database: str) -> dict[str, Any]:
    other = scene.given(scene.another("postgres", DEFAULT, "another"), NAMED)
    return {"database": Arn.parse(database).name, "snapshot": other["snapshot"]}


def still_being_made(scene: Scene, database: str) -> dict[str, Any]:
    name = Arn.parse(database).name
    scene.client("rds").create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier="in-the-making")
    return {"snapshot": "in-the-making"}


def elsewhere(region: str, account: str) -> Any:
    arn = f"arn:aws:rds:{region}:{account}:snapshot:before-the-move"
    return lambda _scene, _database: {"snapshot": arn}


def of_a_continuous_backup(_scene: Scene, _database: str) -> dict[str, Any]:
    return {"snapshot": f"arn:aws:rds:eu-west-1:{SOURCE.id}:auto-backup:ab-0123456789abcdef"}


def public(scene: Scene, database: str) -> dict[str, Any]:
    fields = scene.given(database, NAMED)
    share(scene, fields["snapshot"], "all")
    return fields


def shared_with_the_target(scene: Scene, database: str) -> dict[str, Any]:
    fields = scene.given(database, NAMED)
    share(scene, fields["snapshot"], TARGET.id)
    return fields


def share(scene: Scene, snapshot: str, account: str) -> None:
    scene.client("rds").modify_db_snapshot_attribute(
        DBSnapshotIdentifier=snapshot, AttributeName="restore", ValuesToAdd=[account]
    )


def under_a_key_that_is_not_named(scene: Scene, _database: str) -> dict[str, Any]:
    key = scene.client("kms").create_key()["KeyMetadata"]["Arn"]
    scene.another("postgres", key, "not-named")
    return {"database": "not-named"}


def under_a_key_that_only_people_may_use(scene: Scene, _database: str) -> dict[str, Any]:
    """The named key's policy names administrators, and leaves nothing to IAM."""
    scene.once("for-people", scene.named_key)
    let_in(scene, [])
    return {"database": "for-people"}


def under_a_key_that_may_only_be_looked_at(scene: Scene, _database: str) -> dict[str, Any]:
    scene.once("for-people", scene.named_key)
    let_in(scene, wanted_statements(scene)[:1])
    return {"database": "for-people"}


def under_a_key_that_is_opened_as_the_error_says(scene: Scene, _database: str) -> dict[str, Any]:
    scene.once("for-people", scene.named_key)
    let_in(scene, wanted_statements(scene))
    return {"database": "for-people"}


def wanted_statements(scene: Scene) -> list[dict[str, Any]]:
    """What a refusal says that the key policy has to hold."""
    let_in(scene, [])
    cause = str(scene.story.run(database="for-people").cause)
    return list(json.loads(cause.splitlines()[0].partition("these statements: ")[2].removesuffix(".")))


def let_in(scene: Scene, statements: list[dict[str, Any]]) -> None:
    """Leave the named key to an administrator and to these statements, until the case is over."""
    kms, key = scene.client("kms"), scene.named_key
    own = {"Effect": "Allow", "Principal": {"AWS": SOURCE.admin.caller.arn}, "Action": "kms:*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [{"Sid": "PeopleOnly", **own}, *statements]}
    before = kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    kms.put_key_policy(KeyId=key, Policy=json.dumps(document), BypassPolicyLockoutSafetyCheck=True)
    scene.afterwards.insert(0, lambda: kms.put_key_policy(KeyId=key, Policy=before))


def under_a_disabled_key(scene: Scene, _database: str) -> dict[str, Any]:
    kms, key = scene.client("kms"), scene.named_key
    fields = scene.given(scene.another("postgres", key, "disabled"), NAMED)
    kms.disable_key(KeyId=key)
    scene.afterwards.append(lambda: kms.enable_key(KeyId=key))
    return fields


ORDINARY = [
    *(Case(kind, DEFAULT, FRESH, making=BOTH) for kind in FAMILIES),
    *(Case(kind, DEFAULT, start, making=COPY) for kind, start in product(FAMILIES, (LATEST, NAMED, AWS_BACKUP))),
    *(Case(kind, DEFAULT, KEPT) for kind in FAMILIES),
    *(Case(kind, OWN, FRESH, making=BOTH) for kind in FAMILIES),
    *(Case(kind, OWN, start, making=COPY) for kind, start in product(FAMILIES, (LATEST, AWS_BACKUP))),
    Case("postgres", NONE, FRESH, making=BOTH, restored=True),
    Case("postgres", NONE, LATEST, making=COPY),
    Case("postgres", NONE, NAMED, making=COPY),
    *(Case("aurora-mysql", NONE, start, "EncryptionNotSupported") for start in (FRESH, NAMED)),
    *(Case("aurora-mysql", SSE_RDS, start, "EncryptionNotSupported") for start in (FRESH, LATEST)),
]
UNDER_THE_TRANSFER_KEY = [
    *(Case(kind, TRANSFER_KEY, FRESH, "UnderTransferKey") for kind in FAMILIES),
    Case("postgres", TRANSFER_KEY, NAMED, "UnderTransferKey"),
    *(Case(kind, TRANSFER_KEY, FRESH, making=SNAPSHOT, originals=True) for kind in FAMILIES),
    *(Case(kind, TRANSFER_KEY, NAMED, originals=True) for kind in FAMILIES),
    *(Case(kind, TRANSFER_KEY, LATEST, making=COPY, originals=True) for kind in FAMILIES),
    Case(
        "postgres",
        TRANSFER_KEY,
        NAMED,
        "SnapshotAlreadyShared",
        note="shared with the target already",
        originals=True,
        arrange=shared_with_the_target,
    ),
]
KINDS = [
    *(Case(kind, DEFAULT, FRESH, making=BOTH) for kind in ("mysql", "mariadb", "aurora-postgresql", "sqlserver-ee")),
    *(Case(f"{kind}-serverless", DEFAULT, FRESH, making=BOTH, restored=True) for kind in ("aurora-mysql",)),
    Case("aurora-postgresql-serverless", DEFAULT, LATEST, making=COPY),
    Case("oracle-ee", DEFAULT, FRESH, making=BOTH),
    Case("oracle-timezone", DEFAULT, FRESH, making=BOTH, restored=True),
    *(Case(kind, DEFAULT, FRESH, "OptionsNotShareable") for kind in ("oracle-tde", "sqlserver-tde")),
    Case("oracle-tde", DEFAULT, NAMED, "OptionsNotShareable"),
    *(Case(f"multi-az-{kind}", DEFAULT, FRESH, "MultiAzCluster") for kind in ("mysql", "postgres")),
    *(Case(f"custom-{kind}", DEFAULT, FRESH, "EngineNotSupported") for kind in ("oracle-ee", "sqlserver-ee")),
    *(Case(kind, DEFAULT, FRESH, "EngineNotSupported") for kind in ("docdb", "neptune")),
]
ODD = [
    Case("aurora-mysql", DEFAULT, FRESH, making=BOTH, note="by its member's name", arrange=by_a_members_name),
    Case("mariadb", DEFAULT, FRESH, "DatabaseNotAvailable", note="stopped", arrange=stopped),
    Case("mariadb", DEFAULT, LATEST, making=COPY, note="stopped", arrange=lambda _scene, _arn: {"snapshot": "latest"}),
    Case("postgres", DEFAULT, NAMED, making=COPY, note="the database is deleted", arrange=gone),
    Case("postgres", DEFAULT, NAMED, "SnapshotOfAnotherDatabase", note="another's", arrange=of_another_database),
    Case("mysql", DEFAULT, NAMED, "SnapshotNotAvailable", note="still being made", arrange=still_being_made),
    Case("mysql", DEFAULT, NAMED, "SourceElsewhere", note="another Region", arrange=elsewhere("us-east-1", SOURCE.id)),
    Case("mysql", DEFAULT, NAMED, "SourceElsewhere", note="another account", arrange=elsewhere("eu-west-1", TARGET.id)),
    Case("mysql", DEFAULT, AWS_BACKUP, "InvalidInput", note="a continuous backup", arrange=of_a_continuous_backup),
    Case("postgres", NONE, NAMED, making=COPY, note="public", arrange=public),
    Case("mysql", "cmk", FRESH, "DatabaseKeyNotNamed", note="not named", arrange=under_a_key_that_is_not_named),
    Case("mysql", "cmk", FRESH, "DatabaseKeyNotUsable", note="closed", arrange=under_a_key_that_only_people_may_use),
    Case(
        "mysql", "cmk", FRESH, "DatabaseKeyNotUsable", note="half open", arrange=under_a_key_that_may_only_be_looked_at
    ),
    Case("mysql", "cmk", FRESH, making=BOTH, note="opened so", arrange=under_a_key_that_is_opened_as_the_error_says),
    Case("mysql", "cmk", NAMED, "DatabaseKeyNotUsable", note="disabled", arrange=under_a_disabled_key),
]
CASES = [*ORDINARY, *UNDER_THE_TRANSFER_KEY, *KINDS, *ODD]
