"""RDS: restoring databases, their master passwords, and the keys that they cannot do without."""

from sandbox.register.rule import Rule

RESTORING = "test_rds_databases::test_what_an_instance_restore_is_refused_for"
MANAGED = "test_rds_passwords::test_managed_and_given_exclude_each_other"

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
PASSWORD_LENGTH = Rule(
    "rds.password.length",
    "A master password has 8 characters or more, and at most as many as its engine takes.",
    source="botocore rds.CreateDBInstance",
    code="InvalidParameterValue",
    message="The parameter MasterUserPassword is not a valid password: it must have {shortest} to {longest} "
    "characters.",
    test="test_rds_names::test_password_rules_by_engine",
)
PASSWORD_CHARACTERS = Rule(
    "rds.password.characters",
    'A master password is of printable ASCII characters without `/`, `"`, `@` and the space.',
    source="botocore rds.CreateDBInstance",
    code="InvalidParameterValue",
    message="The parameter MasterUserPassword is not a valid password. Only printable ASCII characters besides '/', "
    "'@', '\"', ' ' may be used.",
    test="test_rds_names::test_password_rules_by_engine",
)
PASSWORD_NEEDED = Rule(
    "rds.password.needed",
    "A new database has a master password, given or managed.",
    source="botocore rds.CreateDBInstance",
    code="InvalidParameterValue",
    message="The parameter MasterUserPassword must be provided and must not be blank.",
    test="test_rds_databases::test_what_a_new_instance_is_refused_for",
)
PASSWORD_OR_MANAGED = Rule(
    "rds.password.or-managed",
    "A password is given or managed, not both.",
    source="aws-facts 9.2",
    code="InvalidParameterCombination",
    message="You can't specify both MasterUserPassword and ManageMasterUserPassword.",
    test=MANAGED,
)
PASSWORD_WHILE_MANAGED = Rule(
    "rds.password.while-managed",
    "While RDS manages a password nobody else sets it.",
    source="aws-facts 8.1",
    code="InvalidParameterCombination",
    message="You can't specify MasterUserPassword while RDS manages the master password.",
    test=MANAGED,
)
PASSWORD_AFTERWARDS = Rule(
    "rds.password.afterwards",
    "Who ends the management of a password gives one.",
    source="aws-facts 8.1",
    code="InvalidParameterCombination",
    message="Give a MasterUserPassword when you turn off ManageMasterUserPassword.",
    test=MANAGED,
)
PASSWORD_RESETTING = Rule(
    "rds.password.resetting",
    "While its master password changes a database is `resetting-master-credentials`.",
    source="aws-facts 2.10",
    test="test_rds_passwords::test_a_cluster_without_instances_gets_a_managed_password",
)
SECRET_TAKES_TIME = Rule(
    "rds.password.secret-takes-time",
    "The secret of a managed password is `creating` before it is `active`.",
    source="aws-facts 8.1",
    test="test_rds_passwords::test_a_cluster_without_instances_gets_a_managed_password",
)
SECRET_KEY_FIXED = Rule(
    "rds.password.secret-key",
    "The key of a managed password's secret cannot be changed.",
    source="botocore rds.ModifyDBCluster",
    code="InvalidParameterCombination",
    message="The KMS key of a managed master password can't be changed.",
    test="test_rds_passwords::test_managing_twice_changes_nothing",
)
SECRET_GOES = Rule(
    "rds.password.secret-goes",
    "The secret of a managed password is deleted with its database.",
    source="aws-facts 8.1",
    test="test_rds_passwords::test_the_secret_goes_with_its_database",
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
