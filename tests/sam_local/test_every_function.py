"""Every function of both stacks, with its body of events/, in a real Lambda container: the same as in the sandbox.

The run that events/ are recorded from is played twice. The second time a container stands in for the first invocation
of each function, with the function's own role: it finds the accounts as that body means them, and the run goes on with
what it returns.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.stage import ROOT, set_stage
from sandbox.world import Sandbox
from tests.docs.record_events import run_everything
from tests.sam_local.alike import differences, plain
from tests.sam_local.lambda_containers import bridge, need_containers
from tests.sam_local.stand_ins import Containers, Trials, built
from tests.statemachine import machines

if TYPE_CHECKING:
    from sandbox.permissions import Simulator

STACKS = {"snapferry-source": machines.TEMPLATES[0], "snapferry-target": machines.TEMPLATES[1]}
FUNCTIONS = {
    f"{stack}-{name}": properties["Handler"].removesuffix(".handler")
    for stack, template in STACKS.items()
    for name, properties in machines.resources(template, "AWS::Serverless::Function").items()
}
FIRST = {module: name for name, module in reversed(FUNCTIONS.items())}
"""Four handlers serve both stacks; what events/ holds is the source's."""
every_function = pytest.mark.parametrize("name", FUNCTIONS)


@pytest.fixture(scope="module")
def in_processes(simulator: Simulator) -> Trials:
    """The run as all tests know it."""
    need_containers()
    trials = Trials()
    with Sandbox(permissions=simulator, data=False) as sandbox, trials.going_on():
        run_everything(set_stage(sandbox, "aurora-mysql"))
    return trials


@pytest.fixture(scope="module")
def in_containers(simulator: Simulator, in_processes: Trials, tmp_path_factory: pytest.TempPathFactory) -> Trials:  # noqa: ARG001 - first
    """The same, with containers."""
    templates = {
        "snapferry-source": built("source", "PlanTransferFunction"),
        "snapferry-target": built("target", "PlanRestoreFunction"),
    }
    with Sandbox(permissions=simulator, data=False) as sandbox:
        sandbox.listen(bridge())
        trials = Trials(Containers(sandbox, templates, tmp_path_factory.mktemp("containers")).invoke)
        with trials.going_on():
            run_everything(set_stage(sandbox, "aurora-mysql"))
    return trials


def test_all_are_run(in_containers: Trials) -> None:
    assert in_containers.first.keys() == FUNCTIONS.keys()


@every_function
def test_a_container_is_sent_and_returns_what_a_process_does(
    name: str, in_processes: Trials, in_containers: Trials
) -> None:
    process, container = in_processes.first[name], in_containers.first[name]
    assert differences(plain(process.event), plain(container.event)) == []
    assert differences(settled(process.answer), settled(container.answer)) == []


@pytest.mark.parametrize("module", sorted(FIRST))
def test_its_body_is_the_one_in_events(module: str, in_containers: Trials) -> None:
    """Red: `python -m tests.docs.record_events` writes it anew."""
    recorded = json.loads((ROOT / "events" / f"{module}.json").read_text(encoding="utf-8"))
    assert differences(plain(recorded), plain(in_containers.first[FIRST[module]].event)) == []


def settled(answer: Any) -> Any:
    """An answer, and an error without its place in the code."""
    made = plain(answer)
    if isinstance(made, dict) and "errorType" in made:
        return {"errorType": made["errorType"], "errorMessage": made["errorMessage"]}
    return made
