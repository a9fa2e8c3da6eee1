"""Queues: AWS::SQS."""

from typing import Any

from sandbox.deploy.documents import policy_document
from sandbox.deploy.errors import NotInSandbox
from sandbox.deploy.properties import Properties
from sandbox.deploy.registry import Before, Made, makes, updates
from sandbox.deploy.site import Site
from sandbox.deploy.values import text

ATTRIBUTES = (
    "ContentBasedDeduplication", "DelaySeconds", "FifoQueue", "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId",
    "MaximumMessageSize", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds", "RedrivePolicy",
    "SqsManagedSseEnabled", "VisibilityTimeout",
)  # fmt: skip


CHANGEABLE = ("MessageRetentionPeriod", "RedrivePolicy", "VisibilityTimeout")


@makes("AWS::SQS::Queue")
def queue(site: Site, properties: Properties) -> Made:
    """Ref is the queue's URL."""
    attributes = _without_false_fifo(properties.some(*ATTRIBUTES))
    name = properties.text("QueueName", site.name(80, ".fifo" if "FifoQueue" in attributes else ""))
    made = site.call("sqs", "CreateQueue", QueueName=name, Attributes=attributes, tags=properties.tags())
    url = made["QueueUrl"]
    site.on_delete("sqs", "DeleteQueue", QueueUrl=url)
    return Made(ref=url, attributes={"Arn": site.arn("sqs", name), "QueueName": name, "QueueUrl": url})


@updates("AWS::SQS::Queue", *CHANGEABLE)
def change_queue(site: Site, properties: Properties, before: Before) -> Made:
    """What stands in it stays."""
    attributes = properties.some(*CHANGEABLE)
    properties.some(*ATTRIBUTES, "QueueName", "Tags")
    if lost := sorted(set(before.values) & set(CHANGEABLE) - set(attributes)):
        raise NotInSandbox(f"{properties.where}: the sandbox cannot take back {', '.join(lost)}")
    site.call("sqs", "SetQueueAttributes", QueueUrl=before.made.ref, Attributes=attributes)
    return before.made


@makes("AWS::SQS::QueuePolicy")
def queue_policy(site: Site, properties: Properties) -> Made:
    """One policy document on one or more queues."""
    for url in _put_policy(site, properties):
        site.on_delete("sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": ""})
    return Made(ref=site.name(80))


@updates("AWS::SQS::QueuePolicy", "PolicyDocument")
def change_queue_policy(site: Site, properties: Properties, before: Before) -> Made:
    """See `queue_policy`."""
    _put_policy(site, properties)
    return before.made


def _put_policy(site: Site, properties: Properties) -> list[str]:
    document = policy_document(properties.want("PolicyDocument"), site.resource.where)
    urls: list[str] = properties.want("Queues")
    for url in urls:
        site.call("sqs", "SetQueueAttributes", QueueUrl=url, Attributes={"Policy": document})
    return urls


def _without_false_fifo(attributes: dict[str, Any]) -> dict[str, Any]:
    """SQS refuses FifoQueue=false: a standard queue is one that does not say it."""
    return {name: value for name, value in attributes.items() if name != "FifoQueue" or text(value) == "true"}
