"""Queues: AWS::SQS."""

from typing import Any

from sandbox.deploy.documents import policy_document
from sandbox.deploy.properties import Properties
from sandbox.deploy.registry import Made, makes
from sandbox.deploy.site import Site
from sandbox.deploy.values import text

ATTRIBUTES = (
    "ContentBasedDeduplication", "DelaySeconds", "FifoQueue", "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId",
    "MaximumMessageSize", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds", "RedrivePolicy",
    "SqsManagedSseEnabled", "VisibilityTimeout",
)  # fmt: skip


@makes("AWS::SQS::Queue")
def queue(site: Site, properties: Properties) -> Made:
    """Ref is the queue's URL."""
    attributes = _without_false_fifo(properties.some(*ATTRIBUTES))
    name = properties.text("QueueName", site.name(80, ".fifo" if "FifoQueue" in attributes else ""))
    made = site.call("sqs", "CreateQueue", QueueName=name, Attributes=attributes, tags=properties.tags())
    url = made["QueueUrl"]
    site.on_delete("sqs", "DeleteQueue", QueueUrl=url)
    return Made(ref=url, attributes={"Arn": site.arn("sqs", name), "QueueName": name, "QueueUrl": url})


@makes("AWS::SQS::QueuePolicy")
def queue_policy(site: Site, properties: Properties) -> Made:
    """One policy document on one or more queues."""
    document = policy_document(properties.want("PolicyDocument"), site.resource.where)
    for url in properties.want("Queues"):
        site.call("sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": document})
        site.on_delete("sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": ""})
    return Made(ref=site.name(80))


def _without_false_fifo(attributes: dict[str, Any]) -> dict[str, Any]:
    """SQS refuses FifoQueue=false: a standard queue is one that does not say it."""
    return {name: value for name, value in attributes.items() if name != "FifoQueue" or text(value) == "true"}
