"""Lets one execution die at one state, in one of the ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.moto_api._internal import mock_random

from sandbox.accounts import SOURCE
from sandbox.functions.function import BEGINNING
from tests.end_to_end.closing.cases import Case, Way, states

if TYPE_CHECKING:
    from sandbox.faults import FunctionFault
    from sandbox.functions import FunctionSpec
    from sandbox.interpreter import StateEvent
    from tests.end_to_end.closing.watch import Watch
    from tests.end_to_end.story import Story

LINGERS = 1.0  # virtual seconds: what befalls a state that takes no time takes effect before the next
WORKS_ON = 20.0  # virtual seconds: by then all who close at once have looked
AFTER_THE_END = 60.0  # virtual seconds


class Death:
    """Waits for an execution's state.

    Args:
        story: The stage.
        watch: Looks at the world just before.
        case: Where, and how.
        execution_arn: Whose.
        end: Virtual epoch seconds: the end time of its lease.
    """

    def __init__(self, story: Story, watch: Watch, case: Case, execution_arn: str, end: float) -> None:
        self.time: float | None = None
        """When it came; virtual epoch seconds."""
        self.seed = str(case)
        """What chance begins with once it has come: the pauses between two tries are this case's own."""
        self._story, self._watch = story, watch
        self._case, self._arn, self._end = case, execution_arn, end
        self._function = f"snapferry-source-{states()[case.state]}Function"
        self._fault: FunctionFault | None = None
        self._is_there = False
        story.sandbox.on_state.append(self._listen)
        story.sandbox.functions.at_points.append(self._comes_to)

    def close(self) -> None:
        """Listen no more."""
        self._story.sandbox.on_state.remove(self._listen)
        self._story.sandbox.functions.at_points.remove(self._comes_to)

    def _listen(self, event: StateEvent) -> None:
        if event.kind != "entered" or event.execution_arn != self._arn:
            return
        if event.state == self._case.state and self.time is None:
            self._is_there = True
            self._befall()
        elif self._fault is not None:
            self._fault.turns.times = 0  # it has come through to another state: the function lives again

    def _befall(self) -> None:
        sandbox, way = self._story.sandbox, self._case.way
        if way is Way.WORKING:
            return  # not before its function has begun
        if way is Way.STOPPED:
            self._stop()
        else:
            self._strikes()
        if way in (Way.KILLED, Way.SILENCED):
            fault = self._fault = sandbox.faults.function(self._function, times=None)
            _ = fault.killed_before_it_begins() if way is Way.KILLED else fault.killed_when_done()
        elif way is Way.DELETED:
            machine = self._story.stage.machine_arn
            sandbox.client("stepfunctions", SOURCE).delete_state_machine(stateMachineArn=machine)
        elif way is Way.LEAPT:
            sandbox.clock.leap(max(0.0, self._end - sandbox.clock.now) + AFTER_THE_END)
            self.time = sandbox.clock.now
        sandbox.clock.sleep(LINGERS)

    def _comes_to(self, spec: FunctionSpec, point: int) -> bool:
        if self._is_there and self._case.way is Way.WORKING and (spec.name, point) == (self._function, BEGINNING):
            self._is_there = False
            self._stop()
            self._story.sandbox.clock.sleep(WORKS_ON)
        return False

    def _stop(self) -> None:
        self._strikes()
        self._story.sandbox.client("stepfunctions", SOURCE).stop_execution(executionArn=self._arn)

    def _strikes(self) -> None:
        mock_random.seed(self.seed)
        self._watch.look(every=0.0)
        self.time = self._story.sandbox.clock.now
