"""Handlers' processes as the sandbox holds them."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from sandbox.clock import Cancelled

ZYGOTE = Path(__file__).with_name("zygote.py")
# Real seconds: a handler that computes for longer without a call or a sleep hangs.
HANGS_AFTER = 120.0


class Hanging(TimeoutError):
    """A handler said nothing for HANGS_AFTER real seconds."""


class Zygote:
    """The program that forks handlers' processes. Ends with the sandbox."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._program: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self.owners: dict[int, str] = {}
        """The ARN of the function of each process that runs."""

    def start(self) -> None:
        """Begin to start it, if nobody has: it is ready when the first handler is wanted."""
        with self._lock:
            if self._socket is None and not self._closed:
                self._start()

    def spawn(self, owner: str, environment: dict[str, str]) -> HandlerProcess:
        """A new process of the function with this ARN, with these variables."""
        commands_read, commands_write = os.pipe()
        answers_read, answers_write = os.pipe()
        commands, answers = os.fdopen(commands_write, "wb", 0), os.fdopen(answers_read, "rb")
        # Without a name: nothing stays behind, however this process ends.
        log = tempfile.TemporaryFile()  # noqa: SIM115 - it is open as long as the handler runs
        try:
            pid = self._ask({"spawn": environment}, [commands_read, answers_write, log.fileno()])["pid"]
        except BaseException:
            for mine in (commands, answers, log):
                mine.close()
            raise
        finally:
            os.close(commands_read)
            os.close(answers_write)
        self.owners[pid] = owner
        return HandlerProcess(self, pid, commands, answers, log, environment["AWS_LAMBDA_LOG_STREAM_NAME"])

    def end(self, pid: int, *, kill: bool) -> int:
        """The exit code of a process that ended, or is killed here; minus the signal if by one."""
        self.owners.pop(pid, None)
        if self._closed:  # they were all killed
            if not kill:
                raise Cancelled  # it did not end by itself, and nobody is left who would want to know
            return -signal.SIGKILL
        return int(self._ask({"end": pid, "kill": kill}, [])["status"])

    def close(self) -> None:
        """End the program and all its children, for good."""
        with self._lock:
            self._closed = True
            if self._program is None or self._socket is None:
                return
            self._socket.close()
            self._program.wait(timeout=10)
            self._program = self._socket = None

    def _ask(self, request: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        with self._lock:
            if self._closed:
                raise Cancelled  # the clock is about to close, too
            connection = self._socket or self._start()
            message = json.dumps(request).encode() + b"\n"
            sent = socket.send_fds(connection, [message], descriptors)
            connection.sendall(message[sent:])
            answer = b""
            while not answer.endswith(b"\n"):
                part = connection.recv(65536)
                if not part:
                    raise BrokenPipeError("the zygote of the handlers' processes ended")
                answer += part
            decoded: dict[str, Any] = json.loads(answer)
            return decoded

    def _start(self) -> socket.socket:
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with its:
            self._program = subprocess.Popen(
                [sys.executable, "-P", "-u", str(ZYGOTE), str(its.fileno())],
                pass_fds=(its.fileno(),),
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the sandbox, which ends it
                env={"PATH": os.environ.get("PATH", ""), "TZ": "UTC", "PYTHONHASHSEED": "0"},  # sets in one order
            )
        self._socket = ours
        return ours


@dataclass
class HandlerProcess:
    """One process that runs one invocation at a time."""

    zygote: Zygote
    pid: int
    commands: BinaryIO
    answers: BinaryIO
    log: BinaryIO
    """Its stdout and stderr."""
    stream: str
    """The name of its log stream."""
    log_read: int = field(default=0)
    """Bytes of the log that were read so far."""
    unseen: bytes = field(default=b"")
    """Of these, what nobody has asked for yet."""

    def tell(self, message: dict[str, Any]) -> None:
        """One line to the process; nothing happens if it is gone (`hear` says so)."""
        try:
            self.commands.write(json.dumps(message).encode() + b"\n")
        except BrokenPipeError:
            return

    def hear(self) -> dict[str, Any] | None:
        """The next line from the process; None if it ended.

        Raises:
            Hanging: there is none for too long.
        """
        waiting = select.poll()  # `select` itself knows no file beyond the 1024th, and hundreds of processes have more
        waiting.register(self.answers, select.POLLIN)
        if not waiting.poll(HANGS_AFTER * 1000):
            raise Hanging(f"process {self.pid} said nothing for {HANGS_AFTER:.0f} s")
        line = self.answers.readline()
        if not line:
            return None
        message: dict[str, Any] = json.loads(line)
        return message

    def new_output(self) -> str:
        """What it printed since the last look; also after its end."""
        if not self.log.closed:
            self._read_log()
        output, self.unseen = self.unseen, b""
        return output.decode(errors="replace")

    def end(self, *, kill: bool) -> int:
        """Reap the process; see `Zygote.end`."""
        self.commands.close()
        self.answers.close()
        try:
            return self.zygote.end(self.pid, kill=kill)
        finally:
            self._read_log()
            self.log.close()

    def _read_log(self) -> None:
        """Without moving the place where the process writes, which is the file's own."""
        size = os.fstat(self.log.fileno()).st_size
        self.unseen += os.pread(self.log.fileno(), size - self.log_read, self.log_read)
        self.log_read = size
