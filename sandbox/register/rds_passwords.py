"""RDS: master passwords, and the secrets that RDS keeps them in."""

from sandbox.register.rule import Rule

MANAGED = "test_rds_passwords::test_managed_and_given_exclude_each_other"
ROTATED = "test_rds_rotation::test_every_week_the_password_changes_in_server_and_secret"

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
ROTATE_MANAGED = Rule(
    "rds.password.rotate-managed",
    "Only a managed password can be rotated.",
    source="botocore rds.ModifyDBInstance",
    code="InvalidParameterCombination",
    message="You can rotate the master user password only while RDS manages it.",
    test="test_rds_rotation::test_rotation_is_asked_for_at_once_and_of_a_managed_password",
)
ROTATE_NOW = Rule(
    "rds.password.rotate-now",
    "RotateMasterUserPassword needs ApplyImmediately.",
    source="aws-facts 2.8",
    code="InvalidParameterCombination",
    message="You must specify ApplyImmediately when you rotate the master user password.",
    test="test_rds_rotation::test_rotation_is_asked_for_at_once_and_of_a_managed_password",
)
ROTATION_WEEKLY = Rule(
    "rds.rotation.weekly",
    "A managed password is rotated every seven days, or as often as its secret says.",
    source="aws-facts 8.1",
    test=ROTATED,
)
ROTATION_BY_HAND = Rule(
    "rds.rotation.by-hand",
    "RotateSecret rotates a managed password, and sets its schedule, without a Lambda function.",
    source="aws-facts 4.7, 8.1",
    test="test_rds_rotation::test_rotate_secret_rotates_and_sets_the_schedule",
)
ROTATION_TAKES_TIME = Rule(
    "rds.rotation.takes-time",
    "While its password is rotated a secret is `rotating`.",
    source="aws-facts 8.1",
    test="test_rds_rotation::test_rotate_secret_rotates_and_sets_the_schedule",
)
ROTATION_PREVIOUS = Rule(
    "rds.rotation.previous",
    "The password before is kept in the secret as AWSPREVIOUS; the server knows it no more.",
    source="Secrets Manager guide, staging labels",
    test="test_rds_rotation::test_rotate_secret_rotates_and_sets_the_schedule",
)
ROTATION_IMPAIRED = Rule(
    "rds.rotation.impaired",
    "A secret whose key RDS cannot use is `impaired`: it can be read as far as the key allows, not rotated.",
    source="aws-facts 8.1; botocore rds.MasterUserSecret",
    test="test_rds_rotation::test_without_its_key_a_secret_is_impaired",
)
