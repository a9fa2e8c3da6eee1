"""`docs/by-hand.md` is what the recorder wrote, and what the sandbox would answer today."""

from __future__ import annotations

import re

import pytest

from tests.docs.record_by_hand import PAGE, STEPS, record

COMMAND = re.compile(r"^\$ .*(?:\\\n {4}.*)*", re.MULTILINE)
REFUSAL = re.compile(r"An error occurred \((\w+)\) when calling the (\w+)")
KEY = re.compile(r"key/[0-9a-f-]{36}")


def test_the_page_shows_the_commands_that_are_run() -> None:
    assert COMMAND.findall(PAGE.read_text()) == COMMAND.findall(STEPS.read_text())


def test_every_mistake_is_refused_with_the_code_that_people_look_for() -> None:
    assert REFUSAL.findall(PAGE.read_text()) == [
        ("InvalidDBClusterSnapshotStateFault", "ModifyDBClusterSnapshotAttribute"),  # shared under aws/rds
        ("KMSKeyNotAccessibleFault", "CopyDBClusterSnapshot"),  # copied without the key's policy
        ("MalformedPolicyDocumentException", "PutKeyPolicy"),  # locked out
        ("InvalidParameterCombination", "CopyDBClusterSnapshot"),  # copied without an own key
        ("AccessDeniedException", "DescribeKey"),  # closed again
        ("InvalidDBSnapshotState", "ModifyDBSnapshotAttribute"),  # shared under aws/rds
        ("InvalidDBSnapshotState", "RestoreDBInstanceFromDBSnapshot"),  # restored although shared and encrypted
    ]


@pytest.mark.long
def test_the_sandbox_would_answer_the_same_today() -> None:
    assert KEY.sub("key", record()) == KEY.sub("key", PAGE.read_text())
