"""All data points of both accounts: the functions' own, and those of Step Functions, Lambda, EventBridge and SQS.

Of AWS's services only those are here that tell of something going wrong, and how many executions there are.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from moto.sqs.models import sqs_backends

from sandbox.accounts import ACCOUNTS, REGION
from sandbox.cloudwatch.points import DataPoint, Metric, embedded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.world import Sandbox

POINTS_KEPT = 20_000
_ENDS = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}
_LOST = "lost"


class Metrics:
    """What CloudWatch knows."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._ends: deque[DataPoint] = deque(maxlen=POINTS_KEPT)
        sandbox.on_execution_end.append(self._note_end)

    def points(self, *, since: float = 0.0) -> list[DataPoint]:
        """Every data point from a moment on (virtual epoch seconds); queues are looked at now."""
        found = [*self._of_functions(), *self._ends, *self._of_rules(), *self._of_queues()]
        return [point for point in found if point.moment >= since]

    def _note_end(self, account: str, _region: str, execution: dict[str, Any]) -> None:
        dimensions = frozenset({("StateMachineArn", execution["stateMachineArn"])})
        metric = Metric("AWS/States", _ENDS[execution["status"]], dimensions)
        self._ends.append(DataPoint(account, metric, 1.0, "Count", self._sandbox.clock.now))

    def _of_functions(self) -> Iterator[DataPoint]:
        for account in ACCOUNTS:
            for function in self._sandbox.functions.of(account.id):
                yield from embedded(account.id, list(function.lines))
                metric = Metric("AWS/Lambda", "Errors", frozenset({("FunctionName", function.spec.name)}))
                yield from (DataPoint(account.id, metric, 1.0, "Count", moment) for moment in function.failures)

    def _of_rules(self) -> Iterator[DataPoint]:
        """FailedInvocations counts what is neither delivered nor in a dead-letter queue [EB eb-monitoring]."""
        for record in list(self._sandbox.events.delivered):
            if record.outcome == _LOST:
                *bus, rule = record.delivery.rule_arn.split(":rule/")[1].split("/")
                dimensions = {("RuleName", rule), *(("EventBusName", name) for name in bus)}
                metric = Metric("AWS/Events", "FailedInvocations", frozenset(dimensions))
                yield DataPoint(record.delivery.account, metric, 1.0, "Count", record.time)

    def _of_queues(self) -> Iterator[DataPoint]:
        for account in ACCOUNTS:
            for queue in sqs_backends[account.id][REGION].queues.values():
                metric = Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", frozenset({("QueueName", queue.name)}))
                depth = float(queue.approximate_number_of_messages)
                yield DataPoint(account.id, metric, depth, "Count", self._sandbox.clock.now)
