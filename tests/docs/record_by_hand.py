"""Write `docs/by-hand.md` anew: `python -m tests.docs.record_by_hand`, which does by hand what Snapferry does.

Every command is run by bash and the AWS CLI against a served sandbox, and its output is written down as it came.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.stage import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = ROOT / "docs" / "by-hand.md"
STEPS = Path(__file__).with_name("by_hand_steps.md")
LAST_WORDS = "Ctrl-C ends it"
FAMILY = re.compile(r"<!-- engine: (\S+) -->")
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
PATIENCE = 3  # real seconds


@dataclass
class Shell:
    """One bash that remembers variables, as a person's does."""

    process: subprocess.Popen[str]

    def run(self, command: str) -> str:
        """What a command prints, errors too."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{command}\necho '<<end>>'\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.strip() == "<<end>>":
                break
            lines.append(line)
        return "".join(lines).strip()


def record() -> str:
    """The page, with each engine's chapter from a sandbox of its own."""
    text = STEPS.read_text()
    head, *chapters = re.split(r"(?=<!-- engine: )", text)
    page = head
    for chapter in chapters:
        found = FAMILY.match(chapter)
        assert found is not None
        with served(found[1]) as shell:
            page += written(FAMILY.sub("", chapter).lstrip(), shell)
    return page


def written(chapter: str, shell: Shell) -> str:
    """A chapter with the outputs of its commands."""
    return BLOCK.sub(lambda block: recorded(block[1], shell), chapter)


def recorded(block: str, shell: Shell) -> str:
    """A block of commands with their outputs."""
    told = ""
    for command in re.findall(r"\$ (.*(?:\n    .*)*)", block):
        plain = re.sub(r"\\\n\s*", "", command)
        output = shell.run(with_patience(plain))
        told += f"$ {command}\n" + (f"{output}\n" if output else "")
    return f"```console\n{told}```"


def with_patience(command: str) -> str:
    """The AWS CLI's waiters look at once and then every 30 real seconds; here an hour is over in one."""
    return f"sleep {PATIENCE}; {command}" if command.startswith("aws rds wait") else command


@contextmanager
def served(engine: str) -> Iterator[Shell]:
    """A sandbox with this engine's database, and a shell that knows it."""
    with tempfile.TemporaryDirectory() as directory:
        options = ["--port", "0", "--speed", "5000", "--engine", engine, "--directory", directory]
        command = [sys.executable, "-u", "-m", "sandbox", "serve", *options]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as sandbox:
            assert sandbox.stdout is not None
            assert any(LAST_WORDS in line for line in sandbox.stdout)
            environment = os.environ | {
                "AWS_CONFIG_FILE": f"{directory}/aws-config",
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            }
            with subprocess.Popen(
                ["bash"],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ) as bash:
                yield Shell(bash)
                assert bash.stdin is not None
                bash.stdin.close()
            sandbox.send_signal(signal.SIGTERM)


if __name__ == "__main__":
    PAGE.write_text(record())
