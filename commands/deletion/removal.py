"""The stack itself: asked for, deleted, and waited for."""

from typing import Final

from commands import words
from commands.account import Account
from commands.deletion.wishes import Wishes
from commands.problems import Problem, Refused
from commands.runs import LOOK, Run, running, state_of, stop, wait
from commands.screen import Screen
from commands.stacks import DeployedStack, describe

_GONE: Final = "DELETE_COMPLETE"
_FAILED: Final = "DELETE_FAILED"
_BUSY: Final = "_IN_PROGRESS"


def confirm(stack: DeployedStack, wishes: Wishes, screen: Screen) -> None:
    """Ask whether the stack is really to be deleted.

    Raises:
        Refused: It is not, or CloudFormation is at work on it.
    """
    if stack.status.endswith(_BUSY):
        raise Refused(f"Not deleted: stack {stack.name} is {stack.status}", [Problem(*_AT_WORK)])
    if wishes.yes or screen.confirms(f"Type {stack.name} to delete it: ", stack.name):
        return
    raise Refused(f"Not deleted: nobody has confirmed that {stack.name} is to go", [Problem(*_CONFIRM)])


def end_executions(account: Account, machines: dict[str, str], wishes: Wishes, screen: Screen) -> None:
    """Wait until none of the machines runs; stop what runs, and what that has started meanwhile, if it is wished."""
    runs = running(account, machines.values())
    for each in runs:
        screen.say(f"runs: {each.name}, {each.told(state_of(account, each.arn))}")
    if runs and not wishes.stop:
        screen.say("Waiting for their end; STOP=1 stops them, and Ctrl-C leaves everything as it was.")
    stopped: set[str] = set()

    def look(found: list[Run]) -> None:
        fresh = [each for each in found if each.arn not in stopped] if wishes.stop else []
        stop(account, fresh, f"{wishes.stack} is about to be deleted")
        stopped.update(each.arn for each in fresh)

    wait(account, machines.values(), screen, look)
    if stopped:
        screen.say(f"{words.number(len(stopped), 'execution')} stopped")


def remove(account: Account, stack: DeployedStack, screen: Screen) -> None:
    """Delete the stack and wait until it is gone.

    Raises:
        Refused: CloudFormation could not delete all of it.
    """
    account.client("cloudformation").delete_stack(StackName=stack.id)
    with screen.now() as now:
        while (found := describe(account, stack.id)) is not None and found["StackStatus"] != _GONE:
            if found["StackStatus"] == _FAILED:
                raise Refused(f"CloudFormation could not delete all of {stack.name}", _what_failed(account, found))
            now.tell(f"deleting stack {stack.name}")
            account.pause(LOOK)
    screen.say(f"Stack {stack.name} is deleted.", style="bold")


def _what_failed(account: Account, stack: dict[str, str]) -> list[Problem]:
    listed = account.pages(
        "cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack["StackId"]
    )
    failed = [one for one in listed if one["ResourceStatus"] == _FAILED]
    remedy = "remove what it says it depends on, and run the command again"
    told = [f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}" for one in failed]
    return [Problem(each, remedy) for each in told or [stack.get("StackStatusReason", "it gives no reason")]]


_AT_WORK: Final = ("CloudFormation is at work on it", "wait until it is done, and run the command again")
_CONFIRM: Final = (
    "Deleting a stack cannot be taken back",
    "type its name when asked, or say YES=1 where nobody can be asked",
)
