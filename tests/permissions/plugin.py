"""A plugin of pytest that notes what tests make use of: `-p tests.permissions.plugin --record-permissions=FOLDER`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.world import Sandbox
from tests.permissions.recorder import Noted, Recorder

if TYPE_CHECKING:
    import pytest

OPTION = "--record-permissions"
NOTED = Noted()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, default="", help="a folder; each process writes a file of its own")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption(OPTION):
        Sandbox.on_open.append(lambda sandbox: Recorder(sandbox, NOTED))


def pytest_runtest_setup(item: pytest.Item) -> None:
    NOTED.now = item.nodeid


def pytest_sessionfinish(session: pytest.Session) -> None:
    folder = session.config.getoption(OPTION)
    if folder:
        text = json.dumps({"used": NOTED.used.listed(), "refused": NOTED.refused.listed()})
        (Path(folder) / f"{os.getpid()}.json").write_text(text, encoding="utf-8")
