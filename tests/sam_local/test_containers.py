"""`sam local invoke`, as README describes it: handlers in a real Lambda container work on the sandbox's accounts."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import threading
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.stage import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGE = "public.ecr.aws/lambda/python:3.13-x86_64"
BUILD = ROOT / ".aws-sam" / "containers"  # its own: `make build` builds for other machines
LIMIT = 180.0  # real seconds
LAST_WORDS = "Ctrl-C ends it"


@dataclass(frozen=True)
class Containers:
    """A served sandbox and the built source stack."""

    template: Path
    directory: Path
    """Where the sandbox wrote its config."""

    def invoke(self, function: str, event: Path) -> tuple[Any, str]:
        """What a function returned, or its error; and all that was said meanwhile."""
        command = [program("sam"), "local", "invoke", function, "--event", str(event), "--profile", "source"]
        command += ["--template", str(self.template), "--parameter-overrides", "Architecture=x86_64"]
        command += ["--env-vars", str(self.directory / "source-env.json"), "--skip-pull-image"]
        command += ["--add-host", "host.docker.internal:host-gateway"]
        ran = run(command, AWS_CONFIG_FILE=str(self.directory / "aws-config"), AWS_SHARED_CREDENTIALS_FILE=os.devnull)
        assert ran.stdout.strip(), ran.stderr
        return json.loads(ran.stdout.strip().splitlines()[-1]), ran.stderr

    def aws(self, *words: str) -> Any:
        """What the AWS command line shows of the source account."""
        command = [program("aws"), *words, "--profile", "source", "--output", "json"]
        ran = run(command, AWS_CONFIG_FILE=str(self.directory / "aws-config"))
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)


def program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def run(command: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-west-1"} | variables
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=LIMIT, check=False
    )


def docker(*words: str) -> str | None:
    """What Docker says; None if it is not there, or says no."""
    try:
        ran = run(["docker", *words])
    except FileNotFoundError:
        return None
    return ran.stdout.strip() if ran.returncode == 0 else None


def missing() -> str | None:
    """What this machine lacks for Lambda containers."""
    if platform.machine() != "x86_64":
        return "the image is for x86_64"
    if docker("info") is None:
        return "there is no Docker engine"
    if docker("image", "inspect", IMAGE) is None:
        return f"the image {IMAGE} is not here: docker pull {IMAGE}"
    return None


@pytest.fixture(scope="module")
def containers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Containers]:
    lack = missing()
    if lack is not None and os.environ.get("SAM_LOCAL") != "required":
        # CI makes the image and sets SAM_LOCAL=required, so there these tests run or are red (.ci/run)
        pytest.skip(f"`make test` asks nobody for Docker and an image of Lambda containers: {lack}")
    assert lack is None, lack
    template = build()
    subnet = docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Subnet}}")
    assert subnet
    bridge = str(next(ip_network(subnet).hosts()))  # Docker gives the bridge itself the first address
    directory = tmp_path_factory.mktemp("served")
    options = ["--port", "0", "--listen", bridge, "--engine", "aurora-postgresql", "--directory", str(directory)]
    command = [sys.executable, "-u", "-m", "sandbox", "serve", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        too_long = threading.Timer(LIMIT, process.kill)
        too_long.start()
        assert process.stdout is not None
        assert any(LAST_WORDS in line for line in process.stdout)
        too_long.cancel()
        yield Containers(template, directory)
        process.terminate()
        process.wait(LIMIT)


def build() -> Path:
    """The source stack, built for the container's processor."""
    command = [program("sam"), "build", "--config-env", "source", "--build-dir", str(BUILD / "source")]
    command += ["--cache-dir", str(BUILD / "cache"), "--parameter-overrides", "Architecture=x86_64"]
    ran = run(command)
    assert ran.returncode == 0, ran.stderr
    return BUILD / "source" / "template.yaml"


def test_a_plan_is_made_in_the_container(containers: Containers) -> None:
    planned, said = containers.invoke("PlanTransferFunction", ROOT / "events" / "plan_transfer.json")
    assert planned["findings"] == [], said
    assert planned["plan"]["database"]["identifier"] == "example-db", said
    assert planned["plan"]["database"]["engine"] == "aurora-postgresql"


def test_what_a_container_makes_is_in_the_account(containers: Containers) -> None:
    event = ROOT / "events" / "create_snapshot.json"
    containers.invoke("CreateSnapshotFunction", event)
    shown = containers.aws("rds", "describe-db-cluster-snapshots")["DBClusterSnapshots"]
    assert [row["DBClusterSnapshotIdentifier"] for row in shown] == [json.loads(event.read_text())["plan"]["snapshot"]]


def test_a_refusal_comes_back_by_name(containers: Containers, tmp_path: Path) -> None:
    event = json.loads((ROOT / "events" / "plan_transfer.json").read_text())
    event["input"]["database"] = "nobody-has-it"
    file = tmp_path / "event.json"
    file.write_text(json.dumps(event))
    error, said = containers.invoke("PlanTransferFunction", file)
    assert error["errorType"] == "DatabaseNotFound", said
    assert "nobody-has-it" in error["errorMessage"]
