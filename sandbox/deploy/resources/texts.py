"""Parameters, log groups and saved queries: AWS::SSM, AWS::Logs."""

from sandbox.deploy.errors import InvalidTemplate
from sandbox.deploy.properties import Properties, tag_list
from sandbox.deploy.registry import Before, Made, makes, updates
from sandbox.deploy.site import Site


@makes("AWS::SSM::Parameter")
def parameter(site: Site, properties: Properties) -> Made:
    """Ref is the parameter's name."""
    name = properties.text("Name", site.name(1011))
    kind = properties.want("Type")
    if kind == "SecureString":
        raise InvalidTemplate(f"{site.resource.where}: CloudFormation makes no SecureString")
    value = properties.want("Value")
    said = properties.some("Description", "Tier", "DataType")
    tags = tag_list(properties.tags())
    site.call("ssm", "PutParameter", Name=name, Type=kind, Value=value, Tags=tags, **said)
    site.on_delete("ssm", "DeleteParameter", Name=name)
    return Made(ref=name, attributes={"Type": kind, "Value": value})


@makes("AWS::Logs::LogGroup")
def log_group(site: Site, properties: Properties) -> Made:
    """Ref is the group's name."""
    name = properties.text("LogGroupName", site.name(512))
    retention = properties.take("RetentionInDays")
    said = properties.some("KmsKeyId", "LogGroupClass")
    site.call("logs", "CreateLogGroup", LogGroupName=name, tags=properties.tags(), **said)
    site.on_delete("logs", "DeleteLogGroup", LogGroupName=name)
    if retention is not None:
        site.call("logs", "PutRetentionPolicy", LogGroupName=name, RetentionInDays=retention)
    return Made(ref=name, attributes={"Arn": site.arn("logs", f"log-group:{name}:*")})


@updates("AWS::SSM::Parameter", "Description", "Value")
def change_parameter(site: Site, properties: Properties, before: Before) -> Made:
    """A new version of the parameter."""
    name, value = before.made.ref, properties.want("Value")
    said = properties.some("Description", "Tier", "DataType")
    properties.some("Name", "Tags")
    kind = properties.want("Type")
    site.call("ssm", "PutParameter", Name=name, Type=kind, Value=value, Overwrite=True, **said)
    return Made(ref=name, attributes={"Type": kind, "Value": value})


@updates("AWS::Logs::LogGroup", "RetentionInDays")
def change_log_group(site: Site, properties: Properties, before: Before) -> Made:
    """How long what is in it is kept; without a number, for ever."""
    name, retention = before.made.ref, properties.take("RetentionInDays")
    properties.some(*before.values)
    if retention is None:
        site.call("logs", "DeleteRetentionPolicy", LogGroupName=name)
    else:
        site.call("logs", "PutRetentionPolicy", LogGroupName=name, RetentionInDays=retention)
    return before.made


@makes("AWS::Logs::QueryDefinition")
def query_definition(site: Site, properties: Properties) -> Made:
    """Ref is the query's id. It stays in the stack: moto keeps no queries, and nothing runs them."""
    properties.want("Name")
    properties.want("QueryString")
    there = {each["logGroupName"] for each in site.call("logs", "DescribeLogGroups")["logGroups"]}
    missing = sorted(set(properties.take("LogGroupNames", [])) - there)
    if missing:
        raise InvalidTemplate(f"{properties.where}: there is no log group {', '.join(missing)}")
    return Made(ref=site.name(255))
