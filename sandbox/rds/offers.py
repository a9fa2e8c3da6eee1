"""DescribeDBEngineVersions and DescribeOrderableDBInstanceOptions: what AWS has to offer for an engine's version.

AWS lists hundreds of versions and thousands of classes. The sandbox knows every version of an engine that it knows, and
a class by its form: generations that are sold today, in sizes that exist.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.rds.engines import ENGINES, Engine, engine_named
from sandbox.rds.errors import unknown_to_the_sandbox
from sandbox.rds.setting_checks import LOGS

if TYPE_CHECKING:
    from sandbox.gate import Answer, Call

CERTIFICATES = ("rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1")
_SERVERLESS = "db.serverless"
_SIZES = r"(?:micro|small|medium|large|xlarge|2xlarge|4xlarge|8xlarge|12xlarge|16xlarge|24xlarge)"
_BURSTING = re.compile(rf"db\.t[34]g?\.{_SIZES}")
_STEADY = re.compile(rf"db\.[mr][5678](?:g|gd|i|id)?\.{_SIZES}")
_AURORA_STORAGE = ("aurora", "aurora-iopt1")
_STORAGE = ("gp2", "gp3", "io1", "io2", "standard")


def answers() -> dict[str, Answer]:
    """By operation."""
    return {"DescribeDBEngineVersions": _versions, "DescribeOrderableDBInstanceOptions": _offers}


def _versions(call: Call) -> dict[str, Any]:
    given = call.parameters
    if "Engine" not in given:
        raise unknown_to_the_sandbox("rds:DescribeDBEngineVersions without Engine")
    engine = ENGINES.get(given["Engine"])
    if engine is None:
        return {"DBEngineVersions": []}
    return {"DBEngineVersions": [_version_row(engine, given.get("EngineVersion", engine.default_version))]}


def _version_row(engine: Engine, version: str) -> dict[str, Any]:
    return {
        "Engine": engine.name,
        "EngineVersion": version,
        "MajorEngineVersion": engine.major_version(version),
        "DBParameterGroupFamily": engine.parameter_family(version),
        "ExportableLogTypes": list(LOGS.get(engine.name, ())),
        "SupportedCACertificateIdentifiers": list(CERTIFICATES),
        "Status": "available",
    }


def _offers(call: Call) -> dict[str, Any]:
    given = call.parameters
    engine, name = engine_named(given["Engine"]), given.get("DBInstanceClass")
    if name is None:
        raise unknown_to_the_sandbox("rds:DescribeOrderableDBInstanceOptions without DBInstanceClass")
    if not _is_sold(engine, name):
        return {"OrderableDBInstanceOptions": []}
    of_each = {
        "Engine": engine.name,
        "EngineVersion": given.get("EngineVersion", engine.default_version),
        "DBInstanceClass": name,
        "MultiAZCapable": not engine.always_clustered,
        "SupportsPerformanceInsights": True,
        "SupportsEnhancedMonitoring": True,
        "SupportsIAMDatabaseAuthentication": True,
    }
    kinds = _AURORA_STORAGE if engine.is_aurora else _STORAGE
    return {"OrderableDBInstanceOptions": [{**of_each, "StorageType": kind} for kind in kinds]}


def _is_sold(engine: Engine, name: str) -> bool:
    if name == _SERVERLESS:
        return engine.always_clustered
    if _BURSTING.fullmatch(name):
        return True
    return _STEADY.fullmatch(name) is not None and not name.endswith(("micro", "small", "medium"))
