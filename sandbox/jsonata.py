"""JSONata as Step Functions evaluates it: bound values, undefined is an error, nulls survive, virtual time.

The language is jsonata-python's; Step Functions adds six functions and takes `$eval` away
(AWS: "Transforming data with JSONata in Step Functions").
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
from typing import TYPE_CHECKING, Any

from jsonata import JException, Jsonata
from jsonata.utils import Utils
from moto.moto_api._internal import mock_random

from sandbox.register.stepfunctions import UNDEFINED

if TYPE_CHECKING:
    from collections.abc import Mapping

HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
RANGE_LIMIT = 1000


class QueryError(ValueError):
    """The expression cannot be evaluated; Step Functions calls it States.QueryEvaluationError."""


def evaluate(expression: str, bindings: Mapping[str, Any]) -> Any:
    """The expression's value, as JSON values of Python.

    Args:
        expression: JSONata, without the surrounding `{% %}`.
        bindings: variables by name, without `$`; JSON values.

    Raises:
        QueryError: it is wrong, fails, gives nothing (undefined) or something that is no JSON.
    """
    try:
        compiled = _compiled(expression)
        Jsonata.CURRENT.jsonata = compiled  # `$now()`, `$map()` and others look for it here, per thread
        named = {name: _to_jsonata(value) for name, value in bindings.items() if f"${name}" in expression}
        raw = compiled.evaluate(None, {**FUNCTIONS, **named})
    except JException as error:
        raise QueryError(f"The JSONata expression '{expression}' threw an error during evaluation. {error}") from error
    if raw is None:
        if not UNDEFINED.holds:
            return None
        raise QueryError(f"The JSONata expression '{expression}' returned nothing (undefined).")
    return _from_jsonata(raw, expression)


@functools.lru_cache(maxsize=2048)
def _compiled(expression: str) -> Jsonata:
    compiled = Jsonata(expression)
    compiled.set_output_convert_nulls(False)
    return compiled


def _to_jsonata(value: Any) -> Any:
    """Python's None means undefined in there; null is another value."""
    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {key: _to_jsonata(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_to_jsonata(inner) for inner in value]
    return value


def _from_jsonata(value: Any, expression: str) -> Any:
    if value is Utils.NULL_VALUE or value is None or isinstance(value, bool | int | str):
        return None if value is Utils.NULL_VALUE else value
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Utils.RangeList):
        return list(range(value.a, value.b + 1))  # its own iterator leaves the last one out
    if isinstance(value, list):
        return [_from_jsonata(inner, expression) for inner in value]
    if isinstance(value, dict):
        return {key: _from_jsonata(inner, expression) for key, inner in value.items()}
    raise QueryError(f"The JSONata expression '{expression}' returned an unsupported result type.")


def _partition(array: Any = None, size: Any = None) -> Any:
    """`$partition(array, size)`: the array in pieces."""
    items = [array] if not isinstance(array, list) else list(array)
    step = _whole(size, "$partition")
    if step < 1:
        raise JException("D3150", 0, "$partition")
    return [items[start : start + step] for start in range(0, len(items), step)]


def _range(first: Any = None, last: Any = None, step: Any = None) -> Any:
    """`$range(first, last, step)`: last included."""
    start, stop, width = (_whole(number, "$range") for number in (first, last, step))
    if width == 0 or math.ceil(abs((stop - start) / width)) > RANGE_LIMIT:
        raise JException("D2014", 0, "$range")
    return list(range(start, stop + (1 if width > 0 else -1), width))


def _hash(value: Any = None, algorithm: Any = "SHA-256") -> Any:
    """`$hash(data, algorithm)`: in hexadecimal; data that is no string is hashed as JSON."""
    if value is None:
        return None
    if algorithm not in HASHES:
        raise JException("D3137", 0, f"$hash: {algorithm}")
    text = value if isinstance(value, str) else json.dumps(_from_jsonata(value, "$hash"), separators=(",", ":"))
    return hashlib.new(HASHES[algorithm], text.encode()).hexdigest()


def _random(seed: Any = None) -> float:
    """`$random([seed])`: 0 <= n < 1."""
    generator = mock_random if seed is None else type(mock_random)(seed)
    return generator.random()


def _uuid() -> str:
    """`$uuid()`: a version 4 UUID, the same ones in every sandbox."""
    return str(mock_random.uuid4())


def _parse(text: Any = None) -> Any:
    """`$parse(text)`: a JSON string's value; stands in for `$eval`."""
    if text is None:
        return None
    try:
        return _to_jsonata(json.loads(text))
    except ValueError as error:
        raise JException("D3121", 0, f"$parse: {error}") from error


def _no_eval(*_: Any) -> Any:
    raise JException("T1005", 0, "eval")


def _whole(number: Any, function: str) -> int:
    if isinstance(number, bool) or not isinstance(number, int | float) or number != int(number):
        raise JException("T0410", 0, function)
    return int(number)


FUNCTIONS = {
    name: Jsonata.JLambda(function)
    for name, function in {
        "partition": _partition,
        "range": _range,
        "hash": _hash,
        "random": _random,
        "uuid": _uuid,
        "parse": _parse,
        "eval": _no_eval,
    }.items()
}
