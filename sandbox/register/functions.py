"""Lambda."""

from sandbox.register.rule import Rule

PAYLOAD_SIZE = Rule(
    "lambda.invoke.size",
    "The payload of an invocation has at most 6 MB.",
    source="Lambda guide, quotas",
    code="RequestTooLargeException",
    message="{size} byte payload is too large: the limit is {most} bytes",
    test="test_functions::test_a_payload_is_json_of_six_megabytes_at_most",
)
INTERFACES = Rule(
    "lambda.vpc.role",
    "A function in a VPC has a role that may make network interfaces.",
    source="Lambda guide, configuration-vpc",
    code="InvalidParameterValueException",
    message="The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
    test="test_functions::test_a_function_in_a_vpc_may_make_its_interfaces",
)
EVENT_SIZE = Rule(
    "lambda.invoke.event-size",
    "The payload of an asynchronous invocation has at most 1 MB.",
    source="botocore lambda.Invoke",
    code="RequestTooLargeException",
    message="{size} byte payload is too large for the Event invocation type (limit {most} bytes)",
    test="test_functions::test_an_event_has_at_most_one_megabyte",
)
TIMEOUT = Rule(
    "lambda.invoke.timeout",
    "A function is stopped at its Timeout; a state machine sees that as `Sandbox.Timedout`.",
    source="aws-facts 6.4",
    code="Sandbox.Timedout",
    message="RequestId: {request} Error: Task timed out after {seconds:.2f} seconds",
    test="test_functions::test_a_machine_sees_a_timeout_by_its_name",
)
RESERVED = Rule(
    "lambda.concurrency.reserved",
    "No more invocations of a function run at once than are reserved for it.",
    source="aws-facts 11; botocore lambda.Invoke",
    code="TooManyRequestsException",
    message="Rate Exceeded.",
    test="test_functions::test_reserved_concurrency_throttles",
)
UNRESERVED = Rule(
    "lambda.concurrency.unreserved",
    "At least 100 executions at once stay unreserved in an account: one with a limit of 10 reserves nothing.",
    source="aws-facts 11, seen",
    code="InvalidParameterValueException",
    message="Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
    "below its minimum value of [{least}].",
    test="test_functions::test_an_account_keeps_a_hundred_executions_unreserved",
)
EVENT_RETRIES = Rule(
    "lambda.events.retries",
    "An event that fails is tried three times, a minute and two minutes later.",
    source="aws-facts 11",
    test="test_functions::test_a_failed_event_is_tried_three_times_then_recorded",
)
THROTTLED_WAITS = Rule(
    "lambda.events.throttled",
    "An event that is throttled waits for its turn; that is no attempt.",
    source="Lambda guide, invocation-async",
    test="test_functions::test_a_throttled_event_waits_for_its_turn",
)
EVENT_AGE = Rule(
    "lambda.events.age",
    "An event that is older than its MaximumEventAge is given up.",
    source="botocore lambda.PutFunctionEventInvokeConfig",
    test="test_functions::test_an_event_that_grew_too_old_is_given_up",
)
FAILURES_RECORDED = Rule(
    "lambda.events.destination",
    "The destination of failures gets a record of each event that is given up.",
    source="aws-facts 11",
    test="test_functions::test_a_failed_event_is_tried_three_times_then_recorded",
)
DEAD_EVENTS = Rule(
    "lambda.events.dead-letter",
    "A function's dead-letter queue gets each event that is given up.",
    source="aws-facts 11",
    test="test_functions::test_an_event_that_grew_too_old_is_given_up",
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
