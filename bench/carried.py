"""One transfer in the sandbox, watched: its states, RDS's works, invocations, and calls of AWS's APIs."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from bench import ROOT, logs
from bench.logs import Logged
from bench.timeline import Entered, Kind, Timeline, Work, timeline
from sandbox.functions import FunctionSpec, Invocation
from sandbox.interpreter import StateEvent
from sandbox.stage import Stage

_OF_ITSELF: Final = ("nightly backup", "maintenance", "rotation", "snapshot:rds:", "backing-up")
"""What RDS does without being asked, by the words with which the sandbox names it: nobody waits for it."""
_ASKS: Final = "${LambdaInvokeAndWait}"
_NOBODYS: Final = "\0"  # in the name of no database
_STACKS: Final = ("snapferry-source-", "snapferry-target-")


@dataclass(frozen=True, slots=True)
class Invoked:
    """An invocation of a function.

    Attributes:
        function: Its name, with the stack's before it.
        begun: Virtual epoch seconds.
        memory: MiB that the template gives it.
        calls: Requests to AWS's APIs.
        cpu: Seconds that its handler computed, on this machine.
    """

    function: str
    begun: float
    memory: int
    calls: int
    cpu: float


@dataclass(frozen=True, slots=True)
class Carried:
    """What a transfer took.

    Attributes:
        states: States entered in both accounts: what AWS bills as transitions.
        calls: Requests by service, all by roles of ours.
        events: Events that were put on a bus, and those that went to the other account's.
        logged: What functions wrote into their log groups.
    """

    timeline: Timeline
    states: int
    invoked: list[Invoked]
    calls: Counter[str]
    events: int
    logged: Logged = field(default_factory=Logged)


@dataclass
class _Watch:
    works: list[Work] = field(default_factory=list)
    entered: list[Entered] = field(default_factory=list)
    invoked: list[Invoked] = field(default_factory=list)
    states: int = 0
    open: dict[str, tuple[float, int]] = field(default_factory=dict)  # function -> beginning, calls so far


def carry(stage: Stage, database: str) -> Carried:
    """Carry one database across and return what that took.

    Raises:
        RuntimeError: The transfer did not succeed.
    """
    sandbox = stage.sandbox
    sandbox.gate.log.clear()
    logs.clear(sandbox)
    with _watching(stage, database) as watch:
        begun = sandbox.clock.now
        arn = sandbox.start_execution(stage.machine_arn, f"bench-{database}", {"database": database})
        ended = sandbox.wait_for(arn, 28 * 86_400.0)
        if ended["status"] != "SUCCEEDED":
            raise RuntimeError(f"the transfer of {database} ended {ended['status']}: {ended.get('cause')}")
        line = timeline(begun, sandbox.clock.now, watch.works, watch.entered, kinds())
    return _counted(stage, watch, line)


def pass_idly(stage: Stage, seconds: float) -> Carried:
    """Let time pass in which only schedules run, and return what they took; its timeline says nothing."""
    stage.sandbox.gate.log.clear()
    logs.clear(stage.sandbox)
    with _watching(stage, _NOBODYS) as watch:
        stage.sandbox.clock.run(limit=seconds)
    return _counted(stage, watch, Timeline(0.0, seconds, 0.0))


def _counted(stage: Stage, watch: _Watch, line: Timeline) -> Carried:
    gate = stage.sandbox.gate
    calls = Counter(call.service for call in gate.log if call.caller.role_arn and call.service != "lambda")
    puts = [call for call in gate.calls_of("events", "PutEvents") if call.caller.role_arn]
    return Carried(line, watch.states, watch.invoked, calls, 2 * len(puts), logs.of(stage.sandbox))


@cache
def kinds() -> dict[tuple[str, str], Kind]:
    """Return, by machine and state, which states wait and which ask."""
    found: dict[tuple[str, str], Kind] = {}
    for path in (ROOT / "statemachine").glob("*.asl.json"):
        machine = path.name.removesuffix(".asl.json")
        for name, state in _states(json.loads(path.read_text(encoding="utf-8"))):
            if state["Type"] == "Wait":
                found[machine, name] = "late"
            elif state.get("Resource") == _ASKS:
                found[machine, name] = "asking"
    return found


def _states(holder: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in holder["States"].items():
        yield name, state
        for inner in [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]:
            yield from _states(inner)


@contextmanager
def _watching(stage: Stage, database: str) -> Iterator[_Watch]:
    sandbox, watch = stage.sandbox, _Watch()

    def note_state(event: StateEvent) -> None:
        if event.kind == "entered":
            watch.states += 1
            watch.entered.append(Entered(event.time, event.execution_arn, machine_of(event.machine), event.state))

    def note_end(_account: str, _region: str, execution: dict[str, Any]) -> None:
        watch.entered.append(Entered(sandbox.clock.now, execution["executionArn"], "", ""))

    def note_work(name: str, seconds: float) -> None:
        if database in name and not any(word in name for word in _OF_ITSELF):
            watch.works.append(Work(name, sandbox.clock.now, sandbox.clock.now + seconds))

    def note_point(spec: FunctionSpec, point: int) -> bool:
        begun, calls = watch.open.get(spec.arn, (sandbox.clock.now, 0))
        watch.open[spec.arn] = (sandbox.clock.now, 0) if point == 0 else (begun, max(calls, point))
        return False

    def note_invocation(spec: FunctionSpec, invocation: Invocation) -> None:
        begun, calls = watch.open.pop(spec.arn)
        watch.invoked.append(Invoked(spec.name, begun, spec.memory, calls, invocation.cpu_seconds))

    pairs: list[tuple[list[Any], Any]] = [
        (sandbox.on_state, note_state),
        (sandbox.on_execution_end, note_end),
        (sandbox.rds.core.on_later, note_work),
        (sandbox.functions.at_points, note_point),
        (sandbox.functions.on_end, note_invocation),
    ]
    for listeners, listener in pairs:
        listeners.append(listener)
    try:
        yield watch
    finally:
        for listeners, listener in pairs:
            listeners.remove(listener)


def machine_of(name: str) -> str:
    """Return a machine's own name, as its definition's file has it."""
    for stack in _STACKS:
        name = name.removeprefix(stack)
    return name.replace("-", "_")
