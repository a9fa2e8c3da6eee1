"""Alarms and dashboards: AWS::CloudWatch. An alarm that the sandbox could not evaluate is refused."""

from collections.abc import Container, Mapping
from typing import Any

from sandbox.cloudwatch import expressions
from sandbox.cloudwatch.alarms import COMPARISONS, MISSING, STATISTICS
from sandbox.deploy.errors import NotInSandbox
from sandbox.deploy.properties import Properties, tag_list
from sandbox.deploy.registry import Before, Made, makes, updates
from sandbox.deploy.site import Site

ALARM = (
    "ActionsEnabled", "AlarmActions", "AlarmDescription", "ComparisonOperator", "DatapointsToAlarm", "Dimensions",
    "EvaluationPeriods", "InsufficientDataActions", "MetricName", "Metrics", "Namespace", "OKActions", "Period",
    "Statistic", "Threshold", "TreatMissingData",
)  # fmt: skip
METRIC_STAT = {"Metric", "Period", "Stat"}


@makes("AWS::CloudWatch::Alarm")
def alarm(site: Site, properties: Properties) -> Made:
    """Ref is the alarm's name."""
    name = properties.text("AlarmName", site.name(255))
    said = properties.some(*ALARM)
    _check(said, properties.where)
    site.call("cloudwatch", "PutMetricAlarm", AlarmName=name, Tags=tag_list(properties.tags()), **said)
    site.on_delete("cloudwatch", "DeleteAlarms", AlarmNames=[name])
    return Made(ref=name, attributes={"Arn": site.arn("cloudwatch", f"alarm:{name}")})


@updates("AWS::CloudWatch::Alarm", *ALARM)
def change_alarm(site: Site, properties: Properties, before: Before) -> Made:
    """PutMetricAlarm writes everything anew."""
    said = properties.some(*ALARM)
    _check(said, properties.where)
    properties.some("AlarmName", "Tags")
    site.call("cloudwatch", "PutMetricAlarm", AlarmName=before.made.ref, **said)
    return before.made


@makes("AWS::CloudWatch::Dashboard")
def dashboard(site: Site, properties: Properties) -> Made:
    """Ref is the dashboard's name."""
    name = properties.text("DashboardName", site.name(255))
    body = properties.want("DashboardBody")
    site.call("cloudwatch", "PutDashboard", DashboardName=name, DashboardBody=body)
    site.on_delete("cloudwatch", "DeleteDashboards", DashboardNames=[name])
    return Made(ref=name)


@updates("AWS::CloudWatch::Dashboard", "DashboardBody")
def change_dashboard(site: Site, properties: Properties, before: Before) -> Made:
    """PutDashboard writes everything anew."""
    properties.some("DashboardName")
    body = properties.want("DashboardBody")
    site.call("cloudwatch", "PutDashboard", DashboardName=before.made.ref, DashboardBody=body)
    return before.made


def _check(said: Mapping[str, Any], where: str) -> None:
    """Refuse what `sandbox.cloudwatch.alarms` would not evaluate as CloudWatch does."""
    metrics = said.get("Metrics", [])
    expressed = [each["Expression"] for each in metrics if "Expression" in each]
    stats = [each["MetricStat"] for each in metrics if "MetricStat" in each]
    told = [refusal for each in expressed if (refusal := expressions.refusal(each))]
    if metrics and (len(expressed) != 1 or not stats or any(each.get("ReturnData", True) for each in _stats(metrics))):
        told.append("Metrics are one Expression, and MetricStats that return no data")
    told += [f"MetricStat has {sorted(set(each) - METRIC_STAT)}" for each in stats if set(each) - METRIC_STAT]
    wanted: list[tuple[str, Container[str]]] = [(each["Stat"], STATISTICS) for each in stats]
    wanted += [(said["Statistic"], STATISTICS)] if "Statistic" in said else []
    wanted += [(said["ComparisonOperator"], COMPARISONS), (said.get("TreatMissingData", "missing"), MISSING)]
    told += [f"there is no {word}" for word, known in wanted if word not in known]
    if told:
        raise NotInSandbox(f"{where}: {'; '.join(told)}")


def _stats(metrics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in metrics if "MetricStat" in each]
