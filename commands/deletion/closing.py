"""Closing what is still open once nothing runs any more, by the product's own machines.

The closers behind the status events come first; what they have not been told of is started here, as a sweeper would.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from commands.account import Account
from commands.problems import Problem, Refused
from commands.runs import LOOK, running
from commands.screen import Screen
from snapferry import waits

_CLOSERS_FIRST: Final = 60  # seconds until the closers behind the events have had their chance
_ATTEMPTS: Final = 3
_MINUTE: Final = 60


@dataclass(frozen=True)
class Closer[T]:
    """How one kind of thing is closed.

    Attributes:
        what: How it is called, such as "open access".
        machine: The ARN of the machine that closes.
        find: Gives what is open now.
        start: Starts the machine for one of them; the number makes an attempt's name its own.
        told: What is said of one that cannot be closed.
    """

    what: str
    machine: str
    find: Callable[[], Sequence[T]]
    start: Callable[[T, int], object]
    told: Callable[[T], Problem]


def close_all[T](account: Account, closer: Closer[T], screen: Screen) -> None:
    """Close everything that is found, and wait until nothing is found any more.

    Raises:
        Refused: Something stays open.
    """
    attempts, waited = 0, 0
    with screen.now() as now:
        while found := closer.find():
            now.tell(f"closing {closer.what}: {len(found)} left")
            if not running(account, [closer.machine]) and waited >= _CLOSERS_FIRST:
                if attempts == _ATTEMPTS:
                    raise Refused(f"Not deleted: {closer.what} cannot be closed", [closer.told(one) for one in found])
                for one in found:
                    closer.start(one, int(waits.now().timestamp()) // _MINUTE)
                attempts, waited = attempts + 1, 0
            account.pause(LOOK)
            waited += LOOK
