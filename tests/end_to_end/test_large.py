"""A database of a hundred megabytes crosses, and the sandbox never holds it in memory whole."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import SOURCE, TARGET
from sandbox.data import engine_for, query
from sandbox.stage import DATABASE, MASTER, PRODUCTION_PASSWORD, RESTORED, SCHEMA, set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from sandbox.data import Connection
    from sandbox.permissions import Simulator

pytestmark = pytest.mark.long

ENGINES = [name for name in ("aurora-postgresql", "aurora-mysql") if engine_for(name)]
ROWS = 100_000  # of a kilobyte
NUMBERS = {"aurora-postgresql": f"generate_series(1, {ROWS}) AS seq", "aurora-mysql": f"seq_1_to_{ROWS}"}
SUM = "SELECT count(*), sum(length(padding)) FROM large"
MEMORY, MEGABYTE = Path("/proc/self/status"), 1024


@pytest.mark.parametrize("engine", ENGINES)
def test_a_hundred_megabytes_cross_in_little_memory(engine: str, simulator: Simulator) -> None:
    with Sandbox(permissions=simulator) as sandbox:
        story = Story(set_stage(sandbox, engine))
        databases = story.stage.databases(SOURCE)
        with closing(databases.log_in(DATABASE, MASTER, PRODUCTION_PASSWORD, SCHEMA)) as production:
            fill(production, engine)
            before = memory("VmRSS")
            Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from here
            run = story.run()
            peak = memory("VmHWM")
            assert run.status == "SUCCEEDED", run.cause
            expected = query(production, SUM)
        arn = run.output["restored"]["secret_arn"]
        answer = sandbox.client("secretsmanager", TARGET).get_secret_value(SecretId=arn)
        secret = json.loads(answer["SecretString"])
        target = story.stage.databases(TARGET)
        with closing(target.log_in(RESTORED, secret["username"], secret["password"], SCHEMA)) as restored:
            assert query(restored, SUM) == expected
        assert peak - before < 60 * MEGABYTE


def fill(connection: Connection, engine: str) -> None:
    """Write a hundred megabytes that do not compress away."""
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE large (id INT PRIMARY KEY, padding TEXT)")
    cursor.execute(f"INSERT INTO large SELECT seq, repeat(md5(concat('', seq)), 32) FROM {NUMBERS[engine]}")  # noqa: S608
    connection.commit()


def memory(what: str) -> int:
    """This process's memory in KiB."""
    found = re.search(rf"^{what}:\s+(\d+) kB", MEMORY.read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])
