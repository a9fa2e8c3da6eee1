"""CreateOptionGroup, DescribeOptionGroups, ModifyOptionGroup, DeleteOptionGroup, and a copy with a snapshot's copy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sandbox.protocol import AwsError
from sandbox.rds.engines import engine_named
from sandbox.rds.errors import invalid_value
from sandbox.rds.identifiers import Arn, new_name
from sandbox.rds.listing import of_caller, page
from sandbox.rds.options import KIND, NOT_FOUND, OptionGroup, group_named, permanent, persistent
from sandbox.rds.tags import read_tags
from sandbox.register.rds_options import OPTION_GROUP, OPTION_GROUP_IN_USE, OPTION_GROUP_TAKEN, OPTION_LASTING

if TYPE_CHECKING:
    from sandbox.gate import Answer, Call
    from sandbox.rds.core import Core
    from sandbox.rds.models import Database, Snapshot

LONGEST_NAME = 255


class OptionGroups:
    """The account's option groups."""

    def __init__(self, core: Core) -> None:
        self._core = core

    def answers(self) -> dict[str, Answer]:
        """By operation."""
        return {
            "CreateOptionGroup": self._create,
            "DescribeOptionGroups": self._describe,
            "ModifyOptionGroup": self._modify,
            "DeleteOptionGroup": self._delete,
        }

    def _create(self, call: Call) -> dict[str, Any]:
        given = call.parameters
        name = new_name("OptionGroupName", given["OptionGroupName"], LONGEST_NAME)
        arn = Arn(call.region, call.caller.account, KIND, name)
        OPTION_GROUP_TAKEN.refuse_if(arn in self._core.store.option_groups, name=name)
        engine = engine_named(given["EngineName"])
        version, description = given["MajorEngineVersion"], given["OptionGroupDescription"]
        group = OptionGroup(arn, engine.name, version, description, tags=read_tags(given.get("Tags")))
        self._core.store.option_groups[arn] = group
        return {"OptionGroup": _row(group)}

    def _describe(self, call: Call) -> dict[str, Any]:
        name = call.parameters.get("OptionGroupName")
        groups = of_caller(call, self._core.store.option_groups)
        rows = [group for group in groups if name in (None, group.arn.name)]
        if name and not rows:
            raise AwsError(OPTION_GROUP.code, OPTION_GROUP.message.format(name=name), NOT_FOUND)
        found, marker = page(call, rows, lambda row: row.arn)
        return {"OptionGroupsList": [_row(group) for group in found], **marker}

    def _modify(self, call: Call) -> dict[str, Any]:
        given, group = call.parameters, self._named(call)
        removed = given.get("OptionsToRemove") or []
        for option in removed:
            held = persistent(group.engine, option) and self._in_use(group)
            stays = option in group.options and (permanent(group.engine, option) or held)
            OPTION_LASTING.refuse_if(stays, option=option, name=group.arn.name)
        for option in removed:
            group.options.pop(option, None)
        for one in given.get("OptionsToInclude") or []:
            group.options[one["OptionName"]] = one.get("OptionSettings") or []
        return {"OptionGroup": _row(group)}

    def _delete(self, call: Call) -> dict[str, Any]:
        group = self._named(call)
        OPTION_GROUP_IN_USE.refuse_if(self._in_use(group), name=group.arn.name)
        self._core.store.option_groups.pop(group.arn)
        return {}

    def _named(self, call: Call) -> OptionGroup:
        name = call.parameters["OptionGroupName"]
        group = group_named(self._core, call, name)
        if group is None:
            raise invalid_value(f"Invalid option group: {name}")
        return group

    def _in_use(self, group: OptionGroup) -> bool:
        holders: list[Database | Snapshot] = [*self._core.store.databases(), *self._core.store.snapshots.values()]
        place = (group.arn.account, group.arn.region)
        return any(one.option_group == group.arn.name and (one.arn.account, one.arn.region) == place for one in holders)


def copy_group(core: Core, source: Arn, call: Call) -> str:
    """CopyOptionGroup of CopyDBSnapshot: the source's group in the caller's account, unless it has one so named."""
    arn = Arn(call.region, call.caller.account, KIND, source.name)
    group = core.store.option_groups.get(source)
    if group is not None and arn not in core.store.option_groups:
        core.store.option_groups[arn] = replace(group, arn=arn, options=dict(group.options), tags={})
    return arn.name


def _row(group: OptionGroup) -> dict[str, Any]:
    return {
        "OptionGroupName": group.arn.name,
        "OptionGroupArn": str(group.arn),
        "OptionGroupDescription": group.description,
        "EngineName": group.engine,
        "MajorEngineVersion": group.major_version,
        "AllowsVpcAndNonVpcInstanceMemberships": True,
        "Options": [
            {
                "OptionName": name,
                "OptionSettings": settings,
                "Persistent": persistent(group.engine, name),
                "Permanent": permanent(group.engine, name),
            }
            for name, settings in group.options.items()
        ],
    }
