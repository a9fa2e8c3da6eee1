"""The databases that did not cross in an earlier fleet, to be carried again. Reads only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from snapferry import executions, waits
from snapferry.contracts.fleet_contracts import CHOICES, FleetLine, FleetRequest
from snapferry.errors import FleetNotFound
from snapferry.fleet.books import PLAN, SUMMARY, Books

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

WELL: Final = frozenset({"crossed", "carried already", "possible"})
"""The ends of databases that nobody has to look at."""


@dataclass(frozen=True, slots=True)
class Again:
    """What is known of an earlier fleet.

    Attributes:
        request: What it wanted.
        lines: Of the databases that did not cross, by name.
    """

    request: Mapping[str, Any]
    lines: Mapping[str, FleetLine]

    @property
    def names(self) -> list[str]:
        """The databases to carry again."""
        return list(self.lines)

    def wanted(self, request: FleetRequest) -> FleetRequest:
        """Return an input with what the earlier fleet wanted, wherever it says nothing itself."""
        said = {name: getattr(request, name) for name in request.model_fields_set}
        earlier = {name: value for name, value in self.request.items() if name not in {*CHOICES, "scheduled_time"}}
        unsaid = {name: field.default for name, field in FleetRequest.model_fields.items()}
        return FleetRequest(**{name: value for name, value in earlier.items() if value != unsaid[name]} | said)

    def kept(self, database: str) -> dict[str, str]:
        """Return the snapshot to start from: the copy that is kept of the failed transfer, as long as it is."""
        known = self.lines[database].again if database in self.lines else None
        if known is None or waits.parse_time(known["until"]) <= waits.now():
            return {}
        return {"snapshot": known["snapshot"]}


def find_again(books: Books, states: "SFNClient", execution_of: Callable[[str], str]) -> Again:
    """Find out which databases of a fleet did not cross; where its summary does not tell, Step Functions does.

    Args:
        books: That fleet's.
        states: A client.
        execution_of: Gives the ARN of a transfer by its execution's name.

    Raises:
        FleetNotFound: Nothing is known of it, or it still runs, or every database has crossed.
    """
    plan, summary = books.read(PLAN), books.read(SUMMARY)
    if plan is None:
        raise _refusal(books, "There is no fleet {fleet} in this stack's bucket", _WHERE_TO_LOOK)
    if summary is not None:
        lines = [FleetLine.model_validate(line) for line in summary["lines"]]
    elif executions.standing(states, plan["execution"]["arn"]).runs:
        raise _refusal(books, "Fleet {fleet} still runs", "wait for its end, or stop it first")
    else:
        lines = [FleetLine.model_validate(line) for line in plan["refused"]]
        lines += [
            FleetLine(database=each["database"], family=each["family"], end="not known") for each in plan["items"]
        ]
    executed = {item["database"]: execution_of(item["name"]) for item in plan["items"]}
    lines = [_looked_up(line, executed[line.database], states) if line.end == "not known" else line for line in lines]
    failed = {line.database: line for line in lines if line.end not in WELL | {"left out"}}
    if not failed:
        raise _refusal(books, "Every database of fleet {fleet} has crossed", "nothing is to be done")
    return Again(plan["request"], failed)


def _looked_up(line: FleetLine, execution_arn: str, states: "SFNClient") -> FleetLine:
    well = executions.standing(states, execution_arn).status == executions.SUCCEEDED
    return line.model_copy(update={"end": "crossed" if well else "failed"})


_WHERE_TO_LOOK: Final = "take the fleet's id from its output, or from its error; its files are kept for 90 days"


def _refusal(books: Books, what: str, remedy: str) -> FleetNotFound:
    where = f"s3://{books.bucket}/{books.key('')}"
    return FleetNotFound(what.format(fleet=books.fleet), resource=where, remedy=remedy)
