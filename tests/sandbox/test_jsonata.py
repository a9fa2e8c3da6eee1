"""What moto's way of pasting values into the source got wrong, and what Step Functions adds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from sandbox.jsonata import QueryError, evaluate


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$text", 'he said "hi"\n\\ ü'),
        ("$states.input.list[0].none", None),
        ('{"a": null, "b": $none}', {"a": None, "b": None}),
        ("$exists($states.result)", False),
        ("180 / 60", 3),
        ("7 / 2", 3.5),
        ("[1..3]", [1, 2, 3]),
        ("$sum([1..3])", 6),
        ("$map([1..3], function($i) { $i * 2 })", [2, 4, 6]),
        ("[$states.input.list[none = null]]", [{"none": None}]),
        ("$states.input.many[id = 2]", {"id": 2}),
        ("[$states.input.many[id = 2]]", [{"id": 2}]),
        ("$not(true)", False),
        ("$partition([1, 2, 3, 4, 5], 2)", [[1, 2], [3, 4], [5]]),
        ("$range(1, 9, 4)", [1, 5, 9]),
        ("$range(3, 1, -1)", [3, 2, 1]),
        ("$hash('abc', 'MD5')", "900150983cd24fb0d6963f7d28e17f72"),
        ("$parse('{\"a\": [1, null]}')", {"a": [1, None]}),
        ("$random(7) = $random(7)", True),
        ("$length($uuid())", 36),
        ("$substring($hash($text, 'SHA-256'), 0, 16) ~> $length()", 16),
    ],
)
def test_values_come_through_as_they_are(expression: str, value: Any) -> None:
    bindings = {
        "text": 'he said "hi"\n\\ ü',
        "none": None,
        "states": {"input": {"list": [{"none": None}], "many": [{"id": 1}, {"id": 2}]}},
    }
    assert evaluate(expression, bindings) == value


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("$states.input.nope", "returned nothing"),
        ("$unassigned", "returned nothing"),
        ("1 + 'a'", "threw an error"),
        ("$nosuch()", "threw an error"),
        ("$eval('1')", "threw an error"),
        ("$parse('{')", "threw an error"),
        ("$hash('a', 'CRC')", "threw an error"),
        ("function($a) { $a }", "unsupported result"),
        ("{ 'a': ", "threw an error"),
    ],
)
def test_what_has_no_value_is_an_error(expression: str, reason: str) -> None:
    with pytest.raises(QueryError, match=reason):
        evaluate(expression, {"states": {"input": {}}})


def test_now_is_the_time_of_each_evaluation_not_of_the_first() -> None:
    with time_machine.travel(datetime(2026, 1, 1, tzinfo=UTC), tick=False) as traveller:
        before = evaluate("$millis()", {})
        traveller.shift(90)
        assert evaluate("$millis()", {}) - before == 90_000
        assert evaluate("$now()", {}) == "2026-01-01T00:01:30.000Z"


def test_a_bound_value_is_not_changed_by_the_expression() -> None:
    value = {"a": [None]}
    evaluate("$merge([$v, {'b': 1}])", {"v": value})
    assert value == {"a": [None]}
