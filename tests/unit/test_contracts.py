"""What comes in from outside: every mistake is told at once, by its field, and nothing is guessed."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from snapferry.contracts import examples, incoming
from snapferry.contracts.incoming import Answer, Offer, Profile, RestoreAlone, TransferRequest, parsed
from snapferry.errors import InvalidInput
from snapferry.vocabulary import Question, Reply

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
OFFER = examples.OFFERS[0]
ANSWER = examples.ANSWERS[0]


def refusal(model: type[incoming.Contract], value: object) -> str:
    with pytest.raises(InvalidInput) as refused:
        parsed(model, value, what="The input")
    return str(refused.value)


def test_the_smallest_request() -> None:
    request = parsed(TransferRequest, {"database": "example-db"}, what="The input")
    assert (request.database, request.restore, request.profile) == ("example-db", True, None)


def test_several_mistakes_are_told_at_once_each_with_its_field() -> None:
    message = refusal(TransferRequest, {"databse": "example-db", "restore": "yes", "profile": "no/slashes"})
    assert message.startswith("The input is not valid: ")
    for mistake in ("database: this field is missing", "databse: no such field", "restore: ", "profile: "):
        assert mistake in message
    assert "docs/schemas/transfer-request.json" in message


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"databse": "x"}, "databse: no such field, but there is database"),
        ({"colour": "blue"}, "colour: no such field. "),
        ({"restore": "yes"}, "restore: write true or false"),
        ({"snapshot": 5}, "snapshot: write text, in quotes"),
        ({"overlap": "queue"}, "overlap: write 'refuse' or 'wait'"),
        ({"scheduled_time": "tomorrow"}, "scheduled_time: write something that matches ^[0-9]{4}-"),
        ({"snapshot": ""}, "snapshot: write at least 1 characters"),
    ],
)
def test_a_mistake_says_what_to_write(fields: dict[str, object], words: str) -> None:
    assert words in refusal(TransferRequest, {"database": "example-db", **fields})


def test_a_mistake_deep_inside_has_its_whole_path() -> None:
    offer = deepcopy(OFFER)
    offer["database"]["family"] = "fleet"
    offer["database"]["colour"] = "blue"
    message = refusal(Offer, offer)
    assert "database.family: " in message
    assert "database.colour: no such field" in message


@pytest.mark.parametrize("value", [None, [], "example-db", 7, True])
def test_what_is_no_object_at_all_is_told_so(value: object) -> None:
    assert "the whole: " in refusal(TransferRequest, value)


@pytest.mark.parametrize("restore", ["yes", "false", 1, 0, None])
def test_a_truth_is_not_guessed_from_words_or_numbers(restore: object) -> None:
    assert "restore: " in refusal(TransferRequest, {"database": "example-db", "restore": restore})


@pytest.mark.parametrize("database", ["", "d" * 257, 5, None, ["example-db"]])
def test_a_databases_name_is_text_of_some_length(database: object) -> None:
    assert "database: " in refusal(TransferRequest, {"database": database})


@given(JSON)
def test_whatever_json_comes_in_it_is_either_taken_or_refused_in_words(value: object) -> None:
    for model in (TransferRequest, Profile, Answer):
        try:
            parsed(model, value, what="The input")
        except InvalidInput as error:
            assert str(error).startswith("The input is not valid: ")  # noqa: PT017 - any other error fails the test


@pytest.mark.parametrize("account", ["11111111111", "1" * 13, "11111111111a", "\u0661" * 12, "111111111111\n"])
def test_an_account_is_12_digits_of_ascii(account: str) -> None:
    assert "source_account: " in refusal(Offer, {**OFFER, "source_account": account})


@pytest.mark.parametrize("moment", ["2026-01-01", "2026-01-01T00:00:00+01:00", "2026-01-01T00:00:00.5Z", "soon"])
def test_a_deadline_is_whole_seconds_of_utc(moment: str) -> None:
    assert "deadline: " in refusal(Offer, {**OFFER, "deadline": moment})


def test_a_profiles_name_leads_to_no_other_parameter() -> None:
    alone = examples.RESTORES_ALONE[0]
    for name in ("../connection", "a/b", ""):
        for model, value in ((TransferRequest, {"database": "d"}), (Offer, OFFER), (RestoreAlone, alone)):
            assert "profile: " in refusal(model, {**value, "profile": name})
        assert "database: " in refusal(RestoreAlone, {**alone, "database": name})


def test_a_question_is_what_its_detail_type_says() -> None:
    assert "question: " in refusal(Offer, {**OFFER, "question": Question.RESTORE.value})
    assert "version: " in refusal(Offer, {**OFFER, "version": 2})


def test_a_declined_or_failed_answer_names_an_error_and_no_other_does() -> None:
    for reply in Reply:
        bad = reply in {Reply.DECLINED, Reply.FAILED}
        for error in ("TransferDeclined", None):
            value = {**ANSWER, "reply": reply.value, "error": error}
            if bad == (error is not None):
                assert parsed(Answer, value, what="The answer").reply is reply
            else:
                assert "names an error" in refusal(Answer, value)


def test_an_answer_survives_being_kept_as_text() -> None:
    for example in examples.ANSWERS:
        answer = Answer.model_validate(example)
        assert Answer.model_validate_json(answer.model_dump_json()) == answer


def test_a_profile_needs_a_network_and_has_safe_defaults() -> None:
    message = refusal(Profile, {})
    assert "subnet_group: this field is missing" in message
    assert "security_groups: this field is missing" in message
    profile = Profile.model_validate({"subnet_group": "databases", "security_groups": ["sg-1"]})
    assert profile.deletion_protection
    assert (profile.identifier, profile.instances, profile.keep_snapshot) == ("{database}-2", 1, False)


def test_a_database_that_nobody_may_reach_is_no_profile() -> None:
    assert "security_groups: " in refusal(Profile, {"subnet_group": "databases", "security_groups": []})


def test_what_was_read_stays_as_it_was() -> None:
    request = TransferRequest(database="example-db")
    with pytest.raises(ValidationError):
        request.database = "another"  # type: ignore[misc]  # that is the point


def test_the_schemas_files_are_named_after_the_models() -> None:
    assert incoming.schema_name(TransferRequest) == "transfer-request"
    assert incoming.schema_name(Profile) == "profile"
