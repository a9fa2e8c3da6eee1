"""Publishing and going back: which database serves under a name, after each of both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.accounts import TARGET
from sandbox.stage import CONNECTION, set_stage
from sandbox.world import Sandbox
from tests.end_to_end.restores import Restores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator
    from tests.end_to_end.story import Run


@pytest.fixture(scope="module")
def restores(simulator: Simulator) -> Iterator[Restores]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Restores.on(set_stage(sandbox, "aurora-mysql"))


@pytest.fixture(scope="module")
def names(restores: Restores) -> tuple[str, str]:
    """Two restores under one name: the first database and the second."""
    first, second = (restores.run([]).output["identifier"] for _ in range(2))
    return first, second


def test_a_second_restore_serves_and_the_first_is_kept_to_go_back_to(
    restores: Restores, names: tuple[str, str]
) -> None:
    first, second = names
    connection = published(restores)
    assert connection["identifier"] == second
    assert [each["identifier"] for each in connection["previous"]] == [first]
    assert connection["previous"][0]["until"] > connection["since"]
    assert set(names) <= set(restores.databases())


def test_going_back_lets_the_first_serve_again_and_once_more_the_second(
    restores: Restores, names: tuple[str, str]
) -> None:
    first, second = names
    run = go_back(restores)
    assert (run.status, run.error, run.cause) == ("SUCCEEDED", None, None)
    connection = published(restores)
    assert connection["identifier"] == first == run.output["identifier"]
    assert [each["identifier"] for each in connection["previous"]] == [second]
    row = restores.story.sandbox.client("rds", TARGET).describe_db_clusters(DBClusterIdentifier=first)["DBClusters"][0]
    assert (connection["endpoint"], connection["port"]) == (row["Endpoint"], row["Port"])
    assert connection["secret_arn"] == row["MasterUserSecret"]["SecretArn"]
    assert go_back(restores, to=second, keep_hours=1).output["identifier"] == second
    assert published(restores)["previous"][0]["identifier"] == first


def test_a_switch_that_is_sent_twice_goes_back_once(restores: Restores, names: tuple[str, str]) -> None:
    now = published(restores)["identifier"]
    lost = restores.story.sandbox.faults.call("ssm", "PutParameter", by="SwitchConnection")
    lost.loses_its_answer()
    assert go_back(restores).status == "SUCCEEDED"
    assert lost.strokes
    assert published(restores)["identifier"] == next(name for name in names if name != now)
    assert go_back(restores).output["identifier"] == now


@pytest.mark.usefixtures("names")
def test_somebody_elses_switch_in_between_is_not_undone(restores: Restores) -> None:
    ssm = restores.story.sandbox.client("ssm", TARGET)
    before = published(restores)
    other = {"resource_id": "cluster-OTHER", "arn": before["arn"] + "-other", "identifier": "other"}
    elsewhere = json.dumps({**before, **other})
    put = {"Name": CONNECTION, "Type": "String", "Overwrite": True}
    run = go_back(restores, when="Switch the connection", then=lambda: ssm.put_parameter(**put, Value=elsewhere))
    assert (run.status, run.error) == ("FAILED", "ConnectionChanged")
    assert published(restores)["identifier"] == "other"
    ssm.put_parameter(**put, Value=json.dumps(before))


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"name": "nothing"}, "NothingToGoBackTo", "No connection is published under nothing"),
        ({"name": "example-db", "to": "never"}, "NothingToGoBackTo", "no previous database never; it knows example-db"),
        ({}, "InvalidInput", "name: this field is missing"),
        ({"name": "example-db", "keep": 1}, "InvalidInput", "keep: no such field"),
    ],
)
def test_what_cannot_be_gone_back_to_is_said(restores: Restores, given: dict[str, Any], error: str, says: str) -> None:
    before = published(restores)
    run = restores.story.execute(machine(restores), given)
    assert (run.status, run.error) == ("FAILED", error)
    assert says in str(run.cause)
    assert published(restores) == before


@pytest.mark.usefixtures("names")
def test_a_previous_database_that_is_not_ours_any_more_does_not_serve(restores: Restores) -> None:
    rds = restores.story.sandbox.client("rds", TARGET)
    previous = published(restores)["previous"][0]
    rds.remove_tags_from_resource(ResourceName=previous["arn"], TagKeys=["snapferry:managed"])
    run = go_back(restores)
    assert (run.status, run.error) == ("FAILED", "NothingToGoBackTo")
    assert "lacks the tag snapferry:managed" in str(run.cause)


@pytest.mark.usefixtures("names")
def test_a_parameter_of_somebody_else_is_left_alone(restores: Restores) -> None:
    ssm = restores.story.sandbox.client("ssm", TARGET)
    ssm.put_parameter(Name=CONNECTION, Type="String", Overwrite=True, Value="postgres://somewhere")
    assert go_back(restores).error == "NotOurs"
    databases = restores.databases()
    run = restores.run([])
    assert (run.status, run.error) == ("FAILED", "NotOurs")
    assert restores.databases() == databases
    value = ssm.get_parameter(Name=CONNECTION)["Parameter"]["Value"]
    assert value == "postgres://somewhere"


def machine(restores: Restores) -> str:
    return restores.story.stage.target.outputs["SwitchBackMachineArn"]


def go_back(restores: Restores, *, when: str | None = None, then: Any = lambda: None, **fields: Any) -> Run:
    return restores.story.execute(machine(restores), {"name": "example-db", **fields}, when=when, then=then)


def published(restores: Restores) -> dict[str, Any]:
    ssm = restores.story.sandbox.client("ssm", TARGET)
    found: dict[str, Any] = json.loads(ssm.get_parameter(Name=CONNECTION)["Parameter"]["Value"])
    return found
