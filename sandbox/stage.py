"""The scene of the reference story: networks, both stacks, a restore profile, and a database with two rows.

The demo, `make sandbox` and the tests begin here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.accounts import SOURCE, TARGET, Account
from sandbox.data import engine_for
from sandbox.databases import Databases
from sandbox.sources import DATABASE, MASTER, PRODUCTION_PASSWORD, SCHEMA, make_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sandbox.deploy import Stack
    from sandbox.world import Sandbox

__all__ = [
    "CONNECTION",
    "DATABASE",
    "ENGINES",
    "MASTER",
    "PRODUCTION_PASSWORD",
    "PROFILE",
    "RESTORED",
    "ROOT",
    "ROWS",
    "SCHEMA",
    "TABLE",
    "Network",
    "Stage",
    "UnknownEngine",
    "check_engine",
    "default_engine",
    "make_database",
    "make_network",
    "set_stage",
    "write_profile",
]

ROOT = Path(__file__).parents[1]
ENGINES = ("aurora-mysql", "mysql", "aurora-postgresql", "postgres")

RESTORED = "example-db-2"
"""What the profile's defaults call it in the target."""
TABLE = "users"
ROWS = ((1, "test1", 10), (2, "test2", 20))
PROFILE = "/snapferry/profiles/default"
CONNECTION = f"/snapferry/{DATABASE}/connection"

_SUBNET_GROUP = "databases"
_BLOCK, _PORTS = "10.0.0.0/16", (3306, 5432)


class UnknownEngine(ValueError):
    """There is no story for this engine."""


@dataclass(frozen=True)
class Network:
    """Where an account keeps its databases."""

    vpc: str
    subnet_group: str
    security_group: str
    """The applications'; it admits the whole VPC, and so whoever sits at this machine."""
    subnets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stage:
    """Two accounts with Snapferry deployed, and `example-db` in the source."""

    sandbox: Sandbox
    engine: str
    source: Stack
    target: Stack
    source_network: Network
    target_network: Network

    @property
    def machine_arn(self) -> str:
        """The state machine that carries a database across."""
        return self.source.outputs["FerrySnapshotMachineArn"]

    @property
    def transfer_key(self) -> str:
        """The ARN of the source's key, whose policy is opened and closed."""
        return self.source.outputs["TransferKeyArn"]

    @property
    def own_key(self) -> str:
        """The ARN of the target's key."""
        return self.target.outputs["OwnKeyArn"]

    def databases(self, account: Account) -> Databases:
        """An account's databases of this story's engine."""
        return Databases(self.sandbox, account, self.engine)

    def start(self, name: str, **more: object) -> str:
        """Start carrying `example-db` across; gives the execution's ARN.

        Args:
            name: the execution's.
            **more: fields of the input besides `database`.
        """
        return self.sandbox.start_execution(self.machine_arn, name, {"database": DATABASE, **more})


def default_engine() -> str:
    """The reference story's own engine where its server is installed, else the one that always is there."""
    return "aurora-mysql" if engine_for("aurora-mysql") else "aurora-postgresql"


def check_engine(engine: str) -> str:
    """The engine, if the story can be told with it.

    Raises:
        UnknownEngine: it is none of the four, or its server is not installed.
    """
    if engine not in ENGINES:
        raise UnknownEngine(f"there is no engine {engine}; choose one of {', '.join(ENGINES)}")
    if engine_for(engine) is None:
        raise UnknownEngine(f"engine {engine} needs MariaDB (Debian's package mariadb-server), which is not installed")
    return engine


def set_stage(
    sandbox: Sandbox,
    engine: str = "aurora-mysql",
    *,
    source_parameters: Mapping[str, str] | None = None,
    target_parameters: Mapping[str, str] | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Stage:
    """Set the scene in an empty sandbox; virtual time passes until the database is available.

    Args:
        sandbox: both accounts, empty.
        engine: one of RDS's; with a server (see `engine_for`) and data on, the rows are really inserted.
        source_parameters: of the source's template, over the defaults.
        target_parameters: of the target's template, over the defaults.
        tell: is told what is being done.
    """
    tell("making the networks")
    source_network, target_network = make_network(sandbox, SOURCE), make_network(sandbox, TARGET)
    to_source = {"SourceAccountIds": SOURCE.id, "VpcId": target_network.vpc, **(target_parameters or {})}
    to_target = {"TargetAccountId": TARGET.id, **(source_parameters or {})}
    tell("deploying template-target.yaml in the target account")
    target = sandbox.deploy(TARGET, "snapferry-target", ROOT / "template-target.yaml", to_source)
    tell("deploying template.yaml in the source account")
    source = sandbox.deploy(SOURCE, "snapferry-source", ROOT / "template.yaml", to_target)
    write_profile(sandbox, target_network)
    tell(f"creating {DATABASE} in the source account")
    make_database(sandbox, engine, source_network)
    return Stage(sandbox, engine, source, target, source_network, target_network)


def make_network(sandbox: Sandbox, account: Account) -> Network:
    """A VPC with a subnet in two zones, the DB subnet group `databases`, and the applications' security group."""
    ec2 = sandbox.client("ec2", account)
    vpc = str(ec2.create_vpc(CidrBlock=_BLOCK)["Vpc"]["VpcId"])
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for block, zone in (("10.0.0.0/24", "eu-west-1a"), ("10.0.1.0/24", "eu-west-1b"))
    ]
    group = str(ec2.create_security_group(GroupName="applications", Description="Applications", VpcId=vpc)["GroupId"])
    admitted = {"IpProtocol": "tcp", "IpRanges": [{"CidrIp": _BLOCK, "Description": "whoever is in the VPC"}]}
    rules = [{**admitted, "FromPort": port, "ToPort": port} for port in _PORTS]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rules)
    sandbox.client("rds", account).create_db_subnet_group(
        DBSubnetGroupName=_SUBNET_GROUP, DBSubnetGroupDescription="Databases", SubnetIds=subnets
    )
    return Network(vpc, _SUBNET_GROUP, group, tuple(subnets))


def write_profile(sandbox: Sandbox, network: Network, **more: object) -> None:
    """Tell the target how databases come up: the profile `default`, with what `more` adds."""
    profile = {"subnet_group": network.subnet_group, "security_groups": [network.security_group], **more}
    sandbox.client("ssm", TARGET).put_parameter(Name=PROFILE, Type="String", Value=json.dumps(profile), Overwrite=True)


def make_database(sandbox: Sandbox, engine: str, network: Network) -> None:
    """Make `example-db` in the source, under `aws/rds`, and insert its rows if it is a running server."""
    groups = [network.security_group]
    make_source(sandbox, engine, DBSubnetGroupName=network.subnet_group, VpcSecurityGroupIds=groups)
    if any(database.server is not None for database in sandbox.rds.store.databases()):
        _insert_rows(Databases(sandbox, SOURCE, engine))


def _insert_rows(databases: Databases) -> None:
    connection = databases.log_in(DATABASE, MASTER, PRODUCTION_PASSWORD, SCHEMA)
    try:
        cursor = connection.cursor()
        cursor.execute(f"CREATE TABLE {TABLE} (id INT PRIMARY KEY, name VARCHAR(100), age INT)")
        for row in ROWS:
            cursor.execute(f"INSERT INTO {TABLE} VALUES (%s, %s, %s)", row)  # noqa: S608 - the table's name is ours
        connection.commit()
    finally:
        connection.close()
