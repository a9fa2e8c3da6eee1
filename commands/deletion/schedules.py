"""Schedules, stopped for as long as a stack is about to be deleted."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from commands import words
from commands.account import Account
from commands.screen import Screen
from commands.stacks import DeployedStack

_ENABLED: Final = "ENABLED"
_DISABLED: Final = "DISABLED"
_READ_ONLY: Final = ("Arn", "CreationDate", "LastModificationDate", "ResponseMetadata")


@contextmanager
def stopped(account: Account, stack: DeployedStack, screen: Screen, *, but: str) -> Iterator[None]:
    """Disable a stack's schedules; when the block fails or is interrupted, those that were enabled are so again.

    Args:
        account: Where they are.
        stack: Whose.
        screen: Is told.
        but: Logical id of the one that goes on: the sweeper's, for what is still to be closed.
    """
    names = [name for logical_id, name in stack.schedules.items() if logical_id != but]
    were_on: list[str] = []
    try:
        were_on.extend(name for name in names if _set(account, name, _DISABLED))
        if were_on:
            screen.say(f"{words.number(len(were_on), 'schedule')} stopped: {', '.join(were_on)}")
        yield
    except BaseException:
        for name in were_on:
            _set(account, name, _ENABLED)
        if were_on:
            screen.say(f"{words.number(len(were_on), 'schedule')} started again: {', '.join(were_on)}")
        raise


def _set(account: Account, name: str, state: str) -> bool:
    """Tell whether it was another state; UpdateSchedule wants the whole schedule again."""
    client = account.client("scheduler")
    found: dict[str, Any] = client.get_schedule(Name=name)
    if found.get("State", _ENABLED) == state:
        return False
    client.update_schedule(**{key: value for key, value in found.items() if key not in _READ_ONLY} | {"State": state})
    return True
