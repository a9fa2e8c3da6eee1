"""AWS's refusals that instances and clusters have in common: its codes, and its texts where they were seen."""

from __future__ import annotations

from http import HTTPStatus

from sandbox.protocol import AwsError


def invalid_value(message: str) -> AwsError:
    """A parameter's value that the service does not take."""
    return AwsError("InvalidParameterValue", message, HTTPStatus.BAD_REQUEST.value)


def invalid_combination(message: str) -> AwsError:
    """Parameters that exclude each other, or do not fit the resource."""
    return AwsError("InvalidParameterCombination", message, HTTPStatus.BAD_REQUEST.value)


def key_not_accessible(words: str, key: str) -> AwsError:
    """A KMS key that cannot be used; `words` says whose: AWS has three wordings, by operation."""
    return AwsError(
        "KMSKeyNotAccessibleFault",
        f"{words} [{key}] does not exist, is not enabled or you do not have permissions to access it.",
        HTTPStatus.BAD_REQUEST.value,
    )


def unknown_to_the_sandbox(what: str) -> AwsError:
    """What AWS can do and the sandbox cannot: said aloud, never skipped."""
    return AwsError("InternalFailure", f"the sandbox does not know {what}", HTTPStatus.NOT_IMPLEMENTED.value)
