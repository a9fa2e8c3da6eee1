"""Schedules: AWS::Scheduler."""

from sandbox.deploy.properties import Properties, tag_list
from sandbox.deploy.registry import Made, makes
from sandbox.deploy.site import Site


@makes("AWS::Scheduler::Schedule")
def schedule(site: Site, properties: Properties) -> Made:
    """Ref is the schedule's name."""
    name = properties.text("Name", site.name(64))
    group = properties.text("GroupName", "default")
    said = properties.some("Description", "EndDate", "KmsKeyArn", "ScheduleExpressionTimezone", "StartDate", "State")
    wanted = {name: properties.want(name) for name in ("ScheduleExpression", "FlexibleTimeWindow", "Target")}
    token = f"{site.name(32)}-{group}"[:64]  # else botocore makes a random one, and no run is like another
    made = site.call("scheduler", "CreateSchedule", Name=name, GroupName=group, ClientToken=token, **wanted, **said)
    site.on_delete("scheduler", "DeleteSchedule", Name=name, GroupName=group)
    return Made(ref=name, attributes={"Arn": made["ScheduleArn"]})


@makes("AWS::Scheduler::ScheduleGroup")
def schedule_group(site: Site, properties: Properties) -> Made:
    """Ref is the group's name."""
    name = properties.text("Name", site.name(64))
    tags = tag_list(properties.tags())
    arn = site.call("scheduler", "CreateScheduleGroup", Name=name, Tags=tags)["ScheduleGroupArn"]
    site.on_delete("scheduler", "DeleteScheduleGroup", Name=name)
    return Made(ref=name, attributes={"Arn": arn, "State": "ACTIVE"})
