"""What AWS refuses of a database's settings, whichever call sets them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.register.rds_settings import (
    INSIGHTS_RETENTION,
    LOG_TYPES,
    MAINTENANCE_WINDOW,
    MONITORING_INTERVAL,
    MONITORING_ROLE,
    MULTI_AZ_ZONE,
    PORT_RANGE,
    STORAGE_IOPS,
)

if TYPE_CHECKING:
    from sandbox.rds.engines import Engine

INTERVALS = (0, 1, 5, 10, 15, 30, 60)
INSIGHTS_DAYS = (7, *(31 * months for months in range(1, 24)), 731)
LOWEST_PORT, HIGHEST_PORT = 1150, 65_535
_WINDOW = re.compile(r"(?:(?:mon|tue|wed|thu|fri|sat|sun):(?:[01]\d|2[0-3]):[0-5]\d-?){2}")
_ORACLE = ("alert", "audit", "listener", "trace", "oemagent")
LOGS = {
    "mysql": ("audit", "error", "general", "slowquery", "iam-db-auth-error"),
    "mariadb": ("audit", "error", "general", "slowquery", "iam-db-auth-error"),
    "aurora-mysql": ("audit", "error", "general", "slowquery", "iam-db-auth-error", "instance"),
    "postgres": ("postgresql", "upgrade", "iam-db-auth-error"),
    "aurora-postgresql": ("postgresql", "iam-db-auth-error", "instance"),
    "docdb": ("audit", "profiler"),
    "neptune": ("audit", "slowquery"),
    **{f"oracle-{edition}": _ORACLE for edition in ("ee", "se2")},
    **{f"sqlserver-{edition}": ("agent", "error") for edition in ("ee", "se", "ex", "web")},
}


def check_settings(given: dict[str, Any], engine: Engine, version: str, shown: dict[str, Any] | None = None) -> None:
    """Refuse what cannot be.

    Args:
        given: the call's parameters.
        engine: of the database.
        version: of the engine.
        shown: the settings that the database has already; None for a new one.

    Raises:
        AwsError: InvalidParameterValue; InvalidParameterCombination.
    """
    before = shown or {}
    _check_monitoring(given, before)
    days = given.get("PerformanceInsightsRetentionPeriod")
    INSIGHTS_RETENTION.refuse_if(days is not None and days not in INSIGHTS_DAYS, days=days)
    _check_logs(given, engine, version)
    port = given.get("Port") or given.get("DBPortNumber")
    PORT_RANGE.refuse_if(port is not None and not LOWEST_PORT <= port <= HIGHEST_PORT, port=port)
    kind = given.get("StorageType")
    STORAGE_IOPS.refuse_if(kind in ("io1", "io2") and not (given.get("Iops") or before.get("Iops")), kind=kind)
    MULTI_AZ_ZONE.refuse_if(given.get("MultiAZ") and given.get("AvailabilityZone"))
    window = given.get("PreferredMaintenanceWindow")
    MAINTENANCE_WINDOW.refuse_if(window is not None and not _WINDOW.fullmatch(window), window=window)


def _check_monitoring(given: dict[str, Any], before: dict[str, Any]) -> None:
    seconds = given.get("MonitoringInterval", before.get("MonitoringInterval", 0))
    MONITORING_INTERVAL.refuse_if(seconds not in INTERVALS, seconds=seconds)
    role = given.get("MonitoringRoleArn") or (seconds and before.get("MonitoringRoleArn"))
    MONITORING_ROLE.refuse_if(bool(seconds) is not bool(role))


def _check_logs(given: dict[str, Any], engine: Engine, version: str) -> None:
    change = given.get("CloudwatchLogsExportConfiguration") or {}
    asked = [*(given.get("EnableCloudwatchLogsExports") or []), *(change.get("EnableLogTypes") or [])]
    unknown = [one for one in asked if one not in LOGS.get(engine.name, ())]
    LOG_TYPES.refuse_if(unknown, types=",".join(unknown), engine=engine.name, version=version)
