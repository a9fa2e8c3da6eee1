"""Scalars as CloudFormation reads and writes them."""

from typing import Any, Final

from sandbox.deploy.errors import InvalidTemplate, NotInSandbox


class _NoValue:
    """AWS::NoValue: takes the property that bears it out of the template."""


NO_VALUE: Final = _NoValue()


def text(value: Any) -> str:
    """A scalar as CloudFormation writes it into a string: `true`, `60`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise InvalidTemplate(f"Template error: a string is wanted, not {value!r}")


def is_true(value: Any) -> bool:
    """A condition's outcome, which a template may also write as the string "true"."""
    if text(value) not in ("true", "false"):
        raise InvalidTemplate(f"Template error: a condition must be true or false, not {value!r}")
    return text(value) == "true"


def plain(value: Any) -> Any:
    """A literal of the template; one that CloudFormation would look up elsewhere is refused."""
    if isinstance(value, str) and "{{resolve:" in value:
        raise NotInSandbox(f"the sandbox does not know dynamic references: {value}")
    return value
