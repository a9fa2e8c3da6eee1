"""`python -m sandbox serve`, driven by the real AWS command line with the commands that it prints itself."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.data import LoginError, connect, query
from sandbox.stage import MASTER, PRODUCTION_PASSWORD, ROOT, ROWS, SCHEMA
from tests.end_to_end.processes import PROC, descendants

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENGINE = "aurora-postgresql"
SPEED = 2000
LIMIT = 120.0  # real seconds
LAST_WORDS = "Ctrl-C ends it"


@dataclass
class Served:
    """A sandbox that serves, and what it has printed."""

    process: subprocess.Popen[str]
    directory: Path
    words: str

    def command(self, beginning: str) -> str:
        """The one printed command that begins so."""
        (found,) = [line.strip() for line in self.words.splitlines() if line.startswith(f"  {beginning}")]
        return found

    def shell(self, *commands: str) -> str:
        """What commands print in a shell that was prepared as the printed words say."""
        prepared = [self.command("export AWS_CONFIG_FILE"), self.command("export PATH")]
        ran = subprocess.run(
            ["bash", "-euc", "\n".join([*prepared, *commands])],
            env=os.environ | {"AWS_SHARED_CREDENTIALS_FILE": os.devnull},
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    directory = tmp_path / "here"
    options = ["--port", "0", "--speed", str(SPEED), "--engine", ENGINE, "--directory", str(directory), "--trail"]
    command = [sys.executable, "-u", "-m", "sandbox", "serve", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        words = until_last_words(process)
        try:
            yield Served(process, directory, words)
        finally:
            process.kill()


def until_last_words(process: subprocess.Popen[str]) -> str:
    """What it prints while it sets everything up."""
    assert process.stdout is not None
    too_long = threading.Timer(LIMIT, process.kill)
    too_long.start()
    words = ""
    for line in process.stdout:
        words += line
        if LAST_WORDS in line:
            break
    too_long.cancel()
    assert LAST_WORDS in words
    return words


def test_a_person_carries_a_database_across_with_the_printed_commands(served: Served) -> None:
    started = json.loads(served.shell(served.command("aws stepfunctions start-execution")))
    assert started["executionArn"].endswith(":first")
    wait_until_ended(served)

    described = json.loads(served.shell(served.command("aws rds describe-db-clusters --profile target --db-c")))
    assert [row["Status"] for row in described["DBClusters"]] == ["available"]
    port = int(served.shell(served.command("PORT="), 'echo "$PORT"'))
    shown = json.loads(served.shell(served.command("SECRET="), served.command("aws secretsmanager")))
    secret = json.loads(shown["SecretString"])
    connection = connect(ENGINE, port, secret["username"], secret["password"], SCHEMA)
    assert query(connection, "SELECT * FROM users ORDER BY id") == list(ROWS)
    connection.close()
    with pytest.raises(LoginError):
        connect(ENGINE, port, MASTER, PRODUCTION_PASSWORD, SCHEMA)

    end(served)


def end(served: Served) -> None:
    """SIGTERM ends it well, and nothing of it is left: no process, no file."""
    begun = descendants(served.process.pid)
    assert len(begun) >= 4  # the simulator, the handlers, two database servers
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(LIMIT) == 0
    assert served.process.stdout is not None
    assert served.process.stdout.read() == ""  # no complaint
    assert [pid for pid in begun if (PROC / str(pid)).exists()] == []
    (trail,) = served.directory.iterdir()  # which was asked for
    assert '"eventName": "PutKeyPolicy"' in trail.read_text()
    assert PRODUCTION_PASSWORD not in trail.read_text()


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "sandbox", "serve", "--port", port]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert ran.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in ran.stderr
    assert "Traceback" not in ran.stderr


def wait_until_ended(served: Served) -> None:
    """Ask again and again, as a person would."""
    deadline = time.monotonic() + LIMIT
    status = "RUNNING"
    while status == "RUNNING":
        assert time.monotonic() < deadline
        described: dict[str, Any] = json.loads(served.shell(served.command("aws stepfunctions describe-execution")))
        status = described["status"]
    assert status == "SUCCEEDED", described
