"""Keys and aliases: AWS::KMS."""

from sandbox.deploy.properties import Properties, renamed, tag_list
from sandbox.deploy.registry import Before, Made, makes, updates
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


@updates("AWS::KMS::Key", "Description", "KeyPolicy")
def change_key(site: Site, properties: Properties, before: Before) -> Made:
    """A policy that the template changes is written over whatever stands there; one that it does not is left alone."""
    key_id, after = before.made.ref, properties.some("Description", "KeyPolicy")
    properties.some(*before.values)
    if after.get("KeyPolicy") != before.values.get("KeyPolicy"):
        site.call("kms", "PutKeyPolicy", KeyId=key_id, Policy=after["KeyPolicy"])
    if after.get("Description", "") != before.values.get("Description", ""):
        site.call("kms", "UpdateKeyDescription", KeyId=key_id, Description=after.get("Description", ""))
    return before.made


@makes("AWS::KMS::Alias")
def alias(site: Site, properties: Properties) -> Made:
    """Ref is the alias's name."""
    name = properties.want("AliasName")
    site.call("kms", "CreateAlias", AliasName=name, TargetKeyId=properties.want("TargetKeyId"))
    site.on_delete("kms", "DeleteAlias", AliasName=name)
    return Made(ref=name)
