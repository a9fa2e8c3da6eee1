"""Everything that a template may say and the sandbox does not act upon, with the reason. Nothing else is skipped.

A property that stands in neither table is honoured, or the template is refused.
"""

from typing import Final

LEFT_OUT: Final[dict[tuple[str, str], str]] = {
    ("AWS::Lambda::Function", "TracingConfig"): "there is no X-Ray here",
    ("AWS::Lambda::Function", "Architectures"): "handlers are Python and run on this machine's processor",
    ("AWS::Lambda::Function", "EphemeralStorage"): "the scratch space is this machine's",
    ("AWS::Lambda::Function", "RuntimeManagementConfig"): "handlers run on the sandbox's own Python",
    ("AWS::Lambda::Function", "Tags"): "nothing asks for a function's tags",
}
"""(type, property) -> why it is not even handed on."""

WITHOUT_EFFECT: Final[dict[tuple[str, str], str]] = {
    ("AWS::Lambda::Function", "LoggingConfig"): "its LogGroup is honoured; formats and levels are not",
    ("AWS::Lambda::Function", "MemorySize"): "told to the handler, limits nothing",
    ("AWS::Lambda::Function", "Runtime"): "any Python runtime is accepted; the sandbox's own runs",
    ("AWS::StepFunctions::StateMachine", "TracingConfiguration"): "there is no X-Ray here",
    ("AWS::StepFunctions::StateMachine", "LoggingConfiguration"): "kept; the history is there, a log is not written",
    ("AWS::CloudWatch::Alarm", "AlarmActions"): "kept; `sandbox.alarms` tells whether it goes off, and sends nothing",
    ("AWS::CloudWatch::Alarm", "OKActions"): "kept; nothing is sent",
    ("AWS::CloudWatch::Alarm", "InsufficientDataActions"): "kept; nothing is sent",
    ("AWS::CloudWatch::Alarm", "ActionsEnabled"): "kept; nothing is sent",
    ("AWS::Logs::QueryDefinition", "*"): "its log groups have to be there; nothing runs it",
    ("AWS::CloudWatch::Dashboard", "*"): "kept, so that it can be read; nothing draws it",
    ("AWS::Logs::LogGroup", "RetentionInDays"): "kept; the sandbox does not live for days",
    ("AWS::StepFunctions::StateMachine", "EncryptionConfiguration"): "kept; histories are in this machine's memory",
    ("AWS::Events::EventBus", "KmsKeyIdentifier"): "kept; events are in this machine's memory",
    ("AWS::Events::EventBus", "DeadLetterConfig"): "kept; it gets what AWS cannot decrypt for a bus",
    ("AWS::Scheduler::Schedule", "KmsKeyArn"): "kept; schedules are in this machine's memory",
    ("AWS::IAM::Role", "MaxSessionDuration"): "kept; sessions live as long as the sandbox",
    ("AWS::SSM::Parameter", "Tier"): "kept; nothing is charged",
    ("AWS::Logs::LogGroup", "LogGroupClass"): "kept; nothing is charged",
    ("AWS::DynamoDB::Table", "TableClass"): "kept; nothing is charged",
    (
        "AWS::Logs::LogGroup",
        "KmsKeyId",
    ): "its policy has to admit CloudWatch Logs; the logs themselves are in this machine's memory",
    ("AWS::DynamoDB::Table", "PointInTimeRecoverySpecification"): "kept; there is no restore to a point in time",
    ("AWS::DynamoDB::Table", "TimeToLiveSpecification"): "kept; AWS too deletes only within days",
    ("AWS::DynamoDB::Table", "SSESpecification"): "kept; items are in this machine's memory",
    ("AWS::SQS::Queue", "KmsMasterKeyId"): "kept; messages are in this machine's memory",
    ("AWS::SNS::Topic", "KmsMasterKeyId"): "kept; messages are in this machine's memory",
}
"""(type, property or "*") -> why it is kept, and can be read back, but nothing acts upon it."""
