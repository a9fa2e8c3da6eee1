"""State machines: AWS::StepFunctions."""

import json
import re

from sandbox.deploy.errors import InvalidTemplate
from sandbox.deploy.properties import Properties, tag_list
from sandbox.deploy.registry import Before, Made, makes, updates
from sandbox.deploy.sam import local_path
from sandbox.deploy.site import Site
from sandbox.deploy.values import text

PLACEHOLDER = re.compile(r"\$\{[A-Za-z0-9_]+\}")


@makes("AWS::StepFunctions::StateMachine")
def state_machine(site: Site, properties: Properties) -> Made:
    """Ref is the machine's ARN. The definition is substituted as text, as CloudFormation does."""
    name = properties.text("StateMachineName", site.name(80))
    definition = _substituted(_definition(properties), properties)
    kind = properties.text("StateMachineType", "STANDARD")
    said = properties.some("LoggingConfiguration", "TracingConfiguration", "EncryptionConfiguration")
    arn = site.call(
        "stepfunctions",
        "CreateStateMachine",
        name=name,
        definition=definition,
        roleArn=properties.want("RoleArn"),
        type=kind,
        tags=tag_list(properties.tags(), "key", "value"),
        **said,
    )["stateMachineArn"]
    site.on_delete("stepfunctions", "DeleteStateMachine", stateMachineArn=arn)
    return Made(ref=arn, attributes={"Arn": arn, "Name": name})


@updates(
    "AWS::StepFunctions::StateMachine", "Definition", "DefinitionS3Location", "DefinitionString",
    "DefinitionSubstitutions", "EncryptionConfiguration", "LoggingConfiguration", "RoleArn", "TracingConfiguration",
)  # fmt: skip
def change_state_machine(site: Site, properties: Properties, before: Before) -> Made:
    """For every execution from now on; one that runs goes by the definition and the role that it began with."""
    said = properties.some("LoggingConfiguration", "TracingConfiguration", "EncryptionConfiguration")
    definition = _substituted(_definition(properties), properties)
    role = properties.want("RoleArn")
    properties.some("StateMachineName", "StateMachineType", "Tags")
    arn = before.made.ref
    site.call("stepfunctions", "UpdateStateMachine", stateMachineArn=arn, definition=definition, roleArn=role, **said)
    return before.made


def _definition(properties: Properties) -> str:
    written = properties.some("DefinitionS3Location", "DefinitionString", "Definition")
    if len(written) != 1:
        raise InvalidTemplate(f"{properties.where}: exactly one definition is wanted, not {sorted(written)}")
    name, definition = written.popitem()
    if name == "DefinitionS3Location":
        return local_path(definition, properties.where).read_text(encoding="utf-8")
    return json.dumps(definition) if name == "Definition" else text(definition)


def _substituted(definition: str, properties: Properties) -> str:
    for name, value in properties.take("DefinitionSubstitutions", {}).items():
        definition = definition.replace(f"${{{name}}}", text(value))
    if left := sorted(set(PLACEHOLDER.findall(definition))):
        raise InvalidTemplate(f"{properties.where}: DefinitionSubstitutions has no value for {', '.join(left)}")
    return definition
