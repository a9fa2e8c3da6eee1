"""What a profile asks of an engine and its version, and the account or AWS does not have: groups, classes, logs."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from snapferry import aws
from snapferry.errors import RestoreNotPossible
from snapferry.target.wanted import Wanted

if TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

OF_THIS_ACCOUNT: Final = "name one of the target account and Region in the profile"
_PARAMETER_GROUP_NOT_FOUND: Final = frozenset({"DBParameterGroupNotFound", "DBClusterParameterGroupNotFound"})
_OPTION_GROUP_NOT_FOUND: Final = frozenset({"OptionGroupNotFoundFault"})


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineVersion:
    """What AWS says of an engine's version.

    Attributes:
        parameter_family: Of the parameter groups that fit.
        major: As option groups name it.
        logs, certificates: What can be exported, and who can sign.
        offered: Classes are told for it; AWS tells none for a version that it has withdrawn.
    """

    parameter_family: str
    major: str
    logs: frozenset[str]
    certificates: frozenset[str]
    offered: bool

    @classmethod
    def find(cls, rds: "RDSClient", engine: str, version: str) -> "EngineVersion | None":
        """Look a version up, an old one too; None if AWS does not know it any more."""
        rows = rds.describe_db_engine_versions(Engine=engine, EngineVersion=version, IncludeAll=True)
        row: Any = next(iter(rows["DBEngineVersions"]), None)
        return row and cls(
            parameter_family=row["DBParameterGroupFamily"],
            major=row.get("MajorEngineVersion", ""),
            logs=frozenset(row.get("ExportableLogTypes", [])),
            certificates=frozenset(row.get("SupportedCACertificateIdentifiers", [])),
            offered=row.get("Status", "available") == "available",
        )


def against_engine(wanted: Wanted, rds: "RDSClient") -> Iterator[RestoreNotPossible]:
    """Return what does not fit the engine's version; only what can be told without it, if AWS does not know it."""
    version = EngineVersion.find(rds, wanted.engine, wanted.engine_version)
    yield from _against_parameter_groups(wanted, version, rds)
    yield from _against_option_group(wanted, version, rds)
    if version is not None:
        yield from _against_words(wanted, version)
    chosen = wanted.fitting.instance_class or wanted.instance_class
    if version is not None and version.offered and chosen is not None:
        yield from _against_offers(wanted, chosen, rds)


def _against_parameter_groups(
    wanted: Wanted, version: EngineVersion | None, rds: "RDSClient"
) -> Iterator[RestoreNotPossible]:
    profile = wanted.fitting
    for field, group, rows_of in (
        ("parameter_group", profile.parameter_group, _parameter_groups),
        ("cluster_parameter_group", profile.cluster_parameter_group, _cluster_parameter_groups),
    ):
        if group is None:
            continue
        row = _first(lambda group=group, rows_of=rows_of: rows_of(rds, group), _PARAMETER_GROUP_NOT_FOUND)  # type: ignore[misc]
        if row is None:
            yield _not_there("parameter group", group, field)
        elif version is not None and row["DBParameterGroupFamily"] != version.parameter_family:
            yield RestoreNotPossible(
                f"parameter group {group} is of {row['DBParameterGroupFamily']} (profile field {field})",
                resource=row.get("DBParameterGroupArn") or row.get("DBClusterParameterGroupArn", group),
                remedy=f"name one of {version.parameter_family}, the family of the database's version",
            )


def _against_option_group(
    wanted: Wanted, version: EngineVersion | None, rds: "RDSClient"
) -> Iterator[RestoreNotPossible]:
    group = wanted.fitting.option_group
    if group is None:
        return
    row = _first(lambda: rds.describe_option_groups(OptionGroupName=group)["OptionGroupsList"], _OPTION_GROUP_NOT_FOUND)
    major = version.major if version is not None else ""
    if row is None:
        yield _not_there("option group", group, "option_group")
    elif row["EngineName"] != wanted.engine or (major and row["MajorEngineVersion"] != major):
        yield RestoreNotPossible(
            f"option group {group} is of {row['EngineName']} {row['MajorEngineVersion']} (profile field option_group)",
            resource=row["OptionGroupArn"],
            remedy=f"name one of {wanted.engine} {major}".rstrip(),
        )


def _against_words(wanted: Wanted, version: EngineVersion) -> Iterator[RestoreNotPossible]:
    of_engine = f"{wanted.engine} {wanted.engine_version}"
    for log in wanted.profile.log_exports:
        if log not in version.logs:
            yield RestoreNotPossible(
                f"{of_engine} exports no log {log} (profile field log_exports)",
                resource=log,
                remedy=f"choose among {', '.join(sorted(version.logs)) or 'none'}",
            )
    authority = wanted.profile.ca_certificate
    if authority and version.certificates and authority not in version.certificates:
        yield RestoreNotPossible(
            f"{of_engine} takes no certificate of {authority} (profile field ca_certificate)",
            resource=authority,
            remedy=f"choose among {', '.join(sorted(version.certificates))}",
        )


def _against_offers(wanted: Wanted, chosen: str, rds: "RDSClient") -> Iterator[RestoreNotPossible]:
    pages = rds.get_paginator("describe_orderable_db_instance_options").paginate(
        Engine=wanted.engine, EngineVersion=wanted.engine_version, DBInstanceClass=chosen
    )
    offers = [row for page in pages for row in page["OrderableDBInstanceOptions"]]
    of_engine = f"{wanted.engine} {wanted.engine_version}"
    if not offers:
        yield RestoreNotPossible(
            f"AWS offers no {chosen} for {of_engine} in this Region (profile field instance_class)",
            resource=chosen,
            remedy=f"aws rds describe-orderable-db-instance-options --engine {wanted.engine} lists what it offers",
        )
        return
    kind = wanted.fitting.storage_type
    if kind and kind not in {offer.get("StorageType") for offer in offers}:
        yield RestoreNotPossible(
            f"AWS offers {chosen} for {of_engine} without storage {kind} (profile field storage_type)",
            resource=chosen,
            remedy="choose another storage or class, or leave storage_type out",
        )
    if wanted.fitting.multi_az and not any(offer.get("MultiAZCapable") for offer in offers):
        yield RestoreNotPossible(
            f"AWS offers {chosen} for {of_engine} without Multi-AZ (profile field multi_az)",
            resource=chosen,
            remedy="choose another class, or leave multi_az out",
        )


def _not_there(what: str, name: str, field: str) -> RestoreNotPossible:
    return RestoreNotPossible(
        f"there is no {what} {name} (profile field {field})", resource=name, remedy=OF_THIS_ACCOUNT
    )


def _parameter_groups(rds: "RDSClient", name: str) -> Sequence[Any]:
    return rds.describe_db_parameter_groups(DBParameterGroupName=name)["DBParameterGroups"]


def _cluster_parameter_groups(rds: "RDSClient", name: str) -> Sequence[Any]:
    return rds.describe_db_cluster_parameter_groups(DBClusterParameterGroupName=name)["DBClusterParameterGroups"]


def _first(ask: Callable[[], Sequence[Any]], not_found: frozenset[str]) -> Any:
    try:
        return next(iter(ask()), None)
    except ClientError as error:
        if aws.code(error) in not_found:
            return None
        raise
