"""`make delete-source`: the source's stack goes once no transfer runs and nobody has access any more."""

from typing import Final

from commands.account import Account
from commands.deletion import left_by_source, removal, schedules
from commands.deletion.closing import Closer, close_all
from commands.deletion.source_books import Books
from commands.deletion.wishes import DELETE, LEAVE, Wishes
from commands.problems import Problem, Refused
from commands.screen import Screen
from commands.stacks import DeployedStack
from snapferry.leasing.closing import Open
from snapferry.state.kept import KeptCopy

STACK: Final = "snapferry-source"
_MACHINE: Final = "FerrySnapshotMachine"
_CLOSER: Final = "CloseAccessMachine"
_SWEEPER: Final = "SweepSchedule"


def delete(account: Account, wishes: Wishes, screen: Screen) -> None:
    """Delete the source's stack; its key, the databases and their snapshots stay.

    Raises:
        Refused: Something is open, or nobody has confirmed; the schedules are as they were.
    """
    stack = DeployedStack.find(account, wishes.stack, having=_MACHINE)
    removal.confirm(stack, wishes, screen)
    books = Books(account, stack)
    with schedules.stopped(account, stack, screen, but=_SWEEPER):
        _refuse_kept(books, wishes)
        # the one that closes has work to do yet
        removal.end_executions(account, stack.machines_but(_CLOSER), wishes, screen)
        close_all(account, _access(books, stack), screen)
        _refuse_kept(books, wishes)  # one that was stopped may have left another
        if wishes.kept == DELETE:
            close_all(account, _copies(books, stack), screen)
        removal.end_executions(account, stack.machines, wishes, screen)
        if problems := [*map(_told, books.open()), *books.shared()]:
            raise Refused(f"Not deleted: something of {stack.name} is open", problems)
        left = left_by_source.find(account, stack, books)
    removal.remove(account, stack, screen)
    left_by_source.tell(left, screen)


def _access(books: Books, stack: DeployedStack) -> Closer[Open]:
    return Closer("access", stack.physical(_CLOSER), books.open, books.close, _told)


def _copies(books: Books, stack: DeployedStack) -> Closer[KeptCopy]:
    def told(copy: KeptCopy) -> Problem:
        return Problem(f"{copy.identifier} cannot be deleted", f"see the executions of {stack.physical(_CLOSER)}")

    return Closer("kept copies", stack.physical(_CLOSER), books.kept, books.delete_kept, told)


def _refuse_kept(books: Books, wishes: Wishes) -> None:
    if wishes.kept is None and (kept := books.kept()):
        raise Refused(f"Not deleted: copies of failed transfers are kept by {wishes.stack}", [*map(_of_kept, kept)])


def _of_kept(copy: KeptCopy) -> Problem:
    return Problem(
        f"{copy.identifier} of {copy.database}, kept until {copy.until}, shared with nobody",
        f"carry on from it (make transfer DATABASE={copy.database} SNAPSHOT={copy.identifier}), or say KEPT={DELETE}; "
        f"KEPT={LEAVE} leaves it, and nothing deletes it when its time is over",
    )


def _told(left: Open) -> Problem:
    closing = left.closing
    snapshots = ", ".join(name for name in (closing.copy, closing.snapshot) if name)
    what = f"transfer {closing.transfer} on key {closing.key_arn}" + (f", snapshots {snapshots}" if snapshots else "")
    return Problem(
        f"access or snapshots of {what}",
        "see the failed executions of close-access and their causes, mend that, and run the command again; "
        "the target's access ends by itself at the time in the key policy",
    )
