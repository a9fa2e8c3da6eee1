"""Parameter Store."""

from sandbox.register.rule import Rule

VALUE_SIZE = Rule(
    "ssm.parameter.size",
    "A parameter of the standard tier has at most 4 KB, one of the advanced tier 8.",
    source="aws-facts 11",
    code="ValidationException",
    message="{tier} tier parameters support a maximum parameter value of {most} characters.",
    test="test_parameter_store::test_a_value_has_a_size",
)
NO_NESTING = Rule(
    "ssm.parameter.nesting",
    "A value does not hold `{{`: parameters are not nested.",
    source="aws-facts 11",
    code="ValidationException",
    message='Parameter value can\'t nest another parameter. Do not use "{{{{}}}}" in the value.',
    test="test_parameter_store::test_a_value_names_no_other_parameter",
)
