"""Who may connect to which database: what its security groups, and those of the one who comes, say.

On AWS an address decides. Here all share 127.0.0.1, so the process does: one of a function in a VPC has the function's
security groups; one of any other function comes from outside of every VPC; and whatever else runs on this machine
stands in the database's VPC as an office does behind its VPN, with an address and without security groups.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends

from sandbox.doors.book import Arrival
from sandbox.doors.processes import process_behind, program
from sandbox.register.doors import DOOR_EGRESS, DOOR_GROUPS, DOOR_PUBLIC, DOOR_VPC

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable, Iterator

    from sandbox.clock import Clock
    from sandbox.functions import FunctionSpec
    from sandbox.rds.models import Database
    from sandbox.rds.store import Store

ARRIVALS_KEPT = 20_000
OUTSIDE = "198.51.100.10"
"""A function without a VPC comes from an address of AWS's own; this one is documentation's."""
PERSON, DATABASE, FUNCTION = 10, 20, 30
"""Which address of its network each has."""


@dataclass(frozen=True)
class Interface:
    """Where somebody stands in a network."""

    address: str
    vpc: str | None
    groups: tuple[str, ...] = ()


class Firewall:
    """Decides about each connection, and keeps the book of arrivals."""

    def __init__(self, clock: Clock, store: Store) -> None:
        self.arrivals: deque[Arrival] = deque(maxlen=ARRIVALS_KEPT)
        self.function_of: Callable[[int], FunctionSpec | None] = lambda _: None
        """Whose process this is; set by whoever knows functions."""
        self.handlers: Callable[[], Iterable[int]] = tuple
        """The processes of functions."""
        self._clock = clock
        self._store = store

    def admits(self, database: Database, door: socket.socket) -> bool:
        """Whether the one at the other end of this connection may come in."""
        pid = process_behind(door, self.handlers())
        function = None if pid is None else self.function_of(pid)
        refusal = self._refusal(database, function)
        self.arrivals.append(
            Arrival(
                time=self._clock.now,
                database=str(database.arn),
                program=program(pid),
                function=function.name if function else None,
                admitted=refusal is None,
                reason=refusal or f"admitted by {', '.join(database.network.security_groups)}",
            )
        )
        return refusal is None

    def to(self, database_arn: str) -> list[Arrival]:
        """Who came to one database, oldest first."""
        return [one for one in list(self.arrivals) if one.database == database_arn]

    def _refusal(self, database: Database, function: FunctionSpec | None) -> str | None:
        """Why somebody is not let in; None if he is."""
        network = database.network
        account = database.arn.account, database.arn.region
        comer = _interface(function, network.vpc, account)
        if comer.vpc is None and not self._store.is_public(database) and DOOR_PUBLIC.holds:
            return "it is not public, and he comes from outside of its VPC"
        if comer.vpc is not None and comer.vpc != network.vpc and DOOR_VPC.holds:
            return f"he comes from another VPC, {comer.vpc}"
        own = Interface(inside_address(network.vpc, account, DATABASE), network.vpc, network.security_groups)
        if DOOR_GROUPS.holds and not _allowed("ingress_rules", own, comer, database.port, account):
            return f"{', '.join(own.groups)} do not admit him"
        if function is None or not comer.groups or not DOOR_EGRESS.holds:
            return None
        let_out = _allowed("egress_rules", comer, own, database.port, (function.account, function.region))
        return None if let_out else f"{', '.join(comer.groups)} do not let him out"


def inside_address(vpc: str, account: tuple[str, str], number: int) -> str:
    """An address of a VPC's first network."""
    found = ec2_backends[account[0]][account[1]].vpcs.get(vpc)
    return str(ip_network(found.cidr_block)[number]) if found else OUTSIDE


def _interface(function: FunctionSpec | None, vpc: str, account: tuple[str, str]) -> Interface:
    if function is None:
        return Interface(inside_address(vpc, account, PERSON), vpc)
    if function.vpc is None:
        return Interface(OUTSIDE, None)
    own = (function.account, function.region)
    subnet: Any = ec2_backends[own[0]][own[1]].get_subnet(function.vpc.subnets[0])
    return Interface(str(ip_network(subnet.cidr_block)[FUNCTION]), str(subnet.vpc_id), function.vpc.groups)


def _allowed(direction: str, of: Interface, other: Interface, port: int, account: tuple[str, str]) -> bool:
    """Whether a rule of one side's groups speaks of the other side and this port."""
    return any(_speaks_of(rule, other, port) for rule in _rules(direction, of.groups, account))


def _rules(direction: str, groups: tuple[str, ...], account: tuple[str, str]) -> Iterator[Any]:
    backend = ec2_backends[account[0]][account[1]]
    for group_id in groups:
        group = backend.get_security_group_from_id(group_id)
        yield from getattr(group, direction, ())


def _speaks_of(rule: Any, other: Interface, port: int) -> bool:
    """A prefix list is nobody here."""
    if rule.ip_protocol != "-1" and not (rule.ip_protocol == "tcp" and rule.from_port <= port <= rule.to_port):
        return False
    if rule.source_group:
        return rule.source_group.get("GroupId") in other.groups
    network = rule.ip_range.get("CidrIp")
    return network is not None and ip_address(other.address) in ip_network(network, strict=False)
