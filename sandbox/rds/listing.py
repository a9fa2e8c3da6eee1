"""Filters and pages of the Describe operations."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from sandbox.rds.errors import invalid_value
from sandbox.register.rds_names import PAGE_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sandbox.gate import Call
    from sandbox.rds.identifiers import Arn

FEWEST, MOST = 20, 100


def filtered[T](call: Call, rows: Sequence[T], known: Mapping[str, Callable[[T], set[str]]]) -> list[T]:
    """The rows that pass every filter of the call; `known` says which values a row has for a filter's name.

    Raises:
        AwsError: InvalidParameterValue for a filter that the operation does not have.
    """
    kept = list(rows)
    for one in call.parameters.get("Filters") or []:
        if one["Name"] not in known:
            raise invalid_value(f"Unrecognized filter name: {one['Name']}")
        values_of, wanted = known[one["Name"]], set(one["Values"])
        kept = [row for row in kept if values_of(row) & wanted]
    return kept


def of_caller[T](call: Call, records: Mapping[Arn, T]) -> list[T]:
    """The records of the caller's account and Region."""
    place = (call.caller.account, call.region)
    return [record for arn, record in records.items() if (arn.account, arn.region) == place]


def page[T](call: Call, rows: Sequence[T], arn_of: Callable[[T], Arn]) -> tuple[list[T], dict[str, Any]]:
    """One page of the rows, in order of their ARNs, and the `Marker` of the next one if there is more."""
    size = call.parameters.get("MaxRecords", MOST)
    PAGE_SIZE.refuse_if(not FEWEST <= size <= MOST, size=size, fewest=FEWEST, most=MOST)
    after = _read_marker(call.parameters.get("Marker"))
    rest = sorted((row for row in rows if str(arn_of(row)) > after), key=lambda row: str(arn_of(row)))
    shown = rest[:size]
    if len(rest) <= size:
        return shown, {}
    return shown, {"Marker": base64.b64encode(str(arn_of(shown[-1])).encode()).decode()}


def _read_marker(marker: str | None) -> str:
    """The ARN after which the page begins: rows that come and go between two pages do no harm."""
    if not marker:
        return ""
    try:
        return base64.b64decode(marker, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise invalid_value(f"Invalid value {marker} for Marker") from error
