"""`make sandbox`: both accounts, kept running, for a person with the AWS command line."""

from __future__ import annotations

import threading
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from sandbox.accounts import REGION, SOURCE, TARGET
from sandbox.commands import Commands
from sandbox.containers import write_environments
from sandbox.permissions import Simulator
from sandbox.stage import (
    DATABASE,
    MASTER,
    PRODUCTION_PASSWORD,
    Stage,
    check_engine,
    default_engine,
    set_stage,
)
from sandbox.world import Sandbox

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DEFAULT_PORT, DEFAULT_SPEED = 4566, 120.0
CONFIG, TRAIL = "aws-config", "trail.jsonl"


def serve(  # noqa: PLR0913 - what a person may choose
    port: int, speed: float, engine: str | None, directory: Path, *, listen: Sequence[str] = (), trail: bool = False
) -> None:
    """Run until a KeyboardInterrupt, then leave nothing behind.

    Args:
        port: on 127.0.0.1; 0 takes a free one.
        speed: how many times as fast as the wall's time passes.
        engine: of the source's database; None takes the default of this machine.
        directory: gets the AWS config file, and the environments for `sam local`.
        listen: further addresses of this machine to serve on, such as a container engine's bridge.
        trail: write every call into a file there, as CloudTrail would; the file stays.

    Raises:
        UnknownEngine: there is no such database.
        AddressTakenError: somebody else has the port.
    """
    chosen = default_engine() if engine is None else check_engine(engine)
    with suppress(KeyboardInterrupt), ExitStack() as closing:
        sandbox = closing.enter_context(Sandbox(port=port))
        for host in listen:
            sandbox.listen(host)
        print(f"Setting up both accounts at {sandbox.url} ...", flush=True)
        stage = set_stage(sandbox, chosen)  # time jumps here; at the person's speed it would take minutes
        config = (directory / CONFIG).absolute()
        sandbox.write_config(config)
        closing.callback(_remove, [config, *write_environments(sandbox, config.parent)])
        if trail:
            sandbox.trail.write_to(directory / TRAIL)
        sandbox.pace(speed)
        print(_welcome(stage, config, speed), flush=True)
        threading.Event().wait()


def _remove(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
    with suppress(OSError):  # somebody keeps other things there
        files[0].parent.rmdir()


def _welcome(stage: Stage, config: Path, speed: float) -> str:
    checked = "every call is checked" if Simulator.installed() else "Node is not installed: NOT CHECKED"
    facts = (
        ("address", stage.sandbox.url),
        ("accounts", f"source {SOURCE.id}, target {TARGET.id}, Region {REGION}"),
        ("profiles", f"{SOURCE.profile} and {TARGET.profile}, in {config}"),
        ("permissions", checked),
        ("time", f"passes {speed:g} times as fast as the wall's"),
        ("database", f"{DATABASE} ({stage.engine}) in the source; user {MASTER}, password {PRODUCTION_PASSWORD}"),
    )
    lines = ["", *(f"  {name:<12} {fact}" for name, fact in facts), "", "In another shell:", ""]
    for words, commands in Commands(stage, config).chapters():
        lines += [f"  # {words}", *(f"  {command}" for command in commands), ""]
    return "\n".join([*lines, "Ctrl-C ends it; nothing is left."])
