"""What is written in the query protocol, botocore reads as it was."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.parsers import create_parser
from hypothesis import given
from hypothesis import strategies as st
from moto.core.utils import get_service_model

from sandbox import xml_answers

if TYPE_CHECKING:
    from collections.abc import Mapping

AT = datetime(2026, 11, 24, 1, 2, 3, 456000, UTC)
RDS = botocore.session.get_session().get_service_model("rds")
PRINTABLE = st.text(st.characters(min_codepoint=0x20, exclude_categories=["Cs", "Cn"]))


def read_back(operation: str, result: Mapping[str, Any]) -> dict[str, Any]:
    body = xml_answers.write(get_service_model("rds").operation_model(operation), result, "id-1")
    shape = RDS.operation_model(operation).output_shape
    answer = {"status_code": 200, "headers": {}, "body": body.encode()}
    parsed: dict[str, Any] = create_parser("query").parse(answer, shape)  # type: ignore[arg-type]
    assert parsed.pop("ResponseMetadata")["RequestId"] == "id-1"
    return parsed


@given(name=PRINTABLE, value=PRINTABLE, size=st.integers(0, 2**31), encrypted=st.booleans(), rows=st.integers(0, 3))
def test_a_page_is_read_as_it_was(name: str, value: str, size: int, encrypted: bool, rows: int) -> None:  # noqa: FBT001
    row = {"DBSnapshotIdentifier": name, "AllocatedStorage": size, "Encrypted": encrypted, "SnapshotCreateTime": AT}
    page = {"DBSnapshots": [{**row, "TagList": [{"Key": name, "Value": value}]}] * rows, "Marker": value}
    assert read_back("DescribeDBSnapshots", page) == page


@pytest.mark.parametrize(
    ("given_row", "shown"),
    [({"Iops": None}, {}), ({"NobodyKnows": 1}, {}), ({"ProcessorFeatures": []}, {"ProcessorFeatures": []})],
)
def test_what_is_not_there_is_not_shown(given_row: dict[str, Any], shown: dict[str, Any]) -> None:
    [row] = read_back("DescribeDBSnapshots", {"DBSnapshots": [given_row]})["DBSnapshots"]
    assert row == shown


def test_members_of_lists_have_the_names_that_aws_gives_them() -> None:
    body = xml_answers.write(get_service_model("rds").operation_model("DescribeDBSnapshots"), {"DBSnapshots": [{}]}, "")
    assert "<DBSnapshots><DBSnapshot></DBSnapshot></DBSnapshots>" in body


def test_an_operation_without_a_result_is_answered() -> None:
    assert read_back("AddTagsToResource", {}) == {}
