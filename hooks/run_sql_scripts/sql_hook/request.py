"""What the hook is asked to do: the restored database, and the profile's ``input``."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from sql_hook.errors import ExpectationNotMet, InvalidHookInput

type Value = str | int | float | bool | None

_SCRIPT: Final = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]*")
_FIELDS: Final = frozenset({"database", "scripts", "expect"})
_COMPARISONS: Final = ("equals", "at_least", "at_most")


@dataclass(frozen=True, slots=True)
class Script:
    """One script, by its name below the prefix.

    Attributes:
        transaction: Whether it runs as a whole or not at all.
    """

    name: str
    transaction: bool = True


@dataclass(frozen=True, slots=True)
class Expectation:
    """A query whose one value must be as said; ``comparison`` is one of equals, at_least, at_most."""

    query: str
    comparison: str
    wanted: Any

    def hold_against(self, found: Value) -> None:
        """Compare.

        Raises:
            ExpectationNotMet: It is not so.
        """
        if not self._met(found):
            raise ExpectationNotMet(
                f"{self.query} gives {found!r}, not {self.comparison.replace('_', ' ')} {self.wanted!r}"
            )

    def _met(self, found: Any) -> bool:
        if self.comparison == "equals":
            return bool(found == self.wanted)
        try:
            return bool(found >= self.wanted if self.comparison == "at_least" else found <= self.wanted)
        except TypeError:  # null, or words against a number
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One invocation of the hook."""

    engine: str
    host: str
    port: int
    secret_arn: str
    database: str
    scripts: tuple[Script, ...]
    expectations: tuple[Expectation, ...]

    @classmethod
    def read(cls, event: Mapping[str, Any]) -> Self:
        """Return the request in an event.

        Raises:
            InvalidHookInput: The profile's part has mistakes.
        """
        there, given = event["database"], event["input"]
        mistakes = list(_mistakes(given))
        if mistakes:
            raise InvalidHookInput(f"The profile's input of {event['hook']} is not valid: {'; '.join(mistakes)}")
        return cls(
            engine=there["engine"],
            host=there["endpoint"],
            port=there["port"],
            secret_arn=there["secret_arn"],
            database=given["database"],
            scripts=tuple(_script(one) for one in given.get("scripts", [])),
            expectations=tuple(_expectation(one) for one in given.get("expect", [])),
        )


def _script(given: Any) -> Script:
    return Script(given) if isinstance(given, str) else Script(given["script"], given.get("transaction", True))


def _expectation(given: Mapping[str, Any]) -> Expectation:
    comparison = next(name for name in _COMPARISONS if name in given)
    return Expectation(given["query"], comparison, given[comparison])


def _mistakes(given: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{name}: no such field" for name in sorted(set(given) - _FIELDS))
    if not isinstance(given.get("database"), str) or not given["database"]:
        yield "database: the name of the database inside of the server is missing"
    if not given.get("scripts") and not given.get("expect"):
        yield "scripts: neither these nor expect say what to do"
    for field, wrong in (("scripts", _wrong_script), ("expect", _wrong_expectation)):
        listed = given.get(field, [])
        if not isinstance(listed, list):
            yield f"{field}: it must be a list"
            continue
        for number, one in enumerate(listed):
            if why := wrong(one):
                yield f"{field}.{number}: {why}"


def _wrong_script(given: Any) -> str | None:
    if isinstance(given, dict):
        if set(given) - {"script", "transaction"} or not isinstance(given.get("transaction", True), bool):
            return 'it is a name, or {"script": "name", "transaction": false}'
        given = given.get("script")
    if not isinstance(given, str) or not _SCRIPT.fullmatch(given):
        return "a script's name below the prefix is wanted: letters, digits, . _ - and /"
    return None


def _wrong_expectation(given: Any) -> str | None:
    if not isinstance(given, dict) or not isinstance(given.get("query"), str):
        return 'it must be such as {"query": "SELECT count(*) FROM users", "equals": 2}'
    if len(set(given) & set(_COMPARISONS)) != 1 or set(given) - {"query", *_COMPARISONS}:
        return f"beside query one of {', '.join(_COMPARISONS)} is wanted"
    return None
