"""The stack's table, as the template makes it, in moto's DynamoDB: locks, questions, leases, outcomes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from sandbox.deploy.loading import load_template
from snapferry.contracts import examples
from snapferry.contracts.incoming import Answer
from snapferry.state import locks
from snapferry.state.leases import LeaseRecord, Leases
from snapferry.state.locks import held
from snapferry.state.outcomes import Outcomes
from snapferry.state.questions import OpenQuestion, Questions
from snapferry.state.table import Table

ROOT = Path(__file__).parents[2]
START = datetime(2026, 1, 1, tzinfo=UTC)
KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
EXECUTION = "arn:aws:states:eu-west-1:111111111111:execution:snapferry-source-ferry-snapshot:nightly"
QUESTION = OpenQuestion(transfer="0" * 16, question="Transfer Offered", account="222222222222", token="first")


def test_a_lock_has_one_holder(table: Table) -> None:
    with held(table, KEY, "one") as first, held(table, KEY, "other") as second:
        assert (first, second) == (True, False)


def test_who_did_not_get_a_lock_does_not_free_it(table: Table) -> None:
    with held(table, KEY, "one"):
        with held(table, KEY, "other"):
            pass
        with held(table, KEY, "third") as third:
            assert not third


def test_a_lock_is_free_again_after_its_block_and_after_an_error(table: Table) -> None:
    with pytest.raises(RuntimeError), held(table, KEY, "one"):
        raise RuntimeError
    with held(table, KEY, "other") as free:
        assert free


def test_locks_of_different_things_do_not_meet(table: Table) -> None:
    with held(table, KEY, "one") as first, held(table, "database", "other") as second:
        assert first
        assert second


def test_a_retry_of_the_same_step_gets_its_own_lock(table: Table) -> None:
    with held(table, KEY, "one"), held(table, KEY, "one") as again:
        assert again


def test_a_lock_whose_holder_died_ends_by_itself_but_not_earlier(table: Table) -> None:
    with time_machine.travel(START, tick=False):
        dead = held(table, KEY, "dead")
        assert dead.__enter__()
    with time_machine.travel(START + timedelta(seconds=locks.LASTS), tick=False), held(table, KEY, "other") as free:
        assert not free
    later = START + timedelta(seconds=locks.LASTS + 1)
    with time_machine.travel(later, tick=False), held(table, KEY, "other") as free:
        assert free
        dead.__exit__(None, None, None)  # it comes back after all, and must not free the other's lock
        with held(table, KEY, "third") as third:
            assert not third


@pytest.mark.parametrize("template", ["template.yaml", "template-target.yaml"])
def test_a_lock_lasts_longer_than_any_function(template: str) -> None:
    document = load_template(ROOT / template)
    functions = [one for one in document["Resources"].values() if one["Type"] == "AWS::Serverless::Function"]
    default = document["Globals"]["Function"]["Timeout"]
    assert max(one["Properties"].get("Timeout", default) for one in functions) < locks.LASTS


def test_a_question_is_found_with_its_token_and_its_only_account(table: Table) -> None:
    questions = Questions(table)
    assert questions.find(QUESTION.transfer, QUESTION.question) is None
    questions.note(QUESTION, lasts=3600)
    assert questions.find(QUESTION.transfer, QUESTION.question) == QUESTION
    assert questions.find(QUESTION.transfer, "Snapshot Shared") is None
    assert questions.find("f" * 16, QUESTION.question) is None


def test_a_repeat_brings_a_new_token(table: Table) -> None:
    questions = Questions(table)
    questions.note(QUESTION, lasts=3600)
    questions.note(asked_again("second"), lasts=3600)
    assert questions.find(QUESTION.transfer, QUESTION.question) == asked_again("second")


def test_an_answered_question_is_closed_and_still_known(table: Table) -> None:
    questions = Questions(table)
    questions.note(QUESTION, lasts=3600)
    questions.close(QUESTION)
    found = questions.find(QUESTION.transfer, QUESTION.question)
    assert found is not None
    assert found.closed


def test_closing_leaves_a_question_that_was_asked_anew_meanwhile_open(table: Table) -> None:
    questions = Questions(table)
    questions.note(QUESTION, lasts=3600)
    questions.note(asked_again("second"), lasts=3600)
    questions.close(QUESTION)
    assert questions.find(QUESTION.transfer, QUESTION.question) == asked_again("second")


def test_a_closed_question_that_is_asked_again_is_open(table: Table) -> None:
    questions = Questions(table)
    questions.note(QUESTION, lasts=3600)
    questions.close(QUESTION)
    questions.note(asked_again("second"), lasts=3600)
    assert questions.find(QUESTION.transfer, QUESTION.question) == asked_again("second")


def test_a_lease_is_noted_until_it_is_closed(table: Table) -> None:
    leases = Leases(table)
    record = LeaseRecord(
        transfer="0" * 16,
        execution_arn="execution",
        key_arn=KEY,
        copy_arn="copy",
        target_account="222222222222",
        ends="2026-01-03T00:00:00Z",
        opened_at="2026-01-01T00:00:00Z",
        fingerprint="f",
        family="cluster",
    )
    leases.note(record)
    assert leases.find(record.transfer) == record
    leases.close("f" * 16)
    assert leases.find(record.transfer) == record
    leases.close(record.transfer)
    leases.close(record.transfer)
    assert leases.find(record.transfer) is None


def test_a_transfer_that_is_closed_for_good_stays_so_and_no_other_is(table: Table) -> None:
    leases = Leases(table)
    assert not leases.is_closed_for_good("0" * 16, EXECUTION)
    leases.close_for_good("0" * 16)
    leases.close_for_good("0" * 16)
    assert leases.is_closed_for_good("0" * 16, EXECUTION)
    assert not leases.is_closed_for_good("f" * 16, EXECUTION)
    leases.close_for_good(EXECUTION)
    assert leases.is_closed_for_good("f" * 16, EXECUTION)
    assert not leases.is_closed_for_good("f" * 16, f"{EXECUTION}-2")
    assert leases.all() == []  # it is no lease


@pytest.mark.parametrize("example", examples.ANSWERS)
def test_an_answer_is_given_again_as_it_was(table: Table, example: dict[str, Any]) -> None:
    outcomes, answer = Outcomes(table), Answer.model_validate(example)
    assert outcomes.find(answer.transfer, answer.question) is None
    outcomes.store(answer)
    assert outcomes.find(answer.transfer, answer.question) == answer
    assert outcomes.find("f" * 16, answer.question) is None


def test_every_item_has_an_end_that_dynamodb_knows(table: Table) -> None:
    declared = load_template(ROOT / "template.yaml")["Resources"]["StateTable"]["Properties"]
    attribute = declared["TimeToLiveSpecification"]["AttributeName"]
    with time_machine.travel(START, tick=False):
        Questions(table).note(QUESTION, lasts=3600)
        item = table.get(f"question#{QUESTION.transfer}#{QUESTION.question}")
    assert item is not None
    assert item[attribute] > START.timestamp() + 3600


def asked_again(token: str) -> OpenQuestion:
    return OpenQuestion(transfer=QUESTION.transfer, question=QUESTION.question, account=QUESTION.account, token=token)
