"""What `sam local invoke` has to be told, so that a function in a Lambda container works on the sandbox's accounts.

SAM resolves a template's references to logical names. The names that the deployed stacks really have come from a file
with the environment that it gives to every function (`--env-vars`).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sandbox.accounts import ACCOUNTS

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.accounts import Account
    from sandbox.world import Sandbox

HOST = "host.docker.internal"
"""This machine, as a container calls it."""


def write_environments(sandbox: Sandbox, directory: Path) -> list[Path]:
    """Write `<profile>-env.json` for each account; gives the files."""
    files = []
    for account in ACCOUNTS:
        file = directory / f"{account.profile}-env.json"
        file.write_text(json.dumps({"Parameters": _environment(sandbox, account)}, indent=2) + "\n")
        files.append(file)
    return files


def _environment(sandbox: Sandbox, account: Account) -> dict[str, str]:
    """What the account's functions are told together, the ARN of one of them, and where AWS is."""
    told: dict[str, str] = {}
    for function in sandbox.functions.of(account.id):
        told |= {**function.spec.environment, "FUNCTION_ARN": function.spec.arn}
    return {**told, "AWS_ENDPOINT_URL": f"http://{HOST}:{sandbox.server.port}"}
