"""A template's parameters, checked as CloudFormation checks them.

Source: the AWS CloudFormation user guide, "Parameters"; messages as the service words them.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.deploy.errors import InvalidTemplate, NotInSandbox
from sandbox.deploy.values import text

ATTRIBUTES = {
    "Type", "Default", "Description", "NoEcho", "AllowedPattern", "AllowedValues", "ConstraintDescription",
    "MinLength", "MaxLength", "MinValue", "MaxValue",
}  # fmt: skip
LISTS = ("CommaDelimitedList", "List<")
LONGEST_VALUE = 4096  # bytes

LookUp = Callable[[str, str], str | None]
"""(AWS-specific type, value) -> what Ref gives for it, or None if the account has no such thing."""


def resolve_parameters(
    declared: Mapping[str, dict[str, Any]], given: Mapping[str, str], look_up: LookUp
) -> dict[str, str | list[str]]:
    """What Ref gives for every declared parameter.

    Raises:
        InvalidTemplate: a value is missing, unknown or against a constraint.
        NotInSandbox: a parameter's type is not known here.
    """
    if unknown := sorted(set(given) - set(declared)):
        raise InvalidTemplate(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [name for name, one in declared.items() if name not in given and "Default" not in one]
    if missing:
        raise InvalidTemplate(f"Parameters: [{', '.join(missing)}] must have values")
    return {
        name: _checked(name, one, text(given.get(name, one.get("Default"))), look_up) for name, one in declared.items()
    }


def _checked(name: str, declared: dict[str, Any], value: str, look_up: LookUp) -> str | list[str]:
    if unknown := sorted(set(declared) - ATTRIBUTES):
        raise InvalidTemplate(f"Parameter {name}: Invalid template parameter property {unknown}")
    if len(value.encode()) > LONGEST_VALUE:
        raise InvalidTemplate(f"Parameter '{name}' must not be longer than {LONGEST_VALUE} bytes")
    kind = declared.get("Type", "")
    values = [one.strip() for one in value.split(",")] if kind.startswith(LISTS) else [value]
    for one in values:
        broken = _broken_constraint(name, kind, declared, one)
        if broken and "ConstraintDescription" in declared:
            broken = f"Parameter {name} failed to satisfy constraint: {declared['ConstraintDescription']}"
        if broken:
            raise InvalidTemplate(broken)
    found = [_looked_up(name, kind.removeprefix("List<").removesuffix(">"), one, look_up) for one in values]
    return found if kind.startswith(LISTS) else found[0]


def _broken_constraint(name: str, kind: str, declared: dict[str, Any], value: str) -> str | None:
    if kind in ("Number", "List<Number>"):
        return _broken_number(name, declared, value)
    allowed = [text(one) for one in declared.get("AllowedValues", [])]
    if allowed and value not in allowed:
        return f"Parameter '{name}' must be one of AllowedValues"
    pattern = declared.get("AllowedPattern")
    if pattern is not None and not _matches(name, pattern, value):
        return f"Parameter '{name}' must match pattern {pattern}"
    if len(value) < int(declared.get("MinLength", 0)):
        return f"Parameter '{name}' must contain at least {declared['MinLength']} characters"
    if len(value) > int(declared.get("MaxLength", LONGEST_VALUE)):
        return f"Parameter '{name}' must contain at most {declared['MaxLength']} characters"
    return None


def _broken_number(name: str, declared: dict[str, Any], value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return f"Parameter '{name}' must be a number"
    allowed = [float(one) for one in declared.get("AllowedValues", [])]
    if allowed and number not in allowed:
        return f"Parameter '{name}' must be one of AllowedValues"
    if number < float(declared.get("MinValue", number)):
        return f"Parameter '{name}' must be a number not less than {text(declared['MinValue'])}"
    if number > float(declared.get("MaxValue", number)):
        return f"Parameter '{name}' must be a number not greater than {text(declared['MaxValue'])}"
    return None


def _matches(name: str, pattern: str, value: str) -> bool:
    """CloudFormation's patterns are Java's and must match the whole value."""
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error as error:
        raise NotInSandbox(f"Parameter {name}: the sandbox cannot read AllowedPattern {pattern}: {error}") from error


def _looked_up(name: str, kind: str, value: str, look_up: LookUp) -> str:
    if kind in ("String", "Number", "CommaDelimitedList"):
        return value
    if not kind.startswith("AWS::"):
        raise InvalidTemplate(f"Parameter {name}: Template format error: Unrecognized parameter type: {kind}")
    found = look_up(kind, value)
    if found is None:
        raise InvalidTemplate(
            f"Parameter validation failed: parameter value {value} for parameter name {name} does not exist"
        )
    return found
