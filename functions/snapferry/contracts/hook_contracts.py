"""The contract with hooks: how a profile names one, what it is sent, and what the receipt says of it."""

from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator

from snapferry.contracts import hook_examples
from snapferry.contracts.base import Contract
from snapferry.vocabulary import Family

PREFIX: Final = "snapferry-hook-"
LONGEST_OF_FUNCTION: Final = 64
MINUTES_OF_FUNCTION: Final = 15
"""Lambda lets no function run for longer."""

type HookName = Annotated[
    str,
    Field(
        pattern=r"^snapferry-hook-[A-Za-z0-9_-]{1,65}$",
        description="A Lambda function's or a state machine's, in the target account and Region",
    ),
]


class Hook(Contract):
    """One hook of a restore profile: it runs while the database is in quarantine, in the order of the list."""

    name: HookName
    kind: Annotated[Literal["function", "state_machine"], Field(description="Which of the two has that name")] = (
        "function"
    )
    timeout_minutes: Annotated[int, Field(ge=1, le=1440, description="For each attempt; a function has 15 at most")] = (
        15
    )
    retries: Annotated[int, Field(ge=0, le=5, description="Further attempts after a failed one")] = 0
    input: Annotated[dict[str, JsonValue], Field(description="Handed to the hook as it is")] = {}

    @model_validator(mode="after")
    def _fits_lambda(self) -> Self:
        if self.kind == "function" and self.timeout_minutes > MINUTES_OF_FUNCTION:
            raise ValueError(f"timeout_minutes: a function runs for {MINUTES_OF_FUNCTION} minutes at most")
        if self.kind == "function" and len(self.name) > LONGEST_OF_FUNCTION:
            raise ValueError(f"name: a function's has {LONGEST_OF_FUNCTION} characters at most")
        return self


class HookDatabase(Contract):
    """The restored database as a hook reaches it, with the secret's ARN instead of a password."""

    identifier: str
    arn: str
    family: Family
    engine: str
    engine_version: str
    endpoint: str
    port: int
    master_username: str
    secret_arn: str


class HookInput(Contract):
    """What a hook is sent: a function as its event, a state machine as its execution's input."""

    model_config = ConfigDict(json_schema_extra={"examples": hook_examples.INPUTS})

    version: Literal[1] = 1
    hook: str
    transfer: str
    attempt: Annotated[int, Field(ge=1, description="1 for the first; a hook may run twice with the same")]
    database: HookDatabase
    input: dict[str, JsonValue]


class HookReport(Contract):
    """What one hook did, in the receipt."""

    name: str
    attempts: int
    seconds: Annotated[int, Field(description="From its first beginning to its end, pauses included")]
    result: Annotated[JsonValue, Field(description="What it returned; null where that was more than 8 KB")]
    remark: str | None = None
