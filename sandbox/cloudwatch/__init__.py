"""CloudWatch's metrics and alarms: what functions write into their logs, and what AWS's services count themselves."""

from sandbox.cloudwatch.alarms import Alarms
from sandbox.cloudwatch.metrics import Metrics
from sandbox.cloudwatch.points import DataPoint, Metric

__all__ = ["Alarms", "DataPoint", "Metric", "Metrics"]
