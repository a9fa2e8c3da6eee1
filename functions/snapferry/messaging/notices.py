"""What a person reads when an execution has ended badly: of which database, why, what to do, how to run again."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from snapferry import names
from snapferry.failures import RUNBOOK, without_cause

_SUBJECT_LIMIT: Final = 100  # of SNS: ASCII, one line
_CAUSE_LIMIT: Final = 20_000  # characters; a message of SNS has at most 256 KB
_CONSOLES: Final = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}
_BY_ITSELF: Final = {
    "close-access": "The sweeper tries again by itself. The access ends at the transfer's deadline at the latest.",
    "take-back": "The sweeper tries again by itself, within the hour.",
    "apply-retention": "It runs again by itself, once a day.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An execution that has ended badly, as Step Functions tells of it.

    Attributes:
        status: FAILED, TIMED_OUT or ABORTED.
        started: As ``names.moment`` writes it.
        given: Its input; empty where Step Functions does not show it.
        error, cause: Empty where it has none.
    """

    arn: str
    machine_arn: str
    status: str
    started: str
    given: str
    error: str
    cause: str

    @property
    def name(self) -> str:
        """The execution's name."""
        return self.arn.rpartition(":")[2]

    @property
    def transfer(self) -> str:
        """Which transfer it worked for, or its own id."""
        return names.transfer_of(self.arn, self.started)

    @property
    def input(self) -> Mapping[str, Any]:
        """Its input, as far as it is an object."""
        try:
            given = json.loads(self.given)
        except ValueError:
            return {}
        return given if isinstance(given, dict) else {}


@dataclass(frozen=True, slots=True)
class Notice:
    """A message to a person.

    Attributes:
        subject: ASCII, at most 100 characters.
    """

    subject: str
    text: str


def notice(ended: Ended, *, stack: str, side: str) -> Notice:
    """Return what is told of an execution.

    Args:
        ended: The execution.
        stack: The stack's name, with which the names of its machines begin.
        side: ``source`` or ``target``.
    """
    _, partition, _, region, account, _, machine_name = ended.machine_arn.split(":")
    machine = machine_name.removeprefix(f"{stack}-")
    error = ended.error or ended.status
    what = f"{machine.replace('-', '_')}{_of(ended)}"
    lines = [
        f"{what} ended as {ended.status} in the {side} account {account}.",
        "",
        f"Error: {error}",
        (ended.cause or without_cause(ended.status))[:_CAUSE_LIMIT],
        *_where_to_read(error, ended.cause),
        "",
        f"Run again:  {_again(ended, machine)}",
        "",
        f"Database:   {_database(ended) or 'see the execution'}",
        f"Transfer:   {ended.transfer}",
        f"Started:    {ended.started}",
        f"Execution:  {_link(partition, region, ended.arn)}",
        f'Log:        CloudWatch Logs Insights, saved query "{stack}/Follow one transfer"',
    ]
    return Notice(_subject(f"Snapferry {side} {account}: {error}: {what}"), "\n".join(lines))


def _of(ended: Ended) -> str:
    database = _database(ended)
    return f" of {database}" if database else ""


def _database(ended: Ended) -> str:
    told = ended.input.get("database")
    if isinstance(told, dict):  # a question of the source's
        return str(told.get("identifier", ""))
    return str(told or ended.input.get("name") or "")


def _where_to_read(error: str, cause: str) -> list[str]:
    """Return the runbook's entry, unless the cause names it, as it does where the machine has explained its failure."""
    return [] if RUNBOOK in cause else [f"See {RUNBOOK}#{error.lower()}"]


def _again(ended: Ended, machine: str) -> str:
    """Return how the same is done again: by itself, from the source, or by a command."""
    if machine in _BY_ITSELF:
        return _BY_ITSELF[machine]
    if "question" in ended.input:
        return "start the transfer again in the source account; what this one had made is taken back."
    again = _input_of_cause(ended.cause)
    start = f"aws stepfunctions start-execution --state-machine-arn {ended.machine_arn}"
    return f"{start} --input {shlex.quote(again or ended.given or '{}')}"


def _input_of_cause(cause: str) -> str | None:
    """Return the input that the cause says to start again with (``failures.way_on``): its last line."""
    last = cause.rstrip().rpartition("\n")[2]
    return last if last.startswith("{") and last.endswith("}") else None


def _link(partition: str, region: str, execution_arn: str) -> str:
    console = _CONSOLES.get(partition, "console.aws.amazon.com")
    return f"https://{console}/states/home?region={region}#/v2/executions/details/{execution_arn}"


def _subject(text: str) -> str:
    printable = "".join(letter for letter in text if letter.isascii() and letter.isprintable())
    return printable[:_SUBJECT_LIMIT]
