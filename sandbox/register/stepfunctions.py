"""Step Functions."""

from sandbox.register.rule import Rule

MACHINE_NAME_TAKEN = Rule(
    "states.machine.name-taken",
    "A machine's name is taken, unless it is the same machine that is made again.",
    source="botocore stepfunctions.CreateStateMachine",
    code="StateMachineAlreadyExists",
    message="State Machine Already Exists: '{arn}'",
    test="test_machines::test_a_name_is_taken_unless_the_same_machine_is_made_again",
)
DEFINITION_SIZE = Rule(
    "states.machine.definition-size",
    "A definition has at most 1 MB.",
    source="aws-facts 6.1",
    code="ValidationException",
    message="1 validation error detected: Value at 'definition' failed to satisfy constraint: "
    "Member must have length less than or equal to {most}",
    test="test_machines::test_a_definition_has_at_most_one_megabyte",
)
LOG_RIGHTS = Rule(
    "states.machine.log-rights",
    "Who makes a machine that writes a log gives it a role that may manage the delivery of logs, on every resource.",
    source="Step Functions guide, cw-logs",
    code="AccessDeniedException",
    message="The state machine IAM Role is not authorized to access the Log Destination",
    test="test_machines::test_a_machine_that_writes_a_log_may_have_it_delivered",
)
DELETED_ENDS = Rule(
    "states.machine.deleted",
    "The executions of a deleted machine fail at their next state transition.",
    source="aws-facts 11; AWS re:Post, step-functions-stuck-deleting-status",
    code="States.Runtime",
    message="State machine {name} has been deleted.",
    test="test_machines::test_a_deleted_machine_s_executions_fail_at_their_next_transition",
)
DELETING = Rule(
    "states.machine.deleting",
    "A machine that is being deleted takes neither executions nor changes, and keeps its name.",
    source="botocore stepfunctions.StateMachineDeleting",
    code="StateMachineDeleting",
    message="State Machine Deleting: '{arn}'",
    test="test_machines::test_a_machine_that_is_being_deleted_takes_nothing",
)
QUALIFIED = Rule(
    "states.machine.qualified",
    "DeleteStateMachine takes a machine's own ARN only.",
    source="botocore stepfunctions.DeleteStateMachine",
    code="ValidationException",
    message="Invalid State Machine Arn: '{arn}' is qualified",
    test="test_machines::test_a_machine_that_is_being_deleted_takes_nothing",
)
ENDS_ONCE = Rule(
    "states.execution.ends-once",
    "An execution ends once: of several ends at a time the first counts, and the others are nothing to it.",
    source="Step Functions guide, concepts-state-machine-executions",
    test="test_interpreter::test_an_execution_ends_once",
)
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
UNDEFINED = Rule(
    "states.jsonata.undefined",
    "An expression that gives nothing fails its state.",
    source="aws-facts 6.5",
    code="States.QueryEvaluationError",
    test="test_interpreter::test_an_undefined_value_fails_the_state_and_can_be_caught_in_a_task",
)
