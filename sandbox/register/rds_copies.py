"""RDS: copying snapshots, in the account and out of another."""

from sandbox.register.rule import Rule

COPY_AVAILABLE = Rule(
    "rds.copy.available",
    "Only an `available` snapshot can be copied.",
    source="aws-facts 1.3",
    code="InvalidDBSnapshotState",
    cluster_code="InvalidDBClusterSnapshotStateFault",
    message="Cannot copy the snapshot because it is not currently in the available state: {name}.",
    test="test_rds_copies::test_the_rest_of_what_a_copy_is_refused_for",
)
COPY_MULTI_AZ = Rule(
    "rds.copy.multi-az-cluster",
    "A snapshot of a Multi-AZ DB cluster cannot be copied.",
    source="aws-facts 1.1 #8; its code is UNCONFIRMED",
    code="InvalidDBClusterSnapshotStateFault",
    message="You can't copy a snapshot of a Multi-AZ DB cluster.",
    setting="multi_az_cluster_snapshot_code",
    test="test_rds_sharing::test_a_snapshot_of_a_multi_az_cluster_is_neither_shared_nor_copied",
)
COPIES_IN_FLIGHT = Rule(
    "rds.copy.in-flight",
    "An account copies at most 20 snapshots of instances, and 5 of clusters, at once.",
    source="aws-facts 1.3, seen; 2.4",
    code="SnapshotQuotaExceeded",
    message="Cannot copy more than {most} snapshots across regions",
    test="test_rds_copies::test_the_rest_of_what_a_copy_is_refused_for",
)
COPY_QUEUE = Rule(
    "rds.copy.queue",
    "Copies of one source database queue behind each other.",
    source="aws-facts 2.4",
    test="test_rds_copies::test_copies_of_one_database_queue",
)
COPY_STATUS = Rule(
    "rds.copy.status",
    "A copy is `creating` (instances) or `copying` (clusters) before it is `available`.",
    source="aws-facts 2.3; for instances UNCONFIRMED",
    setting="status_of_instance_copy",
    test="test_rds_copies::test_clusters_copy_in_their_own_words",
)
COPY_UNENCRYPTED_CLUSTER = Rule(
    "rds.copy.unencrypted-cluster",
    "An unencrypted cluster snapshot cannot be encrypted by copying it.",
    source="aws-facts 1.1 #16; its code is UNCONFIRMED",
    code="InvalidParameterCombination",
    message="An unencrypted DB cluster snapshot can't be encrypted by copying it.",
    setting="cluster_copy_of_unencrypted_with_key_code",
    test="test_rds_copies::test_encrypting_by_copy_works_for_instances_and_not_for_clusters",
)
COPY_ACROSS_REGIONS = Rule(
    "rds.copy.across-regions",
    "An encrypted snapshot of another Region is copied under a key of this one, which the call must name.",
    source="aws-facts 1.3, seen",
    code="InvalidParameterValue",
    message="Must specify new KMS key for cross region encrypted snapshot copy.",
    test="test_rds_copies::test_a_copy_from_another_region_needs_a_key",
)
COPY_SHARED_NEEDS_KEY = Rule(
    "rds.copy.shared-needs-key",
    "Who copies an encrypted snapshot that another account shares must name a key.",
    source="aws-facts 1.2; its code is UNCONFIRMED",
    code="InvalidParameterCombination",
    message="You must specify a KMS key to copy an encrypted snapshot that another account shares.",
    setting="shared_copy_without_key_code",
    test="test_rds_copies::test_a_shared_encrypted_snapshot_needs_a_key_of_ones_own",
)
COPY_KEEPS_KEY = Rule(
    "rds.copy.keeps-key",
    "A copy in the own account stays under the source's key, if the call names none.",
    source="aws-facts 2.4",
    test="test_rds_copies::test_without_a_key_an_own_copy_stays_under_the_sources",
)
COPY_TAGS_REFUSED = Rule(
    "rds.copy.tags-refused",
    "CopyTags of another account's snapshot is refused, or ignored.",
    source="UNCONFIRMED, aws-facts 1.2",
    code="InvalidParameterCombination",
    message="You can't copy tags when copying a DB snapshot across accounts.",
    setting="copy_tags_across_accounts_code",
    test="test_rds_copies::test_copying_tags_across_accounts_can_be_refused",
)
COPY_TAGS_STAY = Rule(
    "rds.copy.tags-stay",
    "Tags never cross from one account to the other.",
    source="aws-facts 1.2",
    test="test_rds_copies::test_the_target_gets_a_copy_of_its_own",
)
COPY_IS_MANUAL = Rule(
    "rds.copy.manual",
    "A copy is a manual snapshot, whatever its source is.",
    source="aws-facts 1.1 #1",
    test="test_rds_copies::test_a_copy_is_manual_and_not_shared",
)
COPY_NOT_SHARED = Rule(
    "rds.copy.not-shared",
    "A copy is shared with nobody, whoever the source is shared with.",
    source="aws-facts 2.4",
    test="test_rds_copies::test_a_copy_is_manual_and_not_shared",
)
COPY_KEEPS_AGE = Rule(
    "rds.copy.keeps-age",
    "A copy is of its own time, and keeps the time of the data as OriginalSnapshotCreateTime.",
    source="aws-facts 2.3",
    test="test_rds_copies::test_a_copy_in_the_account_changes_the_key_and_keeps_the_age_of_the_data",
)
COPY_EVERY_ACTION = Rule(
    "rds.copy.every-action",
    "Who copies needs eight KMS actions on the source's key and on the copy's.",
    source="aws-facts 2.4",
    test="test_rds_copies::test_every_documented_action_on_the_source_key_is_needed",
)
COPY_SOURCE_KEY = Rule(
    "rds.copy.source-key",
    "Who copies must be able to use the source's key.",
    source="aws-facts 1.3, seen",
    code="KMSKeyNotAccessibleFault",
    test="test_rds_copies::test_the_callers_own_policies_count_too",
)
COPY_UNTIL_DONE_SHARED = Rule(
    "rds.copy.shared-until-done",
    "A copy fails if its source is no longer shared when it would end.",
    source="aws-facts 1.2",
    test="test_rds_copies::test_a_copy_fails_if_access_ends_before_it_is_done[unshared]",
)
COPY_UNTIL_DONE_THERE = Rule(
    "rds.copy.there-until-done",
    "A copy fails if its source is deleted before it ends.",
    source="aws-facts 1.2",
    test="test_rds_copies::test_a_copy_fails_if_access_ends_before_it_is_done[source deleted]",
)
COPY_UNTIL_DONE_KEY = Rule(
    "rds.copy.key-until-done",
    "A copy fails if its keys can no longer be used when it would end.",
    source="aws-facts 1.2",
    test="test_rds_copies::test_a_copy_fails_if_access_ends_before_it_is_done[key closed]",
)
COPY_RELEASES_KEY = Rule(
    "rds.copy.releases-key",
    "RDS holds a grant on the source's key while it copies, and no longer.",
    source="aws-facts 4.2",
    test="test_rds_copies::test_the_copy_gives_up_its_grant_on_the_transfer_key",
)
