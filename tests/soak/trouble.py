"""What AWS does to its users now and then: calls, functions, events, schedules and RDS's own work that go wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.accounts import ACCOUNTS, REGION

if TYPE_CHECKING:
    from random import Random

    from tests.soak.ground import Ground

CALLS = (
    *(
        ("rds", f"{verb}{what}")
        for verb in ("Copy", "Create", "Delete")
        for what in ("DBSnapshot", "DBClusterSnapshot")
    ),
    *(("rds", f"Modify{what}Attribute") for what in ("DBSnapshot", "DBClusterSnapshot")),
    *(("rds", f"Describe{what}s") for what in ("DBSnapshot", "DBClusterSnapshot", "DBInstance", "DBCluster")),
    ("rds", "RestoreDBInstanceFromDBSnapshot"),
    ("rds", "RestoreDBClusterFromSnapshot"),
    ("rds", "CreateDBInstance"),
    *(("rds", f"{verb}{what}") for verb in ("Modify", "Delete") for what in ("DBInstance", "DBCluster")),
    *(("kms", each) for each in ("PutKeyPolicy", "GetKeyPolicy", "DescribeKey", "ListGrants", "RevokeGrant")),
    *(("dynamodb", each) for each in ("PutItem", "GetItem", "DeleteItem", "Query")),
    *(("events", "PutEvents"), ("stepfunctions", "StartExecution"), ("stepfunctions", "DescribeExecution")),
    *(("stepfunctions", "SendTaskSuccess"), ("stepfunctions", "SendTaskFailure")),
    *(("ssm", each) for each in ("GetParameter", "PutParameter")),
    *(("secretsmanager", each) for each in ("CreateSecret", "DescribeSecret", "DeleteSecret")),
)
EVENTS = (
    *("Transfer Offered", "Snapshot Shared", "Restore Requested", "Accepted", "Declined", "Received", "Restored"),
    *("Failed", "Step Functions Execution Status Change", "*"),
)
MADE = ("sf-*", "sf-*-c", "*")
HOUR = 3600.0


def of_calls(ground: Ground) -> str:
    """Calls that our functions make are throttled, fail, are denied, or overtaken by time."""
    chance, (service, operation) = ground.chance, ground.chance.choice(CALLS)
    turns = _turns(chance)
    fault = ground.sandbox.faults.call(service, operation, by="snapferry-", **turns)
    way = chance.choice(("throttled", "fails", "loses_its_answer", "denied", "slow"))
    if way == "slow":
        fault.slow(chance.choice((20.0, 50.0, 100.0)))
    else:
        getattr(fault, way)()
    return f"{service} {operation} {way} {turns}"


def of_functions(ground: Ground) -> str:
    """Functions are killed, or are too slow."""
    chance = ground.chance
    names = sorted(one.spec.name for account in ACCOUNTS for one in ground.sandbox.functions.of(account.id, REGION))
    name, turns = chance.choice(names), _turns(chance)
    fault = ground.sandbox.faults.function(name, **turns)
    ways = ("killed_before_it_begins", "killed_when_done", "too_slow_to_begin", "too_slow_to_answer")
    way = chance.choice((*ways, "killed_before_call"))
    if way == "killed_before_call":
        number = chance.randrange(1, 8)
        fault.killed_before_call(number)
        return f"{name} {way} {number} {turns}"
    getattr(fault, way)()
    return f"{name} {way} {turns}"


def of_events(ground: Ground) -> str:
    """Events are lost, doubled or late."""
    chance, turns = ground.chance, _turns(ground.chance)
    kind, way = chance.choice(EVENTS), chance.choice(("lost", "doubled", "delayed"))
    fault = ground.sandbox.faults.event(kind, **turns)
    if way == "lost":
        fault.lost()
    else:
        getattr(fault, way)(chance.choice((5.0, 120.0, HOUR)))
    return f"{kind!r} {way} {turns}"


def of_schedules(ground: Ground) -> str:
    """A schedule fires twice, late, or not."""
    chance, turns = ground.chance, _turns(ground.chance)
    way = chance.choice(("lost", "doubled", "delayed"))
    fault = ground.sandbox.faults.schedule("*", **turns)
    if way == "lost":
        fault.lost()
    else:
        getattr(fault, way)(chance.choice((1.0, 120.0, HOUR)))
    return f"{way} {turns}"


def of_rds(ground: Ground) -> str:
    """What RDS makes fails, or shows a status that nobody knows, for some time."""
    chance, name = ground.chance, ground.chance.choice(MADE)
    fault = ground.sandbox.faults.rds(name, first=chance.randrange(1, 3))
    if chance.random() < 0.5:
        fault.ends_failed()
        return f"{name} fails"
    status, hours = chance.choice(("storage-optimization", "limbo")), chance.randrange(1, 5)
    fault.shows(status, hours * HOUR)
    return f"{name} is {status} for {hours} h"


def mended(ground: Ground) -> str:
    """All of it is over."""
    ground.sandbox.faults.clear()
    return ""


def leap(ground: Ground) -> str:
    """Time jumps: everything that falls due meanwhile comes late."""
    seconds = ground.chance.choice((60.0, 600.0, HOUR, 8 * HOUR))
    ground.sandbox.clock.leap(seconds)
    return f"{seconds:.0f} s"


def _turns(chance: Random) -> dict[str, Any]:
    """When and how often: once, some times, for a while, or until it is mended."""
    first = chance.choice((1, 1, 1, 2, 5))
    return chance.choice(
        (
            {"first": first},
            {"first": first, "times": chance.randrange(2, 12)},
            {"first": first, "times": None, "seconds": chance.choice((60.0, 600.0, HOUR))},
            {"first": first, "times": None},
        )
    )
