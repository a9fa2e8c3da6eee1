"""Mending: the machines' own calls.

AWS: a machine calls other services with the credentials of its role, or of the state's `Credentials` role.
moto: makes a client with made-up keys that goes over a socket; a virtual thread must not wait for its own server.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from sandbox.virtual_threading import PACKAGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.accounts import Credentials
    from sandbox.interpreter.patches import Patches
    from sandbox.transport import Transport

SESSION = "StepFunctions"


def mend(patches: Patches, transport: Transport, assume: Callable[[str, str], Credentials]) -> None:
    """Replace moto's client factory in every module that took a copy of it.

    Args:
        patches: keeps what was there.
        transport: makes the clients.
        assume: credentials of a role, by ARN and session name, if it trusts Step Functions.
    """
    credentials: dict[str, Credentials] = {}

    def boto_client_for(region: str, service: str, state_credentials: Any = None) -> Any:
        role = state_credentials.role_arn
        if role not in credentials:
            credentials[role] = assume(role, SESSION)
        # The definition's own spelling goes to the service, which refuses it in its own words.
        return transport.client(service, credentials[role], region, validate=False)

    for name, module in sorted(sys.modules.items()):
        if name.startswith(PACKAGE) and hasattr(module, "boto_client_for"):
            patches.replace(module, "boto_client_for", boto_client_for)
