"""Functions: AWS::Lambda. They are the sandbox's own, not moto's."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from sandbox.deploy.errors import DeploymentFailed, InvalidTemplate, NotInSandbox
from sandbox.deploy.properties import Properties
from sandbox.deploy.registry import Before, Made, makes, updates
from sandbox.deploy.sam import local_path
from sandbox.deploy.site import Site
from sandbox.deploy.values import text
from sandbox.functions import FunctionSpec, VpcConfig
from sandbox.gate import AwsError

LARGEST_ENVIRONMENT = 4096  # bytes, names and values together
RESERVED_VARIABLES = {
    "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
}  # fmt: skip


@makes("AWS::Lambda::Function")
def function(site: Site, properties: Properties) -> Made:
    """Ref is the function's name."""
    spec, functions = _spec(site, properties), site.world.functions
    if any(other.spec.name == spec.name for other in functions.of(site.account.id, site.region)):
        raise DeploymentFailed(f"{properties.where}: Function already exist: {spec.name}", "ResourceConflictException")
    _deploy(site, spec)
    site.deletions.append(lambda: functions.remove(spec.arn))
    return Made(ref=spec.name, attributes={"Arn": spec.arn})


@updates(
    "AWS::Lambda::Function", "Code", "DeadLetterConfig", "Description", "Environment", "Handler", "LoggingConfig",
    "MemorySize", "ReservedConcurrentExecutions", "Role", "Runtime", "Timeout", "VpcConfig",
)  # fmt: skip
def change_function(site: Site, properties: Properties, before: Before) -> Made:
    """New code and settings: for every invocation from now on; one that runs ends as it began."""
    spec, functions = _spec(site, properties), site.world.functions
    now = functions.find(before.made.ref, site.account.id, site.region).spec
    asynchronous = {name: getattr(now, name) for name in ("max_retries", "max_event_age", "on_failure")}
    _deploy(site, replace(spec, **asynchronous))
    return before.made


def _deploy(site: Site, spec: FunctionSpec) -> None:
    try:
        site.world.functions.add(spec)
    except AwsError as error:
        raise DeploymentFailed(f"{site.resource.where}: {error}", error.code) from error


def _spec(site: Site, properties: Properties) -> FunctionSpec:
    reserved = properties.take("ReservedConcurrentExecutions")
    return FunctionSpec(
        account=site.account.id,
        region=site.region,
        name=properties.text("FunctionName", site.name(64)),
        handler=properties.want("Handler"),
        role_arn=properties.want("Role"),
        code_root=_code_root(properties),
        environment=_environment(properties),
        timeout=_within(properties, "Timeout", 3, 1, 900),
        memory=_within(properties, "MemorySize", 128, 128, 10240),
        reserved_concurrency=None if reserved is None else int(text(reserved)),
        dead_letter=_queue(properties, "DeadLetterConfig", properties.take("DeadLetterConfig", {}), "TargetArn"),
        runtime=_runtime(properties),
        description=properties.text("Description", ""),
        own_log_group=_log_group(properties),
        vpc=_vpc(site, properties),
    )


@makes("AWS::Lambda::EventInvokeConfig")
def event_invoke_config(site: Site, properties: Properties) -> Made:
    """How often an asynchronous event is tried, and where it goes after that."""
    name = _configure_events(site, properties)
    site.deletions.append(lambda: _forget_events(site, name))
    return Made(ref=site.name(80))


@updates(
    "AWS::Lambda::EventInvokeConfig", "DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts"
)  # fmt: skip
def change_event_invoke_config(site: Site, properties: Properties, before: Before) -> Made:
    """See `event_invoke_config`."""
    _configure_events(site, properties)
    return before.made


def _configure_events(site: Site, properties: Properties) -> str:
    """Give the function's name."""
    functions = site.world.functions
    try:
        now = functions.find(properties.want("FunctionName"), site.account.id, site.region).spec
    except AwsError as error:
        raise DeploymentFailed(f"{properties.where}: {error}") from error
    qualifier = properties.want("Qualifier")
    if qualifier != "$LATEST":
        raise NotInSandbox(f"{properties.where}: Qualifier: the sandbox has no versions and aliases")
    destinations = dict(properties.take("DestinationConfig", {}))
    on_failure = _queue(properties, "OnFailure", destinations.pop("OnFailure", {}), "Destination")
    if destinations:
        raise NotInSandbox(f"{properties.where}: DestinationConfig: nothing honours {', '.join(destinations)}")
    after = replace(
        now,
        max_retries=_within(properties, "MaximumRetryAttempts", 2, 0, 2),
        max_event_age=_within(properties, "MaximumEventAgeInSeconds", 21600, 60, 21600),
        on_failure=on_failure,
    )
    functions.add(after)
    return now.name


def _forget_events(site: Site, name: str) -> None:
    functions = site.world.functions
    now = functions.find(name, site.account.id, site.region).spec
    defaults = FunctionSpec(now.account, now.region, now.name, now.handler, now.role_arn, now.code_root)
    asynchronous = {name: getattr(defaults, name) for name in ("max_retries", "max_event_age", "on_failure")}
    functions.add(replace(now, **asynchronous))


@makes("AWS::Lambda::Permission")
def permission(site: Site, properties: Properties) -> Made:
    """One statement of a function's own policy."""
    sid = site.name(100)
    function_name = properties.want("FunctionName")
    wanted = {name: properties.want(name) for name in ("Action", "Principal")}
    said = properties.some("SourceArn", "SourceAccount")
    site.call("lambda", "AddPermission", FunctionName=function_name, StatementId=sid, **wanted, **said)
    site.on_delete("lambda", "RemovePermission", FunctionName=function_name, StatementId=sid)
    return Made(ref=sid, attributes={"Id": sid})


def _code_root(properties: Properties) -> Path:
    root = local_path(properties.want("Code"), f"{properties.where}: Code")
    if not root.is_dir():
        raise NotInSandbox(f"{properties.where}: Code: a folder is wanted, not {root.name}")
    return root


def _runtime(properties: Properties) -> str:
    kind, runtime = properties.text("PackageType", "Zip"), properties.text("Runtime", "")
    if kind != "Zip" or not runtime.startswith("python3."):
        raise NotInSandbox(f"{properties.where}: Runtime: only Python from a folder runs here, not {kind} {runtime}")
    return runtime


def _environment(properties: Properties) -> dict[str, str]:
    written = properties.take("Environment", {}).get("Variables", {})
    variables = {name: text(value) for name, value in written.items()}
    if taken := sorted(RESERVED_VARIABLES & set(variables)):
        raise InvalidTemplate(f"{properties.where}: Environment: reserved keys used: {', '.join(taken)}")
    size = sum(len(name.encode()) + len(value.encode()) for name, value in variables.items())
    if size > LARGEST_ENVIRONMENT:
        raise InvalidTemplate(f"{properties.where}: Environment: {size} bytes exceed the limit of 4 KB")
    return variables


def _log_group(properties: Properties) -> str | None:
    """The rest of LoggingConfig stands in not_enacted.py."""
    written: dict[str, str] = dict(properties.take("LoggingConfig", {}))
    group = written.pop("LogGroup", None)
    if unknown := sorted(set(written) - {"LogFormat", "ApplicationLogLevel", "SystemLogLevel"}):
        raise NotInSandbox(f"{properties.where}: LoggingConfig: nothing honours {', '.join(unknown)}")
    return group


def _queue(properties: Properties, name: str, written: dict[str, Any], member: str) -> str | None:
    arn: str | None = written.get(member)
    if set(written) - {member} or (arn is not None and ":sqs:" not in arn):
        raise NotInSandbox(f"{properties.where}: {name}: only an SQS queue gets failed events here, not {written}")
    return arn


def _vpc(site: Site, properties: Properties) -> VpcConfig | None:
    """The networks and groups of its interfaces; none for an empty VpcConfig, as on AWS."""
    written: dict[str, Any] = dict(properties.take("VpcConfig", {}))
    subnets, groups = written.pop("SubnetIds", []), written.pop("SecurityGroupIds", [])
    if written:
        raise NotInSandbox(f"{properties.where}: VpcConfig: nothing honours {', '.join(sorted(written))}")
    if not subnets and not groups:
        return None
    ec2 = site.world.client("ec2", site.account)
    try:
        found = ec2.describe_subnets(SubnetIds=subnets)["Subnets"]
        found += ec2.describe_security_groups(GroupIds=groups)["SecurityGroups"]
    except ClientError as error:
        raise DeploymentFailed(f"{properties.where}: VpcConfig: {error}", "InvalidParameterValueException") from error
    if not subnets or not groups or len({one["VpcId"] for one in found}) != 1:
        raise InvalidTemplate(f"{properties.where}: VpcConfig: subnets and security groups of one VPC are wanted")
    return VpcConfig(tuple(subnets), tuple(groups))


def _within(properties: Properties, name: str, default: int, least: int, most: int) -> int:
    value = properties.number(name, default)
    if not least <= value <= most:
        raise InvalidTemplate(f"{properties.where}: {name} must be between {least} and {most}, not {value}")
    return value
