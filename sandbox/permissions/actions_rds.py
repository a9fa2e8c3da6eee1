"""RDS: the resources of each operation, after AWS's service authorization reference.

A group that AWS fills in with its default (`subgrp`, `pg`, `cluster-pg`, `og`) is authorised too, as in AWS's own
example policies (`og:default*`, `pg:default*`, `subgrp:default`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.permissions.needs import Need, Row, anywhere, arn, request_tags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.gate import Call
    from sandbox.permissions.simulator import Context


@dataclass(frozen=True)
class On:
    """One resource of an operation."""

    kind: str
    """As in its ARN: `db`, `cluster`, `snapshot`, `cluster-snapshot`, `subgrp`, `pg`, `cluster-pg`, `og`."""
    parameter: str
    otherwise: str | None = None
    """The name that counts when the parameter is absent, `{engine}` filled in; None: then it is not authorised."""
    new: bool = False
    """The operation makes it."""


def _new(kind: str, parameter: str) -> On:
    return On(kind, parameter, new=True)


def _listed(kind: str, parameter: str) -> On:
    """A listing without a name is authorised for `<kind>:*`."""
    return On(kind, parameter, otherwise="*")


_SUBNETS = On("subgrp", "DBSubnetGroupName", "default")
_OPTIONS = On("og", "OptionGroupName", "default:{engine}")
_INSTANCE_PARAMETERS = On("pg", "DBParameterGroupName", "default.{engine}")
_CLUSTER_PARAMETERS = On("cluster-pg", "DBClusterParameterGroupName", "default.{engine}")

_RESOURCES: dict[str, tuple[On, ...]] = {
    "CreateDBInstance": (
        _new("db", "DBInstanceIdentifier"),
        On("cluster", "DBClusterIdentifier"),
        On("subgrp", "DBSubnetGroupName"),
        On("pg", "DBParameterGroupName"),
        On("og", "OptionGroupName"),
    ),
    "CreateDBCluster": (_new("cluster", "DBClusterIdentifier"), _CLUSTER_PARAMETERS, _OPTIONS, _SUBNETS),
    "DescribeDBInstances": (_listed("db", "DBInstanceIdentifier"),),
    "DescribeDBClusters": (_listed("cluster", "DBClusterIdentifier"),),
    "DescribeDBSnapshots": (
        _listed("snapshot", "DBSnapshotIdentifier"),
        On("db", "DBInstanceIdentifier"),
    ),
    "DescribeDBClusterSnapshots": (
        _listed("cluster-snapshot", "DBClusterSnapshotIdentifier"),
        On("cluster", "DBClusterIdentifier"),
    ),
    "CreateDBSnapshot": (_new("snapshot", "DBSnapshotIdentifier"), On("db", "DBInstanceIdentifier")),
    "CreateDBClusterSnapshot": (
        _new("cluster-snapshot", "DBClusterSnapshotIdentifier"),
        On("cluster", "DBClusterIdentifier"),
    ),
    "CopyDBSnapshot": (
        _new("snapshot", "TargetDBSnapshotIdentifier"),
        On("snapshot", "SourceDBSnapshotIdentifier"),  # and no option group: IAM knows none for it
    ),
    "CopyDBClusterSnapshot": (
        _new("cluster-snapshot", "TargetDBClusterSnapshotIdentifier"),
        On("cluster-snapshot", "SourceDBClusterSnapshotIdentifier"),
    ),
    "DeleteDBSnapshot": (On("snapshot", "DBSnapshotIdentifier"),),
    "DeleteDBClusterSnapshot": (On("cluster-snapshot", "DBClusterSnapshotIdentifier"),),
    "ModifyDBSnapshot": (On("snapshot", "DBSnapshotIdentifier"),),
    "ModifyDBSnapshotAttribute": (On("snapshot", "DBSnapshotIdentifier"),),
    "ModifyDBClusterSnapshotAttribute": (On("cluster-snapshot", "DBClusterSnapshotIdentifier"),),
    "DescribeDBSnapshotAttributes": (On("snapshot", "DBSnapshotIdentifier"),),
    "DescribeDBClusterSnapshotAttributes": (On("cluster-snapshot", "DBClusterSnapshotIdentifier"),),
    "RestoreDBInstanceFromDBSnapshot": (
        _new("db", "DBInstanceIdentifier"),
        On("snapshot", "DBSnapshotIdentifier"),
        On("cluster-snapshot", "DBClusterSnapshotIdentifier"),
        _SUBNETS,
        _INSTANCE_PARAMETERS,
        _OPTIONS,
    ),
    "RestoreDBClusterFromSnapshot": (
        _new("cluster", "DBClusterIdentifier"),
        On("cluster-snapshot", "SnapshotIdentifier"),
        _CLUSTER_PARAMETERS,
        _OPTIONS,
        _SUBNETS,
    ),
    "ModifyDBInstance": (
        On("db", "DBInstanceIdentifier"),
        On("subgrp", "DBSubnetGroupName"),
        On("pg", "DBParameterGroupName"),
        On("og", "OptionGroupName"),
    ),
    "ModifyDBCluster": (
        On("cluster", "DBClusterIdentifier"),
        On("cluster-pg", "DBClusterParameterGroupName"),
        On("pg", "DBInstanceParameterGroupName"),
        On("og", "OptionGroupName"),
    ),
    "DeleteDBInstance": (On("db", "DBInstanceIdentifier"),),
    "DeleteDBCluster": (
        On("cluster", "DBClusterIdentifier"),
        _new("cluster-snapshot", "FinalDBSnapshotIdentifier"),
    ),
    "RebootDBInstance": (On("db", "DBInstanceIdentifier"),),
    "StartDBInstance": (On("db", "DBInstanceIdentifier"),),
    "StopDBInstance": (On("db", "DBInstanceIdentifier"), _new("snapshot", "DBSnapshotIdentifier")),
    "StartDBCluster": (On("cluster", "DBClusterIdentifier"),),
    "StopDBCluster": (On("cluster", "DBClusterIdentifier"),),
    "AddTagsToResource": (On("", "ResourceName"),),
    "RemoveTagsFromResource": (On("", "ResourceName"),),
    "ListTagsForResource": (On("", "ResourceName"),),
    "CreateDBSubnetGroup": (_new("subgrp", "DBSubnetGroupName"),),
    "DescribeDBSubnetGroups": (_listed("subgrp", "DBSubnetGroupName"),),
    "DescribeDBParameterGroups": (_listed("pg", "DBParameterGroupName"),),
    "DescribeDBParameters": (On("pg", "DBParameterGroupName"),),
    "DescribeDBClusterParameterGroups": (_listed("cluster-pg", "DBClusterParameterGroupName"),),
    "DescribeDBClusterParameters": (On("cluster-pg", "DBClusterParameterGroupName"),),
    "CreateOptionGroup": (_new("og", "OptionGroupName"),),
    "ModifyOptionGroup": (On("og", "OptionGroupName"),),
    "DeleteOptionGroup": (On("og", "OptionGroupName"),),
    "DescribeOptionGroups": (_listed("og", "OptionGroupName"),),
}

_WITHOUT_RESOURCES = (
    "DescribeAccountAttributes",
    "DescribeCertificates",
    "DescribeDBEngineVersions",
    "DescribeEvents",
    "DescribeOrderableDBInstanceOptions",
)

# Parameters that are condition keys of the action as well.
_CONDITIONS = {
    "DBInstanceClass": "rds:DatabaseClass",
    "Engine": "rds:DatabaseEngine",
    "DatabaseName": "rds:DatabaseName",
    "StorageEncrypted": "rds:StorageEncrypted",
    "MultiAZ": "rds:MultiAz",
    "PubliclyAccessible": "rds:PubliclyAccessible",
    "ManageMasterUserPassword": "rds:ManageMasterUserPassword",
}


def _needs(call: Call, resources: tuple[On, ...]) -> Iterator[Need]:
    tags = request_tags(call.parameters.get("Tags"))
    if call.operation == "RemoveTagsFromResource":
        tags = {"aws:TagKeys": list(call.parameters.get("TagKeys", ()))}
    context = _conditions(call) | tags | _old_style(tags)
    for one in resources:
        resource = _arn_of(call, one)
        if resource is None:
            continue
        yield Need(f"rds:{call.operation}", resource, context, one.new)
        if one.new and tags:
            yield Need("rds:AddTagsToResource", resource, tags | _old_style(tags), new=True)
    if role := call.parameters.get("MonitoringRoleArn"):
        yield Need("iam:PassRole", role, {"iam:PassedToService": "monitoring.rds.amazonaws.com"})


def _arn_of(call: Call, one: On) -> str | None:
    name = call.parameters.get(one.parameter)
    if not name:
        if one.otherwise is None:
            return None
        name = one.otherwise.format(engine=call.parameters.get("Engine", ""))
    return arn(call, "rds", name if name.startswith("arn:") else f"{one.kind}:{name.lower()}")


def _conditions(call: Call) -> Context:
    values = {key: call.parameters[name] for name, key in _CONDITIONS.items() if name in call.parameters}
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in values.items()}


def _old_style(tags: Context) -> Context:
    """RDS's own key for a request's tags, from before `aws:RequestTag` was."""
    prefix = "aws:RequestTag/"
    return {"rds:req-tag/" + key.removeprefix(prefix): tags[key] for key in tags if key.startswith(prefix)}


def _row(resources: tuple[On, ...]) -> Row:
    return lambda call: _needs(call, resources)


ROWS: dict[tuple[str, str], Row] = {("rds", name): _row(resources) for name, resources in _RESOURCES.items()} | {
    ("rds", name): anywhere(f"rds:{name}") for name in _WITHOUT_RESOURCES
}
