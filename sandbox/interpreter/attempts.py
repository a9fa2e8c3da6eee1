"""Mending: how an attempt of a Task, Map or Parallel state ends.

AWS: by its own outcome, by its TimeoutSeconds, or with its execution (StopExecution, the machine's TimeoutSeconds, a
failing branch); the latter run no Retry and no Catch, and what the attempt still does is not told. Each attempt of a
`.waitForTaskToken` state has its own token.
moto: StopExecution never ends a token's wait, its time-out is retried and caught, a stopped execution turns into a
failed one, a Retry's pause cannot be interrupted, a token serves all attempts, and whole seconds are lost in a Wait.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from moto.moto_api._internal import mock_random
from moto.stepfunctions.parser.asl.component.common.retry import jitter_strategy_decl, retrier_decl
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import EvalTimeoutError
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import ResourceCondition
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.eval.environment import Environment

from sandbox.clock import current
from sandbox.interpreter.history import leave_out_of_history
from sandbox.register.stepfunctions import ENDS_ONCE, TOKEN_OF_ATTEMPT

if TYPE_CHECKING:
    from sandbox.clock import Clock, VirtualThread
    from sandbox.interpreter.patches import Patches

# Real tokens are long; 600 letters show who has no room for one. (At most 1,024.)
TOKEN_BYTES = 450


def mend(patches: Patches, clock: Clock) -> None:
    """Let executions end when they end."""
    attempts = Attempts(clock)
    patches.replace(ExecutionState, "_evaluate_with_timeout", attempts.evaluate)
    patches.replace(ExecutionState, "_handle_retry", attempts.retry_from(ExecutionState._handle_retry))  # noqa: SLF001
    patches.replace(WaitFunction, "_wait_interval", attempts.wait)
    patches.replace(retrier_decl, "time", attempts)
    patches.replace(jitter_strategy_decl, "random", mock_random)
    patches.replace(StateTaskServiceCallback, "_eval_execution", _with_own_token(StateTaskServiceCallback))
    for setter in ("set_ended", "set_error", "set_timed_out", "set_stop"):
        patches.replace(Environment, setter, _ends_once(getattr(Environment, setter), clock))


class Attempts:
    """The pauses and attempts of all executions on one clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._retrying: dict[VirtualThread | None, Environment] = {}

    @property
    def evaluate(self) -> Any:
        """Stands in for `ExecutionState._evaluate_with_timeout`."""

        def evaluate(state: Any, env: Environment) -> None:
            state.timeout.eval(env=env)
            seconds = env.stack.pop()
            env.variable_store.__dict__.pop("noted", None)  # what a failed attempt wanted to assign
            frame: Any = env.open_frame()
            frame.states.reset(input_value=env.states.get_input())
            frame.stack = copy.deepcopy(env.stack)
            thread = self._run(state, frame, env, seconds)
            frame.set_ended()
            env.close_frame(frame)
            if not thread.done:
                leave_out_of_history(frame)
            if not env.is_running():
                return
            if thread.error is not None:
                raise thread.error
            if not thread.done:
                raise EvalTimeoutError
            _conclude(state, env, frame.stack[-1])

        return evaluate

    def _run(self, state: Any, frame: Environment, env: Environment, seconds: float) -> VirtualThread:
        """The attempt's thread; returns when it has ended, is late, or nobody waits for it any more."""
        thread = self._clock.spawn(lambda: state._eval_execution(frame), state.name)  # noqa: SLF001
        thread.awaited = True
        deadline = round(self._clock.now + seconds, 6)
        watch = watchers(env)
        me = current()
        assert me is not None  # noqa: S101 - executions run in virtual threads only
        thread.waiters.append(me)
        watch.append(me)
        while not thread.done and env.is_running() and self._clock.now < deadline:
            self._clock.block(deadline - self._clock.now)
        watch.remove(me)
        if me in thread.waiters:
            thread.waiters.remove(me)
        return thread

    @property
    def wait(self) -> Any:
        """Stands in for `WaitFunction._wait_interval`."""

        def wait(_: Any, env: Environment, wait_seconds: float) -> None:
            self._pause(env, wait_seconds)

        return wait

    def retry_from(self, original: Any) -> Any:
        """`ExecutionState._handle_retry`, noting whose pause follows."""

        def handle_retry(state: Any, env: Environment, failure_event: Any) -> Any:
            self._retrying[current()] = env
            try:
                return original(state, env, failure_event)
            finally:
                del self._retrying[current()]

        return handle_retry

    def sleep(self, seconds: float) -> None:
        """A retrier's pause: stands in for `time.sleep` in its module."""
        self._pause(self._retrying[current()], seconds)

    def _pause(self, env: Environment, seconds: float) -> None:
        deadline = round(self._clock.now + seconds, 6)
        while env.is_running() and self._clock.now < deadline:
            env.program_state_event.wait(deadline - self._clock.now)


def _conclude(state: Any, env: Environment, output: Any) -> None:
    """What follows a successful attempt; as moto does it."""
    env.stack.append(output)
    if not state._is_language_query_jsonpath():  # noqa: SLF001
        env.states.set_result(output)
    if state.assign_decl:
        state.assign_decl.eval(env=env)
    if state.result_selector:
        state.result_selector.eval(env=env)
    if state.result_path:
        state.result_path.eval(env)
    else:
        env.states.reset(input_value=env.stack.pop())


def watchers(env: Environment) -> list[VirtualThread]:
    """Who must know when this environment stops running."""
    watchers: list[VirtualThread] = env.__dict__.setdefault("watchers", [])
    return watchers


def _ends_once(setter: Any, clock: Clock) -> Any:
    """An environment ends once, the first end counts; whoever waits in it is told."""

    def end(env: Any, *args: Any, **kwargs: Any) -> None:
        if not env.is_running() and ENDS_ONCE.holds:
            return
        setter(env, *args, **kwargs)
        for watcher in watchers(env):
            clock.wake(watcher)
        for endpoint in env.callback_pool_manager._pool.values():  # noqa: SLF001
            if hasattr(endpoint, "frame") and not endpoint.frame.is_running():
                endpoint.interrupt_all()

    return end


def _with_own_token(owner: Any) -> Any:
    """`_eval_execution` with a new token for each attempt."""
    original = owner._eval_execution  # noqa: SLF001

    def evaluate(state: Any, frame: Any) -> None:
        own = TOKEN_OF_ATTEMPT.holds or not frame.states.context_object.context_object_data.get("Task")
        if state.resource.condition == ResourceCondition.WaitForTaskToken and own:
            token = mock_random.token_urlsafe(TOKEN_BYTES)
            frame.states.context_object.context_object_data["Task"] = {"Token": token}
            frame.callback_pool_manager.add(token).frame = frame
        original(state, frame)

    return evaluate
