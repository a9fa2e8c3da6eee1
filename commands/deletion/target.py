"""`make delete-target`: the target's stack goes once nothing is copied, restored or half restored."""

from typing import Final

from commands.account import Account
from commands.deletion import left_by_target, removal, schedules
from commands.deletion.closing import Closer, close_all
from commands.deletion.target_books import Books
from commands.deletion.wishes import Wishes
from commands.problems import Problem, Refused
from commands.screen import Screen
from commands.stacks import DeployedStack
from snapferry.state.begun import Begun

STACK: Final = "snapferry-target"
_MACHINE: Final = "RestoreDatabaseMachine"
_TAKE_BACK: Final = "TakeBackMachine"
_SWEEPER: Final = "SweepSchedule"


def delete(account: Account, wishes: Wishes, screen: Screen) -> None:
    """Delete the target's stack; its key, the databases, their secrets and connections, and the copies stay.

    Raises:
        Refused: Something runs, or is half restored, or nobody has confirmed; the schedules are as they were.
    """
    stack = DeployedStack.find(account, wishes.stack, having=_MACHINE)
    screen.say("The source's stack goes first: a transfer that still runs there would wait for an answer in vain.")
    removal.confirm(stack, wishes, screen)
    books = Books(account, stack)
    with schedules.stopped(account, stack, screen, but=_SWEEPER):
        # the one that takes back has work to do yet
        removal.end_executions(account, stack.machines_but(_TAKE_BACK), wishes, screen)
        close_all(account, _begun(books, stack), screen)
        removal.end_executions(account, stack.machines, wishes, screen)
        if problems := [*books.in_quarantine(), *books.in_hook_group()]:
            raise Refused(f"Not deleted: the groups of {stack.name} are in use", problems)
        left = left_by_target.find(account, stack)
    removal.remove(account, stack, screen)
    left_by_target.tell(left, screen)


def _begun(books: Books, stack: DeployedStack) -> Closer[Begun]:
    return Closer("what ended half-way", stack.physical(_TAKE_BACK), books.left_behind, books.take_back, _told)


def _told(begun: Begun) -> Problem:
    made = ", ".join(name for name in (begun.identifier, begun.copy) if name)
    return Problem(
        f"{begun.execution_arn} has left something behind: {made}",
        "see the failed executions of take-back and their causes, mend that, and run the command again",
    )
