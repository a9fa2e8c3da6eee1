"""`make permissions`: plays tests, and writes record.json, docs/permissions.md and docs/permissions-boundary.json."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.permissions import boundary, page, record
from tests.permissions.plugin import OPTION
from tests.templates.stacks import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = "tests/end_to_end"
CARRIED = "TestAsDeployed::test_what_can_be_carried_crosses_and_leaves_nothing"
NOT_CARRIED = "TestAsDeployed::test_what_cannot_be_carried_is_refused_before_anything_is_made"
ORIGINALS = "TestWithOriginals::test_what_is_under_the_transfer_key_is_shared_as_it_is"
PLAYED: dict[str, tuple[str, ...]] = {
    "closing": (
        "test_a_function_that_is_killed_is_run_again[CreateSnapshot]",
        "test_a_function_that_is_killed_is_run_again[CopySnapshot]",
        "test_a_closing_that_is_itself_stopped_is_begun_again[Stop sharing]",
        "test_a_closing_that_is_itself_stopped_is_begun_again[Close the lease]",
        "test_a_copy_whose_tags_somebody_took_is_told_and_the_key_is_closed",
    ),
    "drills": (),
    "failures": (
        "test_somebody_deletes_the_targets_copy",
        "test_a_restore_that_breaks_is_taken_back[Create the instances]",
        "test_a_lost_question_ends_as_nobody_answered",
        "test_what_was_done_and_not_heard_of_is_found_done",
        "test_two_databases_that_want_one_name_at_once_bring_up_one_and_leave_nothing",
    ),
    "fleet": (
        "test_a_list_says_what_is_named_twice_and_what_is_not_there",
        "test_a_stopped_fleet_stops_its_transfers_whose_access_is_closed_and_they_run_again",
        "test_an_input_that_means_nothing_ends_red_by_name",
    ),
    "grants": ("test_what_the_target_has_issued_ends_and_what_it_was_given_stays",),
    "hooks": (
        "test_a_machine_is_stopped_with_the_restore",
        "test_a_machine_that_fails_is_quoted_with_its_execution",
        "test_a_hook_that_is_not_there_is_found_before_anything_is_made",
        "test_an_offer_is_declined_when_a_hook_is_not_there",
    ),
    "instances": (),
    "kept_copies": (
        "test_a_copy_of_a_transfer_that_is_stopped_is_kept_too_and_goes_when_its_time_is_over",
        "test_a_copy_that_a_transfer_uses_outlives_its_time",
    ),
    "key_policy_elsewhere": (
        "test_with_such_a_policy_the_transfer_goes_through_and_leaves_it_alone",
        "test_what_somebody_else_has_made_is_taken_back_too_when_the_transfer_is_stopped",
    ),
    "messages": (),
    "notices": ("test_what_cannot_be_taken_back_is_told_until_it_is",),
    "own_keys": ("test_the_keys_that_stayed_are_the_next_stacks_and_what_is_under_them_is_restored",),
    "passwords": (
        "test_productions_password_is_refused_and_the_secrets_works",
        "test_a_restore_that_fails_takes_its_secret_with_it",
    ),
    "plan_only": ("test_a_target_that_does_not_answer_is_a_finding",),
    "quotas": (),
    "renamed_clusters": (),
    "renaming": (),
    "restore_settings": (
        "test_the_database_has_what_the_profile_says[aurora-postgresql]",
        "test_the_database_has_what_the_profile_says[mysql]",
    ),
    "retention": (),
    "sources": (
        f"{CARRIED}[aurora-mysql, cmk, AWS Backup]",
        f"{NOT_CARRIED}[aurora-mysql, sse-rds, latest automated]",
        f"{NOT_CARRIED}[oracle-tde, aws/rds, fresh]",
    ),
    "sql_hook": (
        "test_names_are_masked_before_anybody_else_can_connect[aurora-mysql]",
        "test_a_failed_expectation_leaves_the_previous_database_serving_its_rows[aurora-mysql]",
    ),
    "taking_back": (
        "test_the_source_hears_of_it_and_nothing_is_left[restore_database, Call the hook's function, heard]",
        "test_the_source_hears_of_it_and_nothing_is_left[restore_database, Publish the connection, swept]",
        "test_a_question_that_comes_again_is_answered_before_the_sweeper_comes",
        "test_a_function_that_goes_on_after_the_stop_leaves_nothing_either",
        "test_the_source_hears_of_a_deleted_machine",
    ),
}
"""The tests of each file that make use of what no other ones do, or of what others need to go before; none: all."""

OURS = ("tests/permissions/test_failed_events.py",)
NAMED = "test_at_the_deadline_the_error_says_what_is_being_made"
FULL = "test_an_account_full_of_instances_snapshots_is_told_at_the_deadline"
LONG = (
    f"{TESTS}/test_sources.py::{CARRIED}[aurora-mysql, cmk, fresh]",
    f"{TESTS}/test_sources.py::{CARRIED}[postgres, aws/rds, latest automated]",
    f"{TESTS}/test_sources.py::{ORIGINALS}[aurora-mysql, transfer key, fresh]",
    f"{TESTS}/test_quotas.py::{NAMED}",
    f"{TESTS}/test_quotas.py::{FULL}",
    f"{TESTS}/test_retention.py::test_copies_go_by_count_and_age_and_only_those_of_transfers",
    f"{TESTS}/test_retention.py::test_a_copy_whose_transfer_died_after_the_hand_over_goes_like_any_other",
)
"""Of the long tests, those that make use of what no other one does."""


def main() -> int:
    """Play, unless only the page is asked for; 1 where a right is neither used nor explained."""
    if "--page" not in sys.argv[1:]:
        failed = play()
        if failed:
            return failed
    page.write()
    boundary.write()
    unexplained = record.read().unexplained()
    for grant in unexplained:
        sys.stderr.write(f"used by no test: {grant.template} {grant.role} {grant.key}\n")
    return 1 if unexplained else 0


def play() -> int:
    """Run the tests and write the record anew; pytest's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        plugin = ["-p", "tests.permissions.plugin", OPTION, folder]
        for tests in ((*_nodes(), *OURS), ("-m", "long", *LONG)):
            command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile", *plugin, *tests]
            code = subprocess.run(command, cwd=ROOT, check=False).returncode
            if code:
                return code
        record.write(record.merge(Path(folder).glob("*.json")))
    return 0


def _nodes() -> Iterator[str]:
    """What is played, as pytest names it."""
    for name, tests in PLAYED.items():
        file = f"{TESTS}/test_{name}.py"
        yield from (f"{file}::{test}" for test in tests) if tests else (file,)


if __name__ == "__main__":
    sys.exit(main())
