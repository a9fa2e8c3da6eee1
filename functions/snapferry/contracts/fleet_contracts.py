"""What goes into a fleet, and what comes out of it."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from snapferry.contracts import fleet_examples
from snapferry.contracts.base import Contract
from snapferry.contracts.incoming import FindingFacts, Moment, ProfileName, TransferId
from snapferry.vocabulary import Family

type DatabaseName = Annotated[str, Field(min_length=1, max_length=256)]
type End = Literal["crossed", "carried already", "possible", "failed", "not possible", "not known", "left out"]

CHOICES = ("databases", "databases_in", "tagged", "all", "again")
"""The fields of which exactly one says which databases."""


class FleetRequest(Contract):
    """Input of ``ferry_fleet``: which databases shall cross, each by a transfer of its own."""

    model_config = ConfigDict(json_schema_extra={"examples": fleet_examples.FLEET_REQUESTS})

    databases: Annotated[
        list[DatabaseName] | None,
        Field(min_length=1, description="Names or ARNs; one that cannot be carried counts as failed"),
    ] = None
    databases_in: Annotated[
        str | None,
        Field(pattern=r"^lists/.+$", description="Key of such a list, as JSON, in the stack's bucket: lists/..."),
    ] = None
    tagged: Annotated[
        dict[str, str] | None,
        Field(min_length=1, description="Every database that has all these tags; what cannot be carried is left out"),
    ] = None
    all: Annotated[bool, Field(description="Every database of this account and Region that can be carried")] = False
    again: Annotated[
        TransferId | None,
        Field(description="Those that did not cross in this fleet, as it wanted them unless the input says otherwise"),
    ] = None
    snapshot: Annotated[Literal["new", "latest"], Field(description="As in a transfer's input")] = "new"
    restore: Annotated[bool, Field(description="As in a transfer's input")] = True
    profile: Annotated[ProfileName | None, Field(description="As in a transfer's input")] = None
    overlap: Annotated[Literal["refuse", "wait"], Field(description="As in a transfer's input")] = "refuse"
    plan_only: Annotated[bool, Field(description="Only find out which of them can cross; change nothing")] = False
    scheduled_time: Annotated[Moment | None, Field(description="As in a transfer's input")] = None
    tolerated_failure_count: Annotated[
        int, Field(ge=0, description="The fleet ends well although so many databases did not cross")
    ] = 0
    tolerated_failure_percentage: Annotated[
        float, Field(ge=0, le=100, strict=False, description="The same as a share; the more of the two is tolerated")
    ] = 0

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if sum(bool(getattr(self, choice)) for choice in CHOICES) != 1:
            raise ValueError(f"exactly one of {', '.join(CHOICES)} says which databases")
        return self


class FleetLine(Contract):
    """What became of one database of a fleet.

    ``again`` is what a transfer that starts anew is told besides the fleet's own wishes: the copy that was kept.
    """

    database: str
    family: Family | None
    end: End
    error: str | None = None
    cause: str | None = None
    transfer: TransferId | None = None
    execution_arn: str | None = None
    seconds: int | None = None
    exposure_seconds: int | None = None
    findings: list[FindingFacts] = []
    again: dict[str, Any] | None = None


class FleetSummary(Contract):
    """The output of ``ferry_fleet``."""

    model_config = ConfigDict(json_schema_extra={"examples": fleet_examples.FLEET_SUMMARIES})

    version: Literal[1] = 1
    fleet: TransferId
    execution_arn: str
    plan_only: bool
    started_at: Moment
    finished_at: Moment
    seconds: int
    databases: Annotated[int, Field(description="How many there were, without those that were left out")]
    well: Annotated[int, Field(description="How many of them crossed; of a plan: can")]
    failed: int
    tolerated: Annotated[int, Field(description="How many may fail")]
    left_out: Annotated[int, Field(description="How many a tag, or all, meant that AWS does not share")]
    remarks: list[str]
    table: Annotated[list[str] | None, Field(description="A line for each; null if that is too long: it is in S3")]
    told_in: Annotated[str, Field(description="Where the whole lies in S3, with the lines taken apart")]
    lines: Annotated[list[FleetLine] | None, Field(description="In S3 only")] = None
    again: Annotated[dict[str, str] | None, Field(description="The input that runs the failed ones alone")] = None
