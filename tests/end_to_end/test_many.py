"""Many transfers in one sandbox: one after the other, and at once. The same results every time, and nothing is left."""

from __future__ import annotations

import gc
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import SOURCE
from sandbox.stage import DATABASE, set_stage, write_profile
from sandbox.world import Sandbox
from tests.end_to_end.processes import descendants
from tests.end_to_end.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

ENGINE = "aurora-mysql"
MEGABYTE = 1024  # KiB
# What differs from run to run as it must: moments, durations (a warm function starts faster), names made of ids.
OF_ONE_RUN = re.compile(r"cluster-[0-9A-Z]+|rds![\w-]+|[0-9a-f-]*\d[0-9a-f-]*")


@pytest.fixture(scope="module")
def story(simulator: Simulator) -> Iterator[Story]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        stage = set_stage(sandbox, ENGINE)
        write_profile(sandbox, stage.target_network, instance_class="db.r6g.large")  # also where the source has none
        yield Story(stage)


@pytest.mark.parametrize(
    "count", [pytest.param(3, id="few"), pytest.param(200, id="two-hundred", marks=pytest.mark.long)]
)
def test_one_after_the_other(story: Story, count: int) -> None:
    receipts, memory, processes = [], [], []
    for number in range(count):
        run = story.run(name=f"run{count}-{number}")
        assert run.status == "SUCCEEDED", run.cause
        receipts.append(shape(run.output))
        story.clear_target()
        story.assert_nothing_happened()
        gc.collect()
        memory.append(resident())
        processes.append(len(descendants(os.getpid())))
    assert len(set(receipts)) == 1
    assert processes[1:] == [processes[1]] * (count - 1)
    if count > 150:  # by then everything has been forgotten once that the sandbox forgets
        assert memory[-1] - memory[150] < 25 * MEGABYTE


@pytest.mark.parametrize("count", [pytest.param(3, id="few"), pytest.param(20, id="twenty", marks=pytest.mark.long)])
def test_at_once(story: Story, count: int) -> None:
    names = [f"db-{number}" for number in range(count)]
    make_clusters(story, names)
    sandbox, machine = story.sandbox, story.stage.machine_arn
    sandbox.rds.settings.quotas.cluster_copies_in_flight = count  # AWS's default is 5; more can be asked for
    started = [sandbox.start_execution(machine, f"run-{count}-{name}", {"database": name}) for name in names]
    ended = [sandbox.wait_for(arn) for arn in started]
    sandbox.clock.run(limit=300)
    assert [(one["status"], one.get("cause")) for one in ended] == [("SUCCEEDED", None)] * count
    receipts = [json.loads(one["output"]) for one in ended]
    for receipt in receipts:  # the target's grants for copies of others that still run are told, so they differ
        assert len(receipt["access"].pop("grants")) < count
    assert len({shape(receipt) for receipt in receipts}) == 1
    assert sorted(name for name in story.restored() if not name.endswith("-1")) == sorted(f"{name}-2" for name in names)
    story.clear_target()
    remove_clusters(story, names)
    story.assert_nothing_happened()


def shape(output: Any) -> str:
    """A receipt without what is one run's own."""
    (output["restored"] or {}).pop("previous", None)  # a history: another one every time
    return OF_ONE_RUN.sub("~", json.dumps(output, sort_keys=True))


def make_clusters(story: Story, names: list[str]) -> None:
    rds = story.sandbox.client("rds")
    network = story.stage.source_network
    for name in names:
        rds.create_db_cluster(
            DBClusterIdentifier=name,
            Engine=ENGINE,
            MasterUsername="master",
            MasterUserPassword="Production-Secret-1",
            StorageEncrypted=True,
            DBSubnetGroupName=network.subnet_group,
            VpcSecurityGroupIds=[network.security_group],
        )
    story.sandbox.clock.run(limit=3600)


def remove_clusters(story: Story, names: list[str]) -> None:
    rds = story.sandbox.client("rds")
    for name in names:
        rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
    story.sandbox.clock.run(limit=3600)
    assert story.stage.databases(SOURCE).identifiers() == [DATABASE]


def resident() -> int:
    """This process's memory in KiB."""
    found = re.search(r"^VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])
