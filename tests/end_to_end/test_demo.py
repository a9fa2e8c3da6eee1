"""`python -m sandbox demo`, as a process without a terminal: green as it is, red without the lease."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sandbox.__main__ import main
from sandbox.stage import ENGINES, ROOT

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT = 240
PRODUCT = ("functions", "hooks", "sandbox", "statemachine", "template.yaml", "template-target.yaml")


def demo(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sandbox", "demo", "--engine", "aurora-postgresql", *options]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=TIMEOUT, check=False)


@pytest.fixture(scope="module")
def told() -> subprocess.CompletedProcess[str]:
    return demo(ROOT)


def test_it_tells_the_reference_story_and_proves_it(told: subprocess.CompletedProcess[str]) -> None:
    assert (told.returncode, told.stderr) == (0, "")
    lines = told.stdout.splitlines()
    assert next(line.split() for line in lines if "test2" in line) == ["2", "test2", "20"]
    proven = [line for line in lines if line.startswith("  ✓")]
    assert len(proven) == 10
    assert any("(1, test1, 10) (2, test2, 20)" in line for line in proven)
    assert any("production's master password does not" in line for line in proven)
    assert "✗" not in told.stdout
    assert lines[-1].startswith("  All of it is true")


def test_without_a_terminal_it_writes_plain_lines(told: subprocess.CompletedProcess[str]) -> None:
    assert [letter for letter in told.stdout if letter < " " and letter != "\n"] == []
    assert max(len(line) for line in told.stdout.splitlines()) <= 80


def test_it_shows_who_holds_access_when(told: subprocess.CompletedProcess[str]) -> None:
    lines = told.stdout.splitlines()
    assert access_at(lines, "Open the lease") == "none"
    assert access_at(lines, "Share the copy") == "key"
    assert access_at(lines, "Ask the target to take its copy") == "key+share"
    assert access_at(lines, "Copy under the own key") == "key+share"
    assert access_at(lines, "Restore the database") == "none"


def access_at(lines: list[str], state: str) -> str:
    (line,) = [line for line in lines if f" {state} " in line]
    return line.split()[-1]


@pytest.mark.long
def test_without_the_lease_it_fails_at_the_targets_copy(tmp_path: Path) -> None:
    take_the_lease_out(tmp_path)

    told = demo(tmp_path)

    assert told.returncode == 1
    assert "KMSKeyNotAccessibleFault: The source snapshot KMS key" in told.stdout
    assert "In the target account 222222222222" in told.stdout
    assert "The database is not in the target." in told.stdout
    closed = [line for line in told.stdout.splitlines() if line.startswith("  ✓")]
    assert len(closed) == 5  # and even so, nothing is left open
    assert "✗" not in told.stdout


def take_the_lease_out(root: Path) -> None:
    """A copy of the product whose leases hold no statement."""
    for name in PRODUCT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, root)
    (root / "node_modules").symlink_to(ROOT / "node_modules")
    module = root / "functions" / "snapferry" / "leasing" / "lease.py"
    source = module.read_text()
    assert "\ndef statements(" in source
    module.write_text(f"{source}\n\ndef statements(_lease):\n    return []\n")


def test_an_unknown_engine_is_refused_with_the_four_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--engine", "oracle-ee"])
    assert ended.value.code == 2
    assert ", ".join(ENGINES) in capsys.readouterr().err


@pytest.mark.long
def test_with_sanitise_the_names_are_masked_and_nobody_but_the_hook_came_in() -> None:
    told = demo(ROOT, "--sanitise")
    assert (told.returncode, told.stderr) == (0, "")
    proven = [line for line in told.stdout.splitlines() if line.startswith("  ✓")]
    assert len(proven) == 13
    assert any("(1, user 1, 10) (2, user 2, 20)" in line for line in proven)
    assert any("nobody but the hook came in" in line and "1 connection" in line for line in proven)
    assert any("refused, too" in line and "4 times" in line for line in proven)
    assert "✗" not in told.stdout
