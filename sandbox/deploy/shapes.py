"""Properties of a template made into members of an API call, as CloudFormation's own handlers do.

CloudFormation hands numbers and booleans on as strings ("60", "true") and writes every name with a capital; the API's
model says what is wanted. A member that the API does not know is refused by name, and so is a value outside an enum.
"""

import json
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from sandbox.deploy.errors import InvalidTemplate, NotInSandbox
from sandbox.deploy.values import is_true, text


def fit(shape: Shape, value: Any, where: str) -> Any:
    """`value` with the types and names that the API's model wants; `where` names it in errors."""
    if isinstance(shape, StructureShape):
        return _structure(shape, _want(value, dict, where), where)
    if isinstance(shape, ListShape):
        return [fit(shape.member, one, f"{where}[{n}]") for n, one in enumerate(_want(value, list, where))]
    if isinstance(shape, MapShape):
        pairs = _want(value, dict, where).items()
        return {text(key): fit(shape.value, one, f"{where}.{key}") for key, one in pairs}
    try:
        return _scalar(shape, value, where)
    except ValueError as error:
        raise InvalidTemplate(f"{where}: a value of type {shape.type_name} is wanted, not {value!r}") from error


def _structure(shape: StructureShape, value: dict[str, Any], where: str) -> dict[str, Any]:
    if shape.is_document_type:
        return value
    names = {name.lower(): name for name in shape.members}
    if unknown := sorted(key for key in value if key.lower() not in names):
        raise NotInSandbox(f"{where}: nothing honours {', '.join(unknown)}")
    return {
        names[key.lower()]: fit(shape.members[names[key.lower()]], one, f"{where}.{key}") for key, one in value.items()
    }


def _scalar(shape: Shape, value: Any, where: str) -> Any:
    match shape.type_name:
        case "integer" | "long":
            return int(text(value))
        case "float" | "double":
            return float(text(value))
        case "boolean":
            return is_true(value)
        case "string":
            return _string(shape, value, where)
        case _:  # timestamps and blobs: boto3 reads them
            return value


def _string(shape: Shape, value: Any, where: str) -> str:
    """Policies, patterns and dashboards are objects in a template and JSON text in an API."""
    written = json.dumps(value) if isinstance(value, dict) else text(value)
    choices: list[str] = getattr(shape, "enum", [])
    if choices and written not in choices:
        raise InvalidTemplate(f"{where}: {written} is not one of {', '.join(choices)}")
    return written


def _want(value: Any, kind: type, where: str) -> Any:
    if not isinstance(value, kind):
        raise InvalidTemplate(f"{where}: a {'map' if kind is dict else 'list'} is wanted, not {value!r}")
    return value
