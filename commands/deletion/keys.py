"""The keys that a stack leaves behind: what is under a deleted key can never be read again, so none is taken along."""

from typing import Final

from commands.screen import MARGIN, Screen
from commands.stacks import DeployedStack

COSTS: Final = "about 1 USD a month, and another for each of its first two yearly rotations"
_KEY: Final = "AWS::KMS::Key"
_ARN: Final = ":key/"


def others(stack: DeployedStack, key_arn: str) -> list[str]:
    """Return the ARNs of the stack's keys besides one: what its logs and notifications are encrypted under."""
    place = key_arn.partition(_ARN)[0]
    found = [physical for kind, physical in stack.resources.values() if kind == _KEY]
    return [f"{place}{_ARN}{key_id}" for key_id in found if not key_arn.endswith(key_id)]


def whose(*, made: bool) -> str:
    """Return, for people, whether the stack has made a key."""
    return "made by the stack" if made else "yours already"


def tell_again(parameter: str, key_arn: str, screen: Screen) -> None:
    """Print how the next stack takes a key, and the command that deletes it."""
    screen.say(f"{MARGIN}deploy again with {parameter}={key_arn}, or delete it once nothing needs it:")
    screen.say(f"{MARGIN}  aws kms schedule-key-deletion --pending-window-in-days 30 --key-id {key_arn}")


def tell_others(keys: list[str], screen: Screen) -> None:
    """Print the keys that nothing needs once the stack is gone."""
    for key in keys:
        screen.facts([("key of logs", f"{key} ({COSTS}); nothing is under it any more but exported logs")])
        tell_again("LogsKeyArn", key, screen)
