"""Step Functions: definitions, variables and JSONata."""

from sandbox.register.rule import Rule

FIELDS = Rule(
    "states.jsonata.fields",
    "A state in JSONata has none of the fields of JSONPath.",
    source="aws-facts 6.5",
    code="InvalidDefinition",
    message="Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: {fields} at /States/{state}: not with the "
    "query language JSONata'",
    test="test_definition_checks::test_what_a_definition_may_not_have[fields of JSONPath]",
)
STATES_PLACE = Rule(
    "states.jsonata.states-place",
    "`$states.result` is known in Task, Parallel and Map only, `$states.errorOutput` in Catch only.",
    source="aws-facts 6.5",
    code="InvalidDefinition",
    message="Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: {what} is not available at /States/{state}'",
    test="test_definition_checks::test_what_a_definition_may_not_have[result of a Pass]",
)
ASSIGN_PLACE = Rule(
    "states.variables.assign-place",
    "Succeed and Fail assign nothing.",
    source="aws-facts 6.5",
    code="InvalidDefinition",
    message="Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Assign is not supported at /States/{state}'",
    test="test_definition_checks::test_what_a_definition_may_not_have[Assign in Succeed]",
)
VARIABLE_NAME = Rule(
    "states.variables.name",
    "A variable's name has at most 80 letters, digits and underscores, and is not `states`.",
    source="aws-facts 6.5",
    code="InvalidDefinition",
    message="Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: {name} is no name for a variable'",
    test="test_definition_checks::test_what_a_definition_may_not_have[long name]",
)
SCOPES = Rule(
    "states.variables.scopes",
    "An inner scope does not assign a name that one around it assigns.",
    source="aws-facts 6.5",
    code="InvalidDefinition",
    message="Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: the variable {name} is assigned in an outer "
    "scope'",
    test="test_definition_checks::test_what_a_definition_may_not_have[name of an outer scope]",
)
VARIABLE_SIZE = Rule(
    "states.variables.size",
    "What one state assigns has at most 256 KiB.",
    source="aws-facts 6.1",
    code="States.DataLimitExceeded",
    message="The variables that the state assigns exceed the maximum number of bytes service limit.",
    test="test_definition_checks::test_variables_have_a_size",
)
VARIABLES_SIZE = Rule(
    "states.variables.total",
    "All variables of an execution have at most 10 MiB.",
    source="aws-facts 6.1",
    code="States.DataLimitExceeded",
    message="The variables of the execution exceed the maximum number of bytes service limit.",
    test="test_definition_checks::test_all_variables_together_have_a_size",
)
