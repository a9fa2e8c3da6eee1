"""What RDS knows of each engine: versions, ports, parameter group families, how long a password may be."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.rds.errors import invalid_value

POSTGRES_PORT = 5432
MYSQL_PORT = 3306
ORACLE_PORT = 1521
SQLSERVER_PORT = 1433


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
        """Whether databases are clusters with members."""
        return self.name.startswith("aurora-")

    def parameter_family(self, version: str) -> str:
        """The DBParameterGroupFamily of a version: `aurora-mysql8.0`, `postgres16`, `oracle-ee-19`."""
        joint = "-" if self.name.startswith(("oracle", "sqlserver")) else ""
        return f"{self.name}{joint}{'.'.join(version.split('.')[: self.family_parts])}"


_GENERAL = "general-public-license"
_LIST = (
    Engine("postgres", "16.8", POSTGRES_PORT, 1, 128, "postgresql-license"),
    Engine("aurora-postgresql", "16.8", POSTGRES_PORT, 1, 41, "postgresql-license"),
    Engine("mysql", "8.0.42", MYSQL_PORT, 2, 41, _GENERAL),
    Engine("aurora-mysql", "8.0.mysql_aurora.3.08.2", MYSQL_PORT, 2, 41, _GENERAL),
    Engine("mariadb", "11.4.5", MYSQL_PORT, 2, 41, _GENERAL),
    *(
        Engine(f"oracle-{edition}", "19.0.0.0.ru-2025-04.rur-2025-04.r1", ORACLE_PORT, 1, 30, licence, "&'")
        for edition, licence in (("ee", "bring-your-own-license"), ("se2", "license-included"))
    ),
    *(
        Engine(f"sqlserver-{edition}", "16.00.4185.3.v1", SQLSERVER_PORT, 1, 128, "license-included")
        for edition in ("ee", "se", "ex", "web")
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
