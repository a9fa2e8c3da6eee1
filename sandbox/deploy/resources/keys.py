"""Keys and aliases: AWS::KMS."""

from sandbox.deploy.properties import Properties, renamed, tag_list
from sandbox.deploy.registry import Made, makes
from sandbox.deploy.site import Site


@makes("AWS::KMS::Key")
def key(site: Site, properties: Properties) -> Made:
    """Ref is the key's id. Deleting schedules the deletion, as CloudFormation does."""
    rotation = properties.flag("EnableKeyRotation", default=False)
    period = properties.some("RotationPeriodInDays")
    enabled = properties.flag("Enabled", default=True)
    pending = properties.number("PendingWindowInDays", 30)
    policy = properties.some("KeyPolicy")
    said = properties.some(
        "Description", "KeySpec", "KeyUsage", "MultiRegion", "Origin", "BypassPolicyLockoutSafetyCheck"
    )
    tags = tag_list(properties.tags(), "TagKey", "TagValue")
    made = site.call("kms", "CreateKey", Tags=tags, **renamed(policy, KeyPolicy="Policy"), **said)["KeyMetadata"]
    key_id = made["KeyId"]
    site.on_delete("kms", "ScheduleKeyDeletion", KeyId=key_id, PendingWindowInDays=pending)
    if rotation:
        site.call("kms", "EnableKeyRotation", KeyId=key_id, **period)
    if not enabled:
        site.call("kms", "DisableKey", KeyId=key_id)
    return Made(ref=key_id, attributes={"Arn": made["Arn"], "KeyId": key_id})


@makes("AWS::KMS::Alias")
def alias(site: Site, properties: Properties) -> Made:
    """Ref is the alias's name."""
    name = properties.want("AliasName")
    site.call("kms", "CreateAlias", AliasName=name, TargetKeyId=properties.want("TargetKeyId"))
    site.on_delete("kms", "DeleteAlias", AliasName=name)
    return Made(ref=name)
