"""The environment of a function, read in this one place.

The templates set these variables; ``Settings`` says which there are. A function reads only those that it needs, so a
missing one is told when it is asked for, by name.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast

from snapferry.vocabulary import FAMILIES, Family

type Side = Literal["source", "target"]


class MissingSetting(LookupError):
    """The template does not set an environment variable that the function needs."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the stack tells its functions.

    Args:
        environment: The process's environment variables.
    """

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def text(self, name: str, default: str | None = None) -> str:
        """Return one variable; an empty one counts as missing.

        Raises:
            MissingSetting: It is not set and has no default.
        """
        value = self.environment.get(name, "") or default
        if value is None:
            raise MissingSetting(f"the environment variable {name} is not set")
        return value

    def own_arn(self, told: str) -> str:
        """Return the function's own ARN: what Lambda has told, but SAM's emulator tells every function the same one."""
        return self.text("FUNCTION_ARN", told)

    @property
    def side(self) -> Side:
        """Which of the two stacks the function belongs to."""
        return cast("Side", self.text("SNAPFERRY_SIDE"))

    @property
    def region(self) -> str:
        """The Region the function runs in (set by Lambda)."""
        return self.text("AWS_REGION")

    @property
    def table(self) -> str:
        """The stack's table: locks, open questions, open leases, outcomes."""
        return self.text("TABLE_NAME")

    @property
    def bus(self) -> str:
        """The own account's event bus."""
        return self.text("EVENT_BUS_NAME")

    @property
    def stack(self) -> str:
        """The stack's own name."""
        return self.text("STACK_NAME")

    @property
    def key_policy_is_elsewhere(self) -> bool:
        """Whether the deployer manages the key policy, so that nothing is written to it."""
        return self.text("KEY_POLICY_MANAGED", "snapferry") == "elsewhere"

    @property
    def target_account(self) -> str:
        """The route's target account (source stack only)."""
        return self.text("TARGET_ACCOUNT_ID")

    @property
    def key(self) -> str:
        """ARN of the stack's key: the transfer key in the source, the own key in the target."""
        return self.text("KEY_ARN")

    @property
    def database_keys(self) -> frozenset[str]:
        """ARNs of the databases' customer managed keys that the stack's roles may use (source stack only)."""
        return frozenset(part.strip() for part in self.text("DATABASE_KEY_ARNS", "none").split(",")) - {"none"}

    @property
    def copies_at_once(self) -> dict[Family, int]:
        """How many copies of a family's snapshots RDS makes at once in an account (source stack only)."""
        return {family: int(self.text(f"{family.upper()}_COPIES_AT_ONCE")) for family in FAMILIES}

    @property
    def shares_originals(self) -> bool:
        """Whether a snapshot under the transfer key may be shared as it is (source stack only)."""
        return self.text("SHARE_ORIGINALS", "false") == "true"

    @property
    def keep_copy_hours(self) -> float:
        """For how long a failed transfer's finished copy is kept, in hours (source stack only)."""
        return float(self.text("KEEP_COPY_HOURS", "0"))

    @property
    def deadline_hours(self) -> float:
        """How long a whole transfer may take, in hours."""
        return float(self.text("DEADLINE_HOURS", "48"))
