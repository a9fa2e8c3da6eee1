"""What KMS would refuse in a key policy, told by name before anything is written."""

import re
from collections.abc import Iterator
from typing import Final

from snapferry.errors import KeyPolicyFull, KeyPolicyLockout, KeyPolicyNamesTheDeleted, KeyPolicyNotEditable
from snapferry.leasing import lease
from snapferry.leasing.lease import Policy, Statement

_PUT: Final = "kms:PutKeyPolicy"


def check(document: Policy, key_arn: str, *, editor: str) -> None:
    """Make sure that KMS takes a document, as far as it can be known.

    Args:
        document: The policy to be put.
        key_arn: The key.
        editor: ARN of the role that puts it.

    Raises:
        KeyPolicyNamesTheDeleted, KeyPolicyLockout: What a person has to mend in it first.
        KeyPolicyFull: It is too long.
    """
    for refusal in reasons(document, key_arn, editor=editor):
        raise refusal


def reasons(document: Policy, key_arn: str, *, editor: str) -> Iterator[KeyPolicyNotEditable]:
    """Yield everything for which ``check`` refuses a document, what a person has to mend first."""
    dead = lease.dead_principals(document)
    if dead:
        yield KeyPolicyNamesTheDeleted(
            f"The key policy names deleted users or roles ({', '.join(dead)}), so KMS takes no edit of it",
            resource=key_arn,
            remedy="remove these ids from the key policy",
        )
    if locks_out(document, editor):
        yield KeyPolicyLockout(
            f"The policy of {key_arn} does not let {editor} edit it, so KMS would refuse the edit",
            resource=key_arn,
            remedy='allow "kms:*" to the account\'s root in the key policy, as KMS does by default',
        )
    if not has_room(document):
        yield KeyPolicyFull(
            f"The key policy has no room for a lease: with one it has {lease.size(document)} of {lease.SIZE_LIMIT} "
            f"bytes, and {lease.RESERVE} stay free for edits of its administrators",
            resource=key_arn,
            remedy="shorten it, or give this stack a key of its own",
        )


def has_room(document: Policy) -> bool:
    """Tell whether a document with a lease in it leaves its administrators room for an edit of their own."""
    return lease.size(document) <= lease.SIZE_LIMIT - lease.RESERVE


def locks_out(document: Policy, editor: str) -> bool:
    """Tell whether a role certainly could not put a policy again. Conditions are left to KMS, which looks itself."""
    return not may(document, _PUT, editor)


def may(document: Policy, action: str, role: str, *, anybody_of_account: bool = False) -> bool:
    """Tell whether a role may do something by a key policy, as far as that can be told without the conditions.

    Args:
        document: The policy.
        action: Such as ``kms:Decrypt``; a pattern must be covered as a whole.
        role: Its ARN, or that of an account's root.
        anybody_of_account: Whether a statement for any principal of the role's account will do.
    """
    about = [each for each in lease.statements_in(document) if covers_action(each, action)]
    allowed = any(each.get("Effect") == "Allow" and covers(each, role, anybody=anybody_of_account) for each in about)
    denied = any(
        each.get("Effect") == "Deny" and not each.get("Condition") and covers(each, role, anybody=False)
        for each in about
    )
    return allowed and not denied


def covers_action(statement: Statement, action: str) -> bool:
    """Tell whether a statement is about an action; a pattern must be covered as a whole."""
    if "NotAction" in statement:
        return not _any_matches(statement["NotAction"], action)
    return _any_matches(statement.get("Action", []), action)


def covers(statement: Statement, role: str, *, anybody: bool) -> bool:
    """Tell whether a statement is about a role; with ``anybody``, about any principal of its account."""
    if "NotPrincipal" in statement:
        return not _is_named(statement["NotPrincipal"], role, anybody=anybody)
    return _is_named(statement.get("Principal", {}), role, anybody=anybody)


def _is_named(principal: object, role: str, *, anybody: bool) -> bool:
    """Tell whether a principal is the role, its whole account, or everybody."""
    partition, account = role.split(":")[1], role.split(":")[4]
    everybody = {"*", account, f"arn:{partition}:iam::{account}:root", role}
    named = principal.get("AWS", []) if isinstance(principal, dict) else principal
    names = [str(name) for name in (named if isinstance(named, list) else [named])]
    return any(name in everybody or (anybody and f"::{account}:" in name) for name in names)


def _any_matches(patterns: object, action: str) -> bool:
    listed = patterns if isinstance(patterns, list) else [patterns]
    return any(re.fullmatch(_as_regex(str(each)), action, re.IGNORECASE) for each in listed)


def _as_regex(pattern: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
