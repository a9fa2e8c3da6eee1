"""RDS: kinds of databases: serverless, Multi-AZ DB clusters, RDS Custom, under a key that AWS owns, stopped."""

from sandbox.register.rule import Rule

CLUSTER_ENGINE = Rule(
    "rds.cluster.engine",
    "Clusters are Aurora's, DocumentDB's, Neptune's, or Multi-AZ DB clusters of MySQL and PostgreSQL.",
    source="botocore rds.CreateDBCluster",
    code="InvalidParameterValue",
    message="Invalid DB engine for a DB cluster: {engine}",
    test="test_rds_kinds::test_which_engines_make_clusters",
)
MULTI_AZ_NEEDS = Rule(
    "rds.cluster.multi-az-needs",
    "A Multi-AZ DB cluster is told its class, storage and IOPS.",
    source="botocore rds.CreateDBCluster",
    code="InvalidParameterCombination",
    message="A Multi-AZ DB cluster needs {names}.",
    test="test_rds_kinds::test_a_multi_az_cluster_brings_its_instances",
)
MULTI_AZ_MEMBERS = Rule(
    "rds.cluster.multi-az-members",
    "A Multi-AZ DB cluster brings a writer and two readers, and they go with it.",
    source="aws-facts 1.1 #8",
    test="test_rds_kinds::test_a_multi_az_cluster_brings_its_instances",
)
SERVERLESS_RANGE = Rule(
    "rds.cluster.serverless-range",
    "Serverless v2 scales in half units, from 0 or more to 1 to 256, the least not above the most.",
    source="botocore rds.ServerlessV2ScalingConfiguration",
    code="InvalidParameterValue",
    message="Serverless v2 capacity {least} to {most} isn't valid.",
    test="test_rds_kinds::test_a_serverless_instance_needs_its_clusters_scaling",
)
MEMBER_SERVERLESS = Rule(
    "rds.member.serverless",
    "An instance of class `db.serverless` joins a cluster with a ServerlessV2ScalingConfiguration.",
    source="aws-facts 2.7",
    code="InvalidParameterCombination",
    message="Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB "
    "instance.",
    test="test_rds_kinds::test_a_serverless_instance_needs_its_clusters_scaling",
)
SSE_RDS = Rule(
    "rds.cluster.sse-rds",
    "An Aurora cluster without a key lies under one that AWS owns: StorageEncrypted false, type `sse-rds`.",
    source="aws-facts 1.1 #15",
    test="test_rds_kinds::test_aurora_without_a_key_lies_under_one_that_aws_owns",
)
SHARE_SSE_RDS = Rule(
    "rds.share.sse-rds",
    "A snapshot under a key that AWS owns cannot be shared.",
    source="UNCONFIRMED, aws-facts 1.1 #16, 10",
    code="InvalidDBClusterSnapshotStateFault",
    message="Snapshots encrypted under a key that AWS owns can't be shared.",
    setting="sse_rds_share_code",
    test="test_rds_kinds::test_what_is_unconfirmed_of_sse_rds",
)
SHARE_SSE_RDS_PUBLIC = Rule(
    "rds.share.sse-rds-public",
    "A snapshot under a key that AWS owns is never public.",
    source="UNCONFIRMED, aws-facts 1.1 #16, 10",
    code="InvalidParameterValue",
    message="Encrypted snapshots can't be public.",
    setting="sse_rds_public_code",
    test="test_rds_kinds::test_what_is_unconfirmed_of_sse_rds",
)
COPY_SSE_RDS = Rule(
    "rds.copy.sse-rds",
    "A copy cannot bring a cluster's snapshot from a key that AWS owns under another.",
    source="UNCONFIRMED, aws-facts 1.1 #16, 10",
    code="InvalidParameterCombination",
    message="A DB cluster snapshot that AWS calls unencrypted can't be encrypted by copying it.",
    setting="sse_rds_copy_with_key_code",
    test="test_rds_kinds::test_what_is_unconfirmed_of_sse_rds",
)
SHARE_CUSTOM = Rule(
    "rds.share.custom",
    "A snapshot of RDS Custom is not for another account.",
    source="aws-facts 1.1 #9; its code is UNCONFIRMED",
    code="InvalidDBSnapshotState",
    message="Snapshots of RDS Custom can't be shared.",
    setting="custom_snapshot_code",
    test="test_rds_kinds::test_rds_custom_stays_where_it_is",
)
COPY_CUSTOM = Rule(
    "rds.copy.custom",
    "A snapshot of RDS Custom is not copied within the Region, nor to another account.",
    source="aws-facts 1.1 #9; its code is UNCONFIRMED",
    code="InvalidDBSnapshotState",
    message="Snapshots of RDS Custom can't be copied.",
    setting="custom_snapshot_code",
    test="test_rds_kinds::test_rds_custom_stays_where_it_is",
)
PASSWORD_CUSTOM = Rule(
    "rds.password.custom",
    "RDS neither manages nor changes the master password of RDS Custom.",
    source="aws-facts 2.8, 8.1",
    code="InvalidParameterCombination",
    message="The master password of RDS Custom can't be modified.",
    test="test_rds_kinds::test_rds_custom_stays_where_it_is",
)
STOP_AVAILABLE = Rule(
    "rds.stop.available",
    "Only an `available` database can be stopped.",
    source="botocore rds.StopDBInstance, rds.StopDBCluster",
    code="InvalidDBInstanceState",
    cluster_code="InvalidDBClusterStateFault",
    message="{name} is not in available state.",
    test="test_rds_stopping::test_a_stopped_instance_answers_nobody_until_it_is_started",
)
STOP_ALONE = Rule(
    "rds.stop.alone",
    "StopDBInstance is for instances on their own, StopDBCluster for Aurora's clusters.",
    source="botocore rds.StopDBInstance, rds.StopDBCluster; its code is UNCONFIRMED",
    code="InvalidDBClusterStateFault",
    message="{name} can't be stopped or started by this operation.",
    test="test_rds_stopping::test_members_stop_with_their_cluster",
)
START_STOPPED = Rule(
    "rds.start.stopped",
    "Only a `stopped` database can be started.",
    source="botocore rds.StartDBInstance, rds.StartDBCluster",
    code="InvalidDBInstanceState",
    cluster_code="InvalidDBClusterStateFault",
    message="{name} is not in stopped state.",
    test="test_rds_stopping::test_a_stopped_instance_answers_nobody_until_it_is_started",
)
STOP_TAKES_TIME = Rule(
    "rds.stop.takes-time",
    "A database is `stopping` before it is `stopped`, and `starting` before it is `available`.",
    source="aws-facts 2.7",
    test="test_rds_stopping::test_a_stopped_instance_answers_nobody_until_it_is_started",
)
STOP_ENDS = Rule(
    "rds.stop.ends",
    "A stopped database starts by itself after seven days.",
    source="botocore rds.StopDBInstance",
    test="test_rds_stopping::test_after_seven_days_it_starts_by_itself",
)
