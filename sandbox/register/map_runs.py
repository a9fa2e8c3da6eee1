"""Step Functions: Distributed Maps, and machines that start machines."""

from sandbox.register.rule import Rule

MAY_START = Rule(
    "states.map.permission",
    "The role of a machine with a Distributed Map may start executions of that machine.",
    source="aws-facts 11; the error's name is UNCONFIRMED",
    code="StepFunctions.AccessDeniedException",
    test="test_map_runs::test_the_role_must_be_allowed_to_start_its_own_machine",
)
CONCURRENCY = Rule(
    "states.map.concurrency",
    "No more children run at once than MaxConcurrency says, and 10,000.",
    source="aws-facts 6.1, 6.6",
    test="test_map_runs::test_so_many_children_run_at_once",
)
TOLERATED = Rule(
    "states.map.tolerated",
    "A run fails when more children fail than ToleratedFailureCount or ToleratedFailurePercentage say; else by any.",
    source="Step Functions guide, state-map-distributed",
    code="States.ExceedToleratedFailureThreshold",
    message="The specified tolerated failure threshold was exceeded",
    test="test_map_runs::test_a_run_fails_when_more_children_fail_than_is_tolerated",
)
ABORTED_WITH_RUN = Rule(
    "states.map.aborted",
    "The children of a run that fails, or whose execution is stopped, are aborted.",
    source="botocore stepfunctions.MapRunExecutionCounts",
    test="test_map_runs::test_children_are_aborted_with_their_parent",
)
ITEM_READER = Rule(
    "states.map.item-reader",
    "Items that cannot be read fail the state by their own error.",
    source="Step Functions guide, input-output-itemreader",
    code="States.ItemReaderFailed",
    test="test_map_runs::test_items_that_cannot_be_read_fail_the_state",
)
RESULT_WRITER = Rule(
    "states.map.result-writer",
    "Results that cannot be written fail the state by their own error.",
    source="Step Functions guide, input-output-resultwriter",
    code="States.ResultWriterFailed",
    test="test_map_runs::test_results_that_cannot_be_written_fail_the_state",
)
RESULTS_OF_FAILED = Rule(
    "states.map.results-of-failed",
    "A run that fails writes its results, too.",
    source="Step Functions guide, input-output-resultwriter",
    test="test_map_runs::test_the_results_of_a_run_that_fails_are_written_too",
)
MANAGED_RULE = Rule(
    "states.sync.managed-rule",
    "Who makes a machine with `startExecution.sync` gives it a role that may make Step Functions' own rule.",
    source="aws-facts 11, seen",
    code="AccessDeniedException",
    message="'{role}' is not authorized to create managed-rule.",
    test="test_nested::test_the_role_of_a_machine_that_waits_for_another_may_make_the_managed_rule",
)
STOPPED_WITH_PARENT = Rule(
    "states.sync.stopped",
    "An execution that another one waits for is stopped with it, if its role may.",
    source="Step Functions guide, connect-to-resource",
    test="test_nested::test_what_a_stopped_execution_waits_for_is_stopped_too",
)
ERROR_NAMES = Rule(
    "states.sync.error-names",
    "An API's refusal is named by service and code, and `Exception` stands there once.",
    source="Step Functions guide, concepts-error-handling",
    test="test_nested::test_a_refused_start_is_named_as_aws_names_it",
)
