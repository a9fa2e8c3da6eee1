"""What a person asks for, as the state machine's input, and the execution that begins with it."""

import json
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from commands.account import Account
from commands.problems import Problem, Refused
from snapferry.contracts.incoming import TransferRequest, parsed
from snapferry.errors import InvalidInput

_LETTERS_OF_NAME = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """One transfer that is wanted, or one that runs already.

    Attributes:
        stack: Name of the source's stack.
        database: Name or ARN; None to follow an execution.
        follow: ARN of that execution.
        snapshot, profile, restore, plan_only: As in ``TransferRequest``; None is not said.
    """

    stack: str
    database: str | None = None
    follow: str | None = None
    snapshot: str | None = None
    profile: str | None = None
    restore: bool = True
    plan_only: bool = False

    @property
    def input(self) -> dict[str, Any]:
        """The smallest input that says it.

        Raises:
            Refused: It is no valid input.
        """
        said = {"database": self.database, "snapshot": self.snapshot, "profile": self.profile}
        given: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
        given |= {} if self.restore else {"restore": False}
        given |= {"plan_only": True} if self.plan_only else {}
        try:
            parsed(TransferRequest, given, what="what is asked for")
        except InvalidInput as error:
            raise Refused(error.what, [Problem("no transfer was started", error.remedy)]) from error
        return given


def start(account: Account, machine_arn: str, asked: Asked) -> str:
    """Start the transfer; give its execution's ARN. Its name tells the database and the moment."""
    database = (asked.database or "").rpartition(":")[2][:_LETTERS_OF_NAME]
    name = f"{database}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    states = account.client("stepfunctions")
    given = json.dumps(asked.input)
    try:
        started = states.start_execution(stateMachineArn=machine_arn, name=name, input=given)
    except ClientError as error:
        said = error.response["Error"]
        raise Refused(f"Step Functions does not start it: {said['Code']}: {said['Message']}") from error
    return str(started["executionArn"])


def command(given: dict[str, Any]) -> str:
    """Return the command line that asks for an input."""
    words = {"database": "DATABASE", "snapshot": "SNAPSHOT", "profile": "PROFILE"}
    said = [f"{word}={shlex.quote(given[name])}" for name, word in words.items() if given.get(name)]
    flags = [*(["RESTORE=0"] if given.get("restore") is False else []), *(["PLAN=1"] if given.get("plan_only") else [])]
    return " ".join(["make transfer", *said, *flags])
