"""RDS: snapshots that nobody asked for: automated backups, and AWS Backup's recovery points."""

from sandbox.register.rule import Rule

BACKUP_DAILY = Rule(
    "rds.backup.daily",
    "A database with a retention period gets an automated snapshot every day in its backup window.",
    source="aws-facts 2.1; botocore rds.CreateDBInstance",
    test="test_rds_backups::test_every_night_a_snapshot_and_yesterdays_goes",
)
BACKUP_RETENTION = Rule(
    "rds.backup.retention",
    "An automated snapshot is deleted after the retention period; all are, once that is 0.",
    source="botocore rds.ModifyDBInstance",
    test="test_rds_backups::test_every_night_a_snapshot_and_yesterdays_goes",
)
BACKUP_RANGE = Rule(
    "rds.backup.range",
    "The retention period is 0 to 35 days, a cluster's 1 to 35.",
    source="aws-facts 2.6, 2.7",
    code="InvalidParameterValue",
    message="Invalid backup retention period: {days}.",
    test="test_rds_backups::test_how_long_and_when_backups_may_be",
)
BACKUP_WINDOW = Rule(
    "rds.backup.window",
    "A backup window is `hh:mm-hh:mm` in UTC, and half an hour or more.",
    source="botocore rds.CreateDBInstance",
    code="InvalidParameterValue",
    message="Invalid backup window format: {window}",
    test="test_rds_backups::test_how_long_and_when_backups_may_be",
)
BACKUP_BUSY = Rule(
    "rds.backup.busy",
    "While its nightly snapshot is taken an instance is `backing-up`.",
    source="aws-facts 2.2",
    test="test_rds_backups::test_nobody_takes_a_snapshot_while_the_nightly_one_is_taken",
)
BACKUP_GOES = Rule(
    "rds.backup.goes",
    "Automated snapshots are deleted with their database, unless DeleteAutomatedBackups is false.",
    source="aws-facts 2.9",
    test="test_rds_backups::test_automated_snapshots_go_with_their_database",
)
BACKUP_BY_TYPE = Rule(
    "rds.describe.automated-by-type",
    "Who asks for an automated snapshot by name says SnapshotType, too.",
    source="aws-facts 2.3",
    code="DBSnapshotNotFound",
    cluster_code="DBClusterSnapshotNotFoundFault",
    message="{word} {name} not found.",
    test="test_rds_backups::test_an_automated_snapshot_is_asked_for_by_its_type",
)
RECOVERY_POINT_TYPE = Rule(
    "rds.backup.recovery-point",
    "A recovery point of AWS Backup is a snapshot `awsbackup:job-…` of type `awsbackup`.",
    source="aws-facts 1.1 #1, 2.1; of clusters UNCONFIRMED",
    setting="type_of_cluster_recovery_point",
    test="test_rds_backups::test_a_recovery_point_is_copied_and_the_copy_shared",
)
RECOVERY_POINT_COUNT = Rule(
    "rds.backup.recovery-point-quota",
    "Recovery points do not count against the quota of manual snapshots.",
    source="aws-facts 7",
    test="test_rds_backups::test_recovery_points_are_not_counted",
)
AWSBACKUP_OF_CLUSTERS = Rule(
    "rds.describe.awsbackup",
    "DescribeDBClusterSnapshots does not know the type `awsbackup`.",
    source="aws-facts 2.3",
    code="InvalidParameterValue",
    message="Invalid snapshot type: {kind}",
    test="test_rds_backups::test_a_clusters_recovery_point_has_a_type_that_may_differ",
)
