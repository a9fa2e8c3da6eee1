"""Results in the query protocol, in which RDS answers, written as its model says.

moto's own writer looks for each member of a shape under several names, for it cannot know what its backends hold; that
takes ten times as long for a page of snapshots, and a fleet reads many.
https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from moto.core.model import OperationModel

CONTENT_TYPE = "text/xml"


def write(operation: OperationModel, result: Mapping[str, Any], request_id: str) -> str:
    """The body of an answer; what is None, or is not in the model, is left out.

    Args:
        operation: Of a service of whose shapes none is flattened and none a blob.
        result: Named as AWS names it; times are datetimes.
        request_id: Stands in the metadata.
    """
    shape, name = operation.output_shape, operation.name
    inside = "" if shape is None else _element(shape.serialization.get("resultWrapper", f"{name}Result"), shape, result)
    namespace = escape(operation.service_model.metadata["xmlNamespace"])
    metadata = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    return f'<{name}Response xmlns="{namespace}">{inside}{metadata}</{name}Response>'


def _element(name: str, shape: Any, value: Any) -> str:
    return f"<{name}>{_content(shape, value)}</{name}>"


def _content(shape: Any, value: Any) -> str:
    match shape.type_name:
        case "structure":
            named = ((key, shape.members.get(key), each) for key, each in value.items())
            return "".join(
                _element(member.serialization.get("name", key), member, each)
                for key, member, each in named
                if member is not None and each is not None
            )
        case "list":
            name = shape.member.serialization.get("name", "member")
            return "".join(_element(name, shape.member, each) for each in value)
        case "map":
            entries = (
                _element("key", shape.key, key) + _element("value", shape.value, each) for key, each in value.items()
            )
            return "".join(f"<entry>{entry}</entry>" for entry in entries)
        case "boolean":
            return "true" if value else "false"
        case "timestamp":
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03}Z"
        case _:
            return escape(str(value))
