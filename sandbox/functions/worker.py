"""The inside of a handler's process: loads the handler, runs it, and asks the sandbox for the time.

The sandbox writes one JSON line per invocation; the process answers with lines of its own:
`{"call": true}` and `{"sleep": seconds}` (each answered by `{"now": epoch seconds}`), and last `{"result": ...}` or
`{"error": ...}`. What the handler prints goes to the function's log. Imports nothing of the sandbox.
"""

from __future__ import annotations

import importlib
import json
import os
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TextIO

import time_machine

Handler = Callable[[Any, "Context"], Any]


class InitError(Exception):
    """The handler could not be loaded; `kind` is Lambda's name for it."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def serve(commands_fd: int, answers_fd: int) -> NoReturn:
    """Run the handler that the environment names, once per line of `commands_fd`, until that is closed."""
    sandbox = connect(commands_fd, answers_fd)
    handler: Handler | None = None
    while command := sandbox.receive():
        try:
            handler = handler or load(os.environ["_HANDLER"])
        except Exception as error:  # noqa: BLE001 -- whatever a module raises while it loads is the function's error
            sandbox.send({"error": described(error, command, skipped_frames=0), "exit": True})
            break
        before = time.process_time()
        answer = invoke(handler, command)
        sandbox.send({**answer, "cpu": time.process_time() - before})
    os._exit(0)


def invoke(handler: Handler, command: dict[str, Any]) -> dict[str, Any]:
    """The handler's result, or its error, as a line for the sandbox. SystemExit ends the process, as on Lambda."""
    try:
        result = handler(command["event"], Context(**command["context"]))
    except Exception as error:  # noqa: BLE001 -- Lambda answers with whatever the handler raises
        return {"error": described(error, command, skipped_frames=1)}
    try:
        return {"result": json.dumps(result)}
    except (TypeError, ValueError) as error:
        marshal = InitError("Runtime.MarshalError", f"Unable to marshal response: {error}")
        return {"error": described(marshal, command, skipped_frames=0)}


def load(name: str) -> Handler:
    """The function behind `module.function`.

    Raises:
        InitError: there is no such module or function, or the module cannot be read.
    """
    module_name, _, function_name = name.rpartition(".")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module '{module_name}': {error}"
        raise InitError("Runtime.ImportModuleError", message) from error
    except SyntaxError as error:
        message = f"Syntax error in module '{module_name}': {error}"
        raise InitError("Runtime.UserCodeSyntaxError", message) from error
    handler: Handler | None = getattr(module, function_name, None)
    if handler is None:
        message = f"Handler '{function_name}' missing on module '{module_name}'"
        raise InitError("Runtime.HandlerNotFound", message)
    return handler


def described(error: Exception, command: dict[str, Any], skipped_frames: int) -> dict[str, Any]:
    """An exception in Lambda's shape; its traceback goes to the log too."""
    trace = error.__traceback__
    for _ in range(skipped_frames):
        trace = trace.tb_next if trace else None
    traceback.print_exception(type(error), error, trace)
    return {
        "errorMessage": str(error),
        "errorType": error.kind if isinstance(error, InitError) else type(error).__name__,
        "requestId": command["context"]["aws_request_id"],
        "stackTrace": [] if isinstance(error, InitError) else traceback.format_tb(trace),
    }


@dataclass(frozen=True)
class Context:
    """Lambda's context object, with AWS's names."""

    function_name: str
    function_version: str
    invoked_function_arn: str
    memory_limit_in_mb: str
    aws_request_id: str
    log_group_name: str
    log_stream_name: str
    deadline: float
    identity: None = None
    client_context: None = None
    tenant_id: None = None

    def get_remaining_time_in_millis(self) -> int:
        """Virtual milliseconds until the function is stopped."""
        return max(0, int((self.deadline - time.time()) * 1000))


class Sandbox:
    """The sandbox as this process sees it: two pipes."""

    def __init__(self, commands: TextIO, answers: TextIO) -> None:
        self._commands = commands
        self._answers = answers
        self._lock = threading.Lock()
        self._clock = time_machine.travel(0, tick=False).start()

    def receive(self) -> dict[str, Any] | None:
        """The next line, with the time set to what it says; None when the sandbox is gone."""
        line = self._commands.readline()
        if not line:
            return None
        message: dict[str, Any] = json.loads(line)
        self._clock.move_to(message["now"])
        return message

    def send(self, message: dict[str, Any]) -> None:
        """One line to the sandbox."""
        self._answers.write(json.dumps(message) + "\n")
        self._answers.flush()

    def let_time_pass(self, message: dict[str, Any]) -> None:
        """Ask for time to pass, and return when it has: this is where others may run."""
        with self._lock:
            self.send(message)
            if self.receive() is None:
                os._exit(1)


_connected: list[Sandbox] = []


def connect(commands_fd: int, answers_fd: int) -> Sandbox:
    """From now on this process has the sandbox's time."""
    sandbox = Sandbox(os.fdopen(commands_fd, "r"), os.fdopen(answers_fd, "w"))
    _connected.append(sandbox)
    return sandbox


def sleep(seconds: float) -> None:
    """Stands in for time.sleep."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    _connected[0].let_time_pass({"sleep": seconds})


def api_call() -> None:
    """Every request to AWS takes its (virtual) time."""
    _connected[0].let_time_pass({"call": True})
