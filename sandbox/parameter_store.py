"""What Parameter Store refuses and moto takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.register.parameters import NO_NESTING, VALUE_SIZE

if TYPE_CHECKING:
    from sandbox.gate import Call

LARGEST = {"Standard": 4096, "Advanced": 8192}


def check(call: Call) -> None:
    """A hook before every call; looks at PutParameter.

    Raises:
        AwsError: ValidationException.
    """
    if (call.service, call.operation) != ("ssm", "PutParameter"):
        return
    value, tier = str(call.parameters.get("Value", "")), call.parameters.get("Tier") or "Standard"
    most = LARGEST.get(tier, LARGEST["Advanced"])  # Intelligent-Tiering takes the one that fits
    VALUE_SIZE.refuse_if(len(value) > most, tier=tier, most=most)
    NO_NESTING.refuse_if("{{" in value)
