"""Step Functions and Lambda."""

from sandbox.register.rule import Rule

EXECUTION_NAME = Rule(
    "states.execution.name",
    'A name has 1 to 80 characters, no white space, brackets, wildcards or any of `"#%\\^|~`$&,;:/`.',
    source="aws-facts 6.1",
    code="InvalidName",
    message="Invalid Name: '{name}'",
    test="test_interpreter::test_names_that_aws_forbids_are_refused",
)
EXECUTION_INPUT = Rule(
    "states.execution.input",
    "An input has at most 256 KiB.",
    source="aws-facts 6.1",
    code="ValidationException",
    message="1 validation error detected: Value at 'input' failed to satisfy constraint: "
    "Member must have length less than or equal to {most}",
    test="test_interpreter::test_an_input_has_at_most_256_kib",
)
EXECUTION_HISTORY = Rule(
    "states.execution.history",
    "An execution fails with its 25,000th event.",
    source="aws-facts 6.1",
    code="States.Runtime",
    message="The execution reached the maximum number of history events ({most}).",
    test="test_interpreter::test_the_history_has_an_end",
)
ASSIGNED_LATER = Rule(
    "states.variables.assigned-later",
    "Assign and Output both see the variables as they were on entry.",
    source="aws-facts 6.5",
    test="test_interpreter::test_assign_and_output_both_see_the_variables_as_they_were",
)
CATCH_MATCHES = Rule(
    "states.errors.match",
    "States.ALL leaves out States.DataLimitExceeded, States.TaskFailed States.Timeout, and both States.Runtime.",
    source="aws-facts 6.4",
    test="test_interpreter::test_names_match_as_aws_says",
)
TOKEN_ONCE = Rule(
    "states.token.once",
    "A token takes one answer, and none once its attempt is over.",
    source="aws-facts 11",
    code="TaskTimedOut",
    message="Task Timed Out: 'Provided task does not exist anymore'",
    test="test_interpreter::test_only_the_first_answer_counts",
)
TOKEN_OF_ATTEMPT = Rule(
    "states.token.of-attempt",
    "Each attempt has a token of its own.",
    source="aws-facts 11",
    test="test_interpreter::test_each_attempt_has_a_token_of_its_own",
)
TOKEN_OF_ACCOUNT = Rule(
    "states.token.of-account",
    "A token is of the account that issued it.",
    source="aws-facts 11",
    code="InvalidToken",
    message="Invalid Token: 'Invalid token'",
    test="test_interpreter::test_a_token_is_nothing_to_the_other_account_nor_is_a_made_up_one",
)
TOKEN_OUTPUT = Rule(
    "states.token.output",
    "The answer to a token is JSON.",
    source="botocore stepfunctions.SendTaskSuccess",
    code="InvalidOutput",
    message="Invalid Output: 'SyntaxError: Unexpected token in JSON'",
    test="test_interpreter::test_a_token_is_nothing_to_the_other_account_nor_is_a_made_up_one",
)
PAYLOAD_SIZE = Rule(
    "lambda.invoke.size",
    "The payload of an invocation has at most 6 MB.",
    source="Lambda guide, quotas",
    code="RequestTooLargeException",
    message="{size} byte payload is too large: the limit is {most} bytes",
    test="test_functions::test_a_payload_is_json_of_six_megabytes_at_most",
)
EVENT_RETRIES = Rule(
    "lambda.events.retries",
    "An event that fails is tried three times, a minute and two minutes later.",
    source="aws-facts 11",
    test="test_functions::test_a_failed_event_is_tried_three_times_then_recorded",
)
FAILURE_RIGHTS = Rule(
    "lambda.events.failure-rights",
    "A failure queue gets what the function's role may send there.",
    source="Lambda guide, invocation-async",
    test="test_functions::test_a_failure_queue_needs_the_role_s_permission",
)
STATEMENT_ID = Rule(
    "lambda.policy.statement-id",
    "Two statements of a function's policy do not have the same id.",
    source="botocore lambda.AddPermission",
    code="ResourceConflictException",
    message="The statement id ({sid}) provided already exists. Please provide a new statement id.",
    test="test_functions::test_permissions_are_statements_of_the_function_s_policy",
)
UNDEFINED = Rule(
    "states.jsonata.undefined",
    "An expression that gives nothing fails its state.",
    source="aws-facts 6.5",
    code="States.QueryEvaluationError",
    test="test_interpreter::test_an_undefined_value_fails_the_state_and_can_be_caught_in_a_task",
)
