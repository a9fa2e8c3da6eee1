"""Forks handlers' processes that already have boto3: a cold start without its imports.

Run as a program: `python -P zygote.py <fd of a unix socket>`. One request per line, one answer per line:
`{"spawn": environment}` with three descriptors (commands, answers, log) -> `{"pid": n}`;
`{"end": pid, "kill": bool}` -> `{"status": exit code, or minus the signal}`. Ends when the socket is closed.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
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

# Loaded once for all processes; other services' models are loaded by the handlers that use them.
PRELOADED_SERVICES = ("dynamodb", "events", "kms", "rds", "secretsmanager", "sqs", "ssm", "stepfunctions", "sts")
# What functions are commonly shipped with: read and compiled once. Nothing of the deployed code itself is loaded here.
PRELOADED_MODULES = ("aws_lambda_powertools.logging", "aws_lambda_powertools.utilities.typing", "pydantic.main")
DESCRIPTORS = 3
# As in sandbox/gate.py, which cannot be imported here.
DELAY_HEADER = "x-sandbox-delay"
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Prepare, then fork until nobody asks any more."""
    worker = load_worker()
    time.sleep = worker.sleep  # before boto3, which must not keep the real one
    preload(worker)
    gc.freeze()  # what is shared with the children stays shared
    with socket.socket(fileno=int(sys.argv[1])) as parent:
        while True:
            request, descriptors = receive(parent)
            if not request:
                break
            parent.sendall(json.dumps(answer(request, descriptors, parent, worker)).encode() + b"\n")
    os.killpg(0, signal.SIGKILL)  # the handlers' processes, wherever they are


def load_worker() -> ModuleType:
    """The module beside this one, by its path: the sandbox's package is not importable for handlers."""
    spec = importlib.util.spec_from_file_location("lambda_worker", Path(__file__).with_name("worker.py"))
    if spec is None or spec.loader is None:
        raise FileNotFoundError("worker.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["lambda_worker"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def preload(worker: ModuleType) -> None:
    """Import boto3 and its companions, load the services' models once, and let every API call ask for time."""
    for name in PRELOADED_MODULES:
        if importlib.util.find_spec(name.partition(".")[0]):
            importlib.import_module(name)
    import boto3  # noqa: F401, PLC0415 -- after time.sleep is replaced
    import botocore.endpoint  # noqa: PLC0415
    import botocore.loaders  # noqa: PLC0415
    import botocore.session  # noqa: PLC0415

    loader = botocore.loaders.create_loader()
    for name in ("endpoints", "partitions", "sdk-default-configuration", "_retry"):
        loader.load_data(name)
    for service in PRELOADED_SERVICES:
        loader.load_service_model(service, "service-2")
        loader.load_service_model(service, "endpoint-rule-set-1")
    botocore.session.create_loader = lambda *_: loader

    endpoint: Any = botocore.endpoint.Endpoint
    send = endpoint._send  # noqa: SLF001 -- each attempt passes here, retries too

    def send_in_time(self: Any, request: Any) -> Any:
        worker.api_call()
        response = send(self, request)
        if DELAY_HEADER in response.headers:
            worker.sleep(float(response.headers[DELAY_HEADER]))
        return response

    endpoint._send = send_in_time  # noqa: SLF001


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
