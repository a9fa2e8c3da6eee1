"""Tables: AWS::DynamoDB."""

from sandbox.deploy.properties import Properties, renamed, tag_list
from sandbox.deploy.registry import Made, makes
from sandbox.deploy.site import Site


@makes("AWS::DynamoDB::Table")
def table(site: Site, properties: Properties) -> Made:
    """Ref is the table's name."""
    name = properties.text("TableName", site.name(255))
    expiry = properties.take("TimeToLiveSpecification")
    recovery = properties.take("PointInTimeRecoverySpecification")
    encryption = properties.take("SSESpecification")
    stream = properties.take("StreamSpecification")
    said = properties.some(
        "AttributeDefinitions", "KeySchema", "BillingMode", "ProvisionedThroughput", "TableClass",
        "GlobalSecondaryIndexes", "LocalSecondaryIndexes", "DeletionProtectionEnabled",
    )  # fmt: skip
    if encryption is not None:
        said["SSESpecification"] = renamed(encryption, SSEEnabled="Enabled")
    if stream is not None:
        said["StreamSpecification"] = {"StreamEnabled": True, **stream}
    tags = tag_list(properties.tags())
    made = site.call("dynamodb", "CreateTable", TableName=name, Tags=tags, **said)["TableDescription"]
    site.on_delete("dynamodb", "DeleteTable", TableName=name)
    if expiry is not None:
        site.call("dynamodb", "UpdateTimeToLive", TableName=name, TimeToLiveSpecification=expiry)
    if recovery is not None:
        site.call("dynamodb", "UpdateContinuousBackups", TableName=name, PointInTimeRecoverySpecification=recovery)
    attributes = {"Arn": made["TableArn"]}
    if "LatestStreamArn" in made:
        attributes["StreamArn"] = made["LatestStreamArn"]
    return Made(name, attributes)
