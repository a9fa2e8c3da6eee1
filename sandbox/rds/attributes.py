"""Settings of databases that AWS keeps and shows: its default for each, and whether a restore carries it over.

Left out of the table are those with an effect in the sandbox: they are fields of the record.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.rds.families import CLUSTERS, INSTANCES, Family
from sandbox.rds.windows import DAYS
from sandbox.register.rds_settings import RESTORE_CARRIES, RESTORE_FORGETS, SETTINGS_DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.rds.engines import Engine

EXTENDED_SUPPORT = "open-source-rds-extended-support"
EXTENDED_ENGINES = ("mysql", "postgres", "aurora-mysql", "aurora-postgresql")
CERTIFICATE = "rds-ca-rsa2048-g1"


@dataclass(frozen=True)
class Attribute:
    """One setting."""

    parameter: str
    """Of Create, Restore and Modify."""
    member: str
    """Of the output."""
    default: Callable[[Engine], Any] | None = None
    """AWS's, where the call says nothing; without one it is not shown."""
    families: tuple[Family, ...] = (INSTANCES, CLUSTERS)
    """Whose default it is."""
    carried: bool = False
    """A restore takes it from the snapshot, if the call says nothing."""
    waits: bool = False
    """A modification waits for the maintenance window, unless it says ApplyImmediately."""


def _always(value: Any) -> Callable[[Engine], Any]:
    return lambda _: value


def _extended_support(engine: Engine) -> str | None:
    return EXTENDED_SUPPORT if engine.name in EXTENDED_ENGINES else None


_ONE = (INSTANCES,)
_TABLE = (
    Attribute("AutoMinorVersionUpgrade", "AutoMinorVersionUpgrade", _always(value=True)),
    Attribute("BacktrackWindow", "BacktrackWindow"),
    Attribute("CACertificateIdentifier", "CACertificateIdentifier", _always(CERTIFICATE), _ONE, waits=True),
    Attribute("CustomIamInstanceProfile", "CustomIamInstanceProfile"),
    Attribute("DBClusterInstanceClass", "DBClusterInstanceClass"),
    Attribute("DatabaseInsightsMode", "DatabaseInsightsMode", _always("standard")),
    Attribute("DedicatedLogVolume", "DedicatedLogVolume", _always(value=False), _ONE, waits=True),
    Attribute("Domain", "Domain"),
    Attribute("DomainIAMRoleName", "DomainIAMRoleName"),
    Attribute("EnableCloudwatchLogsExports", "EnabledCloudwatchLogsExports"),
    Attribute("EnableHttpEndpoint", "HttpEndpointEnabled"),
    Attribute("EnablePerformanceInsights", "PerformanceInsightsEnabled", _always(value=False)),
    Attribute("EngineLifecycleSupport", "EngineLifecycleSupport", _extended_support),
    Attribute("EngineMode", "EngineMode"),
    Attribute("Iops", "Iops", carried=True, waits=True),
    Attribute("LicenseModel", "LicenseModel", lambda engine: engine.license_model, _ONE, carried=True, waits=True),
    Attribute("MaxAllocatedStorage", "MaxAllocatedStorage"),
    Attribute("MonitoringInterval", "MonitoringInterval", _always(0)),
    Attribute("MonitoringRoleArn", "MonitoringRoleArn"),
    Attribute("NetworkType", "NetworkType", _always("IPV4")),
    Attribute("PerformanceInsightsKMSKeyId", "PerformanceInsightsKMSKeyId"),
    Attribute("PerformanceInsightsRetentionPeriod", "PerformanceInsightsRetentionPeriod"),
    Attribute("PreferredMaintenanceWindow", "PreferredMaintenanceWindow"),
    Attribute("ServerlessV2ScalingConfiguration", "ServerlessV2ScalingConfiguration"),
    Attribute("StorageThroughput", "StorageThroughput", waits=True),
    Attribute("StorageType", "StorageType", waits=True),
)
ATTRIBUTES = {one.parameter: one for one in _TABLE}


def of_call(given: dict[str, Any]) -> dict[str, Any]:
    """The members that a call itself sets."""
    return {one.member: given[one.parameter] for one in _TABLE if one.parameter in given}


def of_new(given: dict[str, Any], engine: Engine, family: Family, resource_id: str) -> dict[str, Any]:
    """A new database's: the call's, over AWS's defaults."""
    said = of_call(given)
    return {**defaults(engine, family, resource_id, said), **said}


def of_restored(
    given: dict[str, Any], details: dict[str, Any], engine: Engine, family: Family, resource_id: str
) -> dict[str, Any]:
    """A restored database's: the call's, over the few that the snapshot carries, over AWS's defaults."""
    carried = {
        one.member: details[one.member]
        for one in _TABLE
        if one.member in details and ((one.carried and RESTORE_CARRIES.holds) or not RESTORE_FORGETS.holds)
    }
    said = {**carried, **of_call(given)}
    return {**defaults(engine, family, resource_id, said), **said}


def defaults(engine: Engine, family: Family, resource_id: str, said: dict[str, Any]) -> dict[str, Any]:
    """AWS's own choices; `said` decides of some: an instance with IOPS has io1 storage, others gp3."""
    if not SETTINGS_DEFAULTS.holds:
        return {}
    chosen = {one.member: one.default(engine) for one in _TABLE if one.default and family in one.families}
    chosen["PreferredMaintenanceWindow"] = _maintenance_window(resource_id)
    if family is INSTANCES:
        chosen["StorageType"] = "io1" if said.get("Iops") else "gp3"
    elif engine.always_clustered:
        chosen["StorageType"] = "aurora"
    if said.get("PerformanceInsightsEnabled"):
        chosen["PerformanceInsightsRetentionPeriod"] = 7
    return {member: value for member, value in chosen.items() if value is not None}


def _maintenance_window(resource_id: str) -> str:
    """Half an hour of a random day in a random hour: here after midnight, the same in every run."""
    number = int(hashlib.sha256(resource_id.encode()).hexdigest(), 16)
    day, hour = DAYS[number % len(DAYS)], number // len(DAYS) % 5
    return f"{day}:{hour:02d}:00-{day}:{hour:02d}:30"
