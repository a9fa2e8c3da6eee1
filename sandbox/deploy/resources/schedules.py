"""Schedules: AWS::Scheduler."""

from sandbox.deploy.properties import Properties, tag_list
from sandbox.deploy.registry import Before, Made, makes, updates
from sandbox.deploy.site import Site

WANTED = ("ScheduleExpression", "FlexibleTimeWindow", "Target")
SAID = ("Description", "EndDate", "KmsKeyArn", "ScheduleExpressionTimezone", "StartDate", "State")


@makes("AWS::Scheduler::Schedule")
def schedule(site: Site, properties: Properties) -> Made:
    """Ref is the schedule's name."""
    name = properties.text("Name", site.name(64))
    group = properties.text("GroupName", "default")
    said = properties.some(*SAID)
    wanted = {name: properties.want(name) for name in WANTED}
    token = f"{site.name(32)}-{group}"[:64]  # else botocore makes a random one, and no run is like another
    made = site.call("scheduler", "CreateSchedule", Name=name, GroupName=group, ClientToken=token, **wanted, **said)
    site.on_delete("scheduler", "DeleteSchedule", Name=name, GroupName=group)
    return Made(ref=name, attributes={"Arn": made["ScheduleArn"]})


@updates("AWS::Scheduler::Schedule", *WANTED, *SAID)
def change_schedule(site: Site, properties: Properties, before: Before) -> Made:
    """UpdateSchedule writes everything anew, also a State that somebody has changed by hand."""
    said = properties.some(*SAID)
    wanted = {name: properties.want(name) for name in WANTED}
    properties.some("Name")
    group = properties.text("GroupName", "default")
    site.call("scheduler", "UpdateSchedule", Name=before.made.ref, GroupName=group, **wanted, **said)
    return before.made


@makes("AWS::Scheduler::ScheduleGroup")
def schedule_group(site: Site, properties: Properties) -> Made:
    """Ref is the group's name."""
    name = properties.text("Name", site.name(64))
    tags = tag_list(properties.tags())
    arn = site.call("scheduler", "CreateScheduleGroup", Name=name, Tags=tags)["ScheduleGroupArn"]
    site.on_delete("scheduler", "DeleteScheduleGroup", Name=name)
    return Made(ref=name, attributes={"Arn": arn, "State": "ACTIVE"})
