"""What executions take turns at: a database to carry, a schedule's time, a name to bring a database up under."""

from functools import partial

from snapferry import aws
from snapferry.errors import AnotherTransferRuns, NameTaken
from snapferry.executions import standing
from snapferry.settings import Settings
from snapferry.state.table import Table
from snapferry.state.turns import Turns


def of_stack() -> Turns:
    """Return the turns that are noted in the stack's table."""
    return Turns(Table(aws.client("dynamodb"), Settings().table), partial(standing, aws.client("stepfunctions")))


def database(arn: str) -> str:
    """Return the name of a database's turn."""
    return f"database#{arn}"


def scheduled(arn: str, time: str) -> str:
    """Return the name of what a schedule starts once: a database at one of its times."""
    return f"scheduled#{time}#{arn}"


def name(identifier: str) -> str:
    """Return the name of the turn at a new database's name."""
    return f"name#{identifier}"


def name_refusal(identifier: str, other: str) -> NameTaken:
    """Return the error that says who brings a database of that name up already."""
    return NameTaken(
        f"Execution {other} brings up a database {identifier} already (profile field identifier)",
        resource=other,
        remedy="wait until it has ended, or choose another name; one with {transfer} in it is free every time",
    )


def refusal(identifier: str, other: str) -> AnotherTransferRuns:
    """Return the error that says who carries a database already."""
    return AnotherTransferRuns(
        f"Execution {other} carries {identifier} already",
        resource=other,
        remedy='wait until it has ended, or start with "overlap": "wait"',
    )
