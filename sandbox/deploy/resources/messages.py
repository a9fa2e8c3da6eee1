"""Topics: AWS::SNS."""

from typing import Any

from sandbox.deploy.documents import policy_document
from sandbox.deploy.properties import Properties, tag_list
from sandbox.deploy.registry import Made, makes
from sandbox.deploy.site import Site
from sandbox.deploy.values import text

TOPIC = ("DisplayName", "KmsMasterKeyId", "FifoTopic", "ContentBasedDeduplication")
SUBSCRIPTION = ("FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy")


@makes("AWS::SNS::Topic")
def topic(site: Site, properties: Properties) -> Made:
    """Ref is the topic's ARN."""
    attributes = properties.some(*TOPIC)
    suffix = ".fifo" if text(attributes.get("FifoTopic", False)) == "true" else ""
    name = properties.text("TopicName", site.name(256, suffix))
    subscriptions = properties.take("Subscription", [])
    tags = tag_list(properties.tags())
    arn = site.call("sns", "CreateTopic", Name=name, Attributes=attributes, Tags=tags)["TopicArn"]
    site.on_delete("sns", "DeleteTopic", TopicArn=arn)
    for one in subscriptions:
        site.call("sns", "Subscribe", TopicArn=arn, **one)
    return Made(ref=arn, attributes={"TopicArn": arn, "TopicName": name})


@makes("AWS::SNS::TopicPolicy")
def topic_policy(site: Site, properties: Properties) -> Made:
    """One policy document on one or more topics; deleting it leaves SNS's own default policy."""
    document = policy_document(properties.want("PolicyDocument"), site.resource.where)
    for arn in properties.want("Topics"):
        site.call("sns", "SetTopicAttributes", TopicArn=arn, AttributeName="Policy", AttributeValue=document)
    return Made(ref=site.name(80))


@makes("AWS::SNS::Subscription")
def subscription(site: Site, properties: Properties) -> Made:
    """Ref is the subscription's ARN."""
    attributes: dict[str, Any] = properties.some(*SUBSCRIPTION)
    place = {name: properties.want(name) for name in ("TopicArn", "Protocol")} | properties.some("Endpoint")
    arn = site.call("sns", "Subscribe", Attributes=attributes, ReturnSubscriptionArn=True, **place)["SubscriptionArn"]
    site.on_delete("sns", "Unsubscribe", SubscriptionArn=arn)
    return Made(ref=arn, attributes={"Arn": arn})
