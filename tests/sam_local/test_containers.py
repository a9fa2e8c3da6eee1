"""`sam local invoke`, as docs/sam-local.md describes it: a served sandbox, and functions in real Lambda containers."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.stage import ROOT
from tests.sam_local.lambda_containers import LIMIT, bridge, build, invoke, need_containers, program, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.sam_local.lambda_containers import Invoked

LAST_WORDS = "Ctrl-C ends it"


@dataclass(frozen=True)
class Served:
    """A served sandbox and the built source stack."""

    template: Path
    directory: Path
    """Where the sandbox wrote its config."""

    def invoke(self, function: str, event: Path) -> Invoked:
        """Run a function with the rights of the source account's administrator."""
        environment, config = self.directory / "source-env.json", str(self.directory / "aws-config")
        return invoke(self.template, function, event, environment, AWS_CONFIG_FILE=config, AWS_PROFILE="source")

    def aws(self, *words: str) -> Any:
        """What the AWS command line shows of the source account."""
        command = [program("aws"), *words, "--profile", "source", "--output", "json"]
        ran = run(command, AWS_CONFIG_FILE=str(self.directory / "aws-config"))
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    need_containers()
    template = build("source")
    directory = tmp_path_factory.mktemp("served")
    options = ["--port", "0", "--listen", bridge(), "--engine", "aurora-postgresql", "--directory", str(directory)]
    command = [sys.executable, "-u", "-m", "sandbox", "serve", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        too_long = threading.Timer(LIMIT, process.kill)
        too_long.start()
        assert process.stdout is not None
        assert any(LAST_WORDS in line for line in process.stdout)
        too_long.cancel()
        yield Served(template, directory)
        process.terminate()
        process.wait(LIMIT)


def test_a_plan_is_made_in_the_container(served: Served) -> None:
    made = served.invoke("PlanTransferFunction", ROOT / "events" / "plan_transfer.json")
    assert made.answer["findings"] == [], made.said
    assert made.answer["plan"]["source_account"] == "111111111111"  # and not the emulator's
    assert made.answer["plan"]["database"]["identifier"] == "example-db"
    assert made.answer["plan"]["database"]["engine"] == "aurora-postgresql"


def test_what_a_container_makes_is_in_the_account(served: Served) -> None:
    event = ROOT / "events" / "create_snapshot.json"
    served.invoke("CreateSnapshotFunction", event)
    shown = served.aws("rds", "describe-db-cluster-snapshots")["DBClusterSnapshots"]
    assert [row["DBClusterSnapshotIdentifier"] for row in shown] == [json.loads(event.read_text())["plan"]["snapshot"]]


def test_a_refusal_comes_back_by_name(served: Served, tmp_path: Path) -> None:
    event = json.loads((ROOT / "events" / "plan_transfer.json").read_text())
    event["input"]["database"] = "nobody-has-it"
    file = tmp_path / "event.json"
    file.write_text(json.dumps(event))
    made = served.invoke("PlanTransferFunction", file)
    assert made.answer["errorType"] == "DatabaseNotFound", made.said
    assert "nobody-has-it" in made.answer["errorMessage"]
