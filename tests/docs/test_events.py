"""The bodies in events/: one for every function and every machine's input, each of them what its reader takes."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from snapferry.contracts.fleet_contracts import FleetRequest
from snapferry.contracts.hook_contracts import HookInput
from snapferry.contracts.incoming import (
    Answer,
    DatabaseFacts,
    Offer,
    ReceiveAlone,
    RestoreAlone,
    SnapshotShared,
    SwitchBack,
    TransferRequest,
)
from snapferry.databases.family import RestorePlan
from snapferry.source import plan_reports, receipts
from snapferry.state.begun import Begun
from snapferry.target.drills import drill_receipt
from snapferry.target.receiving import read_receive_input
from snapferry.target.renaming import Naming
from snapferry.target.restoring import read_restore_input
from snapferry.target.switching_back import SwitchPlan
from snapferry.target.taking_back import failed_answer
from snapferry.transfers import Closing, Execution, TransferPlan
from snapferry.vocabulary import Question, Reply
from snapferry.waits import Seen, Span
from tests.statemachine import machines

EVENTS = Path(__file__).parents[2] / "events"
FILES = sorted(path.stem for path in EVENTS.glob("*.json"))

BEHIND_RULES = (
    "answer_offer", "close_after_end", "hear_answer", "take_back_after_end", "take_question", "tell_failure",
)  # fmt: skip

every_file = pytest.mark.parametrize("name", FILES)


def transfer(event: Any) -> TransferPlan:
    plan = TransferPlan.read(event["plan"])
    assert DatabaseFacts.model_validate(plan.database).family == plan.family
    return plan


def restore(event: Any) -> RestorePlan:
    return RestorePlan(**event["plan"])


def hook(event: Any) -> HookInput:
    assert event["hook"]["name"] in {one["name"] for one in restore(event).hooks}
    return HookInput.model_validate(event["hook"]["payload"])


def copy(event: Any) -> None:
    assert event["source_arn"].endswith(f":{event['copy'].removesuffix('-c')}")  # the copy is called after its source
    assert event["key_arn"].startswith("arn:aws:kms:")
    assert event["family"] in {"instance", "cluster"}


def answer(event: Any) -> None:
    asked = event["asked"]
    Answer(
        transfer=asked["transfer"],
        question=Question(asked["question"]),
        source_account=asked["source_account"],
        reply=Reply(event["reply"]),
        result=event["result"],
    )


def ended(event: Any) -> None:
    assert ":execution:snapferry-source-ferry-snapshot:" in event["detail"]["executionArn"]
    assert event["detail"]["stateMachineArn"].endswith(":stateMachine:snapferry-source-ferry-snapshot")
    assert event["detail"]["status"] in {"FAILED", "TIMED_OUT", "ABORTED"}


def ended_in_target(event: Any) -> None:
    assert ":execution:snapferry-target-receive-snapshot:" in event["detail"]["executionArn"]
    assert event["detail"]["status"] == "ABORTED"


def begun(event: Any) -> Begun:
    return Begun.read(event["plan"])


def plan(event: Any) -> plan_reports.PlanReport:
    findings, accepted = event["findings"], event["heard"]["accepted"]
    return plan_reports.plan_report(transfer(event), findings, accepted, asked=True)


def receipt(event: Any) -> receipts.Receipt:
    done = (transfer(event), event["carried"], event["closed"])
    return receipts.receipt(*done, finished_at="2026-01-01T03:00:00Z", restored=event["restored"])


def only_where(event: Any) -> None:
    """Which execution's state it is, for the log."""
    assert set(event) == {"at"}


def nothing(event: Any) -> None:
    assert event == {}, "the schedule sends nothing"


READERS: dict[str, Callable[[Any], Any]] = {
    "answer_offer": lambda event: Offer.model_validate(event["detail"]),
    "answer_for_ended": lambda event: failed_answer(begun(event), event["plan"]["ended"]),
    "answer_source": answer,
    "apply_retention_input": nothing,
    "ask_target": lambda event: (transfer(event), Question(event["question"])),
    "close_access_input": Closing.read,
    "close_after_end": ended,
    "conclude_retention": lambda event: [item["resource_id"] for item in event["items"]],
    "copy_snapshot": copy,
    "create_instances": restore,
    "create_snapshot": transfer,
    "delete_database": restore,
    "delete_snapshots": lambda event: [name.index("sf-") for name in event["snapshots"]],
    "edit_key_policy": transfer,
    "edit_share": transfer,
    "explain_failure": transfer,
    "ferry_fleet_input": FleetRequest.model_validate,
    "ferry_snapshot_input": TransferRequest.model_validate,
    "give_name_back": lambda event: Naming(**event["naming"]),
    "hear_answer": lambda event: Answer.model_validate(event["detail"]),
    "judge_hook": hook,
    "look_at_database": lambda event: Span.of(event["begun"], restore(event).deadline),
    "look_at_snapshot": lambda event: (Span.of(event["begun"], event["deadline"]), Seen(**event["seen"])),
    "open_database": restore,
    "plan_fleet": lambda event: (Execution(**event["execution"]), FleetRequest.model_validate(event["input"])),
    "plan_receive": lambda event: (Execution(**event["execution"]), read_receive_input(event["input"])),
    "plan_restore": lambda event: (Execution(**event["execution"]), read_restore_input(event["input"])),
    "plan_transfer": lambda event: (Execution(**event["execution"]), TransferRequest.model_validate(event["input"])),
    "plan_retention": only_where,
    "plan_switch_back": lambda event: SwitchBack.model_validate(event["input"]),
    "prepare_hooks": restore,
    "publish_connection": restore,
    "receive_snapshot_alone_input": ReceiveAlone.model_validate,
    "receive_snapshot_input": read_receive_input,
    "restore_database": restore,
    "restore_database_alone_input": RestoreAlone.model_validate,
    "restore_database_input": read_restore_input,
    "retire_database": lambda event: event["resource_id"].index("cluster-"),
    "secure_database": restore,
    "strike_off": begun,
    "sweep_executions": nothing,
    "sweep_leases": nothing,
    "switch_back_input": SwitchBack.model_validate,
    "switch_connection": lambda event: SwitchPlan(**event["plan"]),
    "take_back_after_end": ended_in_target,
    "take_back_input": Begun.read,
    "tell_failure": ended,
    "report_ages": nothing,
    "take_name": lambda event: Naming(**event["naming"]),
    "take_question": lambda event: SnapshotShared.model_validate(event["detail"]),
    "take_turn": transfer,
    "write_drill_receipt": lambda event: drill_receipt(restore(event), event["drilled"], now=datetime.now(UTC)),
    "write_fleet_summary": lambda event: [part["manifest"] for part in event["parts"] if part["trouble"] is None],
    "write_plan": plan,
    "write_receipt": receipt,
}


@every_file
def test_a_body_is_what_its_reader_takes(name: str) -> None:
    READERS[name](body(name))


def test_there_is_one_for_every_function_and_every_machine() -> None:
    functions = {
        properties["Handler"].removesuffix(".handler")
        for template in machines.TEMPLATES
        for properties in machines.resources(template, "AWS::Serverless::Function").values()
    }
    by_hand = {"receive_snapshot_alone_input", "restore_database_alone_input"}
    assert set(FILES) == functions | {f"{machine}_input" for machine in machines.NAMES} | by_hand
    assert set(READERS) == set(FILES)


def test_a_functions_body_has_the_fields_that_a_machine_sends() -> None:
    sent: dict[str, list[set[str]]] = {}
    for machine in machines.NAMES:
        for _, task, _ in machines.own_tasks(machine):
            module = machines.snake(machines.function_of(task))
            sent.setdefault(module, []).append(set(task["Arguments"]["Payload"]))
    assert sent
    for module, fields in sent.items():
        assert set(body(module)) in fields, module


@pytest.mark.parametrize("name", BEHIND_RULES)
def test_a_functions_body_behind_a_rule_is_an_event_that_the_rule_lets_through(name: str) -> None:
    event = body(name)
    patterns = [
        rule["EventPattern"]
        for template in machines.TEMPLATES
        for rule in machines.resources(template, "AWS::Events::Rule").values()
        if rule["Targets"][0]["Id"] == name.replace("_", "-")
    ]
    assert {tuple(pattern["source"]) for pattern in patterns} == {(event["source"],)}
    assert event["detail-type"] in patterns[0]["detail-type"]
    assert set(event) == {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"}


@every_file
def test_a_body_names_the_two_accounts_of_the_story_and_no_machine_or_secret(name: str) -> None:
    text = (EVENTS / f"{name}.json").read_text(encoding="utf-8")
    assert set(re.findall(r"(?<![0-9a-f-])[0-9]{12}(?![0-9a-f])", text)) <= {"111111111111", "222222222222"}
    assert set(re.findall(r'"token": "([^"]*)"', text)) <= {"a-task-token"}
    text = re.sub(r'"state": "[^"]*"', "", text)  # one is called after what it does to the password
    assert not re.search(r"/(home|root|tmp|work|usr|var)/|[Pp]assword", text)


def test_what_both_sides_call_the_transfer_is_the_same() -> None:
    transfers = {body(name)["detail"]["transfer"] for name in ("answer_offer", "hear_answer", "take_question")}
    transfers |= {body(name)["plan"]["transfer"] for name in ("ask_target", "edit_key_policy", "open_database")}
    transfers |= {body(f"{machine}_input")["transfer"] for machine in ("receive_snapshot", "restore_database")}
    assert len(transfers) == 1


def body(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
