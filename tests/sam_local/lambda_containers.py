"""Functions in real Lambda containers, by `sam local invoke`, that work on a sandbox of this machine."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from sandbox.stage import ROOT

IMAGE = "public.ecr.aws/lambda/python:3.13-x86_64"
BUILD = ROOT / ".aws-sam" / "containers"  # its own: `make build` builds for other machines
LIMIT = 300.0  # real seconds


@dataclass(frozen=True)
class Invoked:
    """What came of an invocation: the function's result, or its error; and all that was said meanwhile."""

    answer: Any
    said: str


def invoke(template: Path, function: str, event: Path, environment: Path, **variables: str) -> Invoked:
    """Run a function of a built template once.

    Args:
        template: below a build directory.
        function: its name in the template.
        event: a file with the body.
        environment: a file for `--env-vars`.
        **variables: of the SAM CLI: credentials, or a profile.
    """
    command = [program("sam"), "local", "invoke", function, "--event", str(event), "--template", str(template)]
    command += ["--parameter-overrides", "Architecture=x86_64", "--env-vars", str(environment)]
    command += ["--skip-pull-image", "--add-host", "host.docker.internal:host-gateway"]
    ran = run(command, AWS_SHARED_CREDENTIALS_FILE=os.devnull, **variables)
    assert ran.stdout.strip(), ran.stderr
    return Invoked(json.loads(ran.stdout.strip().splitlines()[-1]), ran.stderr)


def build(stack: str, *only: str) -> Path:
    """Build a stack, or one function of it, for the container's processor; gives the built template."""
    folder = BUILD / (stack if not only else f"{stack}-{only[0]}")
    command = [program("sam"), "build", *only, "--config-env", stack, "--build-dir", str(folder)]
    command += ["--cache-dir", str(BUILD / "cache"), "--parameter-overrides", "Architecture=x86_64"]
    ran = run(command)
    assert ran.returncode == 0, ran.stderr
    return folder / "template.yaml"


def need_containers() -> None:
    """Skip where they cannot run; with SAM_LOCAL=required, as in .ci/run, that is a failure.

    Everybody else may run `make test` without Docker: a user's laptop need not have it, nor an x86_64 processor.
    """
    lack = missing()
    if lack is not None and os.environ.get("SAM_LOCAL") != "required":
        pytest.skip(f"{lack}, which `make test` asks of nobody; SAM_LOCAL=required does, as CI")
    assert lack is None, lack


def missing() -> str | None:
    """What this machine lacks for Lambda containers."""
    if platform.machine() != "x86_64":
        return "the image is for x86_64"
    if docker("info") is None:
        return "there is no Docker engine"
    if docker("image", "inspect", IMAGE) is None:
        return f"the image {IMAGE} is not here: docker pull {IMAGE}"
    return None


def bridge() -> str:
    """This machine's address as containers see it: Docker gives the bridge itself the first one."""
    subnet = docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}")
    assert subnet
    return str(next(ip_network(subnet).hosts()))


def docker(*words: str) -> str | None:
    """What Docker says; None if it is not there, or says no."""
    try:
        ran = run(["docker", *words])
    except FileNotFoundError:
        return None
    return ran.stdout.strip() if ran.returncode == 0 else None


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def run(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-west-1"} | variables
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LIMIT, check=False
    )
