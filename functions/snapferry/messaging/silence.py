"""Why nobody answered: does the question lie in the dead-letter queue, or did it get across?"""

import json
from typing import TYPE_CHECKING, Any, Final

from snapferry.errors import EventNotDelivered, GiveUp, NobodyAnswered

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_BATCHES: Final = 20
_BATCH: Final = 10  # the most that SQS hands out at once


def explanation(sqs: "SQSClient", queue_url: str, *, transfer: str, question: str, target_account: str) -> GiveUp:
    """Return the error that says why a question stayed without an answer."""
    message = _undelivered(sqs, queue_url, transfer, question)
    if message is None:
        return NobodyAnswered(
            f'Account {target_account} did not answer "{question}" in time; the dead-letter queue holds no such event',
            resource=target_account,
            remedy="see whether the target stack is deployed for this source account, and its functions' logs",
        )
    attributes = message.get("MessageAttributes", {})
    code = attributes.get("ERROR_CODE", {}).get("StringValue", "no error code")
    said = attributes.get("ERROR_MESSAGE", {}).get("StringValue", "")
    return EventNotDelivered(
        f'The event "{question}" could not be delivered to account {target_account}: {code} {said}'.rstrip(". "),
        resource=queue_url,
        remedy="see whether the target's event bus exists and its policy admits this account; then run again",
    )


def _undelivered(sqs: "SQSClient", queue_url: str, transfer: str, question: str) -> Any:
    for _ in range(_BATCHES):
        batch = sqs.receive_message(
            QueueUrl=queue_url, MaxNumberOfMessages=_BATCH, VisibilityTimeout=30, MessageAttributeNames=["All"]
        ).get("Messages", [])
        for message in batch:
            event = json.loads(message["Body"])
            if event["detail-type"] == question and event["detail"]["transfer"] == transfer:
                return message
        if not batch:
            return None
    return None
