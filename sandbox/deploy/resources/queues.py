"""Queues: AWS::SQS."""

from typing import Any

from sandbox.deploy.documents import policy_document
from sandbox.deploy.properties import Properties
from sandbox.deploy.registry import Made, makes
from sandbox.deploy.site import Site
from sandbox.deploy.values import text

ATTRIBUTES = (
    "ContentBasedDeduplication", "DeduplicationScope", "DelaySeconds", "FifoQueue", "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy", "SqsManagedSseEnabled",
    "VisibilityTimeout",
)  # fmt: skip


@makes("AWS::SQS::Queue")
def queue(site: Site, properties: Properties) -> Made:
    """Ref is the queue's URL."""
    attributes = properties.some(*ATTRIBUTES)
    suffix = ".fifo" if text(attributes.get("FifoQueue", False)) == "true" else ""
    name = properties.text("QueueName", site.name(80, suffix))
    made = site.call(
        "sqs", "CreateQueue", QueueName=name, Attributes=_without_false_fifo(attributes), tags=properties.tags()
    )
    url = made["QueueUrl"]
    return Made(
        ref=url,
        attributes={"Arn": site.arn("sqs", name), "QueueName": name, "QueueUrl": url},
        delete=lambda: site.call("sqs", "DeleteQueue", QueueUrl=url),
    )


@makes("AWS::SQS::QueuePolicy")
def queue_policy(site: Site, properties: Properties) -> Made:
    """One policy document on one or more queues."""
    document = policy_document(properties.want("PolicyDocument"), site.resource.where)
    queues = properties.want("Queues")

    def put(policy: Any) -> None:
        for url in queues:
            site.call("sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": policy})

    put(document)
    return Made(ref=site.name(80), delete=lambda: put(""))


def _without_false_fifo(attributes: dict[str, Any]) -> dict[str, Any]:
    """SQS refuses FifoQueue=false: a standard queue is one that does not say it."""
    return {name: value for name, value in attributes.items() if name != "FifoQueue" or text(value) == "true"}
