"""Rows of the table in `actions.py` that need more than a parameter's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.dynamodb.models import dynamodb_backends
from moto.secretsmanager.models import secretsmanager_backends

from sandbox.permissions.needs import Need, Row, arn, request_tags
from sandbox.register.events import PUT_PERMISSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.gate import Call
    from sandbox.permissions.simulator import Context


# DynamoDB


def item(operation: str, key_from: str = "Key") -> Row:
    """An operation on one item."""
    return lambda call: [_on_item(call, operation, call.parameters, key_from)]


def _on_item(call: Call, operation: str, request: Mapping[str, Any], key_from: str) -> Need:
    """One item, with its partition key: policies may be as narrow as `dynamodb:LeadingKeys`."""
    table = str(request["TableName"])
    return Need(
        f"dynamodb:{operation}",
        arn(call, "dynamodb", table if table.startswith("arn:") else f"table/{table}"),
        _leading_keys(call, table, [request.get(key_from, {})]),
    )


def _leading_keys(call: Call, table: str, items: list[dict[str, Any]]) -> Context:
    tables = dynamodb_backends[call.caller.account][call.region].tables
    known = tables.get(table.rsplit("/", 1)[-1])
    if known is None:
        return {}
    values = [next(iter(item[known.hash_key_attr].values())) for item in items if known.hash_key_attr in item]
    return {"dynamodb:LeadingKeys": [str(value) for value in values]} if values else {}


def table_or_index(operation: str) -> Row:
    """An operation on a table, or on one of its indexes."""

    def needs(call: Call) -> list[Need]:
        table = arn(call, "dynamodb", _prefixed("table/", call.parameters["TableName"]))
        index = call.parameters.get("IndexName")
        return [Need(f"dynamodb:{operation}", f"{table}/index/{index}" if index else table)]

    return needs


_TRANSACTION_PARTS = {
    "Put": ("PutItem", "Item"),
    "Update": ("UpdateItem", "Key"),
    "Delete": ("DeleteItem", "Key"),
    "ConditionCheck": ("ConditionCheckItem", "Key"),
    "Get": ("GetItem", "Key"),
}


def transaction(call: Call) -> Iterator[Need]:
    """A transaction needs what its parts need."""
    for part in call.parameters["TransactItems"]:
        for kind, request in part.items():
            operation, key_from = _TRANSACTION_PARTS[kind]
            yield _on_item(call, operation, request, key_from)


def batch(operation: str) -> Row:
    """A batch needs its action on every table in it."""

    def needs(call: Call) -> Iterator[Need]:
        for table in call.parameters["RequestItems"]:
            yield Need(f"dynamodb:{operation}", arn(call, "dynamodb", _prefixed("table/", table)))

    return needs


# EventBridge


def put_events(call: Call) -> Iterator[Need]:
    """Each entry counts by itself: its bus, its source, its detail type."""
    if not PUT_PERMISSION.holds:
        return
    for entry in call.parameters.get("Entries", []):
        bus = arn(call, "events", _prefixed("event-bus/", entry.get("EventBusName") or "default"))
        yield Need(
            "events:PutEvents",
            bus,
            {"events:source": str(entry.get("Source", "")), "events:detail-type": str(entry.get("DetailType", ""))},
        )


def rule(operation: str) -> Row:
    """An operation on one rule of a bus."""

    def needs(call: Call) -> list[Need]:
        bus = str(call.parameters.get("EventBusName") or "default").rsplit("/", 1)[-1]
        name = call.parameters.get("Name") or call.parameters.get("Rule")
        return [
            Need(
                f"events:{operation}", arn(call, "events", f"rule/{name}" if bus == "default" else f"rule/{bus}/{name}")
            )
        ]

    return needs


# SQS


def queue(operation: str) -> Row:
    """An operation on one queue; its URL names account and queue."""

    def needs(call: Call) -> list[Need]:
        account, name = str(call.parameters["QueueUrl"]).rstrip("/").split("/")[-2:]
        return [Need(f"sqs:{operation}", f"arn:aws:sqs:{call.region}:{account}:{name}")]

    return needs


# Step Functions


def start_execution(call: Call) -> list[Need]:
    """The machine itself; a version or alias is a condition key."""
    machine = str(call.parameters["stateMachineArn"])
    unqualified = ":".join(machine.split(":")[:7])
    qualifier = machine.removeprefix(unqualified).removeprefix(":")
    return [
        Need("states:StartExecution", unqualified, {"states:StateMachineQualifier": qualifier} if qualifier else {})
    ]


def list_executions(call: Call) -> list[Need]:
    """The executions of a machine or of a Map run."""
    parent = call.parameters.get("stateMachineArn") or call.parameters["mapRunArn"]
    return [Need("states:ListExecutions", str(parent))]


# S3


def s3_object(operation: str) -> Row:
    """An operation on one object."""
    return lambda call: [Need(f"s3:{operation}", f"arn:aws:s3:::{call.parameters['Bucket']}/{call.parameters['Key']}")]


def s3_bucket(call: Call) -> list[Need]:
    """A listing of a bucket."""
    context: Context = {"s3:prefix": str(call.parameters["Prefix"])} if call.parameters.get("Prefix") else {}
    return [Need("s3:ListBucket", f"arn:aws:s3:::{call.parameters['Bucket']}", context)]


# Parameter Store


def parameters(operation: str) -> Row:
    """An operation on parameters by name, or on all below a path."""

    def needs(call: Call) -> Iterator[Need]:
        names = call.parameters.get("Names") or [call.parameters.get("Name") or call.parameters.get("Path")]
        for name in names:
            yield Need(f"ssm:{operation}", _parameter_arn(call, name), _recursion(call))

    return needs


def put_parameter(call: Call) -> Iterator[Need]:
    """Writing a parameter, and tagging it if the request does."""
    resource, tags = _parameter_arn(call, call.parameters["Name"]), request_tags(call.parameters.get("Tags"))
    overwrite = str(bool(call.parameters.get("Overwrite"))).lower()
    yield Need("ssm:PutParameter", resource, tags | {"ssm:Overwrite": overwrite})
    if tags:
        yield Need("ssm:AddTagsToResource", resource, tags, new=True)


def _parameter_arn(call: Call, name: str) -> str:
    return arn(call, "ssm", name if name.startswith("arn:") else "parameter/" + name.removeprefix("/"))


def _recursion(call: Call) -> Context:
    return {"ssm:Recursive": str(call.parameters["Recursive"]).lower()} if "Recursive" in call.parameters else {}


# Secrets Manager


def secret(operation: str) -> Row:
    """An operation on one secret."""

    def needs(call: Call) -> list[Need]:
        secret = str(call.parameters["SecretId"])
        context: Context = {"secretsmanager:SecretId": secret}
        for name in ("VersionStage", "VersionId"):
            if name in call.parameters:
                context[f"secretsmanager:{name}"] = str(call.parameters[name])
        return [Need(f"secretsmanager:{operation}", secret_arn(call, secret), context)]

    return needs


def secret_arn(call: Call, secret: str) -> str:
    """The full ARN of a secret; its six random characters count for the policy."""
    if secret.startswith("arn:"):
        return secret
    known = secretsmanager_backends[call.caller.account][call.region].secrets.get(secret)
    return str(known.arn) if known else arn(call, "secretsmanager", f"secret:{secret}-000000")


def create_secret(call: Call) -> Iterator[Need]:
    """Making a secret, and tagging it if the request does."""
    name, tags = str(call.parameters["Name"]), request_tags(call.parameters.get("Tags"))
    resource = arn(call, "secretsmanager", f"secret:{name}-000000")
    context: Context = {"secretsmanager:Name": name}
    yield Need("secretsmanager:CreateSecret", resource, context | tags, new=True)
    if tags:
        yield Need("secretsmanager:TagResource", resource, tags, new=True)


# Lambda, Logs, Scheduler, IAM


def function(action: str) -> Row:
    """An action on a function, or on a version or alias of it."""

    def needs(call: Call) -> list[Need]:
        name = str(call.parameters["FunctionName"])
        if ":function:" in name and not name.startswith("arn:"):
            name = name.split(":function:", 1)[1]  # a partial ARN, `<account>:function:<name>`
        resource = arn(call, "lambda", _prefixed("function:", name))
        qualifier = call.parameters.get("Qualifier")
        return [Need(f"lambda:{action}", f"{resource}:{qualifier}" if qualifier else resource)]

    return needs


def log_group(operation: str) -> Row:
    """Logs authorises a group as `<group>:log-stream:<stream or nothing>`, so that `<group>:*` allows it."""

    def needs(call: Call) -> list[Need]:
        stream = call.parameters.get("logStreamName", "")
        group = call.parameters.get("logGroupName") or str(call.parameters["logGroupIdentifier"]).split(":")[-1]
        return [Need(f"logs:{operation}", arn(call, "logs", f"log-group:{group}:log-stream:{stream}"))]

    return needs


def schedule(operation: str) -> Row:
    """An operation on a schedule, and handing it the role that it will act as."""

    def needs(call: Call) -> Iterator[Need]:
        group, name = call.parameters.get("GroupName") or "default", call.parameters["Name"]
        yield Need(f"scheduler:{operation}", arn(call, "scheduler", f"schedule/{group}/{name}"))
        if role := call.parameters.get("Target", {}).get("RoleArn"):
            yield Need("iam:PassRole", role, {"iam:PassedToService": "scheduler.amazonaws.com"})

    return needs


def get_role(call: Call) -> list[Need]:
    """Reading one role."""
    return [Need("iam:GetRole", f"arn:aws:iam::{call.caller.account}:role/{call.parameters['RoleName']}")]


def put_metric_data(call: Call) -> list[Need]:
    """Metrics have no resources, but a namespace."""
    return [Need("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": str(call.parameters["Namespace"])})]


def quota(call: Call) -> list[Need]:
    """Reading one quota of one service."""
    quota = f"{call.parameters['ServiceCode']}/{call.parameters['QuotaCode']}"
    return [Need("servicequotas:GetServiceQuota", arn(call, "servicequotas", quota))]


def _prefixed(prefix: str, name: Any) -> str:
    return str(name) if str(name).startswith(("arn:", prefix)) else f"{prefix}{name}"
