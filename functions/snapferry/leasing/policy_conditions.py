"""What a statement's conditions say of a call that is still to be made, as far as it can be known before.

Three answers: True and False are certain; None means that it cannot be told here, and KMS will decide.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

type Truth = bool | None
type Known = Mapping[str, str | None]
"""Condition keys in small letters and their values; None: the call will not carry the key. Others are unknown."""


def hold(conditions: Mapping[str, Any], known: Known) -> Truth:
    """Tell whether all conditions hold."""
    return all_of(_holds(*each, known) for each in _each(conditions))


def unmet(conditions: Mapping[str, Any], known: Known) -> list[str]:
    """Return, for people, the conditions that certainly do not hold."""
    return [_shown(*each) for each in _each(conditions) if _holds(*each, known) is False]


def untold(conditions: Mapping[str, Any], known: Known) -> list[str]:
    """Return, for people, the conditions of which it cannot be told."""
    return [_shown(*each) for each in _each(conditions) if _holds(*each, known) is None]


def all_of(truths: Any) -> Truth:
    """Return False if any is False, else None if any is None, else True."""
    found = list(truths)
    return False if False in found else None if None in found else True


def _each(conditions: Mapping[str, Any]) -> list[tuple[str, str, list[str]]]:
    return [
        (operator, key, [_text(value) for value in (values if isinstance(values, list) else [values])])
        for operator, keys in conditions.items()
        for key, values in keys.items()
    ]


def _holds(operator: str, key: str, values: list[str], known: Known) -> Truth:
    qualifier, _, name = operator.rpartition(":")
    base, negated = name.removesuffix("IfExists").replace("Not", ""), "Not" in name
    if key.lower() not in known or any("${" in value for value in values):
        return None
    actual = known[key.lower()]
    if base == "Null":
        return (actual is None) == (values == ["true"])
    if base not in _TESTS:
        return None
    if actual is None:  # IAM: a negated operator holds where the key is absent
        return negated or name.endswith("IfExists") or qualifier == "ForAllValues"
    try:
        return any(_TESTS[base](actual, value) for value in values) != negated
    except ValueError:
        return None


def _shown(operator: str, key: str, values: list[str]) -> str:
    return f"{operator} {key} {', '.join(values)}"


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _like(actual: str, pattern: str) -> bool:
    letters = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(letters, actual) is not None


def _arn_like(actual: str, pattern: str) -> bool:
    """Part by part: a ``*`` does not reach over a colon."""
    parts, patterns = actual.split(":", 5), pattern.split(":", 5)
    if len(parts) != len(patterns):  # AWS does not say what becomes of it, nor of its negation
        raise ValueError(pattern)
    return all(map(_like, parts, patterns))


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(float(text), UTC) if text.isdecimal() else datetime.fromisoformat(text)


_TESTS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "StringEquals": lambda actual, value: actual == value,
    "StringEqualsIgnoreCase": lambda actual, value: actual.lower() == value.lower(),
    "StringLike": _like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": lambda actual, value: actual == value.lower(),
    "DateEquals": lambda actual, value: _moment(actual) == _moment(value),
    "DateLessThan": lambda actual, value: _moment(actual) < _moment(value),
    "DateLessThanEquals": lambda actual, value: _moment(actual) <= _moment(value),
    "DateGreaterThan": lambda actual, value: _moment(actual) > _moment(value),
    "DateGreaterThanEquals": lambda actual, value: _moment(actual) >= _moment(value),
}
