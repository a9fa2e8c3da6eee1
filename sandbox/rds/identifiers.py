"""Names, ARNs and resource ids of RDS."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from sandbox.rds.errors import invalid_value
from sandbox.register.rds_names import NAME_CASE, NAME_CHARACTERS, NAME_END, NAME_HYPHENS, NAME_LENGTH

LONGEST_NAME = 63
LONGEST_INSTANCE_SNAPSHOT_NAME = 255
RESOURCE_ID_LENGTH = 26


@dataclass(frozen=True)
class Arn:
    """`arn:aws:rds:<region>:<account>:<kind>:<name>`; kind is db, cluster, snapshot, cluster-snapshot, ..."""

    region: str
    account: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"arn:aws:rds:{self.region}:{self.account}:{self.kind}:{self.name}"

    @classmethod
    def parse(cls, text: str) -> Arn:
        """The parts of an ARN of RDS.

        Raises:
            AwsError: InvalidParameterValue, if it is none.
        """
        parts = text.split(":", 6)
        if len(parts) != 7 or parts[0] != "arn" or parts[2] != "rds":  # noqa: PLR2004 - an ARN has seven parts here
            raise invalid_value(f"Invalid resource name: {text}")
        return cls(parts[3], parts[4], parts[5], parts[6])


def is_arn(text: str) -> bool:
    """Whether a parameter holds an ARN rather than a name."""
    return text.startswith("arn:")


def new_name(parameter: str, text: str, longest: int = LONGEST_NAME) -> str:
    """A name that may be given to something new, as RDS stores it: in small letters.

    Raises:
        AwsError: InvalidParameterValue. botocore has no pattern for these names, the service checks them.
    """
    NAME_CHARACTERS.refuse_if(not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", text), parameter=parameter)
    NAME_HYPHENS.refuse_if("--" in text, parameter=parameter)
    NAME_END.refuse_if(text.endswith("-"), parameter=parameter)
    NAME_LENGTH.refuse_if(len(text) > longest, parameter=parameter)
    return text.lower() if NAME_CASE.holds else text


def resource_id(prefix: str, number: int) -> str:
    """`db-ABC...`: stays the same when a database is renamed. Derived from a counter, so that runs repeat."""
    digest = hashlib.sha256(f"{prefix}{number}".encode()).hexdigest().upper()
    return f"{prefix}-{digest[:RESOURCE_ID_LENGTH]}"
