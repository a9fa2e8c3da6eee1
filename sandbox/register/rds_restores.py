"""RDS: restoring databases, and the keys that they cannot do without."""

from sandbox.register.rule import Rule

RESTORING = "test_rds_databases::test_what_an_instance_restore_is_refused_for"

RESTORE_SHARED_ENCRYPTED = Rule(
    "rds.restore.shared-encrypted",
    "An instance is not restored from a snapshot that is both shared and encrypted: it must be copied first.",
    source="aws-facts 1.2; its code is UNCONFIRMED",
    code="InvalidDBSnapshotState",
    message="You can't restore a DB instance from a DB snapshot that is both shared and encrypted. Copy it first.",
    setting="restore_of_shared_encrypted_code",
    test="test_rds_databases::test_a_shared_encrypted_instance_snapshot_is_never_restored_directly",
)
RESTORE_AVAILABLE = Rule(
    "rds.restore.available",
    "Only an `available` snapshot can be restored.",
    source="botocore rds.RestoreDBInstanceFromDBSnapshot",
    code="InvalidDBSnapshotState",
    cluster_code="InvalidDBClusterSnapshotStateFault",
    message="The snapshot {name} is not in the available state.",
    test=RESTORING,
)
RESTORE_ENGINE = Rule(
    "rds.restore.engine",
    "A restored database has its snapshot's engine.",
    source="aws-facts 2.7, 9.2",
    code="InvalidParameterCombination",
    message="The engine {asked} doesn't match the snapshot's engine {engine}.",
    test="test_rds_databases::test_a_shared_cluster_snapshot_can_be_restored_under_a_key_of_ones_own",
)
RESTORE_STORAGE = Rule(
    "rds.restore.storage",
    "A restored instance is not smaller than its snapshot.",
    source="aws-facts 2.6",
    code="InvalidParameterCombination",
    message="AllocatedStorage can't be less than that of the snapshot.",
    test=RESTORING,
)
RESTORE_MANAGED = Rule(
    "rds.restore.managed-password",
    "A managed password can be asked for at a restore for RDS for Oracle only.",
    source="aws-facts 8.1",
    code="InvalidParameterCombination",
    message="ManageMasterUserPassword at a restore applies to RDS for Oracle only.",
    test=RESTORING,
)
RESTORE_VERSION = Rule(
    "rds.restore.version",
    "A cluster that is restored without EngineVersion gets the Region's default version, not the snapshot's.",
    source="aws-facts 2.7",
    test="test_rds_databases::test_a_restored_cluster_gets_the_default_version_unless_the_call_names_one",
)
RESTORE_TAGS = Rule(
    "rds.restore.tags",
    "A restored database gets its snapshot's tags only in the account of the source.",
    source="aws-facts 1.2",
    test="test_rds_databases::test_a_restored_instance_takes_no_tags_from_another_account",
)
RESTORE_KEY = Rule(
    "rds.restore.key",
    "Who restores must be able to use the snapshot's key.",
    source="aws-facts 4.2",
    code="KMSKeyNotAccessibleFault",
    test="test_rds_copies::test_who_restores_needs_the_snapshots_key",
)
RESTORE_KEY_HELD = Rule(
    "rds.restore.key-held",
    "A cluster restored from a shared snapshot without a key of its own stays under the other account's, by a grant.",
    source="aws-facts 11",
    test="test_rds_databases::test_a_shared_cluster_snapshot_can_be_restored_under_a_key_of_ones_own",
)
KEY_LOST = Rule(
    "rds.key.lost",
    "A database whose key is disabled is `inaccessible-encryption-credentials-recoverable`.",
    source="aws-facts 4.6",
    test="test_rds_keys::test_a_database_without_its_key_cannot_be_used",
)
KEY_LOST_FOR_GOOD = Rule(
    "rds.key.lost-for-good",
    "Seven days after its key was lost a database is `inaccessible-encryption-credentials` for good.",
    source="aws-facts 4.6",
    test="test_rds_keys::test_after_seven_days_it_is_lost",
)
