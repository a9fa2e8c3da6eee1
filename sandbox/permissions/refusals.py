"""Refusals in AWS's words, each service in its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.gate import AwsError

if TYPE_CHECKING:
    from sandbox.permissions.simulator import Question, Verdict

# Services that do not say AccessDeniedException: those with the older query and XML protocols.
_CODES = {
    "cloudformation": "AccessDenied",
    "cloudwatch": "AccessDenied",
    "ec2": "UnauthorizedOperation",
    "iam": "AccessDenied",
    "rds": "AccessDenied",
    "s3": "AccessDenied",
    "sns": "AuthorizationError",
    "sqs": "AccessDenied",
    "sts": "AccessDenied",
}
_JSON_SERVICES_WITH_403 = frozenset({"lambda", "scheduler", "xray"})


def refusal(service: str, message: str) -> AwsError:
    """The error that a service answers to a caller without permission."""
    code = _CODES.get(service, "AccessDeniedException")
    status = 403 if service in _CODES or service in _JSON_SERVICES_WITH_403 else 400
    return AwsError(code, message, status)


def denial_words(question: Question, verdict: Verdict) -> str:
    """AWS's sentence: who, what, where, and which kind of policy is the reason."""
    where = "" if question.resource == "*" else f" on resource: {question.resource}"
    who = f"User: {question.principal} is not authorized to perform: {question.action}{where}"
    if verdict.explicit:
        return f"{who} with an explicit deny in {_denying(verdict)}"
    return f"{who} because no {_kind(verdict)} allows the {question.action} action"


def _denying(verdict: Verdict) -> str:
    if "resource" in verdict.refused_by:
        return "a resource-based policy"
    return "an identity-based policy" if "identity" in verdict.refused_by else "a permissions boundary"


def _kind(verdict: Verdict) -> str:
    if "pb" in verdict.refused_by:
        return "permissions boundary"
    return "identity-based policy" if "identity" in verdict.refused_by else "resource-based policy"
