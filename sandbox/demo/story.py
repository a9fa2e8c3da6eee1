"""The story: a database with two rows, one execution, the same rows in the other account, and every door closed."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from sandbox.accounts import SOURCE, TARGET
from sandbox.demo import proofs
from sandbox.demo.quarantine import Prowler, of_quarantine
from sandbox.demo.screen import Screen
from sandbox.demo.telling import Telling
from sandbox.demo.watch import Watch
from sandbox.demo.words import TITLES, duration
from sandbox.permissions import Simulator
from sandbox.sanitise import FUNCTION, MASK, sanitise
from sandbox.stage import (
    DATABASE,
    MASTER,
    PRODUCTION_PASSWORD,
    ROWS,
    SCHEMA,
    TABLE,
    Stage,
    check_engine,
    default_engine,
    set_stage,
)
from sandbox.world import Sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sandbox.demo.proofs import Proof

SUCCEEDED = "SUCCEEDED"


def tell_story(engine: str | None = None, *, masking: bool = False) -> int:
    """Tell it; gives the process's exit code: 0 only if everything that the story claims was found true.

    Args:
        engine: one of `sandbox.stage.ENGINES`; None takes the default of this machine.
        masking: with a hook that masks the users' names before anybody may connect.

    Raises:
        UnknownEngine: it cannot be told with this engine.
    """
    chosen = default_engine() if engine is None else check_engine(engine)
    screen, begun = Screen(), time.perf_counter()
    _open(screen, chosen, asked=engine is not None)
    with Sandbox() as sandbox:
        stage = _set_stage(screen, sandbox, chosen, masking=masking)
        _show_source(screen, stage)
        prowler = Prowler(stage)
        if masking:
            sandbox.on_state.append(prowler.hear)
        before, watch = proofs.Before.of(stage), Watch(stage)
        execution = _transfer(screen, stage, watch)
        if execution["status"] != SUCCEEDED:
            _tell_failure(screen, execution)
            untrue = _prove(screen, proofs.of_closing(stage, before))
            return _end(screen, "The database is not in the target.", untrue, code=1)
        receipt = json.loads(execution["output"])
        chain = proofs.of_arrival(stage, masked=masking)
        chain += of_quarantine(stage, receipt, prowler) if masking else []
        chain += [*proofs.of_closing(stage, before), *proofs.of_receipt(receipt, watch)]
        untrue = _prove(screen, chain)
    told = f"{duration(receipt['seconds'])} of AWS's time, told in {duration(time.perf_counter() - begun)}."
    return _end(screen, told, untrue, code=1 if untrue else 0)


def _open(screen: Screen, engine: str, *, asked: bool) -> None:
    screen.say(("Snapferry: an encrypted database crosses from one AWS account to another", "bold"))
    screen.say(f"  Two AWS accounts on this machine: source {SOURCE.id}, target {TARGET.id}.")
    screen.say(f"  Engine: {engine}{'' if asked else _why(engine)}")
    server = "PostgreSQL servers" if "postgres" in engine else "MariaDB servers, in MySQL's place"
    screen.say(f"  Its databases are running {server}.")
    if Simulator.installed():
        screen.say("  Every call is decided by IAM's rules: roles' policies, key policies, shares.")
    _warn_of_permissions(screen)


def _warn_of_permissions(screen: Screen) -> None:
    if not Simulator.installed():
        screen.say(("  Node is not installed: PERMISSIONS ARE NOT CHECKED, key policies neither.", "bold yellow"))


def _why(engine: str) -> str:
    if engine == "aurora-mysql":
        return ", the story's own; ENGINE=... takes another"
    return ", because MariaDB is not installed"


def _set_stage(screen: Screen, sandbox: Sandbox, engine: str, *, masking: bool) -> Stage:
    screen.heading("The scene")
    stage = set_stage(sandbox, engine, tell=lambda words: screen.say(("  " + words, "dim")))
    if masking:
        screen.say(("  deploying template-hooks.yaml in the target account", "dim"))
        sanitise(stage)
        screen.say((f"  the restore profile says: {FUNCTION} runs {MASK} in quarantine", "dim"))
    return stage


def _show_source(screen: Screen, stage: Stage) -> None:
    databases = stage.databases(SOURCE)
    screen.heading(f"In the source: {TITLES[stage.engine]} {DATABASE}, encrypted under aws/rds")
    screen.say(("  " + _select(), "dim"))
    rows = databases.rows(DATABASE, MASTER, PRODUCTION_PASSWORD, SCHEMA, TABLE)
    if rows != list(ROWS):
        raise RuntimeError(f"the scene is wrong: {SCHEMA}.{TABLE} holds {rows}")
    screen.table(("id", "name", "age"), rows)


def _transfer(screen: Screen, stage: Stage, watch: Watch) -> dict[str, Any]:
    """Run the machine to its end; gives the execution as DescribeExecution does."""
    screen.heading(f'One execution of ferry_snapshot with {{"database": "{DATABASE}"}}')
    telling = Telling(screen, watch)
    telling.begin()
    sandbox = stage.sandbox
    sandbox.on_state.append(telling.hear)
    calls = len(sandbox.gate.log)
    with screen.moving():
        execution = sandbox.wait_for(stage.start("demo"))
    sandbox.on_state.remove(telling.hear)
    made = [call for call in list(sandbox.gate.log)[calls:] if call.caller.role_arn is not None]
    screen.say((f"  {telling.transitions} states entered, {len(made)} API calls by both accounts' roles", "dim"))
    return execution


def _tell_failure(screen: Screen, execution: dict[str, Any]) -> None:
    screen.heading(f"The execution ended as {execution['status']}")
    screen.say(("  error  ", "bold red"), execution.get("error", "(none)"))
    screen.say(("  cause  ", "bold red"), execution.get("cause", "(none)"))


def _prove(screen: Screen, chain: Sequence[Proof]) -> list[str]:
    """Check one by one; gives the sentences that are not true."""
    screen.heading("The proofs")
    untrue = []
    for proof in chain:
        true, seen = proof.check()
        mark = ("  ✓ ", "bold green") if true else ("  ✗ ", "bold red")
        screen.say(mark, f"{proof.sentence:<44}", (seen, "dim" if true else "red"))
        if not true:
            untrue.append(proof.sentence)
    return untrue


def _end(screen: Screen, words: str, untrue: Sequence[str], *, code: int) -> int:
    """The last lines; gives the exit code back."""
    verdict = "Nothing is left open." if code else "All of it is true:"
    if untrue:
        verdict = f"NOT TRUE: {'; '.join(untrue)}."
    screen.say((f"  {verdict} {words}", "bold red" if code else "bold green"))
    _warn_of_permissions(screen)
    return code


def _select() -> str:
    return f"SELECT * FROM {SCHEMA}.{TABLE}"  # noqa: S608 - shown, not run
