"""Alarms and dashboards: AWS::CloudWatch."""

from sandbox.deploy.properties import Properties, tag_list
from sandbox.deploy.registry import Before, Made, makes, updates
from sandbox.deploy.site import Site

ALARM = (
    "ActionsEnabled", "AlarmActions", "AlarmDescription", "ComparisonOperator", "DatapointsToAlarm", "Dimensions",
    "EvaluateLowSampleCountPercentile", "EvaluationPeriods", "ExtendedStatistic", "InsufficientDataActions",
    "MetricName", "Metrics", "Namespace", "OKActions", "Period", "Statistic", "Threshold", "ThresholdMetricId",
    "TreatMissingData", "Unit",
)  # fmt: skip


@makes("AWS::CloudWatch::Alarm")
def alarm(site: Site, properties: Properties) -> Made:
    """Ref is the alarm's name."""
    name = properties.text("AlarmName", site.name(255))
    said = properties.some(*ALARM)
    site.call("cloudwatch", "PutMetricAlarm", AlarmName=name, Tags=tag_list(properties.tags()), **said)
    site.on_delete("cloudwatch", "DeleteAlarms", AlarmNames=[name])
    return Made(ref=name, attributes={"Arn": site.arn("cloudwatch", f"alarm:{name}")})


@updates("AWS::CloudWatch::Alarm", *ALARM)
def change_alarm(site: Site, properties: Properties, before: Before) -> Made:
    """PutMetricAlarm writes everything anew."""
    said = properties.some(*ALARM)
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
