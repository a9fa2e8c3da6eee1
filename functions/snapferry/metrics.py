"""CloudWatch metrics of the namespace Snapferry, written into the log in EMF; no call is made for them."""

from aws_lambda_powertools.metrics import MetricUnit, single_metric

from snapferry.settings import Settings

NAMESPACE = "Snapferry"


def count(name: str) -> None:
    """Note that something happened once."""
    _note(name, MetricUnit.Count, 1)


def seconds(name: str, value: float) -> None:
    """Note how long something took."""
    _note(name, MetricUnit.Seconds, value)


def _note(name: str, unit: MetricUnit, value: float) -> None:
    with single_metric(name=name, unit=unit, value=value, namespace=NAMESPACE) as metric:
        metric.add_dimension("stack", Settings().stack)
