"""Who gets into a running database: what security groups say, by the process that knocks."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from sandbox.accounts import SOURCE
from sandbox.data import LoginError, connect, query
from sandbox.functions import VpcConfig
from sandbox.stage import MASTER, Network, make_network
from sandbox.world import Sandbox
from tests.sandbox.handlers.visitor import CHILD
from tests.sandbox.serverless import Workshop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.doors import Arrival

PASSWORD = "Production-Secret-1"
FROM_EVERYWHERE = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
WORDS_OF_A_HUNG_UP = ("closed the connection", "Connection reset")


@dataclass
class House:
    """One database in a network, and functions that visit it."""

    sandbox: Sandbox
    network: Network
    arn: str
    port: int

    @property
    def where(self) -> str:
        return f"host=127.0.0.1 port={self.port} user={MASTER} password={PASSWORD} dbname=postgres"

    def group(self, name: str, *rules: dict[str, Any], vpc: str | None = None, out: bool = True) -> str:
        """A new security group with these rules for who comes in."""
        ec2 = self.sandbox.client("ec2", SOURCE)
        made = str(
            ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc or self.network.vpc)["GroupId"]
        )
        if rules:
            ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=list(rules))
        if not out:
            ec2.revoke_security_group_egress(GroupId=made, IpPermissions=[FROM_EVERYWHERE])
        return made

    def admit(self, *groups: str, public: bool = False) -> None:
        self.sandbox.client("rds", SOURCE).modify_db_instance(
            DBInstanceIdentifier="db", VpcSecurityGroupIds=list(groups), PubliclyAccessible=public
        )

    def visit(self, name: str, vpc: VpcConfig | None, handler: str = "visit") -> str:
        """What a function there is told."""
        workshop = Workshop(self.sandbox, f"doors-{name}")
        spec = workshop.function(f"visitor.{handler}", vpc=vpc)
        said: list[str] = []

        def invoke() -> None:
            said.append(self.sandbox.functions.invoke(spec.arn, {"where": self.where}, SOURCE.id).result)

        self.sandbox.clock.spawn(invoke, name)
        self.sandbox.clock.wait_until(lambda: bool(said), 600)
        return said[0]

    @property
    def last(self) -> Arrival:
        return self.sandbox.rds.firewall.to(self.arn)[-1]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with Sandbox(permissions=False) as sandbox:
        network = make_network(sandbox, SOURCE)
        rds = sandbox.client("rds", SOURCE)
        rds.create_db_instance(
            DBInstanceIdentifier="db",
            DBInstanceClass="db.t4g.medium",
            Engine="postgres",
            AllocatedStorage=20,
            MasterUsername=MASTER,
            MasterUserPassword=PASSWORD,
            DBSubnetGroupName=network.subnet_group,
            VpcSecurityGroupIds=[network.security_group],
        )
        (database,) = sandbox.rds.store.databases()
        sandbox.clock.wait_until(lambda: database.status == "available", 3600)
        assert database.server is not None
        yield House(sandbox, network, str(database.arn), database.server.port)


def test_only_members_of_the_group_that_is_admitted_come_in(house: House) -> None:
    hooks, others = house.group("hooks"), house.group("others")
    house.admit(house.group("quarantine", members(hooks)))
    assert house.visit("hook", VpcConfig(house.network.subnets, (hooks,))) == "let in"
    assert (house.last.function, house.last.admitted) == ("doors-hook-visit", True)
    assert_hung_up(house.visit("other", VpcConfig(house.network.subnets, (others,))))
    assert (house.last.who, house.last.admitted) == ("doors-other-visit", False)
    assert "do not admit" in house.last.reason
    with pytest.raises(LoginError):
        connect("postgres", house.port, MASTER, PASSWORD)
    assert (house.last.function, house.last.admitted) == (None, False)
    house.admit(house.network.security_group)
    with closing(connect("postgres", house.port, MASTER, PASSWORD)) as connection:
        assert query(connection, "SELECT 1") == [(1,)]
    assert house.last.admitted


def test_a_child_of_a_function_counts_as_the_function(house: House) -> None:
    hooks = house.group("hooks-2")
    house.admit(house.group("quarantine-2", members(hooks)))
    assert house.visit("parent", VpcConfig(house.network.subnets, (hooks,)), "send_child") == "let in"
    assert house.last.function == "doors-parent-send_child"


def test_another_program_of_this_machine_is_a_person(house: House) -> None:
    house.admit(house.network.security_group)
    subprocess.run([sys.executable, "-c", CHILD, house.where], check=True)
    assert (house.last.function, house.last.admitted) == (None, True)
    assert house.last.program.startswith("python")
    house.admit(house.group("nobody"))
    refused = subprocess.run([sys.executable, "-c", CHILD, house.where], check=False, capture_output=True, text=True)
    assert_hung_up(refused.stderr)


def test_a_rule_counts_for_its_own_port_and_address(house: House) -> None:
    wrong_port = {**FROM_EVERYWHERE, "IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306}
    wrong_address = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}
    house.admit(house.group("elsewhere", wrong_port, wrong_address))
    with pytest.raises(LoginError):
        connect("postgres", house.port, MASTER, PASSWORD)
    right = {**wrong_port, "FromPort": 5432, "ToPort": 5432}
    house.admit(house.group("here", right))
    connect("postgres", house.port, MASTER, PASSWORD).close()


def test_a_function_s_own_groups_must_let_it_out(house: House) -> None:
    silent = house.group("silent", out=False)
    house.admit(house.group("quarantine-3", members(silent)))
    assert_hung_up(house.visit("silent", VpcConfig(house.network.subnets, (silent,))))
    assert "do not let him out" in house.last.reason


def test_a_function_in_another_vpc_stays_outside(house: House) -> None:
    ec2 = house.sandbox.client("ec2", SOURCE)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.9.0/24")["Subnet"]["SubnetId"]
    house.admit(house.group("everybody", FROM_EVERYWHERE))
    far = house.group("far", vpc=vpc)
    assert_hung_up(house.visit("far", VpcConfig((subnet,), (far,))))
    assert "another VPC" in house.last.reason


def test_a_function_without_a_vpc_reaches_public_databases_only(house: House) -> None:
    house.admit(house.group("world", FROM_EVERYWHERE))
    assert_hung_up(house.visit("outside", None))
    assert "not public" in house.last.reason
    house.admit(house.group("world-2", FROM_EVERYWHERE), public=True)
    assert house.visit("outside-2", None) == "let in"
    house.admit(house.network.security_group, public=True)  # 10.0.0.0/16: not the internet's
    assert_hung_up(house.visit("outside-3", None))


def test_much_goes_through_a_door_in_both_directions(house: House) -> None:
    house.admit(house.network.security_group)
    with psycopg.connect(house.where, autocommit=True) as connection:
        connection.execute("CREATE TABLE much (number int, words text)")
        with connection.cursor().copy("COPY much FROM STDIN") as copy:
            for number in range(20_000):
                copy.write_row((number, "word " * 20))
        rows = connection.execute("SELECT * FROM much ORDER BY number").fetchall()
    assert rows == [(number, "word " * 20) for number in range(20_000)]


def test_who_is_inside_is_hung_up_on_when_the_server_stops(house: House) -> None:
    house.admit(house.network.security_group)
    (database,) = house.sandbox.rds.store.databases()
    assert database.server is not None
    with psycopg.connect(house.where) as connection:
        database.server.stop()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(LoginError):
        connect("postgres", house.port, MASTER, PASSWORD)
    database.server.start()
    connect("postgres", house.port, MASTER, PASSWORD).close()


def test_the_server_itself_listens_where_nobody_is_told(house: House) -> None:
    (database,) = house.sandbox.rds.store.databases()
    assert database.server is not None
    row = house.sandbox.client("rds", SOURCE).describe_db_instances()["DBInstances"][0]
    assert (row["Endpoint"]["Address"], row["Endpoint"]["Port"]) == ("127.0.0.1", database.server.port)
    hidden = database.server.server
    assert hidden.host not in str(row)
    with pytest.raises(LoginError):
        connect("postgres", hidden.port, MASTER, PASSWORD)


def members(group: str) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": 1150, "ToPort": 65535, "UserIdGroupPairs": [{"GroupId": group}]}


def assert_hung_up(said: str) -> None:
    assert any(words in said for words in WORDS_OF_A_HUNG_UP), said
