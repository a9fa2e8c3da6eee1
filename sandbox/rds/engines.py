"""What RDS knows of each engine: versions, ports, parameter group families, how long a password may be."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.rds.errors import invalid_value

POSTGRES_PORT = 5432
MYSQL_PORT = 3306
ORACLE_PORT = 1521
SQLSERVER_PORT = 1433
DOCDB_PORT = 27017
NEPTUNE_PORT = 8182
MULTI_AZ_ENGINES = ("mysql", "postgres")


@dataclass(frozen=True)
class Engine:
    """One value of the parameter `Engine`."""

    name: str
    default_version: str
    """Used when a call names none; the Region's default moves with time, so callers should name one."""
    port: int
    family_parts: int
    """How many numbers of the version name the parameter group family: postgres16 one, mysql8.0 two."""
    longest_password: int
    license_model: str
    extra_forbidden: str = ""
    """Characters forbidden in a password, on top of those of every engine."""

    @property
    def is_aurora(self) -> bool:
        """Whether it is Amazon Aurora."""
        return self.name.startswith("aurora-")

    @property
    def is_custom(self) -> bool:
        """RDS Custom: a machine of the customer's, with rules of its own."""
        return self.name.startswith("custom-")

    @property
    def always_clustered(self) -> bool:
        """Whether its instances are members: Aurora's, DocumentDB's, Neptune's, which share one API with RDS."""
        return self.is_aurora or self.name in ("docdb", "neptune")

    @property
    def may_be_clustered(self) -> bool:
        """Whether CreateDBCluster takes it: for MySQL and PostgreSQL that makes a Multi-AZ DB cluster."""
        return self.always_clustered or self.name in MULTI_AZ_ENGINES

    @property
    def has_master_user(self) -> bool:
        """Neptune has none: it knows IAM only."""
        return self.name != "neptune"

    def parameter_family(self, version: str) -> str:
        """The DBParameterGroupFamily of a version: `aurora-mysql8.0`, `postgres16`, `oracle-ee-19`."""
        joint = "-" if self.name.startswith(("oracle", "sqlserver", "custom")) else ""
        return f"{self.name}{joint}{'.'.join(version.split('.')[: self.family_parts])}"

    def major_version(self, version: str) -> str:
        """The MajorEngineVersion of a version's option groups: `8.0`, `16`, `19`, `16.00`."""
        parts = 2 if self.name.startswith("sqlserver-") else self.family_parts
        return ".".join(version.split(".")[:parts])


_GENERAL = "general-public-license"
_OWN_LICENSE, _INCLUDED = "bring-your-own-license", "license-included"
_LIST = (
    Engine("postgres", "16.8", POSTGRES_PORT, 1, 128, "postgresql-license"),
    Engine("aurora-postgresql", "16.8", POSTGRES_PORT, 1, 41, "postgresql-license"),
    Engine("mysql", "8.0.42", MYSQL_PORT, 2, 41, _GENERAL),
    Engine("aurora-mysql", "8.0.mysql_aurora.3.08.2", MYSQL_PORT, 2, 41, _GENERAL),
    Engine("mariadb", "11.4.5", MYSQL_PORT, 2, 41, _GENERAL),
    *(
        Engine(f"oracle-{edition}", "19.0.0.0.ru-2025-04.rur-2025-04.r1", ORACLE_PORT, 1, 30, licence, "&'")
        for edition, licence in (("ee", _OWN_LICENSE), ("se2", _INCLUDED))
    ),
    *(
        Engine(f"sqlserver-{edition}", "16.00.4185.3.v1", SQLSERVER_PORT, 1, 128, _INCLUDED)
        for edition in ("ee", "se", "ex", "web")
    ),
    Engine("docdb", "5.0.0", DOCDB_PORT, 2, 100, "docdb-license"),
    Engine("neptune", "1.4.5.1", NEPTUNE_PORT, 2, 0, "amazon-license"),
    Engine("custom-oracle-ee", "19.cev1", ORACLE_PORT, 1, 30, _OWN_LICENSE, "&'"),
    *(
        Engine(f"custom-sqlserver-{edition}", "15.00.4420.2.v1", SQLSERVER_PORT, 1, 128, _INCLUDED)
        for edition in ("ee", "se", "web")
    ),
)
ENGINES = {engine.name: engine for engine in _LIST}


def engine_named(name: str) -> Engine:
    """The engine that a call names.

    Raises:
        AwsError: InvalidParameterValue for one that AWS, or the sandbox, does not have.
    """
    if name not in ENGINES:
        raise invalid_value(f"Invalid DB engine: {name}")
    return ENGINES[name]
