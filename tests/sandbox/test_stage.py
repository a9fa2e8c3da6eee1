"""Setting the scene of the reference story, control plane only; its rows are in test_demo_proofs.py."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sandbox import stage as stage_module
from sandbox.accounts import SOURCE, TARGET
from sandbox.stage import PROFILE, UnknownEngine, check_engine, default_engine, make_database, write_profile

if TYPE_CHECKING:
    from sandbox.world import Sandbox


def test_a_cluster_without_data_has_an_available_instance(sandbox: Sandbox) -> None:
    network = stage_module.make_network(sandbox, SOURCE)
    make_database(sandbox, "aurora-mysql", network)
    rds = sandbox.client("rds", SOURCE)
    assert [row["Status"] for row in rds.describe_db_clusters()["DBClusters"]] == ["available"]
    assert [row["DBInstanceStatus"] for row in rds.describe_db_instances()["DBInstances"]] == ["available"]


def test_a_profile_can_be_written_anew(sandbox: Sandbox) -> None:
    network = stage_module.make_network(sandbox, TARGET)
    write_profile(sandbox, network)
    write_profile(sandbox, network, instances=2)
    text = sandbox.client("ssm", TARGET).get_parameter(Name=PROFILE)["Parameter"]["Value"]
    assert json.loads(text)["instances"] == 2


def test_an_unknown_engine_is_told_with_those_that_are_known() -> None:
    with pytest.raises(UnknownEngine, match="oracle-ee; choose one of aurora-mysql, mysql, aurora-postgresql, postg"):
        check_engine("oracle-ee")


def test_without_mariadb_the_story_is_told_with_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage_module, "engine_for", lambda engine: object if "postgres" in engine else None)
    assert default_engine() == "aurora-postgresql"
    with pytest.raises(UnknownEngine, match="needs MariaDB"):
        check_engine("aurora-mysql")
