"""CloudFormation's intrinsic functions, one each.

Source: the AWS CloudFormation template reference, "Intrinsic functions" and "Rule-specific intrinsic functions".
"""

import base64
import re
from collections.abc import Callable
from typing import Any, Final, Protocol

from sandbox.deploy.errors import InvalidTemplate
from sandbox.deploy.values import is_true, plain, text

SUB_NAME = re.compile(r"\$\{(!?)([^}]*)\}")


class Names(Protocol):
    """What the functions ask of a Scope."""

    references: dict[str, Any]
    attributes: dict[str, dict[str, Any]]
    mappings: dict[str, Any]

    def value(self, written: Any) -> Any:
        """What a written value comes to."""

    def condition(self, name: str) -> bool:
        """Whether a named condition holds."""


def _ref(scope: Names, name: str) -> Any:
    if name not in scope.references:
        raise InvalidTemplate(f"Template format error: Unresolved resource dependencies [{name}]")
    return scope.references[name]


def _get_att(scope: Names, argument: Any) -> Any:
    logical_id, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
    attribute = text(scope.value(attribute))
    if logical_id not in scope.attributes:
        raise InvalidTemplate(f"Template format error: Unresolved resource dependencies [{logical_id}]")
    attributes = scope.attributes[logical_id]
    if attribute not in attributes:
        known = ", ".join(sorted(attributes)) or "none"
        raise InvalidTemplate(
            f"Template error: resource {logical_id} does not support attribute type {attribute} in Fn::GetAtt "
            f"(known here: {known})"
        )
    return attributes[attribute]


def _sub(scope: Names, argument: Any) -> str:
    template, written = (argument, {}) if isinstance(argument, str) else argument
    local = {name: scope.value(value) for name, value in written.items()}

    def replacement(match: re.Match[str]) -> str:
        literal, name = match[1], match[2].strip()
        if literal:
            return f"${{{name}}}"
        if name in local:
            return text(local[name])
        return text(_get_att(scope, name) if "." in name else _ref(scope, name))

    return SUB_NAME.sub(replacement, plain(template))


def _join(scope: Names, argument: Any) -> str:
    delimiter, parts = argument
    return str(plain(delimiter.join(text(part) for part in _list(scope, parts, "Fn::Join"))))


def _split(scope: Names, argument: Any) -> list[str]:
    delimiter, source = argument
    return text(scope.value(source)).split(delimiter)


def _select(scope: Names, argument: Any) -> Any:
    index, choices = int(text(scope.value(argument[0]))), _list(scope, argument[1], "Fn::Select")
    if not 0 <= index < len(choices):
        raise InvalidTemplate(f"Template error: Fn::Select cannot select nonexistent value at index {index}")
    return choices[index]


def _find_in_map(scope: Names, argument: Any) -> Any:
    keys = [text(scope.value(key)) for key in argument]
    found: Any = scope.mappings
    for key in keys:
        if not isinstance(found, dict) or key not in found:
            raise InvalidTemplate(f"Template error: Unable to get mapping for {'::'.join(keys)}")
        found = found[key]
    return found


def _base64(scope: Names, argument: Any) -> str:
    return base64.b64encode(text(scope.value(argument)).encode()).decode()


def _if(scope: Names, argument: Any) -> Any:
    name, yes, no = argument
    return scope.value(yes if scope.condition(name) else no)


def _equals(scope: Names, argument: Any) -> bool:
    left, right = (_comparable(scope.value(side)) for side in argument)
    return bool(left == right)


def _comparable(value: Any) -> Any:
    """CloudFormation compares as strings: the parameter "0" equals the number 0."""
    return [_comparable(one) for one in value] if isinstance(value, list) else text(value)


def _not(scope: Names, argument: Any) -> bool:
    return not is_true(scope.value(argument[0]))


def _and(scope: Names, argument: Any) -> bool:
    return all(is_true(scope.value(one)) for one in argument)


def _or(scope: Names, argument: Any) -> bool:
    return any(is_true(scope.value(one)) for one in argument)


def _contains(scope: Names, argument: Any) -> bool:
    choices, value = (scope.value(one) for one in argument)
    return _comparable(value) in _comparable(choices)


def _each_equals(scope: Names, argument: Any) -> bool:
    members, value = (scope.value(one) for one in argument)
    return all(_comparable(member) == _comparable(value) for member in members)


def _each_in(scope: Names, argument: Any) -> bool:
    members, choices = (scope.value(one) for one in argument)
    return all(_comparable(member) in _comparable(choices) for member in members)


def _list(scope: Names, written: Any, function: str) -> list[Any]:
    value = scope.value(written)
    if not isinstance(value, list):
        raise InvalidTemplate(f"Template error: {function} wants a list, not {value!r}")
    return value


FUNCTIONS: Final[dict[str, Callable[[Names, Any], Any]]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::FindInMap": _find_in_map,
    "Fn::Base64": _base64,
    "Fn::If": _if,
    "Fn::Equals": _equals,
    "Fn::Not": _not,
    "Fn::And": _and,
    "Fn::Or": _or,
    "Condition": lambda scope, name: scope.condition(name),
    # in the Rules section
    "Fn::Contains": _contains,
    "Fn::EachMemberEquals": _each_equals,
    "Fn::EachMemberIn": _each_in,
}
