"""EventBridge."""

from sandbox.register.rule import Rule

MOST_ENTRIES = Rule(
    "events.put.entries",
    "A PutEvents has 1 to 10 entries.",
    source="aws-facts 5.1",
    code="ValidationException",
    message="1 validation error detected: Value at 'entries' failed to satisfy constraint: "
    "Member must have length {bound}",
    test="test_events::test_too_much_for_a_request_is_refused_whole[11-1]",
)
REQUEST_SIZE = Rule(
    "events.put.size",
    "The entries of a PutEvents have at most 1 MB together.",
    source="aws-facts 5.1",
    code="ValidationException",
    message="Total size of the entries in the request is over the limit.",
    test="test_events::test_too_much_for_a_request_is_refused_whole[4-300000]",
)
ENTRY_COMPLETE = Rule(
    "events.put.complete",
    "An entry has a source, a detail type and a detail; an incomplete one is refused, the others are not.",
    source="aws-facts 5.1",
    code="InvalidArgument",
    message="Parameter {name} is not valid. Reason: {name} is a required argument.",
    test="test_events::test_each_entry_is_refused_for_itself",
)
DETAIL_TYPE_LENGTH = Rule(
    "events.put.detail-type",
    "A detail type has at most 128 characters.",
    source="aws-facts 5.1",
    code="InvalidArgument",
    message="Parameter DetailType is not valid. Reason: DetailType must be at most {most} characters.",
    test="test_events::test_each_entry_is_refused_for_itself",
)
AWS_SOURCE = Rule(
    "events.put.aws-source",
    "Sources that begin with `aws.` are for AWS.",
    source="aws-facts 5.1, seen",
    code="NotAuthorizedForSourceException",
    message="Not authorized for the source.",
    test="test_events::test_each_entry_is_refused_for_itself",
)
DETAIL_OBJECT = Rule(
    "events.put.detail",
    "A detail is a JSON object.",
    source="aws-facts 5.1",
    code="MalformedDetail",
    message="Detail is malformed.",
    test="test_events::test_each_entry_is_refused_for_itself",
)
PUT_PERMISSION = Rule(
    "events.put.permission",
    "Who puts an event on a bus needs a policy that says so, and on another account's bus that bus's, too.",
    source="aws-facts 5.1; UNCONFIRMED whether the call or the entry is refused",
    code="AccessDeniedException",
    setting="put_events_denied_by_entry",
    test="test_events::test_putting_on_a_foreign_bus_needs_its_policy",
)
PATTERN_SIZE = Rule(
    "events.rule.pattern-size",
    "A rule's pattern has at most 2,048 characters.",
    source="aws-facts 5.4",
    code="ValidationException",
    message="1 validation error detected: Value at 'eventPattern' failed to satisfy constraint: "
    "Member must have length less than or equal to {most}",
    test="test_events::test_patterns_and_policies_have_a_size",
)
POLICY_SIZE = Rule(
    "events.bus.policy-size",
    "A bus's policy has at most 10,240 characters.",
    source="aws-facts 5.4",
    code="PolicyLengthExceededException",
    message="Size of the policy for the event bus exceeds {most} characters",
    test="test_events::test_patterns_and_policies_have_a_size",
)
UNKNOWN_BUS = Rule(
    "events.put.unknown-bus",
    "A bus that does not exist swallows events: the answer is 200.",
    source="aws-facts 5.1",
    test="test_events::test_an_unknown_bus_swallows_events",
)
SENDER_KEPT = Rule(
    "events.cross.sender",
    "An event keeps the account of its sender on its way to another.",
    source="aws-facts 5.1",
    test="test_events::test_an_event_crosses_with_its_sender_s_account",
)
ONE_HOP = Rule(
    "events.cross.one-hop",
    "An event that came from another bus is not sent on to a third.",
    source="aws-facts 5.2",
    test="test_events::test_an_event_makes_one_hop_only",
)
BUS_POLICY = Rule(
    "events.cross.policies",
    "A rule that sends to another account's bus needs its role's policies and the bus's.",
    source="aws-facts 5.2",
    code="NO_PERMISSIONS",
    test="test_events::test_crossing_needs_the_role_and_the_bus_s_policy[bus policy]",
)
RULE_ARN_SEEN = Rule(
    "events.cross.rule-arn",
    "The bus's policy sees the sending rule as aws:SourceArn.",
    source="UNCONFIRMED with a role, aws-facts 11",
    test="test_events::test_a_bus_policy_may_name_the_sending_rule",
)
FUNCTION_POLICY = Rule(
    "events.target.function-policy",
    "A function gets events only if its policy admits the rule.",
    source="aws-facts 5.3",
    code="NO_PERMISSIONS",
    test="test_events::test_a_function_must_admit_the_rule",
)
QUEUE_POLICY = Rule(
    "events.target.queue-policy",
    "A queue gets events, and dead letters, only if its policy admits the rule.",
    source="aws-facts 5.4",
    code="NO_PERMISSIONS",
    test="test_events::test_a_missing_target_goes_to_the_dead_letter_queue_if_that_admits_the_rule",
)
FIVE_TARGETS = Rule(
    "events.target.number",
    "A rule has at most five targets.",
    source="aws-facts 5.4",
    code="LimitExceededException",
    message="The requested resource exceeds the maximum number allowed.",
    test="test_events::test_a_rule_has_at_most_five_targets",
)
TARGET_ROLE = Rule(
    "events.target.role",
    "A target that is a bus or a state machine needs a role.",
    source="aws-facts 5.2",
    code="ValidationException",
    message="RoleArn is required for target {arn}.",
    test="test_events::test_targets_that_would_not_be_honoured_are_refused",
)
PATTERN_FILTER = Rule(
    "events.rule.filter",
    "A pattern has the filters that EventBridge knows.",
    source="EventBridge guide, event patterns",
    code="InvalidEventPatternException",
    message="Event pattern is not valid. Reason: Unrecognized match type {filter}",
    test="test_events::test_rules_that_would_not_be_honoured_are_refused",
)
RETRY_POLICY = Rule(
    "events.retry.policy",
    "What a target does not take is tried again as the retry policy says.",
    source="aws-facts 5.4",
    test="test_events::test_a_throttled_target_is_tried_again_as_the_policy_says",
)
NO_RETRY = Rule(
    "events.retry.never",
    "A missing permission or target is not tried again.",
    source="aws-facts 5.4",
    test="test_events::test_what_is_not_permitted_goes_straight_to_the_dead_letter_queue",
)
DEAD_LETTER = Rule(
    "events.retry.dead-letter",
    "What no target took goes to the dead-letter queue, with the reason.",
    source="aws-facts 5.4",
    test="test_events::test_what_is_not_permitted_goes_straight_to_the_dead_letter_queue",
)
EXECUTION_ENDS = Rule(
    "events.service.execution-ends",
    "Step Functions puts the end of an execution on the default bus.",
    source="aws-facts 11",
    test="test_events::test_the_end_of_an_execution_is_an_event_on_the_default_bus",
)
RDS_EVENTS = Rule(
    "events.service.rds",
    "RDS tells the owner's default bus of finished snapshots, and of copies of instances' snapshots.",
    source="aws-facts 3.2",
    test="test_events::test_rds_tells_of_finished_snapshots",
)
SERVICE_TRUSTED = Rule(
    "roles.trust.service",
    "A service acts as a role only if the role's trust policy lets it.",
    source="IAM guide, roles",
    test="test_events::test_crossing_needs_the_role_and_the_bus_s_policy[trust]",
)
