"""What stays in the target account when its stack is gone, what that costs, and how to be rid of it."""

from dataclasses import dataclass
from typing import Any, Final

from commands.account import Account
from commands.deletion import keys
from commands.deletion.left_by_source import tell_gone, waiting_in_queues
from commands.deletion.target_books import databases
from commands.screen import MARGIN, Screen
from commands.stacks import DeployedStack
from snapferry.databases import Snapshots
from snapferry.names import SECRET_TAG

_CONNECTION: Final = "/connection"


@dataclass(frozen=True)
class Left:
    """What stays.

    Attributes:
        key_arn: The stack's own key.
        own_key: The stack has made it.
        other_keys: Its other keys.
        databases: Names of the databases under it.
        secrets: ARNs of their master passwords' secrets.
        copies: Names of the received copies under it.
        parameters: Published connections, and restore profiles.
        in_queues: Events that could not be delivered or handled; they go with the stack.
    """

    key_arn: str
    own_key: bool
    other_keys: list[str]
    databases: list[str]
    secrets: list[str]
    copies: list[str]
    parameters: list[str]
    in_queues: int


def find(account: Account, stack: DeployedStack) -> Left:
    """Return what will stay; asked while the stack can still tell."""
    key, rds = stack.outputs["OwnKeyArn"], account.client("rds")
    snapshots = [one for family in ("instance", "cluster") for one in Snapshots(rds, family).manual()]
    rows = [(row, name) for row, name in databases(account) if row.get("KmsKeyId") == key]
    return Left(
        key_arn=key,
        own_key=bool(stack.physical("OwnKey")),
        other_keys=keys.others(stack, key),
        databases=[name for _, name in rows],
        secrets=sorted({secret for row, _ in rows if (secret := _secret(row))}),
        copies=[one.identifier for one in snapshots if one.key_arn == key],
        parameters=_parameters(account, stack),
        in_queues=waiting_in_queues(account, stack),
    )


def _secret(row: dict[str, Any]) -> str:
    ours = {tag["Key"]: tag["Value"] for tag in row.get("TagList", [])}.get(SECRET_TAG, "")
    return str(row.get("MasterUserSecret", {}).get("SecretArn", ours))


def _parameters(account: Account, stack: DeployedStack) -> list[str]:
    connections, profiles = stack.parameters["ConnectionPrefix"], stack.parameters["ProfilePrefix"]
    listed = {
        prefix: account.pages("ssm", "get_parameters_by_path", "Parameters", Path=prefix, Recursive=True)
        for prefix in (connections, profiles)
    }
    published = [one["Name"] for one in listed[connections] if one["Name"].endswith(_CONNECTION)]
    return sorted({*published, *(one["Name"] for one in listed[profiles])})


def tell(left: Left, screen: Screen) -> None:
    """Print it."""
    screen.say("What stays:")
    screen.facts(
        [
            ("own key", f"{left.key_arn} ({keys.whose(made=left.own_key)}; {keys.COSTS})"),
            ("databases", f"{_listed(left.databases)} (they go on running, and costing)"),
            ("secrets", f"{_listed(left.secrets)} (about 0.40 USD a month each; they go with their database)"),
            ("copies", f"{_listed(left.copies)} (storage by GB and month; nothing deletes them any more)"),
            ("parameters", f"{_listed(left.parameters)} (free)"),
        ]
    )
    screen.say(f"{MARGIN}previous databases that were kept to go back to are deleted by nobody any more")
    if left.databases or left.copies:
        screen.say(f"{MARGIN}the key must stay as long as a database or a copy is under it")
    if left.own_key:
        keys.tell_again("OwnKeyArn", left.key_arn, screen)
    keys.tell_others(left.other_keys, screen)
    tell_gone(left.in_queues, screen)


def _listed(names: list[str]) -> str:
    return ", ".join(names) if names else "none"
