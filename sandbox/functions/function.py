"""One function: its processes, its invocations, its output."""

from __future__ import annotations

import json
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.clock import Cancelled
from sandbox.functions import output
from sandbox.functions.environment import variables
from sandbox.functions.spec import VERSION, FunctionSpec, Invocation, failure
from sandbox.gate import AwsError
from sandbox.register.functions import RESERVED, TIMEOUT
from sandbox.roles import RoleRefused, act_as

if TYPE_CHECKING:
    from sandbox.accounts import Credentials
    from sandbox.functions.process import HandlerProcess, Zygote
    from sandbox.world import Sandbox

# Virtual seconds.
COLD_START_SECONDS = 0.5
WARM_START_SECONDS = 0.02
API_CALL_SECONDS = 0.08
# For a sandbox without the rule.
NO_TIMEOUT_SECONDS = 86_400.0

BEGINNING, END = 0, -1
"""Points of an invocation; between them, its API calls are counted from 1."""
PointHook = Callable[[FunctionSpec, int], bool]


class Killed(Exception):
    """Raised by a hook: the process dies here."""


class Function:
    """A deployed function. One process runs one invocation at a time; a warm one is used again."""

    def __init__(
        self, spec: FunctionSpec, sandbox: Sandbox, zygote: Zygote, at_points: Sequence[PointHook] = ()
    ) -> None:
        self.spec = spec
        self.at_points = at_points
        """Each is asked at the invocation's points: may raise Killed; True lets it hang until its time is over."""
        self.lines: deque[str] = deque(maxlen=output.LINES_KEPT)
        self.permissions: dict[str, dict[str, Any]] = {}
        """Statements of the function's own policy, by Sid."""
        self.failures: deque[float] = deque(maxlen=output.LINES_KEPT)
        """When invocations ended in an error; virtual epoch seconds."""
        self.cold_starts = 0
        self._sandbox = sandbox
        self._zygote = zygote
        self._idle: list[HandlerProcess] = []
        self._retired = False
        self._running = 0
        self._invocations = 0

    @property
    def policy(self) -> dict[str, Any] | None:
        """The function's resource policy; None without a statement."""
        if not self.permissions:
            return None
        statements = list(self.permissions.values())
        return {"Version": "2012-10-17", "Id": "default", "Statement": statements}

    def invoke(self, event: Any) -> Invocation:
        """Run the handler once; in a virtual thread.

        Raises:
            AwsError: TooManyRequestsException, the reserved concurrency is used up; InvalidParameterValueException,
                its role does not let Lambda in.
        """
        limit = self.spec.reserved_concurrency
        if limit is not None and self._running >= limit and RESERVED.holds:
            reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
            raise AwsError(RESERVED.code, RESERVED.message, 429, Reason=reason, Type="User")
        self._running += 1
        try:
            return self._run(self._warm_or_new(), event)
        finally:
            self._running -= 1

    def credentials(self) -> Credentials:
        """A session of the function's role.

        Raises:
            AwsError: InvalidParameterValueException, the role does not let Lambda in.
        """
        try:
            return act_as(self._sandbox, "lambda.amazonaws.com", self.spec.role_arn, self.spec.name)
        except RoleRefused as refusal:
            message = f"The role defined for the function cannot be assumed by Lambda. {refusal}"
            raise AwsError("InvalidParameterValueException", message) from refusal

    def inherit(self, earlier: Function) -> None:
        """Take over what outlives a new deployment: policy, output, and numbers."""
        self.lines, self.failures, self.permissions = earlier.lines, earlier.failures, earlier.permissions
        self.cold_starts, self._invocations = earlier.cold_starts, earlier._invocations

    def retire(self) -> None:
        """End the idle processes, and the others after their invocation: new code or settings came."""
        self._retired = True
        while self._idle:
            self._idle.pop().end(kill=True)

    def _warm_or_new(self) -> HandlerProcess:
        if self._idle:
            self._sandbox.clock.sleep(WARM_START_SECONDS)
        if self._idle:  # still, after the pause
            return self._idle.pop()
        self.cold_starts += 1
        stream = f"{self.spec.account}-{self.spec.name}-{self.cold_starts}"
        environment = variables(self.spec, self.credentials(), self._sandbox.url, stream)
        self._sandbox.clock.sleep(COLD_START_SECONDS)
        return self._zygote.spawn(self.spec.arn, environment)

    def _run(self, process: HandlerProcess, event: Any) -> Invocation:
        clock = self._sandbox.clock
        request_id = self._next_request_id()
        deadline = clock.now + (self.spec.timeout if TIMEOUT.holds else NO_TIMEOUT_SECONDS)
        context = self._context(request_id, deadline, process)
        try:
            self._comes_to(BEGINNING, deadline)
            process.tell({"now": clock.now, "event": event, "context": context})
            message = self._until_it_ends(process, deadline)
        except TimeoutError:
            process.end(kill=True)
            return self._ended(process, self._timed_out(request_id))
        except Killed:
            process.end(kill=True)
            message_of_lambda = f"RequestId: {request_id} Error: Runtime exited with error: signal: killed"
            return self._ended(process, failure(request_id, "Runtime.ExitError", message_of_lambda))
        except Cancelled:  # the sandbox closes
            process.end(kill=True)
            raise
        if message is None:
            return self._ended(process, self._exited(process, request_id))
        if self._retired or "exit" in message:
            process.end(kill=self._retired)
        else:
            self._idle.append(process)
        error = message.get("error")
        payload = (json.dumps(error) if error else message["result"]).encode()
        return self._ended(process, Invocation(request_id, payload, error, cpu_seconds=message.get("cpu", 0.0)))

    def _until_it_ends(self, process: HandlerProcess, deadline: float) -> dict[str, Any] | None:
        """Let time pass as the handler asks, until its result, its error, or its process's end (None).

        Raises:
            TimeoutError: at the deadline; or the process hangs (Hanging).
            Killed: somebody wants it so.
        """
        clock, calls = self._sandbox.clock, 0
        while (message := process.hear()) is not None:
            if "call" not in message and "sleep" not in message:
                self._comes_to(END, deadline)
                return message
            if "call" in message:
                calls += 1
                self._comes_to(calls, deadline)
            pause = API_CALL_SECONDS if "call" in message else message["sleep"]
            left = deadline - clock.now
            clock.sleep(min(pause, left))
            if pause >= left:
                raise TimeoutError
            process.tell({"now": clock.now})
        return None

    def _comes_to(self, point: int, deadline: float) -> None:
        """Let the hooks have their say at a point of the invocation."""
        for hook in self.at_points:
            if hook(self.spec, point):
                self._sandbox.clock.sleep(deadline - self._sandbox.clock.now)
                raise TimeoutError

    def _ended(self, process: HandlerProcess, invocation: Invocation) -> Invocation:
        if invocation.error is not None:
            self.failures.append(self._sandbox.clock.now)
        lines = process.new_output().splitlines()
        self.lines.extend(lines)
        output.keep(self.spec, process.stream, lines, self._sandbox.clock.now)
        for listener in self._sandbox.functions.on_end:
            listener(self.spec, invocation)
        return invocation

    def _timed_out(self, request_id: str) -> Invocation:
        message = TIMEOUT.message.format(request=request_id, seconds=self.spec.timeout)
        return failure(request_id, TIMEOUT.code, message)

    def _exited(self, process: HandlerProcess, request_id: str) -> Invocation:
        code = process.end(kill=False)
        reason = f"exit status {code}" if code >= 0 else f"signal: {-code}"
        how = f"with error: {reason}" if code else "without providing a reason"
        return failure(request_id, "Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited {how}")

    def _next_request_id(self) -> str:
        """The same in every run, as everything else in the sandbox."""
        self._invocations += 1
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.spec.arn}#{self._invocations}"))

    def _context(self, request_id: str, deadline: float, process: HandlerProcess) -> dict[str, Any]:
        return {
            "function_name": self.spec.name,
            "function_version": VERSION,
            "invoked_function_arn": self.spec.arn,
            "memory_limit_in_mb": str(self.spec.memory),
            "aws_request_id": request_id,
            "log_group_name": self.spec.log_group,
            "log_stream_name": process.stream,
            "deadline": deadline,
        }
