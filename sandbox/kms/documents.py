"""What KMS accepts as a key policy: form, size, and principals that exist."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from sandbox.accounts import PARTITION
from sandbox.gate import AwsError
from sandbox.permissions.policies import role_or_user_id
from sandbox.register.kms_policies import (
    POLICY_CHARACTERS,
    POLICY_DOCUMENT,
    POLICY_PRINCIPALS,
    POLICY_SIZE,
    STATEMENT_ACTION,
    STATEMENT_EFFECT,
    STATEMENT_OPERATOR,
    STATEMENT_PRINCIPAL,
    STATEMENT_RESOURCE,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from sandbox.permissions import Policy

MOST_BYTES = 32_768
COLONS_OF_AN_ARN = 5
_CHARACTERS = re.compile(r"[\u0009\u000A\u000D\u0020-\u00FF]+")
_OPERATOR = re.compile(
    r"((ForAllValues|ForAnyValue):)?"
    r"(String(Not)?(Equals(IgnoreCase)?|Like)|Arn(Not)?(Equals|Like)|(Numeric|Date)(Not)?Equals"
    r"|(Numeric|Date)(Less|Greater)Than(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Null)(IfExists)?"
)
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com")


def accepted(text: str, known_accounts: Collection[str]) -> Policy:
    """The document, read.

    Raises:
        AwsError: ValidationException, LimitExceededException or MalformedPolicyDocumentException.
    """
    POLICY_CHARACTERS.refuse_if(not _CHARACTERS.fullmatch(text))
    POLICY_SIZE.refuse_if(len(text.encode()) > MOST_BYTES, most=MOST_BYTES)
    policy = _read(text)
    POLICY_DOCUMENT.refuse_if(not policy.get("Statement"))
    for number, statement in enumerate(statements(policy), 1):
        _require_form(statement, f"Statement {number} of the key policy")
    known = all(_exists(kind, name, known_accounts) for kind, name in principals(policy))
    POLICY_PRINCIPALS.refuse_if(not known)
    return policy


def malformed(message: str) -> AwsError:
    """KMS's refusal of a policy."""
    return AwsError("MalformedPolicyDocumentException", message)


def statements(policy: Policy) -> list[dict[str, Any]]:
    """A policy's statements; IAM lets a single one stand without a list."""
    found = policy["Statement"]
    return list(found) if isinstance(found, list) else [found]


def principals(policy: Policy) -> Iterator[tuple[str, str]]:
    """Every principal that a policy names, with its kind: AWS, Service, Federated."""
    for statement in statements(policy):
        for element in ("Principal", "NotPrincipal"):
            named = statement.get(element, {})
            for kind, names in ({"AWS": named} if isinstance(named, str) else named).items():
                for name in [names] if isinstance(names, str) else names:
                    yield kind, name


def with_principals(policy: Policy, rename: Callable[[str], str]) -> Policy:
    """The policy with every AWS principal renamed."""
    return policy | {"Statement": [_renamed(statement, rename) for statement in statements(policy)]}


def _read(text: str) -> Policy:
    """What the text says; nothing if it is no JSON object."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _renamed(statement: dict[str, Any], rename: Callable[[str], str]) -> dict[str, Any]:
    named = statement.get("Principal")
    if not isinstance(named, dict) or "AWS" not in named:
        return statement
    names = named["AWS"]
    new: str | list[str] = rename(names) if isinstance(names, str) else [rename(name) for name in names]
    return statement | {"Principal": named | {"AWS": new}}


def _require_form(statement: Any, where: str) -> None:
    """Elements that every statement must have; AWS refuses those without Action or Resource since 2025-08-18."""
    effect = statement.get("Effect") if isinstance(statement, dict) else None
    STATEMENT_EFFECT.refuse_if(effect not in ("Allow", "Deny"), where=where)
    STATEMENT_PRINCIPAL.refuse_if(not {"Principal", "NotPrincipal"} & set(statement), where=where)
    STATEMENT_ACTION.refuse_if(not (statement.get("Action") or statement.get("NotAction")), where=where)
    operators = statement.get("Condition", {})
    STATEMENT_OPERATOR.refuse_if(not all(_OPERATOR.fullmatch(operator) for operator in operators), where=where)
    STATEMENT_RESOURCE.refuse_if(statement.get("Resource") not in ("*", ["*"]), where=where)


def _exists(kind: str, name: str, known_accounts: Collection[str]) -> bool:
    if kind == "Service":
        return _SERVICE.fullmatch(name) is not None
    if kind != "AWS" or name == "*" or name in known_accounts:
        return True
    # The unique ids (AROA..., AIDA...) that deleted principals leave behind are no ARNs, and fail here.
    return name.count(":") == COLONS_OF_AN_ARN and name.split(":")[4] in known_accounts and arn_exists(name)


def arn_exists(arn: str) -> bool:
    """Whether IAM of its account knows the principal of this ARN."""
    parts = arn.split(":", COLONS_OF_AN_ARN)
    if len(parts) != COLONS_OF_AN_ARN + 1:
        return False
    service, account, resource = parts[2], parts[4], parts[5]
    if service == "sts" and resource.startswith("assumed-role/"):
        return role_or_user_id(f"arn:{PARTITION}:iam::{account}:role/{resource.split('/')[1]}") is not None
    if resource == "root" or service == "sts":
        return True
    return resource.startswith(("role/", "user/")) and role_or_user_id(arn) is not None
