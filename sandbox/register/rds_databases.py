"""RDS: making, changing and deleting databases."""

from sandbox.register.rule import Rule

NEW_INSTANCE = "test_rds_databases::test_what_a_new_instance_is_refused_for"
MEMBERS = "test_rds_databases::test_members_belong_to_their_cluster"
DELETING = "test_rds_databases::test_deleting_an_instance_asks_for_a_final_snapshot"

DATABASE_NAME_TAKEN = Rule(
    "rds.database.name-taken",
    "Two instances, or two clusters, of an account and Region do not have the same name.",
    source="aws-facts 2.0",
    code="DBInstanceAlreadyExists",
    cluster_code="DBClusterAlreadyExistsFault",
    message="{word} already exists",
    test=NEW_INSTANCE,
)
DATABASE_QUOTA = Rule(
    "rds.database.quota",
    "An account has at most 40 instances, and 40 clusters, in a Region.",
    source="aws-facts 7",
    code="InstanceQuotaExceeded",
    cluster_code="DBClusterQuotaExceededFault",
    message="You have reached the limit of {most} {word}s.",
    test=NEW_INSTANCE,
)
DATABASE_TAKES_TIME = Rule(
    "rds.database.takes-time",
    "A new database is `creating` before it is `available`, and has no endpoint until then.",
    source="aws-facts 2.6",
    test="test_rds_databases::test_an_instance_has_an_endpoint_once_it_is_available",
)
SUBNET_GROUP = Rule(
    "rds.database.subnet-group",
    "A database stands in a subnet group that exists, by default in that of the default VPC.",
    source="aws-facts 8.2",
    code="DBSubnetGroupNotFoundFault",
    message="DB subnet group '{name}' does not exist.",
    test=NEW_INSTANCE,
)
SECURITY_GROUP = Rule(
    "rds.database.security-group",
    "A database's security groups exist.",
    source="botocore rds.CreateDBInstance",
    code="InvalidParameterValue",
    message="Invalid security group , groupId= {group}, groupName=.",
    test=NEW_INSTANCE,
)
SECURITY_GROUP_VPC = Rule(
    "rds.database.security-group-vpc",
    "A database's security groups are of its VPC.",
    source="aws-facts 8.2",
    code="InvalidParameterCombination",
    message="The DB instance and EC2 security group are in different VPCs.",
    test="test_rds_databases::test_security_groups_are_of_the_databases_vpc",
)
ZONE = Rule(
    "rds.database.zone",
    "A database stands in an Availability Zone of its subnet group.",
    source="botocore rds.CreateDBInstance",
    code="InvalidParameterCombination",
    message="{zone} is not in DB subnet group {group}.",
    test=NEW_INSTANCE,
)
PUBLIC_BY_DEFAULT = Rule(
    "rds.database.public-by-default",
    "Where a call does not say, a database is public if its VPC is the default one, or leads to the internet.",
    source="aws-facts 8.2",
    test="test_rds_databases::test_security_groups_are_of_the_databases_vpc",
)
PARAMETER_GROUP_FAMILY = Rule(
    "rds.database.parameter-group-family",
    "A database's parameter group is of its engine and version.",
    source="aws-facts 8.2",
    code="InvalidParameterCombination",
    message="The parameter group {name} with DBParameterGroupFamily {its} can't be used for this instance. Please use "
    "a parameter group with DBParameterGroupFamily {family}",
    test="test_rds_databases::test_a_parameter_group_must_be_of_the_engines_family",
)
AURORA_NEEDS_CLUSTER = Rule(
    "rds.database.aurora-needs-cluster",
    "An instance of an Aurora engine belongs to a cluster.",
    source="botocore rds.CreateDBInstance",
    code="InvalidParameterCombination",
    message="An instance of {engine} needs a DBClusterIdentifier.",
    test=NEW_INSTANCE,
)
MASTER_USERNAME = Rule(
    "rds.database.master-username",
    "A new database has a master user.",
    source="botocore rds.CreateDBInstance",
    code="InvalidParameterValue",
    message="The parameter MasterUsername must be provided and must not be blank.",
    test=NEW_INSTANCE,
)
SMALLEST_STORAGE = Rule(
    "rds.database.smallest-storage",
    "An instance has at least 20 GB.",
    source="botocore rds.CreateDBInstance",
    code="InvalidParameterValue",
    message="Invalid storage size for engine name {engine}: give at least {smallest} GB.",
    test=NEW_INSTANCE,
)
KEY_OF_UNENCRYPTED = Rule(
    "rds.database.key-of-unencrypted",
    "A key is named only for storage that is encrypted.",
    source="botocore rds.CreateDBInstance",
    code="InvalidParameterCombination",
    message="A KmsKeyId can't be specified when StorageEncrypted is false.",
    test=NEW_INSTANCE,
)
MEMBER_ENGINE = Rule(
    "rds.member.engine",
    "A member's engine is its cluster's.",
    source="aws-facts 2.7",
    code="InvalidParameterCombination",
    message="The engine name requested for your DB instance ({engine}) doesn't match the engine name of your DB "
    "cluster ({of_cluster}).",
    test=MEMBERS,
)
MEMBER_PARAMETERS = Rule(
    "rds.member.parameters",
    "What belongs to the cluster (password, storage, key, backups, ...) is not said of a member.",
    source="aws-facts 2.7",
    code="InvalidParameterCombination",
    message="The requested DB Instance will be a member of a DB Cluster. Set {names} for the DB Cluster.",
    test=MEMBERS,
)
MEMBER_OF_AVAILABLE = Rule(
    "rds.member.of-available",
    "An instance joins a cluster that is `available`.",
    source="aws-facts 2.7",
    code="InvalidDBClusterStateFault",
    message="DB cluster {name} is not in available state.",
    test="test_rds_databases::test_an_instance_joins_only_an_available_cluster",
)
MODIFY_AVAILABLE = Rule(
    "rds.modify.available",
    "Only an `available` database can be modified.",
    source="botocore rds.ModifyDBInstance",
    code="InvalidDBInstanceState",
    cluster_code="InvalidDBClusterStateFault",
    message="Database {word} is not in available state.",
    test="test_rds_databases::test_nothing_is_modified_unless_available",
)
MODIFY_MEMBER = Rule(
    "rds.modify.member",
    "What belongs to the cluster is not modified on a member.",
    source="aws-facts 2.9",
    code="InvalidParameterCombination",
    message="The specified DB Instance is a member of a cluster and its {names} should not be modified directly. "
    "Instead, modify the DB cluster using the ModifyDbCluster API",
    test=MEMBERS,
)
CLASS_TAKES_TIME = Rule(
    "rds.modify.takes-time",
    "While an instance changes its class it is `modifying`.",
    source="aws-facts 2.9",
    test="test_rds_databases::test_nothing_is_modified_unless_available",
)
RENAME_TAKES_TIME = Rule(
    "rds.rename.takes-time",
    "A renamed database is `renaming`, and answers to its old name until it answers to the new one.",
    source="aws-facts 2.11",
    test="test_rds_databases::test_a_rename_takes_time_and_never_takes_a_name",
)
RENAME_RESERVES = Rule(
    "rds.rename.reserves",
    "From the call on, the new name is taken.",
    source="aws-facts 9.2",
    test="test_rds_databases::test_a_rename_takes_time_and_never_takes_a_name",
)
RENAME_WAITS = Rule(
    "rds.rename.waits",
    "Without ApplyImmediately an instance's new name waits for the maintenance window.",
    source="aws-facts 9.2",
    test="test_rds_databases::test_a_rename_without_apply_immediately_waits_for_a_window",
)
RENAME_BETWEEN = Rule(
    "rds.rename.between",
    "At the end of a rename a database may be found under neither name for a while.",
    source="UNCONFIRMED, aws-facts 2.8, 10",
    setting="seconds_between_names",
    test="test_rds_renames::test_for_a_while_neither_name_may_be_found",
)
RENAME_SECRET = Rule(
    "rds.rename.secret",
    "A renamed database gets a new secret of its managed password, or keeps the old one.",
    source="UNCONFIRMED, aws-facts 8.1",
    setting="rename_makes_new_secret",
    test="test_rds_renames::test_a_renamed_database_may_get_a_new_secret",
)
EVENTS_SHOWN = Rule(
    "rds.describe.events",
    "DescribeEvents shows what happened in the last hour, or in the time asked for, for 14 days.",
    source="aws-facts 3.2; botocore rds.DescribeEvents",
    test="test_rds_events::test_a_person_sees_what_happened",
)
DELETE_PROTECTED = Rule(
    "rds.delete.protected",
    "A database under deletion protection is not deleted.",
    source="aws-facts 9.2",
    code="InvalidParameterCombination",
    message="Cannot delete protected {word}, please disable deletion protection and try again.",
    test=DELETING,
)
DELETE_ONCE = Rule(
    "rds.delete.once",
    "What is `deleting` is not deleted again.",
    source="botocore rds.DeleteDBInstance",
    code="InvalidDBInstanceState",
    cluster_code="InvalidDBClusterStateFault",
    message="{word} {name} is already being deleted.",
    test=DELETING,
)
DELETE_TAKES_TIME = Rule(
    "rds.delete.takes-time",
    "A deleted database is `deleting` before it is gone.",
    source="aws-facts 2.10",
    test=DELETING,
)
FINAL_SNAPSHOT = Rule(
    "rds.delete.final-snapshot",
    "Who deletes a database names a final snapshot, or says SkipFinalSnapshot, not both.",
    source="botocore rds.DeleteDBInstance",
    code="InvalidParameterCombination",
    message="FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified, and excluded by it.",
    test=DELETING,
)
FINAL_SNAPSHOT_OF_AVAILABLE = Rule(
    "rds.delete.final-snapshot-of-available",
    "A final snapshot is taken of an `available` database.",
    source="botocore rds.DeleteDBInstance",
    code="InvalidDBInstanceState",
    cluster_code="InvalidDBClusterStateFault",
    message="{name} is not in a state in which a final snapshot can be taken.",
    test="test_rds_databases::test_a_final_snapshot_is_taken_of_an_available_database",
)
DELETE_WITH_MEMBERS = Rule(
    "rds.delete.with-members",
    "A cluster is deleted after its members.",
    source="aws-facts 9.2",
    code="InvalidDBClusterStateFault",
    message="Cluster cannot be deleted, it still contains DB instances in non-deleting state.",
    test="test_rds_databases::test_a_cluster_goes_after_its_members",
)
