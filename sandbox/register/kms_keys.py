"""KMS: states of keys, calls across accounts, and grants."""

from sandbox.register.rule import Rule

ENABLED = Rule(
    "kms.state.enabled",
    "A key that is disabled encrypts, decrypts and grants nothing.",
    source="aws-facts 4.6",
    code="DisabledException",
    message="{key} is disabled.",
    test="test_kms::test_a_disabled_key_encrypts_nothing_but_keeps_its_policy",
)
NOT_PENDING = Rule(
    "kms.state.not-pending",
    "A key that is pending deletion does nothing, and cannot be enabled.",
    source="aws-facts 4.6",
    code="KMSInvalidStateException",
    message="{key} is pending deletion.",
    test="test_kms::test_a_key_pending_deletion_can_be_saved_until_its_time",
)
IMPORTED = Rule(
    "kms.state.imported",
    "A key of origin EXTERNAL is PendingImport until somebody brings its material.",
    source="aws-facts 4.6",
    test="test_kms::test_a_key_that_is_not_all_there_does_nothing[PendingImport]",
)
COMPLETE = Rule(
    "kms.state.complete",
    "A key that is PendingImport, Unavailable, Creating or Updating does nothing, and is neither enabled nor disabled.",
    source="aws-facts 4.6",
    code="KMSInvalidStateException",
    message="{key} is {missing}.",
    test="test_kms::test_a_key_that_is_not_all_there_does_nothing",
)
PENDING = Rule(
    "kms.state.pending",
    "Only the deletion of a key that is pending can be cancelled.",
    source="KMS guide, key-state",
    code="KMSInvalidStateException",
    message="{key} is not pending deletion.",
    test="test_kms::test_the_deletion_of_a_key_takes_7_to_30_days",
)
DELETION_WINDOW = Rule(
    "kms.state.deletion-window",
    "A key waits 7 to 30 days for its deletion.",
    source="botocore kms.ScheduleKeyDeletion",
    code="ValidationException",
    message="PendingWindowInDays must be {shortest} to {longest}",
    test="test_kms::test_the_deletion_of_a_key_takes_7_to_30_days",
)
DELETED = Rule(
    "kms.state.deleted",
    "After that time the key is gone.",
    source="botocore kms.ScheduleKeyDeletion",
    code="NotFoundException",
    test="test_kms::test_a_key_pending_deletion_can_be_saved_until_its_time",
)
ABROAD = Rule(
    "kms.abroad.own-operations",
    "Another account may use a key; reading and writing its policy, disabling and deleting it are for its own.",
    source="aws-facts 4.1",
    code="AccessDeniedException",
    test="test_kms::test_the_other_account_can_neither_read_nor_write_the_policy",
)
HIDDEN = Rule(
    "kms.abroad.hidden",
    "Strangers do not learn which keys an account has.",
    source="KMS, seen",
    code="AccessDeniedException",
    test="test_kms::test_strangers_do_not_learn_which_keys_exist",
)
OWN_REGION = Rule(
    "kms.abroad.region",
    "A key is used in its own Region.",
    source="aws-facts 4.5",
    code="NotFoundException",
    message="Invalid arn {region}",
    test="test_kms::test_strangers_do_not_learn_which_keys_exist",
)
NO_ALIAS = Rule(
    "kms.name.no-alias",
    "GetKeyPolicy, PutKeyPolicy, CreateGrant and others take no alias.",
    source="aws-facts 4.3",
    code="NotFoundException",
    message="Invalid keyId {name}",
    test="test_kms::test_the_policys_name_may_be_left_out_and_the_key_may_not_be_an_alias",
)
RESERVED_ALIAS = Rule(
    "kms.name.reserved-alias",
    "Aliases that begin with `alias/aws/` are AWS's.",
    source="botocore kms.CreateAlias",
    code="NotAuthorizedException",
    test="test_kms::test_aliases_need_rights_on_alias_and_key",
)
RIGHT_KEY = Rule(
    "kms.decrypt.right-key",
    "Who names a key to decrypt with must name the one that encrypted.",
    source="botocore kms.Decrypt",
    code="IncorrectKeyException",
    message="The key ID in the request does not identify a CMK that can perform this operation.",
    test="test_kms::test_ciphertext_moves_between_keys_of_two_accounts",
)
GRANTEE_EXISTS = Rule(
    "kms.grant.grantee",
    "A grant is for a principal that exists.",
    source="botocore kms.CreateGrant",
    code="InvalidArnException",
    message="ARN does not refer to a valid principal: {grantee}",
    test="test_kms::test_a_grant_to_nobody_is_refused",
)
GRANT_NUMBER = Rule(
    "kms.grant.number",
    "A key has at most 50,000 grants.",
    source="aws-facts 7",
    code="LimitExceededException",
    message="{key} has too many grants.",
    test="test_kms::test_a_key_has_so_many_grants_and_no_more",
)
GRANT_SEEN_LATE = Rule(
    "kms.grant.seen-late",
    "A new grant counts late, but at once for who shows its token: `Kms.grants.delay`.",
    source="aws-facts 4.3, 4.4; how late is UNCONFIRMED",
    test="test_kms::test_a_grant_counts_late_but_at_once_with_its_token",
)
GRANT_COUNTS = Rule(
    "kms.grant.counts",
    "A grant lets its grantee use the key, whatever the policies leave out.",
    source="aws-facts 4.4",
    test="test_kms::test_a_grant_lets_its_grantee_do_what_it_says",
)
GRANT_COVERS = Rule(
    "kms.grant.covers",
    "A grant allows the operations that it names, within its constraints, and no others.",
    source="aws-facts 4.4",
    code="AccessDeniedException",
    test="test_kms::test_a_grant_lets_its_grantee_do_what_it_says",
)
GRANT_NAMED = Rule(
    "kms.grant.named",
    "The same grant under the same name is made once.",
    source="aws-facts 4.4",
    test="test_kms::test_a_grant_lets_its_grantee_do_what_it_says",
)
GRANT_RETIRED_BY = Rule(
    "kms.grant.retired-by",
    "A grant is retired by its retiring principal, by a grantee whom it allows that, or by policy.",
    source="aws-facts 4.1",
    code="AccessDeniedException",
    test="test_kms::test_a_grant_lets_its_grantee_do_what_it_says",
)
SERVICE_ENABLED = Rule(
    "kms.service.enabled",
    "RDS uses only a key that is enabled.",
    source="aws-facts 4.6",
    code="KMSKeyNotAccessibleFault",
    test="test_kms::test_a_disabled_key_encrypts_nothing_but_keeps_its_policy",
)
SERVICE_SYMMETRIC = Rule(
    "kms.service.symmetric",
    "RDS uses only symmetric keys.",
    source="aws-facts 2.4",
    code="KMSKeyNotAccessibleFault",
    test="test_kms::test_only_symmetric_keys_serve_rds",
)
SERVICE_MANAGED = Rule(
    "kms.service.managed",
    "An AWS managed key serves its own account only.",
    source="aws-facts 4.2",
    code="KMSKeyNotAccessibleFault",
    test="test_kms::test_a_default_keys_policy_cannot_be_changed",
)
SERVICE_RIGHTS = Rule(
    "kms.service.rights",
    "RDS uses a key with the rights of whoever calls it.",
    source="aws-facts 4.2",
    code="KMSKeyNotAccessibleFault",
    test="test_kms::test_rds_uses_a_key_only_with_the_callers_rights_and_by_way_of_rds",
)
LOG_GROUPS = Rule(
    "kms.service.log-groups",
    "A log group is encrypted under a key whose policy lets CloudWatch Logs use it for that group.",
    source="aws-facts 12; botocore logs.AssociateKmsKey",
    code="InvalidParameterException",
    message="The specified KMS key does not exist or is not allowed to be used with Arn '{group}'.",
    test="test_kms::test_a_log_group_is_encrypted_only_under_a_key_that_lets_logs_in",
)
TOPICS = Rule(
    "kms.service.topics",
    "Who publishes to a topic under a key needs GenerateDataKey and Decrypt on it, by way of SNS.",
    source="aws-facts 12; botocore sns.Publish",
    code="KMSAccessDenied",
    message="KMS: {reason}",
    test="test_kms::test_only_who_may_use_its_key_publishes_to_a_topic",
)
SECRET_RIGHTS = Rule(
    "secrets.managed.rights",
    "Who has RDS manage a password needs CreateSecret and TagResource on the secret.",
    source="aws-facts 4.7",
    code="AccessDenied",
    test="test_kms::test_a_managed_password_needs_rights_on_the_secret_and_its_key",
)
SECRET_READING = Rule(
    "secrets.read.key",
    "Who reads a secret under a customer's key needs that key.",
    source="aws-facts 8.1",
    code="AccessDeniedException",
    message="Access to KMS is not allowed",
    test="test_kms::test_a_secret_under_a_customers_key_opens_only_with_that_key",
)
