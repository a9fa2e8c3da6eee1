"""KMS: key policies, and what PutKeyPolicy checks."""

from sandbox.register.rule import Rule

POLICY_CHARACTERS = Rule(
    "kms.policy.characters",
    "A key policy is of tabs, line ends, and the characters from U+0020 to U+00FF.",
    source="aws-facts 4.3",
    code="ValidationException",
    message="1 validation error detected: Value at 'policy' failed to satisfy constraint",
    test="test_kms::test_a_policy_is_of_latin_letters",
)
POLICY_SIZE = Rule(
    "kms.policy.size",
    "A key policy has at most 32,768 bytes.",
    source="aws-facts 4.3",
    code="LimitExceededException",
    message="The key policy is larger than {most} bytes.",
    test="test_kms::test_a_policy_holds_32_kilobytes",
)
POLICY_DOCUMENT = Rule(
    "kms.policy.document",
    "A key policy is a JSON object with statements.",
    source="aws-facts 4.3",
    code="MalformedPolicyDocumentException",
    message="The key policy is no JSON document with a statement.",
    test="test_kms::test_what_is_no_policy_is_refused",
)
STATEMENT_EFFECT = Rule(
    "kms.policy.effect",
    "Each statement allows or denies.",
    source="IAM policy grammar",
    code="MalformedPolicyDocumentException",
    message="{where} has no Effect of Allow or Deny.",
    test="test_kms::test_a_statement_without_one_of_its_parts_is_refused[effect]",
)
STATEMENT_PRINCIPAL = Rule(
    "kms.policy.principal",
    "Each statement of a key policy names a principal.",
    source="IAM policy grammar",
    code="MalformedPolicyDocumentException",
    message="{where} has no Principal.",
    test="test_kms::test_a_statement_without_one_of_its_parts_is_refused[principal]",
)
STATEMENT_ACTION = Rule(
    "kms.policy.action",
    "Each statement names an action; since 2025-08-18 others are refused.",
    source="aws-facts 4.3",
    code="MalformedPolicyDocumentException",
    message="{where} has no Action.",
    test="test_kms::test_a_statement_without_one_of_its_parts_is_refused[action]",
)
STATEMENT_RESOURCE = Rule(
    "kms.policy.resource",
    "Each statement of a key policy has the Resource `*`; since 2025-08-18 others are refused.",
    source="aws-facts 4.3",
    code="MalformedPolicyDocumentException",
    message='{where} must have the Resource "*".',
    test="test_kms::test_a_statement_without_one_of_its_parts_is_refused[resource]",
)
STATEMENT_OPERATOR = Rule(
    "kms.policy.operator",
    "A condition has an operator that IAM knows.",
    source="IAM policy grammar",
    code="MalformedPolicyDocumentException",
    message="{where} has a Condition with an unknown operator.",
    test="test_kms::test_an_unknown_operator_is_refused",
)
POLICY_PRINCIPALS = Rule(
    "kms.policy.principals-exist",
    "The principals of a key policy exist; the unique id of a deleted role or user does not.",
    source="aws-facts 4.3, seen",
    code="MalformedPolicyDocumentException",
    message="Policy contains a statement with one or more invalid principals.",
    test="test_kms::test_a_principal_that_does_not_exist_is_refused",
)
POLICY_LOCKOUT = Rule(
    "kms.policy.lockout",
    "Who puts a key policy must be able to put the next one, or say that it bypasses this check.",
    source="aws-facts 4.3, seen",
    code="MalformedPolicyDocumentException",
    message="The new key policy will not allow you to update the key policy in the future.",
    test="test_kms::test_a_policy_that_locks_its_writer_out_is_refused",
)
POLICY_NAME = Rule(
    "kms.policy.name",
    "The only policy of a key is `default`.",
    source="aws-facts 4.3",
    code="NotFoundException",
    message="No such policy exists",
    test="test_kms::test_the_policys_name_may_be_left_out_and_the_key_may_not_be_an_alias",
)
POLICY_OF_MANAGED = Rule(
    "kms.policy.of-managed",
    "The policy of an AWS managed key cannot be changed.",
    source="aws-facts 4.2",
    code="AccessDeniedException",
    message="User: {caller} is not authorized to perform: kms:PutKeyPolicy on resource: {key} "
    "because it is an AWS managed key",
    test="test_kms::test_a_default_keys_policy_cannot_be_changed",
)
POLICY_PINNED = Rule(
    "kms.policy.pinned",
    "A policy keeps roles and users by their unique ids, which show once they are gone; made again, they are others.",
    source="aws-facts 4.3",
    test="test_kms::test_a_deleted_role_shows_as_its_id_and_blocks_the_next_write",
)
POLICY_SEEN_LATE = Rule(
    "kms.policy.seen-late",
    "Other services and accounts see a new policy late: `Kms.policy_delay`.",
    source="aws-facts 4.3; how late is UNCONFIRMED",
    test="test_kms::test_others_see_a_new_policy_late",
)
POLICIES_DECIDE = Rule(
    "kms.use.policies",
    "The key policy and the policies of the caller decide; across accounts both must allow.",
    source="aws-facts 4.1",
    code="AccessDeniedException",
    test="test_kms::test_the_other_account_needs_both_policies",
)
DENY_WINS = Rule(
    "kms.use.deny",
    "A Deny beats a grant.",
    source="aws-facts 4.4",
    code="AccessDeniedException",
    test="test_kms::test_a_deny_in_the_key_policy_beats_a_grant",
)
VIA_SERVICE = Rule(
    "kms.use.via-service",
    "A call that a service makes for somebody carries kms:ViaService, a direct one does not.",
    source="aws-facts 4.2",
    test="test_kms::test_rds_uses_a_key_only_with_the_callers_rights_and_by_way_of_rds",
)
FORWARDED_PRINCIPAL = Rule(
    "kms.use.forwarded-principal",
    "A call that a service makes for somebody carries that one's aws:PrincipalArn.",
    source="UNCONFIRMED, aws-facts 11",
    test="test_kms::test_a_condition_on_the_caller_counts_for_what_rds_does_for_it",
)
CALLER_ACCOUNT = Rule(
    "kms.use.caller-account",
    "Each call carries kms:CallerAccount.",
    source="aws-facts 4.2",
    test="test_kms::test_a_default_key_serves_its_own_account_through_its_service",
)
FOR_AWS_RESOURCE = Rule(
    "kms.use.for-aws-resource",
    "kms:GrantIsForAWSResource is true only for grants that a service makes for somebody.",
    source="aws-facts 4.2",
    test="test_kms::test_rds_uses_a_key_only_with_the_callers_rights_and_by_way_of_rds",
)
ENCRYPTION_CONTEXT = Rule(
    "kms.use.encryption-context",
    "Conditions see the encryption context.",
    source="aws-facts 4.2",
    test="test_kms::test_a_condition_on_the_encryption_context_counts",
)
RESOURCE_TAGS = Rule(
    "kms.use.tags",
    "Conditions see the key's tags.",
    source="KMS guide, tag-authorization",
    test="test_kms::test_tags_of_a_key_decide_who_may_write_its_policy",
)
BYPASS_SEEN = Rule(
    "kms.use.bypass",
    "Conditions see whether a call bypasses the lockout check.",
    source="aws-facts 4.3",
    test="test_kms::test_bypassing_the_lockout_check_can_be_denied",
)
