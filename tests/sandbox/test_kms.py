"""Keys as AWS guards them: policies that count, across accounts, by way of services, and through time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.kms.exceptions import InvalidCiphertextException
from moto.kms.models import kms_backends

from sandbox.accounts import REGION, SOURCE, TARGET, Caller
from sandbox.gate import AwsError
from sandbox.kms import KeyNotAccessible
from tests.sandbox.rights import DAY, Rights, admit, admits_root, allow, policy, refused, rights, root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.kms import Key
    from sandbox.permissions import Simulator

INVALID_PRINCIPALS = "Policy contains a statement with one or more invalid principals."
LOCKED_OUT = "The new key policy will not allow you to update the key policy in the future."
CRYPTO = ["kms:Decrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:DescribeKey"]
BY_RDS = {"StringEquals": {"kms:ViaService": f"rds.{REGION}.amazonaws.com"}}
FOR_AWS = {"Bool": {"kms:GrantIsForAWSResource": "true"}}


@pytest.fixture
def world(simulator: Simulator) -> Iterator[Rights]:
    with rights(simulator) as made:
        yield made


def use(world: Rights, caller: Caller, key: str, *actions: str, **context: str) -> Key:
    """RDS uses a key on somebody's behalf."""
    return world.kms.use(caller, key, actions, via="rds", region=REGION, encryption_context=context)


# Key policy and identity policy


def test_the_root_statement_leaves_it_to_the_accounts_iam(world: Rights) -> None:
    key = world.key()
    world.client("kms").describe_key(KeyId=key)
    world.role(SOURCE, "looker", allow("kms:DescribeKey", key)).client("kms").describe_key(KeyId=key)
    with refused("AccessDeniedException", "kms:DescribeKey", key, "no identity-based policy allows"):
        world.role(SOURCE, "nobody").client("kms").describe_key(KeyId=key)


def test_a_policy_without_the_root_statement_shuts_out_even_the_administrator(world: Rights) -> None:
    keeper = world.role(SOURCE, "keeper")
    kms = world.client("kms")
    document = policy(admit(keeper.arn, "kms:*"))
    key = kms.create_key(Policy=document, BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["Arn"]
    with refused("AccessDeniedException", "no resource-based policy allows the kms:DescribeKey action"):
        kms.describe_key(KeyId=key)
    keeper.client("kms").describe_key(KeyId=key)


def test_the_other_account_needs_both_policies(world: Rights) -> None:
    key = world.key()
    plain = world.role(TARGET, "plain").client("kms")
    able = world.role(TARGET, "able", allow(CRYPTO, key)).client("kms")
    with refused("AccessDeniedException"):
        able.describe_key(KeyId=key)
    world.put_policy(key, admit(root(TARGET), CRYPTO))
    with refused("AccessDeniedException"):
        plain.describe_key(KeyId=key)
    blob = able.generate_data_key(KeyId=key, KeySpec="AES_256")
    assert able.decrypt(CiphertextBlob=blob["CiphertextBlob"])["Plaintext"] == blob["Plaintext"]


def test_an_end_time_in_the_policy_ends_the_access(world: Rights) -> None:
    until = {"DateLessThan": {"aws:CurrentTime": "2026-01-02T00:00:00Z"}}
    key = world.key(SOURCE, admit(root(TARGET), CRYPTO, Condition=until))
    able = world.role(TARGET, "able", allow(CRYPTO, key)).client("kms")
    able.describe_key(KeyId=key)
    world.wait(DAY)
    with refused("AccessDeniedException"):
        able.describe_key(KeyId=key)


def test_the_lease_can_be_narrowed_to_one_role(world: Rights) -> None:
    named = world.role(TARGET, "receive-copy", allow(CRYPTO), path="/snapferry/")
    other = world.role(TARGET, "other", allow(CRYPTO))
    only = {"ArnEquals": {"aws:PrincipalArn": named.arn}}
    key = world.key(SOURCE, admit(root(TARGET), CRYPTO, Condition=only))
    named.client("kms").describe_key(KeyId=key)
    with refused("AccessDeniedException"):
        other.client("kms").describe_key(KeyId=key)


def test_a_condition_on_the_caller_counts_for_what_rds_does_for_it(world: Rights) -> None:
    named = world.role(TARGET, "receive-copy", allow(CRYPTO))
    only = {"ArnEquals": {"aws:PrincipalArn": named.arn}}
    key = world.key(SOURCE, admit(root(TARGET), CRYPTO, Condition=only))
    use(world, named.caller, key, "kms:Decrypt")
    with pytest.raises(KeyNotAccessible):
        use(world, world.role(TARGET, "other", allow(CRYPTO)).caller, key, "kms:Decrypt")


def test_the_other_account_can_neither_read_nor_write_the_policy(world: Rights) -> None:
    key = world.key(SOURCE, admit(root(TARGET), "kms:*"))
    theirs = world.client("kms", TARGET)
    theirs.describe_key(KeyId=key)
    calls: list[Callable[[], Any]] = [
        lambda: theirs.get_key_policy(KeyId=key),
        lambda: theirs.put_key_policy(KeyId=key, Policy=policy(admits_root(TARGET))),
        lambda: theirs.disable_key(KeyId=key),
        lambda: theirs.schedule_key_deletion(KeyId=key),
    ]
    for call in calls:
        with refused("AccessDeniedException", "the resource does not exist in this Region, no resource-based policies"):
            call()


def test_strangers_do_not_learn_which_keys_exist(world: Rights) -> None:
    missing = f"arn:aws:kms:{REGION}:{SOURCE.id}:key/00000000-0000-4000-8000-000000000000"
    with refused("AccessDeniedException", "does not exist in this Region"):
        world.client("kms", TARGET).describe_key(KeyId=missing)
    with refused("NotFoundException", f"Key '{missing}' does not exist"):
        world.client("kms", SOURCE).describe_key(KeyId=missing)
    with refused("NotFoundException", "Invalid arn us-east-1"):
        world.client("kms").describe_key(KeyId=missing.replace(REGION, "us-east-1"))


def test_tags_of_a_key_decide_who_may_write_its_policy(world: Rights) -> None:
    kms = world.client("kms")
    leased = {"StringEquals": {"aws:ResourceTag/snapferry:lease": "allowed"}}
    role = world.role(SOURCE, "open-lease", allow("kms:PutKeyPolicy", Condition=leased)).client("kms")
    key, document = world.key(), policy(admits_root(SOURCE))
    with refused("AccessDeniedException", "kms:PutKeyPolicy"):
        role.put_key_policy(KeyId=key, Policy=document)
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "snapferry:lease", "TagValue": "allowed"}])
    role.put_key_policy(KeyId=key, Policy=document)


# PutKeyPolicy's checks


def test_a_policy_that_locks_its_writer_out_is_refused(world: Rights) -> None:
    key, kms = world.key(), world.client("kms")
    with refused("MalformedPolicyDocumentException", LOCKED_OUT):
        kms.put_key_policy(KeyId=key, Policy=policy(admit(root(SOURCE), "kms:DescribeKey")))
    assert len(world.policy_of(key)["Statement"]) == 1
    kms.put_key_policy(
        KeyId=key, Policy=policy(admit(root(SOURCE), "kms:Describe*")), BypassPolicyLockoutSafetyCheck=True
    )


def test_the_lockout_check_counts_the_writers_own_policies(world: Rights) -> None:
    key = world.key()
    tagged_only = {"StringEquals": {"aws:ResourceTag/never": "there"}}
    role = world.role(SOURCE, "writer", allow("kms:PutKeyPolicy", Condition=tagged_only))
    world.put_policy(key, admit(role.arn, "kms:PutKeyPolicy"))
    with refused("MalformedPolicyDocumentException", LOCKED_OUT):
        role.client("kms").put_key_policy(KeyId=key, Policy=policy(admits_root(SOURCE)))


def test_bypassing_the_lockout_check_can_be_denied(world: Rights) -> None:
    key = world.key()
    deny = {
        "Effect": "Deny",
        "Action": "kms:PutKeyPolicy",
        "Resource": "*",
        "Condition": {"Bool": {"kms:BypassPolicyLockoutSafetyCheck": "true"}},
    }
    kms = world.role(SOURCE, "writer", allow("kms:PutKeyPolicy"), deny).client("kms")
    kms.put_key_policy(KeyId=key, Policy=policy(admits_root(SOURCE)))
    with refused("AccessDeniedException", "explicit deny"):
        kms.put_key_policy(KeyId=key, Policy=policy(admits_root(SOURCE)), BypassPolicyLockoutSafetyCheck=True)


@pytest.mark.parametrize(
    "principal",
    [
        "AROAABCDEFGHIJKLMNOPQ",
        "AIDAABCDEFGHIJKLMNOPQ",
        "arn:aws:iam::222222222222:role/not-there",
        "arn:aws:iam::111111111111:user/not-there",
        "arn:aws:iam::999999999999:root",
        "999999999999",
        "somebody",
    ],
)
def test_a_principal_that_does_not_exist_is_refused(world: Rights, principal: str) -> None:
    key = world.key()
    before = world.policy_of(key)
    with refused("MalformedPolicyDocumentException", INVALID_PRINCIPALS):
        world.put_policy(key, admit(principal, "kms:Decrypt"))
    assert world.policy_of(key) == before


def test_principals_that_exist_are_taken(world: Rights) -> None:
    world.client("iam", TARGET).create_user(UserName="dba")
    role = world.role(TARGET, "reader", path="/some/path/")
    key = world.key(
        SOURCE,
        admit([root(TARGET), TARGET.id, role.arn, f"arn:aws:iam::{TARGET.id}:user/dba"], "kms:Decrypt"),
        {
            "Effect": "Allow",
            "Principal": {"Service": "logs.eu-west-1.amazonaws.com"},
            "Action": "kms:Encrypt*",
            "Resource": "*",
        },
        admit("*", "kms:Decrypt", Condition={"StringEquals": {"kms:CallerAccount": SOURCE.id}}),
    )
    world.kms.known_accounts.add("999999999999")
    world.put_policy(key, admit("arn:aws:iam::999999999999:root", "kms:Decrypt"))


@pytest.mark.parametrize(
    ("statement", "word"),
    [
        ({"Effect": "Allow", "Principal": {"AWS": "*"}, "Resource": "*"}, "has no Action"),
        ({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt"}, "must have the Resource"),
        ({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}, "has no Principal"),
        ({"Principal": {"AWS": "*"}, "Action": "kms:Decrypt", "Resource": "*"}, "has no Effect"),
    ],
    ids=["action", "resource", "principal", "effect"],
)
def test_a_statement_without_one_of_its_parts_is_refused(world: Rights, statement: dict[str, Any], word: str) -> None:
    key = world.key()
    with refused("MalformedPolicyDocumentException", word):
        world.put_policy(key, statement)
    with refused("MalformedPolicyDocumentException", word):
        world.client("kms").create_key(Policy=policy(admits_root(SOURCE), statement))


def test_what_is_no_policy_is_refused(world: Rights) -> None:
    kms, key = world.client("kms"), world.key()
    for text in ("{", "[]", "{}", json.dumps({"Version": "2012-10-17", "Statement": []})):
        with refused("MalformedPolicyDocumentException"):
            kms.put_key_policy(KeyId=key, Policy=text)
    unknown = {"NoSuchOperator": {"kms:ViaService": "x"}}
    for broken in (admit(root(TARGET), "kms:Decrypt", Condition=unknown), admit(root(TARGET), "Decrypt")):
        with refused("MalformedPolicyDocumentException"):
            world.put_policy(key, broken)


def test_an_unknown_operator_is_refused(world: Rights) -> None:
    unknown = {"NoSuchOperator": {"kms:ViaService": "x"}}
    with refused("MalformedPolicyDocumentException", "unknown operator"):
        world.put_policy(world.key(), admit(root(TARGET), "kms:Decrypt", Condition=unknown))


def test_a_policy_is_of_latin_letters(world: Rights) -> None:
    kms, key = world.client("kms"), world.key()
    document = json.loads(policy(admits_root(SOURCE)))
    kms.put_key_policy(KeyId=key, Policy=json.dumps(document | {"Id": "über"}, ensure_ascii=False))
    with refused("ValidationException"):
        kms.put_key_policy(KeyId=key, Policy=json.dumps(document | {"Id": "→"}, ensure_ascii=False))


def test_a_policy_holds_32_kilobytes(world: Rights) -> None:
    key = world.key()
    document = json.loads(policy(admits_root(SOURCE)))
    rest = 32_768 - len(json.dumps(document | {"Id": ""}))
    world.client("kms").put_key_policy(KeyId=key, Policy=json.dumps(document | {"Id": "x" * rest}))
    with refused("LimitExceededException"):
        world.client("kms").put_key_policy(KeyId=key, Policy=json.dumps(document | {"Id": "x" * (rest + 1)}))


def test_the_policys_name_may_be_left_out_and_the_key_may_not_be_an_alias(world: Rights) -> None:
    kms, key = world.client("kms"), world.key()
    kms.create_alias(AliasName="alias/ferry", TargetKeyId=key)
    assert kms.get_key_policy(KeyId=key)["PolicyName"] == "default"
    with refused("NotFoundException", "No such policy exists"):
        kms.get_key_policy(KeyId=key, PolicyName="other")
    with refused("NotFoundException", "Invalid keyId"):
        kms.get_key_policy(KeyId="alias/ferry")
    assert kms.describe_key(KeyId="alias/ferry")["KeyMetadata"]["Arn"] == key


# Roles that go


def test_a_deleted_role_shows_as_its_id_and_blocks_the_next_write(world: Rights) -> None:
    role = world.role(TARGET, "gone")
    key = world.key(SOURCE, admit(role.arn, "kms:Decrypt"))
    assert world.policy_of(key)["Statement"][1]["Principal"] == {"AWS": role.arn}
    world.client("iam", TARGET).delete_role(RoleName="gone")
    shown = world.policy_of(key)
    assert shown["Statement"][1]["Principal"] == {"AWS": role.id}
    with refused("MalformedPolicyDocumentException", INVALID_PRINCIPALS):
        world.client("kms").put_key_policy(KeyId=key, Policy=json.dumps(shown))


def test_a_role_made_again_is_somebody_else(world: Rights) -> None:
    role = world.role(TARGET, "again", allow("kms:DescribeKey"))
    key = world.key(SOURCE, admit(role.arn, "kms:DescribeKey"))
    role.client("kms").describe_key(KeyId=key)
    iam = world.client("iam", TARGET)
    iam.delete_role_policy(RoleName="again", PolicyName="rights")
    iam.delete_role(RoleName="again")
    new = world.role(TARGET, "again", allow("kms:DescribeKey"))
    with refused("AccessDeniedException"):
        new.client("kms").describe_key(KeyId=key)
    world.put_policy(key, admit(new.arn, "kms:DescribeKey"))
    new.client("kms").describe_key(KeyId=key)


# Default keys


def test_a_default_key_serves_its_own_account_through_its_service(world: Rights) -> None:
    arn = world.kms.default_key(SOURCE.id, REGION)
    kms = world.client("kms")
    metadata = kms.describe_key(KeyId="alias/aws/rds")["KeyMetadata"]
    assert (metadata["Arn"], metadata["KeyManager"]) == (arn, "AWS")
    use(world, SOURCE.admin.caller, "alias/aws/rds", "kms:Decrypt", "kms:CreateGrant")
    use(world, world.role(SOURCE, "without-kms-rights").caller, arn, "kms:GenerateDataKey")
    with refused("AccessDeniedException", "kms:Encrypt"):
        kms.encrypt(KeyId=arn, Plaintext=b"directly")
    with pytest.raises(KeyNotAccessible):
        use(world, TARGET.admin.caller, arn, "kms:Decrypt")


def test_a_default_keys_policy_cannot_be_changed(world: Rights) -> None:
    arn = world.kms.default_key(SOURCE.id, REGION)
    kms = world.client("kms")
    with refused("AccessDeniedException", "kms:PutKeyPolicy"):
        kms.put_key_policy(KeyId=arn, Policy=policy(admits_root(SOURCE)))
    statement = world.policy_of(arn)["Statement"][0]
    assert statement["Condition"]["StringEquals"]["kms:CallerAccount"] == SOURCE.id
    with rights(None) as unchecked:
        arn = unchecked.kms.default_key(SOURCE.id, REGION)
        with refused("AccessDeniedException"):
            unchecked.client("kms").put_key_policy(KeyId=arn, Policy=policy(admits_root(SOURCE)))
        with pytest.raises(KeyNotAccessible, match="its own account only"):
            use(unchecked, TARGET.admin.caller, arn, "kms:Decrypt")


def test_each_account_and_service_has_its_own_default_key(world: Rights) -> None:
    keys = {
        world.kms.default_key(account.id, REGION, alias)
        for account in (SOURCE, TARGET)
        for alias in ("alias/aws/rds", "alias/aws/secretsmanager")
    }
    assert len(keys) == 4
    assert world.kms.default_key(SOURCE.id, REGION) in keys


# Key states


def test_a_disabled_key_encrypts_nothing_but_keeps_its_policy(world: Rights) -> None:
    kms, key = world.client("kms"), world.key()
    kms.disable_key(KeyId=key)
    calls: list[Callable[[], Any]] = [
        lambda: kms.encrypt(KeyId=key, Plaintext=b"x"),
        lambda: kms.create_grant(KeyId=key, GranteePrincipal=root(TARGET), Operations=["Decrypt"]),
    ]
    for call in calls:
        with refused("DisabledException", f"{key} is disabled."):
            call()
    with pytest.raises(KeyNotAccessible, match="Disabled"):
        use(world, SOURCE.admin.caller, key, "kms:DescribeKey")
    world.put_policy(key)
    kms.enable_key(KeyId=key)
    kms.encrypt(KeyId=key, Plaintext=b"x")


def test_a_key_pending_deletion_can_be_saved_until_its_time(world: Rights) -> None:
    kms, key = world.client("kms"), world.key()
    answer = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert answer["KeyId"] == key
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["DeletionDate"] == answer["DeletionDate"]
    calls: list[Callable[[], Any]] = [
        lambda: kms.encrypt(KeyId=key, Plaintext=b"x"),
        lambda: kms.enable_key(KeyId=key),
    ]
    for call in calls:
        with refused("KMSInvalidStateException", f"{key} is pending deletion."):
            call()
    world.put_policy(key)
    kms.cancel_key_deletion(KeyId=key)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "Disabled"
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    world.wait(7 * DAY)
    with refused("NotFoundException"):
        kms.describe_key(KeyId=key)


@pytest.mark.parametrize("state", ["PendingImport", "Unavailable", "Creating", "Updating"])
def test_a_key_that_is_not_all_there_does_nothing(world: Rights, state: str) -> None:
    kms = world.client("kms")
    origin = "EXTERNAL" if state == "PendingImport" else "AWS_KMS"
    key = kms.create_key(Origin=origin)["KeyMetadata"]["Arn"]
    if origin == "AWS_KMS":
        kms_backends[SOURCE.id][REGION].keys[key.split("/")[1]].key_state = state
    calls: list[Callable[[], Any]] = [
        lambda: kms.encrypt(KeyId=key, Plaintext=b"x"),
        lambda: kms.create_grant(KeyId=key, GranteePrincipal=root(TARGET), Operations=["Decrypt"]),
        lambda: kms.enable_key(KeyId=key),
        lambda: kms.disable_key(KeyId=key),
    ]
    for call in calls:
        with refused("KMSInvalidStateException", key):
            call()
    with pytest.raises(KeyNotAccessible, match=state):
        use(world, SOURCE.admin.caller, key, "kms:DescribeKey")
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == state
    kms.schedule_key_deletion(KeyId=key)


def test_the_deletion_of_a_key_takes_7_to_30_days(world: Rights) -> None:
    kms, key = world.client("kms"), world.key()
    for days in (6, 31):
        with refused("ValidationException"):
            kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=days)
    with refused("KMSInvalidStateException", "not pending deletion"):
        kms.cancel_key_deletion(KeyId=key)


# Use by services


def test_rds_uses_a_key_only_with_the_callers_rights_and_by_way_of_rds(world: Rights) -> None:
    lease = [admit(root(TARGET), CRYPTO, Condition=BY_RDS), admit(root(TARGET), "kms:CreateGrant", Condition=FOR_AWS)]
    key = world.key(SOURCE, *lease)
    able = world.role(TARGET, "receive-copy", allow([*CRYPTO, "kms:CreateGrant"], key))
    held = use(world, able.caller, key, "kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant")
    assert (held.arn, held.manager) == (key, "CUSTOMER")
    with pytest.raises(KeyNotAccessible, match="kms:Decrypt"):
        use(world, world.role(TARGET, "unable").caller, key, "kms:Decrypt")
    with refused("AccessDeniedException"):
        able.client("kms").describe_key(KeyId=key)
    with refused("AccessDeniedException", "kms:CreateGrant"):
        able.client("kms").create_grant(KeyId=key, GranteePrincipal=able.arn, Operations=["Decrypt"])
    world.put_policy(key, lease[0])
    with pytest.raises(KeyNotAccessible, match="kms:CreateGrant"):
        use(world, able.caller, key, "kms:Decrypt", "kms:CreateGrant")


@pytest.mark.parametrize(
    "key",
    [
        "alias/not-there",
        f"arn:aws:kms:us-east-1:{SOURCE.id}:key/00000000-0000-4000-8000-000000000000",
        f"arn:aws:kms:{REGION}:{TARGET.id}:key/00000000-0000-4000-8000-000000000000",
        "00000000-0000-4000-8000-000000000000",
    ],
)
def test_a_key_that_is_not_there_is_not_accessible(world: Rights, key: str) -> None:
    with pytest.raises(KeyNotAccessible) as caught:
        use(world, SOURCE.admin.caller, key, "kms:DescribeKey")
    assert caught.value.key == key


def test_only_symmetric_keys_serve_rds(world: Rights) -> None:
    made = world.client("kms").create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    with pytest.raises(KeyNotAccessible, match="RSA_2048"):
        use(world, SOURCE.admin.caller, made["KeyMetadata"]["Arn"], "kms:DescribeKey")


def test_a_data_key_opens_only_with_its_context(world: Rights) -> None:
    held = use(world, SOURCE.admin.caller, world.key(), "kms:GenerateDataKey")
    plain, blob = held.generate_data_key({"aws:rds:db-id": "db-1"})
    assert held.decrypt(blob, {"aws:rds:db-id": "db-1"}) == plain
    with pytest.raises(InvalidCiphertextException):
        held.decrypt(blob, {"aws:rds:db-id": "db-2"})


def test_a_condition_on_the_encryption_context_counts(world: Rights) -> None:
    only = {"StringEquals": {"kms:EncryptionContext:aws:rds:db-id": "db-1"}}
    key = world.key(SOURCE, admit(root(TARGET), "kms:Decrypt", Condition=only))
    caller = TARGET.admin.caller
    use(world, caller, key, "kms:Decrypt", **{"aws:rds:db-id": "db-1"})
    with pytest.raises(KeyNotAccessible):
        use(world, caller, key, "kms:Decrypt", **{"aws:rds:db-id": "db-2"})


def test_an_alias_and_its_arn_mean_the_key(world: Rights) -> None:
    key = world.key()
    world.client("kms").create_alias(AliasName="alias/ferry", TargetKeyId=key)
    for name in (key, key.split("/")[1], "alias/ferry", f"arn:aws:kms:{REGION}:{SOURCE.id}:alias/ferry"):
        assert world.kms.resolve(name, SOURCE.id, REGION) == key
    with pytest.raises(KeyNotAccessible):
        world.kms.resolve("alias/ferry", TARGET.id, REGION)


def test_others_see_a_new_policy_late(world: Rights) -> None:
    world.kms.policy_delay = 120.0
    key = world.key()
    world.put_policy(key, admit(root(TARGET), CRYPTO))
    caller = TARGET.admin.caller
    assert len(world.policy_of(key)["Statement"]) == 2
    with pytest.raises(KeyNotAccessible):
        use(world, caller, key, "kms:Decrypt")
    with refused("AccessDeniedException"):
        world.client("kms", TARGET).describe_key(KeyId=key)
    world.wait(121)
    use(world, caller, key, "kms:Decrypt")
    world.put_policy(key)
    use(world, caller, key, "kms:Decrypt")
    world.wait(121)
    with pytest.raises(KeyNotAccessible):
        use(world, caller, key, "kms:Decrypt")


# Grants


def test_a_services_grant_outlives_the_statement_that_allowed_it(world: Rights) -> None:
    key = world.key(SOURCE, admit(root(TARGET), [*CRYPTO, "kms:CreateGrant"]))
    held = use(world, TARGET.admin.caller, key, "kms:Decrypt", "kms:CreateGrant")
    world.put_policy(key)
    (row,) = world.client("kms").list_grants(KeyId=key)["Grants"]
    assert row["GrantId"] == held.grant_id
    assert row["GranteePrincipal"] == f"rds.{REGION}.amazonaws.com"
    assert row["IssuingAccount"] == root(TARGET)
    plain, blob = held.generate_data_key({})
    assert world.kms.use_by_grant(key, TARGET.id, via="rds", region=REGION).decrypt(blob, {}) == plain
    with pytest.raises(KeyNotAccessible):
        world.kms.use_by_grant(key, SOURCE.id, via="rds", region=REGION)
    world.client("kms").revoke_grant(KeyId=key, GrantId=row["GrantId"])
    with pytest.raises(KeyNotAccessible, match="no grant"):
        world.kms.use_by_grant(key, TARGET.id, via="rds", region=REGION)


def test_a_grant_lets_its_grantee_do_what_it_says(world: Rights) -> None:
    key, kms = world.key(), world.client("kms")
    grantee = world.role(TARGET, "grantee")
    with refused("AccessDeniedException"):
        grantee.client("kms").encrypt(KeyId=key, Plaintext=b"x")
    made = kms.create_grant(KeyId=key, GranteePrincipal=grantee.arn, Operations=["Encrypt"], Name="one")
    again = kms.create_grant(KeyId=key, GranteePrincipal=grantee.arn, Operations=["Encrypt"], Name="one")
    assert again["GrantId"] == made["GrantId"]
    blob = grantee.client("kms").encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    with refused("AccessDeniedException", "kms:Decrypt"):
        grantee.client("kms").decrypt(CiphertextBlob=blob)
    grantee_kms = grantee.client("kms")
    with refused("AccessDeniedException"):
        grantee_kms.retire_grant(KeyId=key, GrantId=made["GrantId"])
    kms.retire_grant(KeyId=key, GrantId=made["GrantId"])
    with refused("AccessDeniedException"):
        grantee_kms.encrypt(KeyId=key, Plaintext=b"x")


def test_a_key_has_so_many_grants_and_no_more(world: Rights) -> None:
    assert world.kms.grants.most == 50_000
    world.kms.grants.most = 1
    key, kms = world.key(), world.client("kms")
    given = {"KeyId": key, "GranteePrincipal": root(TARGET), "Operations": ["Decrypt"], "Name": "one"}
    first = kms.create_grant(**given)["GrantId"]
    assert kms.create_grant(**given)["GrantId"] == first
    with refused("LimitExceededException"):
        kms.create_grant(**given | {"Name": "two"})
    kms.revoke_grant(KeyId=key, GrantId=first)
    kms.create_grant(**given | {"Name": "two"})


def test_a_grant_counts_late_but_at_once_with_its_token(world: Rights) -> None:
    world.kms.grants.delay = 300.0
    key, kms = world.key(), world.client("kms")
    grantee = world.role(TARGET, "grantee")
    made = kms.create_grant(KeyId=key, GranteePrincipal=grantee.arn, Operations=["Encrypt"])
    theirs = grantee.client("kms")
    with refused("AccessDeniedException"):
        theirs.encrypt(KeyId=key, Plaintext=b"x")
    theirs.encrypt(KeyId=key, Plaintext=b"x", GrantTokens=[made["GrantToken"]])
    world.wait(301)
    theirs.encrypt(KeyId=key, Plaintext=b"x")


def test_a_deny_in_the_key_policy_beats_a_grant(world: Rights) -> None:
    grantee = world.role(TARGET, "grantee")
    key = world.key()
    world.client("kms").create_grant(KeyId=key, GranteePrincipal=grantee.arn, Operations=["Encrypt"])
    grantee.client("kms").encrypt(KeyId=key, Plaintext=b"x")
    world.put_policy(key, admit(grantee.arn, "kms:Encrypt") | {"Effect": "Deny"})
    with refused("AccessDeniedException", "explicit deny in a resource-based policy"):
        grantee.client("kms").encrypt(KeyId=key, Plaintext=b"x")


def test_a_grant_to_nobody_is_refused(world: Rights) -> None:
    with refused("InvalidArnException"):
        world.client("kms").create_grant(
            KeyId=world.key(), GranteePrincipal=f"arn:aws:iam::{TARGET.id}:role/none", Operations=["Decrypt"]
        )


# What moto does with an authorised call


def test_ciphertext_moves_between_keys_of_two_accounts(world: Rights) -> None:
    theirs = world.key(SOURCE, admit(root(TARGET), "kms:*"))
    mine, kms = world.key(TARGET), world.client("kms", TARGET)
    blob = kms.encrypt(KeyId=theirs, Plaintext=b"rows")["CiphertextBlob"]
    with refused("IncorrectKeyException"):
        kms.decrypt(CiphertextBlob=blob, KeyId=mine)
    moved = kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=mine)
    assert (moved["SourceKeyId"], moved["KeyId"]) == (theirs, mine)
    assert kms.decrypt(CiphertextBlob=moved["CiphertextBlob"])["Plaintext"] == b"rows"
    world.put_policy(theirs)
    with refused("AccessDeniedException", "kms:ReEncryptFrom"):
        kms.re_encrypt(CiphertextBlob=blob, DestinationKeyId=mine)


def test_aliases_need_rights_on_alias_and_key(world: Rights) -> None:
    key, kms = world.key(), world.client("kms")
    alias = f"arn:aws:kms:{REGION}:{SOURCE.id}:alias/ferry"
    half = world.role(SOURCE, "half", allow("kms:CreateAlias", alias)).client("kms")
    whole = world.role(SOURCE, "whole", allow(["kms:CreateAlias", "kms:DeleteAlias"], [alias, key])).client("kms")
    with refused("AccessDeniedException", key):
        half.create_alias(AliasName="alias/ferry", TargetKeyId=key)
    whole.create_alias(AliasName="alias/ferry", TargetKeyId=key)
    assert [row["TargetKeyId"] for row in kms.list_aliases()["Aliases"]] == [key.split("/")[1]]
    whole.delete_alias(AliasName="alias/ferry")
    with refused("NotAuthorizedException"):
        kms.create_alias(AliasName="alias/aws/ferry", TargetKeyId=key)
    assert kms.list_aliases(KeyId=key)["Aliases"] == []


# Secrets


def test_a_managed_password_needs_rights_on_the_secret_and_its_key(world: Rights) -> None:
    key = world.key(TARGET)
    on_secret = allow(
        ["secretsmanager:CreateSecret", "secretsmanager:TagResource"], "arn:aws:secretsmanager:*:*:secret:rds!*"
    )
    on_key = allow(["kms:DescribeKey", "kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"], key)
    name = "rds!cluster-1"
    full = world.role(TARGET, "full", on_secret, on_key).caller
    assert world.kms.allow_managed_password(full, key, secret_name=name, region=REGION).grant_id
    with pytest.raises(AwsError, match="secretsmanager:CreateSecret"):
        world.kms.allow_managed_password(
            world.role(TARGET, "key-only", on_key).caller, key, secret_name=name, region=REGION
        )
    with pytest.raises(KeyNotAccessible):
        world.kms.allow_managed_password(
            world.role(TARGET, "secret-only", on_secret).caller, key, secret_name=name, region=REGION
        )


def test_a_secret_under_a_customers_key_opens_only_with_that_key(world: Rights) -> None:
    key = world.key(TARGET)
    arn = world.client("secretsmanager", TARGET).create_secret(Name="s", SecretString="pw", KmsKeyId=key)["ARN"]
    read = allow("secretsmanager:GetSecretValue", arn)
    able = world.role(TARGET, "able", read, allow("kms:Decrypt", key)).client("secretsmanager")
    assert able.get_secret_value(SecretId=arn)["SecretString"] == "pw"
    with refused("AccessDeniedException", "Access to KMS is not allowed"):
        world.role(TARGET, "unable", read).client("secretsmanager").get_secret_value(SecretId="s")


# Log groups


def lets_logs_in(group: str) -> dict[str, Any]:
    """What CloudWatch Logs's guide asks for, pinned to one group."""
    actions = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    arn = f"arn:aws:logs:{REGION}:{SOURCE.id}:log-group:{group}"
    return {
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{REGION}.amazonaws.com"},
        "Action": actions,
        "Resource": "*",
        "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": arn}},
    }


def test_a_log_group_is_encrypted_only_under_a_key_that_lets_logs_in(world: Rights) -> None:
    logs, key = world.client("logs"), world.key(SOURCE, lets_logs_in("ours"))
    logs.create_log_group(logGroupName="ours", kmsKeyId=key)
    with refused("InvalidParameterException", "log-group:another"):
        logs.create_log_group(logGroupName="another", kmsKeyId=key)
    with refused("InvalidParameterException", "log-group:another"):
        logs.create_log_group(logGroupName="another", kmsKeyId=world.key())
    world.client("kms").disable_key(KeyId=key)
    with refused("InvalidParameterException", "log-group:ours"):
        logs.create_log_group(logGroupName="ours", kmsKeyId=key)


# Topics


def test_only_who_may_use_its_key_publishes_to_a_topic(world: Rights) -> None:
    key = world.key()
    topic = world.client("sns").create_topic(Name="told", Attributes={"KmsMasterKeyId": key})["TopicArn"]
    publish = allow("sns:Publish", topic)
    by_way_of_sns = {"StringEquals": {"kms:ViaService": f"sns.{REGION}.amazonaws.com"}}
    both = {**allow(["kms:GenerateDataKey", "kms:Decrypt"], key), "Condition": by_way_of_sns}
    able = world.role(SOURCE, "able", publish, both).client("sns")
    assert able.publish(TopicArn=topic, Message="hello")["MessageId"]
    for name, action in (("neither", "kms:DescribeKey"), ("one", "kms:GenerateDataKey"), ("other", "kms:Decrypt")):
        with refused("KMSAccessDenied", "is not authorized to perform: kms:"):
            world.role(SOURCE, name, publish, allow(action, key)).client("sns").publish(TopicArn=topic, Message="hello")
    world.client("kms").disable_key(KeyId=key)
    with refused("KMSDisabled"):
        able.publish(TopicArn=topic, Message="hello")
