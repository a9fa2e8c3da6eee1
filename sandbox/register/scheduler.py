"""EventBridge Scheduler."""

from sandbox.register.rule import Rule

SCHEDULE_EXPRESSION = Rule(
    "scheduler.expression.form",
    "A schedule is a rate, a cron expression or a time, in a zone that exists.",
    source="aws-facts 5.5",
    code="ValidationException",
    message="Invalid Schedule Expression {text}. {reason}",
    test="test_scheduler::test_what_aws_would_not_take_is_refused",
)
CLOCK_CHANGES = Rule(
    "scheduler.expression.clock-changes",
    "An hour that the clocks skip is skipped; one that they repeat counts once.",
    source="aws-facts 5.5",
    test="test_schedule_expressions::test_a_skipped_hour_is_skipped_and_a_repeated_one_counts_once",
)
FLEXIBLE_WINDOW = Rule(
    "scheduler.window.minutes",
    "A flexible time window has 1 to 1,440 minutes, and only it has any.",
    source="aws-facts 5.5",
    code="ValidationException",
    message="A flexible time window has MaximumWindowInMinutes, 1 to 1440; another has none.",
    test="test_scheduler::test_what_aws_would_not_take_is_refused",
)
UNIVERSAL_INPUT = Rule(
    "scheduler.target.input",
    "A universal target's input has the parameters of the call in PascalCase, and all that must be there.",
    source="aws-facts 5.5",
    code="ValidationException",
    message="Invalid RequestJson provided. Reason: {reason}",
    test="test_scheduler::test_what_aws_would_not_take_is_refused",
)
SCHEDULER_TRUSTED = Rule(
    "scheduler.target.role",
    "The role of a schedule lets Scheduler assume it, from the start.",
    source="aws-facts 5.5, seen",
    code="ValidationException",
    message="The execution role you provide must allow AWS EventBridge Scheduler to assume the role. {reason}",
    test="test_scheduler::test_a_role_that_does_not_trust_scheduler_is_refused",
)
SCHEDULE_DATES = Rule(
    "scheduler.dates.bound",
    "Nothing is due before a schedule's start date, nor after its end date.",
    source="aws-facts 5.5",
    test="test_scheduler::test_start_and_end_dates_bound_a_schedule",
)
SCHEDULE_NAME = Rule(
    "scheduler.name.characters",
    "A schedule's name has 1 to 64 letters, digits, and any of `-_.`.",
    source="aws-facts 5.5",
    code="ValidationException",
    message="1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint",
    test="test_scheduler::test_a_schedule_s_name_has_64_letters_at_most",
)
ZONE = Rule(
    "scheduler.expression.zone",
    "A cron expression, or a time, is one of the schedule's zone; without one it is UTC's.",
    source="aws-facts 5.5",
    test="test_scheduler::test_a_machine_starts_at_the_zone_s_hour_with_the_schedule_s_input",
)
SCHEDULE_DEAD_LETTER = Rule(
    "scheduler.retry.dead-letter",
    "What no target took goes to the schedule's dead-letter queue, sent by the schedule's role.",
    source="aws-facts 5.5",
    test="test_scheduler::test_a_role_without_the_right_ends_in_the_dead_letter_queue",
)
COMPLETION = Rule(
    "scheduler.completion.delete",
    "With ActionAfterCompletion DELETE a schedule that is over is gone.",
    source="aws-facts 5.5",
    test="test_scheduler::test_a_finished_schedule_can_delete_itself",
)
