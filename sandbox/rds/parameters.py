"""What the sandbox does with a parameter that it neither honours nor shows again: it refuses it by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.rds.attributes import ATTRIBUTES
from sandbox.rds.errors import unknown_to_the_sandbox

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from sandbox.gate import Call


def refuse_unknown(call: Call, honoured: AbstractSet[str]) -> None:
    """A parameter that would change something on AWS must not be dropped silently.

    Raises:
        AwsError: InternalFailure that names the parameters.
    """
    unknown = sorted(set(call.parameters) - honoured - set(ATTRIBUTES))
    if unknown:
        raise unknown_to_the_sandbox(f"rds:{call.operation} with {', '.join(unknown)}")
