"""The stack's DynamoDB table: one item per id, each with an end after which DynamoDB removes it."""

import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from snapferry import aws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY: Final = "id"
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

    def scan(self, beginning: str) -> Iterator[dict[str, Any]]:
        """Yield the items whose ids begin so, read consistently. The table is small: rows end by themselves."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._name,
            ConsistentRead=True,
            FilterExpression="begins_with(id, :beginning)",
            ExpressionAttributeValues=_values({":beginning": beginning}),
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
    return {KEY: {"S": item_id}}


def _item(item_id: str, item: Mapping[str, Any], lasts: float) -> dict[str, Any]:
    return _values({KEY: item_id, **item, EXPIRES: int(time.time() + lasts)})


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: TypeSerializer().serialize(value) for name, value in values.items()}
