"""A fleet's pure parts: which databases, what became of each, what is too much, and what runs again."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from snapferry import failures, names
from snapferry.contracts.fleet_contracts import FleetLine, FleetRequest, FleetSummary
from snapferry.databases import Database
from snapferry.databases.quotas import SnapshotRoom
from snapferry.fleet import choosing, outcomes, planning, summary
from snapferry.fleet.again import WELL, Again
from tests.unit.test_source_checks import CLUSTER, INSTANCE

FLEET = "0123456789abcdef"
EXECUTION = "arn:aws:states:eu-west-1:111111111111:execution:snapferry-source-ferry-snapshot:0123456789abcdef-orders"
MEMBER = replace(INSTANCE, identifier="orders-1", arn="arn:aws:rds:eu-west-1:111111111111:db:orders-1")
ENDS = ["crossed", "carried already", "failed", "not known", "left out"]


def database(name: str, **fields: Any) -> Database:
    return replace(INSTANCE, identifier=name, arn=f"arn:aws:rds:eu-west-1:111111111111:db:{name}", **fields)


def plan(**request: Any) -> dict[str, Any]:
    return {
        "request": FleetRequest.model_validate({"all": True, **request}).model_dump(mode="json"),
        "execution": {"arn": EXECUTION, "name": "fleet", "started_at": "2026-01-01T00:00:00.123Z"},
        "remarks": [],
    }


def summed_up(lines: list[FleetLine], troubles: list[str] | None = None, **request: Any) -> FleetSummary:
    given = {"finished_at": "2026-01-01T01:00:00Z", "told_in": "s3://bucket/summary.json"}
    return summary.summary(plan(**request), lines, troubles or [], **given)


def line(end: Any, name: str = "orders") -> FleetLine:
    return FleetLine(database=name, family="instance", end=end, error="KeyDisabled" if end == "failed" else None)


def test_a_cluster_stands_for_its_members_and_for_an_instance_of_its_name() -> None:
    there = [INSTANCE, replace(MEMBER, member_of="orders"), CLUSTER]
    assert choosing.named(["orders-1"], there).databases == {"orders": CLUSTER}
    assert choosing.named(["orders"], there).databases == {"orders": CLUSTER}
    chosen = choosing.tagged({}, there)
    assert chosen.databases == {"orders": CLUSTER}
    assert [(each.name, type(each.error).__name__) for each in chosen.refused] == [("orders", "SourceNotSupported")]


def test_only_what_has_all_tags_is_chosen() -> None:
    there = [database("a", tags={"ferry": "nightly", "team": "x"}), database("b", tags={"ferry": "nightly"})]
    assert list(choosing.tagged({"ferry": "nightly", "team": "x"}, there).databases) == ["a"]
    assert list(choosing.tagged({"ferry": "nightly"}, there).databases) == ["a", "b"]
    assert list(choosing.tagged({"ferry": "weekly"}, there).databases) == []


@given(st.lists(st.sampled_from("abcXYZ"), max_size=12))
def test_every_name_is_chosen_once_or_refused_or_told(given: list[str]) -> None:
    chosen = choosing.named(given, [database(name) for name in "abc"])
    assert set(chosen.databases) == {name for name in given if name in "abc"}
    assert [each.name for each in chosen.refused] == [name for name in given if name not in "abc"]
    assert len(chosen.databases) + len(chosen.refused) + len(chosen.remarks) == len(given)


@given(st.integers(1, 50), st.integers(0, 120), st.integers(0, 200), st.integers(0, 30))
def test_so_many_at_a_time_have_room_and_one_always_runs(most: int, used: int, quota: int, making: int) -> None:
    room = SnapshotRoom(family="instance", used=used, most=quota, being_made=("x",) * making)
    at_once = planning._at_once(most, room)  # noqa: SLF001 - the rule itself
    assert 1 <= at_once <= most
    assert at_once == 1 or (used + 2 * at_once <= quota and at_once + making <= most)


def test_a_transfers_execution_has_a_name_that_step_functions_takes() -> None:
    name = planning.execution_name(FLEET, "a" * 63)
    assert len(name) <= 80
    assert names.can_be_carried(name)


def test_the_first_of_each_family_begin_one_after_the_other_and_the_rest_when_those_end() -> None:
    items = [{"family": family} for family in ("instance", "instance", "cluster", "instance", "instance", "cluster")]
    staggered = planning._staggered(items, {"instance": 3, "cluster": 2})  # noqa: SLF001 - the rule itself
    assert [item["wait_seconds"] for item in staggered] == [0, 3, 0, 6, 0, 3]


def child(**fields: Any) -> dict[str, Any]:
    given = {"name": f"{FLEET}-orders", "database": "orders", "family": "instance"}
    times = {"StartDate": "2026-01-01T00:00:00.5Z", "StopDate": "2026-01-01T00:01:00.5Z"}
    return {"Input": json.dumps(given), "Status": "FAILED", **times, **fields}


def only_line(**fields: Any) -> FleetLine:
    (found,) = outcomes.lines([json.loads(child()["Input"])], [child(**fields)])
    return found


def test_a_failed_transfer_tells_its_error_its_id_and_what_is_kept_of_it() -> None:
    told = "In the source: x.\n" + failures.way_on(
        "TransferDeclined", {"database": "orders"}, kept={"snapshot": "sf-orders-1-c", "until": "2026-01-02T00:00:00Z"}
    )
    began = datetime(2026, 1, 1, 0, 0, 0, 500_000, UTC)
    cause = {"ExecutionArn": EXECUTION, "StartDate": int(began.timestamp() * 1000), "Status": "FAILED"}
    found = only_line(Error="TransferDeclined", Cause=json.dumps(cause | {"Error": "TransferDeclined", "Cause": told}))
    assert (found.end, found.error, found.seconds) == ("failed", "TransferDeclined", 60)
    assert found.transfer == names.transfer_id(EXECUTION, "2026-01-01T00:00:00.500Z")
    assert found.again == {"snapshot": "sf-orders-1-c", "until": "2026-01-02T00:00:00Z"}
    again = Again({}, {"orders": found})
    assert again.kept("orders") == {}  # that was long ago
    fresh = found.model_copy(update={"again": {"snapshot": "sf-orders-1-c", "until": "2999-01-01T00:00:00Z"}})
    assert Again({}, {"orders": fresh}).kept("orders") == {"snapshot": "sf-orders-1-c"}


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"Error": "ABORTED", "Cause": json.dumps({"ExecutionArn": EXECUTION, "Status": "ABORTED"})}, "ABORTED"),
        ({"Error": "StepFailed", "Cause": "StepFunctions.AccessDeniedException: no"}, "StepFailed"),
        ({"Status": "TIMED_OUT"}, "TIMED_OUT"),
        ({"Error": "States.Runtime", "Cause": '"text"'}, "States.Runtime"),
    ],
)
def test_a_transfer_that_ended_otherwise_is_a_failure_too(fields: dict[str, Any], error: str) -> None:
    found = only_line(**fields)
    assert (found.end, found.error) == ("failed", error)
    assert found.cause


def test_of_a_transfer_that_somebody_stopped_the_summary_says_where_to_read_what_to_do() -> None:
    told = {"ExecutionArn": EXECUTION, "Status": "ABORTED", "Input": '{"database": "orders"}'}
    found = only_line(Error="ABORTED", Cause=json.dumps(told))
    assert (found.error, found.execution_arn) == ("ABORTED", EXECUTION)
    assert str(found.cause).startswith("Somebody stopped it (StopExecution)")
    assert str(found.cause).endswith("See docs/runbook.md#aborted")


def test_of_what_no_result_tells_nothing_is_known() -> None:
    (found,) = outcomes.lines([{"name": "x", "database": "orders", "family": "cluster"}], [child()])
    assert found.end == "not known"


@given(st.lists(st.sampled_from(ENDS), max_size=30), st.integers(0, 5), st.integers(0, 100), st.booleans())
def test_a_fleet_is_red_exactly_if_more_failed_than_is_tolerated(
    ends: list[str],
    count: int,
    percentage: int,
    plan_only: bool,  # noqa: FBT001 - hypothesis gives it
) -> None:
    tolerated: dict[str, Any] = {"tolerated_failure_count": count, "tolerated_failure_percentage": percentage}
    whole = summed_up([line(end) for end in ends], **tolerated, plan_only=plan_only)
    counted = [end for end in ends if end != "left out"]
    failed = [end for end in counted if end not in WELL]
    assert (whole.databases, whole.failed, whole.well) == (len(counted), len(failed), len(counted) - len(failed))
    too_many = len(failed) > count and 100 * len(failed) > percentage * len(counted)
    assert (summary.refusal(whole, []) is not None) == too_many


def test_a_plan_is_red_for_what_nobody_could_look_at_and_not_for_what_it_finds() -> None:
    assert summary.refusal(summed_up([line("not possible")], [], plan_only=True), []) is None
    assert "could not be looked at" in str(summary.refusal(summed_up([line("failed")], [], plan_only=True), []))


def test_what_step_functions_could_not_do_is_never_tolerated() -> None:
    whole = summed_up([line("not known")], ["States.ResultWriterFailed: no"], tolerated_failure_percentage=100)
    refused = summary.refusal(whole, ["States.ResultWriterFailed: no"])
    assert "States.ResultWriterFailed" in str(refused)


def test_a_long_table_is_in_s3_only_and_the_error_names_no_thousands() -> None:
    whole = summed_up([line("failed", f"database-{number}") for number in range(3000)])
    assert (summary.as_output(whole).table, summary.as_output(whole).lines) == (None, None)
    short = summed_up([line("failed")])
    assert summary.as_output(short).table == short.table
    assert "database-9 and 2990 more (3000 KeyDisabled)" in str(summary.refusal(whole, []))


def test_again_wants_what_the_first_fleet_wanted_unless_the_input_says_otherwise() -> None:
    first = FleetRequest(all=True, restore=False, profile="test", scheduled_time="2026-01-01T00:00:00Z")
    known = Again(first.model_dump(mode="json"), {})
    wanted = known.wanted(FleetRequest(again=FLEET, profile="other"))
    assert (wanted.again, wanted.all, wanted.restore, wanted.profile) == (FLEET, False, False, "other")
    assert wanted.scheduled_time is None  # a transfer that ran for it must not be taken for this one
    assert wanted.model_fields_set == {"again", "restore", "profile"}


@pytest.mark.parametrize("wrong", [{}, {"all": False}, {"all": True, "again": FLEET}, {"databases": []}])
def test_an_input_says_which_databases_in_one_way(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FleetRequest.model_validate(wrong)
