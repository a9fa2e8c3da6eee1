"""RDS: taking, sharing and deleting snapshots."""

from sandbox.register.rule import Rule

SNAPSHOT_OF_MEMBER = Rule(
    "rds.snapshot.of-member",
    "A member of a cluster has no snapshots of its own.",
    source="aws-facts 2.2, seen",
    code="InvalidParameterValue",
    message="The specified instance is a member of a cluster and a snapshot cannot be created directly. "
    "Please use the CreateDBClusterSnapshot API instead.",
    test="test_rds_snapshots::test_a_member_of_a_cluster_has_no_snapshots_of_its_own",
)
SNAPSHOT_OF_AVAILABLE = Rule(
    "rds.snapshot.of-available",
    "A snapshot is taken of a database that is `available` or in `storage-optimization`.",
    source="aws-facts 2.2, seen",
    code="InvalidDBInstanceState",
    cluster_code="InvalidDBClusterStateFault",
    message="Cannot create a snapshot because the database {kind} {name} is not currently in the available state.",
    test="test_rds_snapshots::test_only_one_snapshot_at_a_time",
)
BACKING_UP = Rule(
    "rds.snapshot.backing-up",
    "While a snapshot is taken its database is `backing-up`.",
    source="aws-facts 2.2",
    test="test_rds_snapshots::test_only_one_snapshot_at_a_time",
)
SNAPSHOT_TAKES_TIME = Rule(
    "rds.snapshot.takes-time",
    "A snapshot is `creating` before it is `available`.",
    source="aws-facts 2.2",
    test="test_rds_snapshots::test_a_snapshot_takes_its_time_and_its_progress_grows",
)
PROGRESS = Rule(
    "rds.snapshot.progress",
    "PercentProgress grows from 0 to 100.",
    source="aws-facts 2.3",
    test="test_rds_snapshots::test_a_snapshot_takes_its_time_and_its_progress_grows",
)
SNAPSHOT_NAME_TAKEN = Rule(
    "rds.snapshot.name-taken",
    "Two snapshots of an account and Region do not have the same name.",
    source="aws-facts 1.3, seen",
    code="DBSnapshotAlreadyExists",
    cluster_code="DBClusterSnapshotAlreadyExistsFault",
    message="Cannot create the snapshot because a snapshot with the identifier {name} already exists.",
    test="test_rds_snapshots::test_what_a_new_snapshot_is_refused_for",
)
SNAPSHOT_QUOTA = Rule(
    "rds.snapshot.quota",
    "An account has at most 100 manual snapshots of instances, and 100 of clusters, in a Region.",
    source="aws-facts 1.3, seen; 7",
    code="SnapshotQuotaExceeded",
    message="Cannot create more than {most} manual snapshots",
    test="test_rds_snapshots::test_the_quota_of_manual_snapshots",
)
SNAPSHOT_TAGS = Rule(
    "rds.snapshot.tags",
    "With CopyTagsToSnapshot a snapshot gets its database's tags, unless the call has any of its own.",
    source="aws-facts 2.2",
    test="test_rds_snapshots::test_tags_come_from_the_call_or_else_from_the_database",
)
DELETE_MANUAL = Rule(
    "rds.snapshot.delete-manual",
    "Only manual snapshots can be deleted by a call.",
    source="botocore rds.DeleteDBSnapshot",
    code="InvalidDBSnapshotState",
    cluster_code="InvalidDBClusterSnapshotStateFault",
    message="Only manual snapshots can be deleted.",
    test="test_rds_sharing::test_an_automated_snapshot_is_not_deleted_by_a_call",
)
GRANT_OF_SNAPSHOT = Rule(
    "rds.snapshot.grant",
    "RDS holds a grant on the key of a snapshot, or of a database, as long as that exists.",
    source="aws-facts 4.2",
    test="test_rds_snapshots::test_deleting_frees_the_name_and_ends_the_grant",
)
SHARE_ATTRIBUTE = Rule(
    "rds.share.attribute",
    "`restore` is the only attribute of a snapshot.",
    source="aws-facts 2.5",
    code="InvalidParameterValue",
    message="Invalid attribute name: {name}",
    test="test_rds_sharing::test_another_attribute_or_a_cluster_snapshot_is_an_invalid_value",
)
SHARE_ACCOUNT_ID = Rule(
    "rds.share.account-id",
    "A snapshot is shared with account ids, or with `all`.",
    source="UNCONFIRMED, aws-facts 2.5",
    code="InvalidParameterValue",
    message="Invalid account id: {value}",
    setting="malformed_account_id_code",
    test="test_rds_sharing::test_only_account_ids_are_taken",
)
SHARE_MANUAL = Rule(
    "rds.share.manual",
    "Only manual snapshots can be shared; an automated one must be copied first.",
    source="aws-facts 1.1 #1",
    code="InvalidDBSnapshotState",
    cluster_code="InvalidDBClusterSnapshotStateFault",
    message="Only manual snapshots can be shared. Copy the snapshot, share the copy.",
    test="test_rds_sharing::test_an_automated_snapshot_cannot_be_shared",
)
SHARE_AVAILABLE = Rule(
    "rds.share.available",
    "Only an `available` snapshot can be shared.",
    source="aws-facts 1.3",
    code="InvalidDBSnapshotState",
    cluster_code="InvalidDBClusterSnapshotStateFault",
    message="The snapshot {name} is not in the available state.",
    test="test_rds_sharing::test_an_unfinished_snapshot_cannot_be_shared",
)
SHARE_MULTI_AZ = Rule(
    "rds.share.multi-az-cluster",
    "A snapshot of a Multi-AZ DB cluster cannot be shared.",
    source="aws-facts 1.1 #8; its code is UNCONFIRMED",
    code="InvalidDBClusterSnapshotStateFault",
    message="You can't share a snapshot of a Multi-AZ DB cluster.",
    setting="multi_az_cluster_snapshot_code",
    test="test_rds_sharing::test_a_snapshot_of_a_multi_az_cluster_is_neither_shared_nor_copied",
)
SHARE_PUBLIC = Rule(
    "rds.share.public",
    "An encrypted snapshot is never public.",
    source="aws-facts 1.1 #3; its code is UNCONFIRMED",
    code="InvalidParameterValue",
    message="Encrypted snapshots can't be public.",
    setting="public_share_code",
    test="test_rds_sharing::test_an_encrypted_snapshot_is_never_public",
)
SHARE_DEFAULT_KEY = Rule(
    "rds.share.default-key",
    "A snapshot under the default key `aws/rds` cannot be shared.",
    source="aws-facts 1.1 #4; UNCONFIRMED whether the call, or only the other account's copy, is refused",
    code="InvalidDBSnapshotState",
    cluster_code="InvalidDBClusterSnapshotStateFault",
    message="Snapshots encrypted with the default KMS key can't be shared.",
    setting="refuse_sharing_under_default_key",
    test="test_rds_sharing::test_a_snapshot_under_the_default_key_cannot_be_shared",
)
SHARE_QUOTA = Rule(
    "rds.share.quota",
    "A snapshot is shared with at most 20 accounts.",
    source="aws-facts 1.1 #2",
    code="SharedSnapshotQuotaExceeded",
    message="You have exceeded the maximum number of accounts that you can share a manual DB snapshot with.",
    test="test_rds_sharing::test_twenty_accounts_and_no_more",
)
