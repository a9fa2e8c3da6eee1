"""RDS: option groups, and the options that a database cannot be rid of."""

from sandbox.register.rule import Rule

KEPT = "test_rds_options::test_what_holds_an_option_group"

OPTION_GROUP_TAKEN = Rule(
    "rds.options.name-taken",
    "Two option groups of an account and Region do not have the same name.",
    source="botocore rds.CreateOptionGroup",
    code="OptionGroupAlreadyExistsFault",
    message="An option group named {name} already exists.",
    test="test_rds_options::test_an_option_group_is_made_filled_and_deleted",
)
OPTION_GROUP = Rule(
    "rds.options.exists",
    "A database's option group exists, in its account.",
    source="aws-facts 8.2",
    code="OptionGroupNotFoundFault",
    message="Specified OptionGroupName: {name} not found.",
    test="test_rds_options::test_a_database_takes_a_group_of_its_engine",
)
OPTION_GROUP_ENGINE = Rule(
    "rds.options.engine",
    "A database's option group is of its engine and major version.",
    source="botocore rds.CreateOptionGroup",
    code="InvalidParameterCombination",
    message="The option group {name} is for {its}, not for {engine}.",
    test="test_rds_options::test_a_database_takes_a_group_of_its_engine",
)
OPTION_GROUP_IN_USE = Rule(
    "rds.options.in-use",
    "An option group that a database or a snapshot has is not deleted.",
    source="botocore rds.DeleteOptionGroup",
    code="InvalidOptionGroupStateFault",
    message="The option group {name} is in use.",
    test=KEPT,
)
OPTION_LASTING = Rule(
    "rds.options.lasting",
    "A permanent option stays in its group; a persistent one as long as a database has the group.",
    source="aws-facts 1.1 #6",
    code="InvalidOptionGroupStateFault",
    message="The option {option} can't be removed from {name}.",
    test=KEPT,
)
OPTION_KEPT = Rule(
    "rds.modify.options",
    "A database with lasting options is not given a group without them.",
    source="botocore rds.ModifyDBInstance",
    code="InvalidParameterCombination",
    message="The option group needs {options}.",
    test="test_rds_options::test_what_holds_an_option_group",
)
SHARE_OPTIONS = Rule(
    "rds.share.options",
    "A snapshot with TDE, or another lasting option, cannot be shared; Oracle's Timezone and OLS do not matter.",
    source="aws-facts 1.1 #5, #6; its code is UNCONFIRMED",
    code="InvalidDBSnapshotState",
    message="You can't share a DB snapshot that uses an option group with permanent or persistent options: {options}.",
    setting="lasting_options_share_code",
    test="test_rds_options::test_what_options_allow_of_a_snapshot",
)
COPY_OPTIONS = Rule(
    "rds.copy.options",
    "Who copies a shared Oracle snapshot with Timezone or OLS names a group that has them, or says CopyOptionGroup.",
    source="aws-facts 1.1 #7; its code is UNCONFIRMED",
    code="InvalidParameterCombination",
    message="The snapshot needs an option group with {options}.",
    setting="lasting_options_copy_code",
    test="test_rds_options::test_a_shared_snapshot_with_a_time_zone_needs_a_group_with_it",
)
RESTORE_OPTIONS = Rule(
    "rds.restore.options",
    "A database with lasting options is restored with a group that has them.",
    source="aws-facts 8.2; its code is UNCONFIRMED",
    code="InvalidParameterCombination",
    message="The snapshot needs an option group with {options}.",
    setting="lasting_options_restore_code",
    test="test_rds_options::test_a_shared_snapshot_with_a_time_zone_needs_a_group_with_it",
)
