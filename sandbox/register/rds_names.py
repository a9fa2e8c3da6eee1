"""RDS: identifiers, tags, and what the Describe operations show."""

from sandbox.register.rule import Rule

_NOT_AN_IDENTIFIER = (
    "The parameter {parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only "
    "ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens."
)

NAME_CHARACTERS = Rule(
    "rds.name.characters",
    "A name has letters, digits and hyphens only, and begins with a letter.",
    source="aws-facts 2.1",
    code="InvalidParameterValue",
    message=_NOT_AN_IDENTIFIER,
    test="test_rds_names::test_a_malformed_name_is_refused[1db]",
)
NAME_HYPHENS = Rule(
    "rds.name.hyphens",
    "A name has no two hyphens in a row.",
    source="aws-facts 2.1",
    code="InvalidParameterValue",
    message=_NOT_AN_IDENTIFIER,
    test="test_rds_names::test_a_malformed_name_is_refused[d--b]",
)
NAME_END = Rule(
    "rds.name.end",
    "A name does not end with a hyphen.",
    source="aws-facts 2.1",
    code="InvalidParameterValue",
    message=_NOT_AN_IDENTIFIER,
    test="test_rds_names::test_a_malformed_name_is_refused[db-]",
)
NAME_LENGTH = Rule(
    "rds.name.length",
    "A name has at most 63 characters, that of an instance's snapshot 255.",
    source="aws-facts 2.1",
    code="InvalidParameterValue",
    message=_NOT_AN_IDENTIFIER,
    test="test_rds_names::test_the_longest_names",
)
NAME_CASE = Rule(
    "rds.name.case",
    "A name is kept in small letters, however it was written.",
    source="aws-facts 2.1",
    test="test_rds_names::test_a_name_is_kept_in_small_letters",
)
TAG_PREFIX = Rule(
    "rds.tags.prefix",
    "Nobody but AWS sets tags that begin with `aws:`.",
    source="aws-facts 1.3, seen",
    code="InvalidParameterValue",
    message="Tag keys cannot start with the reserved prefix aws:",
    test="test_rds_names::test_tags_that_aws_does_not_take",
)
TAG_NUMBER = Rule(
    "rds.tags.number",
    "A resource has at most 50 tags.",
    source="aws-facts 9.1",
    code="InvalidParameterValue",
    message="A resource can have at most {most} tags",
    test="test_rds_names::test_tags_that_aws_does_not_take",
)
TAG_LENGTH = Rule(
    "rds.tags.length",
    "A tag's key has 1 to 128 characters, its value at most 256.",
    source="botocore rds.Tag",
    code="InvalidParameterValue",
    message="Tag keys have 1 to {key} characters, values at most {value}",
    test="test_rds_names::test_tags_that_aws_does_not_take",
)
PAGE_SIZE = Rule(
    "rds.describe.page",
    "A page has 20 to 100 rows.",
    source="aws-facts 2.3",
    code="InvalidParameterValue",
    message="Invalid value {size} for MaxRecords. Must be between {fewest} and {most}",
    test="test_rds_snapshots::test_lists_are_filtered_and_paged",
)
CLUSTER_OR_SNAPSHOT = Rule(
    "rds.describe.cluster-or-snapshot",
    "DescribeDBClusterSnapshots takes a cluster or a snapshot, not both.",
    source="aws-facts 2.3",
    code="InvalidParameterCombination",
    message="{database} and {snapshot} exclude each other.",
    test="test_rds_snapshots::test_cluster_snapshots_have_their_own_names_and_codes",
)
SHARED_ON_REQUEST = Rule(
    "rds.describe.shared-on-request",
    "Snapshots that others share are shown only to whom asks: IncludeShared, or SnapshotType `shared`.",
    source="aws-facts 2.3",
    test="test_rds_sharing::test_the_target_sees_a_shared_snapshot_only_when_it_asks_for_it",
)
SHARED_BY_ARN = Rule(
    "rds.describe.shared-by-arn",
    "In another account's rows a shared snapshot's identifier is its ARN, and its type is `shared`.",
    source="UNCONFIRMED, aws-facts 2.3",
    setting="shared_rows_name_the_arn",
    test="test_rds_sharing::test_the_target_sees_a_shared_snapshot_only_when_it_asks_for_it",
)
SHARED_WITHOUT_TAGS = Rule(
    "rds.describe.shared-without-tags",
    "Another account does not see a shared snapshot's tags.",
    source="aws-facts 1.2",
    test="test_rds_sharing::test_the_target_sees_a_shared_snapshot_only_when_it_asks_for_it",
)
SEEN_LATE = Rule(
    "rds.describe.seen-late",
    "A snapshot may not be found for a while after it was made.",
    source="UNCONFIRMED, aws-facts 2.3",
    code="DBSnapshotNotFound",
    cluster_code="DBClusterSnapshotNotFoundFault",
    message="{word} {name} not found.",
    setting="seconds_until_seen",
    test="test_rds_snapshots::test_a_new_snapshot_may_be_seen_late",
)
NOT_SHARED = Rule(
    "rds.describe.not-shared",
    "Another account's snapshot that is not shared is not found, as if it did not exist.",
    source="aws-facts 1.3",
    code="DBSnapshotNotFound",
    cluster_code="DBClusterSnapshotNotFoundFault",
    message="{word} {name} not found.",
    test="test_rds_copies::test_a_snapshot_that_is_not_shared_is_not_found",
)
OWNER_ONLY = Rule(
    "rds.describe.owner-only",
    "Only its owner shares, or deletes, a snapshot.",
    source="aws-facts 1.1 #14",
    code="DBSnapshotNotFound",
    cluster_code="DBClusterSnapshotNotFoundFault",
    message="{word} {name} not found.",
    test="test_rds_sharing::test_only_the_owner_changes_or_deletes",
)
SNAPSHOT_KIND = Rule(
    "rds.describe.kind",
    "The operations on instances' snapshots take no cluster's snapshot, nor the other way round.",
    source="aws-facts 2.5, seen",
    code="InvalidParameterValue",
    message="Invalid snapshot identifier: {name}",
    test="test_rds_sharing::test_another_attribute_or_a_cluster_snapshot_is_an_invalid_value",
)
