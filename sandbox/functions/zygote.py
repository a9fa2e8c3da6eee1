"""Forks handlers' processes that already have boto3: a cold start without its imports.

Run as a program: `python -P zygote.py <fd of a unix socket>`. One request per line, one answer per line:
`{"spawn": environment}` with three descriptors (commands, answers, log) -> `{"pid": n}`;
`{"end": pid, "kill": bool}` -> `{"status": exit code, or minus the signal}`. Ends when the socket is closed.
"""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import json
import os
import random
import signal
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from types import ModuleType

DESCRIPTORS = 3
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Prepare, then fork until nobody asks any more."""
    worker = load("worker")
    time.sleep = worker.sleep  # before boto3, which must not keep the real one
    load("preload").preload(worker.api_call, worker.sleep)
    gc.freeze()  # what is shared with the children stays shared
    with socket.socket(fileno=int(sys.argv[1])) as parent:
        while True:
            request, descriptors = receive(parent)
            if not request:
                break
            parent.sendall(json.dumps(answer(request, descriptors, parent, worker)).encode() + b"\n")
    os.killpg(0, signal.SIGKILL)  # the handlers' processes, wherever they are


def load(name: str) -> ModuleType:
    """A module beside this one, by its path: the sandbox's package is not importable for handlers."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"lambda_{name}", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def receive(parent: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """One request and the descriptors that came with it; empty when the sandbox is gone."""
    data, descriptors, _, _ = socket.recv_fds(parent, 65536, DESCRIPTORS)
    while data and not data.endswith(b"\n"):
        data += parent.recv(65536)
    return (json.loads(data) if data else {}), descriptors


def answer(
    request: dict[str, Any], descriptors: list[int], parent: socket.socket, worker: ModuleType
) -> dict[str, Any]:
    """Fork a process, or wait for the end of one."""
    if "end" in request:
        return {"status": end(request["end"], kill=request["kill"])}
    zygote = os.getpid()
    pid = os.fork()
    if pid == 0:
        parent.close()
        become_handler(request["spawn"], descriptors, worker, zygote)
    for descriptor in descriptors:
        os.close(descriptor)
    return {"pid": pid}


def end(pid: int, *, kill: bool) -> int:
    """Reap a child, killing it first if asked to."""
    if kill:
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def become_handler(environment: dict[str, str], descriptors: list[int], worker: ModuleType, zygote: int) -> NoReturn:
    """In the child: the function's environment, its log as stdout and stderr, then serve."""
    die_with(zygote)
    commands, answers, log = descriptors
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.environ.clear()
    os.environ.update(environment)
    random.seed(environment["AWS_LAMBDA_LOG_STREAM_NAME"])  # boto3's back-off is the same in every run
    time.tzset()
    root = environment["LAMBDA_TASK_ROOT"]
    os.chdir(root)
    sys.path.insert(0, root)
    sys.argv = [root]
    try:
        worker.serve(commands, answers)
    except SystemExit as stop:
        os._exit(stop.code if isinstance(stop.code, int) else int(stop.code is not None))
    finally:
        os._exit(1)  # nothing of the zygote may run on in here


def die_with(parent: int) -> None:
    """Linux kills this process when the zygote dies; elsewhere it ends at its next word with the sandbox."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


if __name__ == "__main__":
    main()
