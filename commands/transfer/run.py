"""`make transfer`: starts a transfer, tells what it does until it ends, and then its receipt or its error."""

from typing import Any, Final

from commands import words
from commands.account import Account
from commands.problems import Refused
from commands.screen import MARGIN, Screen
from commands.stacks import DeployedStack
from commands.transfer import asking, ending, progress
from commands.transfer.asking import Asked
from commands.transfer.history import History
from snapferry.source import estimate
from snapferry.source.estimate import Work
from snapferry.transfers import TransferPlan

LOOK: Final = 5
"""Seconds between two looks."""
INTERRUPTED: Final = 130
_RUNNING: Final = ("RUNNING", "PENDING_REDRIVE")


def transfer(account: Account, asked: Asked, screen: Screen) -> int:
    """Run a transfer, or follow one; give the exit code: 0 for a good end, 1 for a bad one, 130 for Ctrl-C.

    Raises:
        Refused: It was not started.
    """
    if asked.follow:
        arn = asked.follow
    else:
        asked.input  # noqa: B018 - a mistake in it is told before anything is looked for
        stack = DeployedStack.find(account, asked.stack, having="FerrySnapshotMachine")
        arn = asking.start(account, stack.outputs["FerrySnapshotMachineArn"], asked)
    screen.facts([("execution", arn), ("console", _console(account, arn))])
    try:
        described = Watch(account, arn, screen).until_it_ends()
    except KeyboardInterrupt:
        ending.tell_interrupted(arn, screen)
        return INTERRUPTED
    return ending.tell(described, screen)


class Watch:
    """Looks at one execution until it ends.

    Args:
        account: Where it runs.
        arn: The execution's.
        screen: Is told.
    """

    def __init__(self, account: Account, arn: str, screen: Screen) -> None:
        self._account = account
        self._arn = arn
        self._screen = screen
        self._history = History(account, arn)
        self._told: set[str] = set()
        self._expected = ""
        self._state = ""

    def until_it_ends(self) -> dict[str, Any]:
        """Return DescribeExecution's last answer."""
        states = self._account.client("stepfunctions")
        with self._screen.now() as now:
            while True:
                described: dict[str, Any] = states.describe_execution(executionArn=self._arn)
                self._tell_states(described)
                if described["status"] not in _RUNNING:
                    return described
                said = progress.told(self._account, self._plan(), self._state)
                now.tell(f"{self._state}{': ' if said else ''}{said}", self._elapsed(described))
                self._account.pause(LOOK)

    def _tell_states(self, described: dict[str, Any]) -> None:
        for entered in self._history.look():
            self._state = entered.name
            if not entered.quiet and entered.name not in self._told:
                self._told.add(entered.name)
                since = words.clock((entered.at - described["startDate"]).total_seconds())
                self._screen.say(f"{MARGIN}{since}  {entered.name}")
        plan = self._plan()
        if plan is not None and not self._expected:
            self._expected = _expected(plan)
            self._screen.say(f"{MARGIN}estimate: {self._expected}")

    def _plan(self) -> TransferPlan | None:
        return TransferPlan.read(self._history.plan) if self._history.plan else None

    def _elapsed(self, described: dict[str, Any]) -> str:
        if self._history.now is None:
            raise Refused("Step Functions has not been asked yet")
        elapsed = (self._history.now - described["startDate"]).total_seconds()
        return f"({words.clock(max(0, elapsed))} since the start; estimate: {self._expected or 'not known yet'})"


def _expected(plan: TransferPlan) -> str:
    """How long it may take, from what the plan has found out."""
    total = estimate.total(estimate.stages(Work.of(plan)))
    limit = f"at most {words.length(plan.deadline_seconds)}"
    if total is None:
        return f"nobody can know, for AWS does not tell how large it is; {limit}"
    return f"{words.between(total.least, total.most)}; {limit}"


def _console(account: Account, arn: str) -> str:
    domain = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}.get(
        arn.split(":")[1], f"{account.region}.console.aws.amazon.com"
    )
    return f"https://{domain}/states/home?region={account.region}#/v2/executions/details/{arn}"
