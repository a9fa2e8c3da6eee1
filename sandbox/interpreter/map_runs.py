"""Mending: Map states in DISTRIBUTED mode.

AWS: each item is an execution of its own, with its own history, name and limits, below the machine's ARN and the
state's label; it sees neither the parent's variables nor its context. The run starts as many as MaxConcurrency allows,
and fails as a whole when more of them fail than is tolerated; the others are aborted then, and with the parent.
moto: works the items off in the parent's own environment, takes every failure for a success with the output null,
and counts them wrong.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from moto.moto_api._internal import mock_random
from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import EvalTimeoutError
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.distributed_iteration_component import (
    DistributedIterationComponent,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import map_run_record

from sandbox.clock import current
from sandbox.interpreter.attempts import watchers
from sandbox.interpreter.children import ABORTED, SUCCEEDED, MapRun, child_of
from sandbox.interpreter.failures import failed
from sandbox.interpreter.machines import machine_of
from sandbox.interpreter.map_results import ResultWriters
from sandbox.register.map_runs import ABORTED_WITH_RUN, CONCURRENCY, ITEM_READER, MAY_START, TOLERATED

if TYPE_CHECKING:
    from collections.abc import Callable

    from moto.stepfunctions.parser.asl.eval.environment import Environment

    from sandbox.clock import Clock, VirtualThread
    from sandbox.interpreter.children import Child
    from sandbox.interpreter.history import EndListener
    from sandbox.interpreter.patches import Patches

    Refusal = Callable[[str, str, str], str]
    """Why a role may not do an action on a resource; empty if it may."""

MOST_AT_ONCE = 10_000
FAILED = "FAILED"


class MapRuns:
    """All runs of Distributed Maps."""

    def __init__(self, clock: Clock, on_end: list[EndListener], refusal: Refusal) -> None:
        self._clock = clock
        self._refusal = refusal
        self._waiting: dict[str, VirtualThread] = {}
        """Who waits for a child, by the child's ARN."""
        on_end.append(self._ended)

    def mend(self, patches: Patches) -> None:
        """Run Distributed Maps as AWS does."""

        def evaluate(component: Any, env: Environment) -> None:
            self._run(component, env)

        patches.replace(DistributedIterationComponent, "_eval_body", evaluate)
        patches.replace(map_run_record, "long_uid", lambda: str(mock_random.uuid4()))
        ResultWriters().mend(patches)

    def _run(self, component: Any, env: Environment) -> None:
        """One run, in the virtual thread of the state's attempt; its outputs are left on the stack."""
        given: Any = env.stack.pop()
        run = MapRun(given.map_run_record, _parent(env))
        env.heap["map run"] = run
        _tell(env, HistoryEventType.MapRunStarted, mapRunStartedEventDetails={"mapRunArn": run.arn})
        try:
            self._check_permission(env, run)
            run.inputs = _inputs(_items(given, env), given, env)
            self._work(component, env, run)
        except Exception as error:
            run.stop(FAILED if env.is_running() else ABORTED)
            details = getattr(error, "extract_error_cause_pair", lambda: None)() or ("", "")
            _tell(env, HistoryEventType.MapRunFailed, mapRunFailedEventDetails=_named(*details))
            raise
        run.stop(SUCCEEDED)
        _tell(env, HistoryEventType.MapRunSucceeded)
        env.stack.append(run.outputs())

    def _check_permission(self, env: Environment, run: MapRun) -> None:
        role = env.aws_execution_details.role_arn
        refusal = self._refusal(role, "states:StartExecution", machine_of(run.machine_arn))
        if refusal and MAY_START.holds:
            raise failed(env, MAY_START.code, refusal)

    def _work(self, component: Any, env: Environment, run: MapRun) -> None:
        """Start children and wait for them, until all have ended, too many have failed, or nobody wants them."""
        me = current()
        assert me is not None  # noqa: S101 - executions run in virtual threads only
        to_do = deque(run.inputs)
        program = component._get_iteration_program()  # noqa: SLF001 - the seam
        watchers(env).append(me)
        try:
            while (to_do or run.running) and env.is_running() and not run.failed_too_often:
                while to_do and len(run.running) < _at_once(run):
                    value = to_do.popleft()
                    self._start(child_of(run, value, program), run, me)
                self._clock.block()
        finally:
            watchers(env).remove(me)
            self._abort(run)
        if not env.is_running():
            raise EvalTimeoutError
        if run.failed_too_often:
            raise failed(env, TOLERATED.code, TOLERATED.message)

    def _start(self, child: Child, run: MapRun, me: VirtualThread) -> None:
        run.children.append(child)
        self._waiting[child.exec_arn] = me
        child.start()

    def _abort(self, run: MapRun) -> None:
        if not ABORTED_WITH_RUN.holds:
            return
        for child in run.running:
            self._clock.spawn(child.abort, f"abort {child.name}")
        while run.running:
            self._clock.block()

    def _ended(self, _account: str, _region: str, execution: dict[str, Any]) -> None:
        waiting = self._waiting.pop(execution["executionArn"], None)
        if waiting is not None:
            self._clock.wake(waiting)


def _at_once(run: MapRun) -> int:
    return (run.record.max_concurrency if CONCURRENCY.holds else 0) or MOST_AT_ONCE


def _parent(env: Environment) -> Any:
    worker: Any = env.event_manager.__dict__["worker"]
    return worker._execution_communication.execution  # noqa: SLF001 - it does not tell


def _items(given: Any, env: Environment) -> list[Any]:
    if given.item_reader is None:
        return list(given.input_items)
    try:
        given.item_reader.eval(env=env)
    except ClientError as error:
        if not ITEM_READER.holds:
            raise
        raise failed(env, ITEM_READER.code, str(error)) from error
    return list(env.stack.pop())


def _inputs(items: list[Any], given: Any, env: Environment) -> list[Any]:
    """Each child's input: the item, or what ItemSelector makes of it where the parent's variables are known."""
    selector = given.item_selector or given.parameters  # the older name of the same
    if selector is None:
        return items
    return [_selected(index, item, selector, env) for index, item in enumerate(items)]


def _selected(index: int, item: Any, selector: Any, env: Environment) -> Any:
    frame: Any = env.open_inner_frame()
    try:
        frame.states.context_object.context_object_data["Map"] = {"Item": {"Index": index, "Value": item}}
        frame.states.reset(env.states.get_input())
        frame.stack.append(env.states.get_input())
        selector.eval(frame)
        return frame.stack[-1]
    finally:
        env.delete_frame(frame)


def _tell(env: Environment, event_type: HistoryEventType, **details: Any) -> None:
    written: Any = details or None
    env.event_manager.add_event(context=env.event_history_context, event_type=event_type, event_details=written)


def _named(error: str | None, cause: str | None) -> dict[str, str]:
    return {name: value for name, value in (("error", error), ("cause", cause)) if value}
