"""The stack's DynamoDB table: one item per id, each with an end after which DynamoDB removes it.

An id begins with the item's kind, `lease#`; items of one kind lie together, and are found without reading the others:
every transfer leaves several behind that stay for weeks.
"""

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from snapferry import aws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KIND, KEY = "kind", "id"
EXPIRES: Final = "expires"

_CONDITION_FAILED: Final = "ConditionalCheckFailedException"


class Table:
    """Reads and writes items by id.

    Args:
        dynamodb: A client.
        name: The table's name.
    """

    def __init__(self, dynamodb: "DynamoDBClient", name: str) -> None:
        self._dynamodb = dynamodb
        self._name = name

    def get(self, item_id: str) -> dict[str, Any] | None:
        """Return an item, read consistently; None if there is none."""
        found = self._dynamodb.get_item(TableName=self._name, Key=_key(item_id), ConsistentRead=True).get("Item")
        return found and {name: TypeDeserializer().deserialize(value) for name, value in found.items()}

    def of_kind(self, kind: str) -> Iterator[dict[str, Any]]:
        """Yield the items of one kind, read consistently."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._name,
            ConsistentRead=True,
            KeyConditionExpression=f"{KIND} = :kind",
            ExpressionAttributeValues=_values({":kind": kind}),
        )
        for page in pages:
            for found in page["Items"]:
                yield {name: TypeDeserializer().deserialize(value) for name, value in found.items()}

    def put(self, item_id: str, item: Mapping[str, Any], *, lasts: float) -> None:
        """Write an item, over an older one.

        Args:
            item_id: Its id.
            item: Its attributes; no floats.
            lasts: Seconds until DynamoDB may remove it.
        """
        self._dynamodb.put_item(TableName=self._name, Item=_item(item_id, item, lasts))

    def put_if(
        self, condition: str, values: Mapping[str, Any], item_id: str, item: Mapping[str, Any], *, lasts: float
    ) -> bool:
        """Write an item only if the one that is there meets a condition; tell whether it was written."""
        return _held(
            self._dynamodb.put_item,
            TableName=self._name,
            Item=_item(item_id, item, lasts),
            ConditionExpression=condition,
            ExpressionAttributeValues=_values(values),
        )

    def delete_if(self, condition: str, values: Mapping[str, Any], item_id: str) -> bool:
        """Remove an item only if it meets a condition; tell whether it was removed."""
        return _held(
            self._dynamodb.delete_item,
            TableName=self._name,
            Key=_key(item_id),
            ConditionExpression=condition,
            ExpressionAttributeValues=_values(values),
        )


def _held(operation: Any, **parameters: Any) -> bool:
    try:
        operation(**parameters)
    except ClientError as error:
        if aws.code(error) == _CONDITION_FAILED:
            return False
        raise
    return True


def _key(item_id: str) -> dict[str, Any]:
    return _values({KIND: item_id.partition("#")[0], KEY: item_id})


def _item(item_id: str, item: Mapping[str, Any], lasts: float) -> dict[str, Any]:
    return _key(item_id) | _values({**item, EXPIRES: int(time.time() + lasts)})


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: TypeSerializer().serialize(value) for name, value in values.items()}
