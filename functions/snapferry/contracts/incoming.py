"""What comes in from people and from the other account: inputs, events, answers and the restore profile.

Each is a model with a version; ``docs/schemas`` holds the JSON Schema generated from it. Unknown fields are refused, so
that a misspelt one is told instead of ignored. Inside the product these doors are the only place with pydantic.
"""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, ValidationError, model_validator

from snapferry import mistakes
from snapferry.contracts import examples
from snapferry.contracts.base import Contract as Contract  # noqa: PLC0414 - it is looked for here
from snapferry.contracts.profile_contract import Profile as Profile  # noqa: PLC0414 - it is looked for here
from snapferry.contracts.profile_contract import Scaling as Scaling  # noqa: PLC0414
from snapferry.errors import InvalidInput
from snapferry.vocabulary import Family, Question, Reply

type AccountId = Annotated[str, Field(pattern=r"^[0-9]{12}$", description="12 digits of an AWS account")]
type TransferId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$", description="16 hex digits, one trip of a snapshot")]
type Arn = Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$")]
type ProfileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$", description="Last part of a parameter's name")]
type Moment = Annotated[
    str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", description="UTC, whole seconds")
]


type AnyQuestion = Annotated[Question, Field(strict=False)]
"""A question by its name: in JSON no member of an enumeration can stand."""
type AnyReply = Annotated[Reply, Field(strict=False)]


class TransferRequest(Contract):
    """Input of ``ferry_snapshot``: which database shall cross."""

    model_config = ConfigDict(json_schema_extra={"examples": examples.TRANSFER_REQUESTS})

    database: Annotated[
        str, Field(min_length=1, max_length=256, description="Name or ARN of an RDS instance or of an Aurora cluster")
    ]
    snapshot: Annotated[
        str,
        Field(
            min_length=1,
            max_length=512,
            description='What it starts from: "new" (a fresh snapshot), "latest" (the latest automated one), or the '
            "name or ARN of a snapshot of that database",
        ),
    ] = "new"
    restore: Annotated[bool, Field(description="Bring a database up in the target; else only the snapshot crosses")] = (
        True
    )
    profile: Annotated[ProfileName | None, Field(description="The target's restore profile; else the database's")] = (
        None
    )
    plan_only: Annotated[
        bool, Field(description="Only find out whether it can be, in both accounts; change nothing")
    ] = False
    overlap: Annotated[
        Literal["refuse", "wait"], Field(description="What to do while another execution carries the same database")
    ] = "refuse"
    scheduled_time: Annotated[
        Moment | None,
        Field(description="For which of a schedule's times it runs: the second run for the same one does nothing"),
    ] = None


class DatabaseFacts(Contract):
    """What the target has to know of a source database to plan its copy and its restore."""

    identifier: str
    arn: Arn
    family: Family
    engine: str
    engine_version: str
    gigabytes: Annotated[int, Field(ge=0, description="Allocated storage; 0 where AWS does not tell")]
    instance_class: Annotated[str | None, Field(description="Class of the instance, or of the cluster's writer")]
    port: int
    master_username: str
    options: Annotated[list[str], Field(description="Oracle's persistent options, which a copy has to have too")] = []
    scaling: Annotated[Scaling | None, Field(description="Of a cluster with Serverless v2 instances")] = None


class Asked(Contract):
    """The head of every question: which transfer asks what, and who may answer."""

    version: Literal[1] = 1
    transfer: TransferId
    question: AnyQuestion
    source_account: AccountId
    target_account: AccountId
    region: str
    deadline: Moment


class Offer(Asked):
    """Detail of "Transfer Offered": may this database come?"""

    model_config = ConfigDict(json_schema_extra={"examples": examples.OFFERS})

    question: Literal[Question.OFFER] = Question.OFFER
    database: DatabaseFacts
    restore: bool
    profile: ProfileName | None = None


class SnapshotShared(Asked):
    """Detail of "Snapshot Shared": take your copy now. Also the input of ``receive_snapshot``."""

    model_config = ConfigDict(json_schema_extra={"examples": examples.SNAPSHOTS_SHARED})

    question: Literal[Question.RECEIVE] = Question.RECEIVE
    snapshot_arn: Arn
    database: DatabaseFacts
    data_time: Annotated[Moment | None, Field(description="Of which moment the data is")] = None


class RestoreRequested(Asked):
    """Detail of "Restore Requested": bring a database up from your copy. Also the input of ``restore_database``."""

    model_config = ConfigDict(json_schema_extra={"examples": examples.RESTORES_REQUESTED})

    question: Literal[Question.RESTORE] = Question.RESTORE
    snapshot_arn: Arn
    database: DatabaseFacts
    profile: ProfileName | None = None


class ReceiveAlone(Contract):
    """Input of ``receive_snapshot`` when a person starts it: a snapshot that is shared with this account."""

    model_config = ConfigDict(json_schema_extra={"examples": examples.RECEIVES_ALONE})

    snapshot_arn: Arn


class RestoreAlone(Contract):
    """Input of ``restore_database`` when a person or a schedule starts it: a snapshot of this account that is there."""

    model_config = ConfigDict(json_schema_extra={"examples": examples.RESTORES_ALONE})

    snapshot_arn: Annotated[
        Arn | Literal["latest"],
        Field(description='An ARN, or "latest": the newest snapshot of that database that is here and available'),
    ]
    database: Annotated[ProfileName, Field(max_length=63, description="The name to take the restore profile by")]
    profile: ProfileName | None = None
    drill: Annotated[
        bool,
        Field(description="Only prove that it can be: never opened, never published, deleted when its hooks are done"),
    ] = False


class FindingFacts(Contract):
    """One thing that stands in the way of a transfer: what it is, where, and what a person can do about it."""

    side: Annotated[str, Field(description='Such as "source account 111111111111"')]
    error: Annotated[str, Field(description="The name of the error that a transfer would end with")]
    what: str
    resource: str
    remedy: str


class SwitchBack(Contract):
    """Input of ``switch_back``: under which name the previous database shall serve again."""

    model_config = ConfigDict(json_schema_extra={"examples": examples.SWITCHES_BACK})

    name: Annotated[ProfileName, Field(description="The middle of /snapferry/<name>/connection")]
    to: Annotated[str | None, Field(description="Identifier of one of the previous databases; else the latest")] = None
    keep_hours: Annotated[
        int, Field(ge=0, le=8760, description="How long the database that serves now is kept to go back to")
    ] = 72


class Answer(Contract):
    """Detail of every answer: ``result`` is what the source's state gets, a failed one has an error and a cause."""

    model_config = ConfigDict(json_schema_extra={"examples": examples.ANSWERS})

    version: Literal[1] = 1
    transfer: TransferId
    question: AnyQuestion
    source_account: AccountId
    reply: AnyReply
    result: dict[str, JsonValue] = {}
    error: str | None = None
    cause: str | None = None
    findings: Annotated[list[FindingFacts], Field(description="Of a declined offer: every reason")] = []

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if (self.reply in {Reply.DECLINED, Reply.FAILED}) != (self.error is not None):
            raise ValueError("a declined or failed answer names an error, and no other does")
        return self


def parsed[Model: Contract](model: type[Model], value: object, *, what: str) -> Model:
    """Return a value from outside as a model.

    Args:
        model: The contract it has to keep.
        value: Anything that JSON can hold.
        what: How the message names it, such as "the execution's input".

    Raises:
        InvalidInput: With every mistake at once, each with its field.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise InvalidInput(
            f"{what} is not valid: {mistakes.told(error, model)}",
            remedy=f"compare it with docs/schemas/{schema_name(model)}.json; the smallest is in its examples",
        ) from error


def schema_name(model: type[Contract]) -> str:
    """Return the name of a model's file in ``docs/schemas``: ``TransferRequest`` is ``transfer-request``."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in model.__name__).lstrip("-")
