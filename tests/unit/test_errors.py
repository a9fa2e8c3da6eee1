"""Errors tell which side, what, which resource, and what to do."""

import re

import pytest

from snapferry import errors
from snapferry.errors import NAMES, AwsBusy, GiveUp, RetryLater, SnapferryError, SnapshotFailed

CLASSES = sorted((getattr(errors, name) for name in NAMES), key=lambda each: each.__name__)


def test_an_error_says_everything_in_one_line() -> None:
    error = SnapshotFailed("RDS reports failed", resource="sf-1", remedy="run again")
    error.side = "source account 111111111111"
    assert str(error) == (
        "In the source account 111111111111: RDS reports failed. Resource: sf-1. What to do: run again."
    )


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (SnapshotFailed("It failed"), "It failed."),
        (SnapshotFailed("sf-1 failed", resource="sf-1"), "sf-1 failed."),
        (SnapshotFailed("It failed", remedy="wait"), "It failed. What to do: wait."),
    ],
)
def test_what_is_not_known_or_said_already_is_left_out(error: SnapferryError, text: str) -> None:
    assert str(error) == text


def test_the_names_are_exactly_the_classes() -> None:
    assert {"SnapferryError", "GiveUp", "RetryLater", "AwsBusy", "StepFailed"} < NAMES
    assert {each.__name__ for each in CLASSES} == NAMES
    assert not {"Final", "Exception"} & NAMES


@pytest.mark.parametrize("error", CLASSES)
def test_each_error_either_helps_itself_or_needs_a_person(error: type[SnapferryError]) -> None:
    assert error is SnapferryError or issubclass(error, GiveUp) != issubclass(error, RetryLater)


@pytest.mark.parametrize("error", CLASSES)
def test_each_error_is_explained_and_stands_in_the_modules_overview(error: type[SnapferryError]) -> None:
    assert error.__doc__
    assert re.search(rf"\b{error.__name__}\b", errors.__doc__ or "")


def test_only_one_error_is_retried_by_name() -> None:
    assert [each for each in CLASSES if issubclass(each, RetryLater) and each is not RetryLater] == [AwsBusy]
