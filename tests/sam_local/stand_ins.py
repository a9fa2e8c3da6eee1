"""Lambda containers in the place of the sandbox's processes: a run goes on with what they return."""

from __future__ import annotations

import json
import shutil
import sysconfig
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import yaml

from packing.pack import pack
from sandbox.containers import HOST
from sandbox.functions import Invocation
from sandbox.functions.function import API_CALL_SECONDS, COLD_START_SECONDS, Function
from tests.docs.record_events import FUNCTIONS, shows_all
from tests.sam_local import lambda_containers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.world import Sandbox

    type Invoke = Callable[[Function, Any], Invocation]

CLOCK = Path(__file__).with_name("sitecustomize.py")


@dataclass(frozen=True)
class Tried:
    """What one function was sent first, and what it returned: its result, or its error."""

    event: Any
    answer: Any


@dataclass
class Trials:
    """The first invocation of each function of a run, by the function's name; `instead` may take a process's place."""

    instead: Invoke | None = None
    first: dict[str, Tried] = field(default_factory=dict)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """In here functions are watched."""
        invoke = Function.invoke

        def watched(function: Function, event: Any) -> Invocation:
            name, module = function.spec.name, module_of(function)
            if name in self.first or not (FUNCTIONS / f"{module}.py").is_file() or not shows_all(module, event):
                return invoke(function, event)
            self.first[name] = Tried(event, None)  # before the first pause: another invocation may come meanwhile
            invocation = (self.instead or invoke)(function, event)
            self.first[name] = Tried(event, invocation.result)
            return invocation

        with patch.object(Function, "invoke", watched):
            yield


@dataclass
class Containers:
    """Runs a function where the templates would: in a Lambda container, with its role and the stack's environment."""

    sandbox: Sandbox
    templates: dict[str, Path]
    """The built templates, by stack."""
    directory: Path

    def invoke(self, function: Function, event: Any) -> Invocation:
        """Stand in for a process: as there, time passes for the start and for each call of the role."""
        stack, _, name = function.spec.name.rpartition("-")
        role, gate = function.credentials(), self.sandbox.gate
        before = len(gate.log)
        done = lambda_containers.invoke(
            self.templates[stack],
            name,
            self._written("event", event),
            self._written("environment", {name: self._environment(function)}),
            AWS_ACCESS_KEY_ID=role.access_key,
            AWS_SECRET_ACCESS_KEY=role.secret_key,
            AWS_SESSION_TOKEN=role.token or "",
        )
        calls = [call for call in list(gate.log)[before:] if call.caller.arn == role.caller.arn]
        self.sandbox.clock.sleep(COLD_START_SECONDS + len(calls) * API_CALL_SECONDS)
        error = done.answer if isinstance(done.answer, dict) and "errorType" in done.answer else None
        return Invocation("in-a-container", json.dumps(done.answer).encode(), error)

    def _environment(self, function: Function) -> dict[str, str]:
        return {
            **function.spec.environment,
            "AWS_ENDPOINT_URL": f"http://{HOST}:{self.sandbox.server.port}",
            "FUNCTION_ARN": function.spec.arn,
            "SANDBOX_TIME": str(self.sandbox.clock.now + COLD_START_SECONDS),
        }

    def _written(self, name: str, content: Any) -> Path:
        file = self.directory / f"{name}.json"
        file.write_text(json.dumps(content))
        return file


def built(stack: str, one: str) -> Path:
    """Build one function, let all of the stack run from that, for they share their code, and pack it as for deploying.

    A clock lies beside it.

    Returns:
        The built template.
    """
    template = lambda_containers.build(stack, one)
    content = yaml.safe_load(template.read_text())
    functions = [each for each in content["Resources"].values() if each["Type"] == "AWS::Serverless::Function"]
    for function in functions:
        function["Properties"]["CodeUri"] = one
    content["Globals"]["Function"]["Environment"]["Variables"]["SANDBOX_TIME"] = ""  # declared: else not set
    template.write_text(yaml.safe_dump(content))
    pack(template.parent)
    packages = Path(sysconfig.get_path("platlib"))
    shutil.copy(CLOCK, template.parent / one)
    shutil.copytree(packages / "time_machine", template.parent / one / "time_machine")
    for binary in packages.glob("_time_machine*.so"):
        shutil.copy(binary, template.parent / one)
    return template


def module_of(function: Function) -> str:
    """The module of a function's handler."""
    return function.spec.handler.removesuffix(".handler")
