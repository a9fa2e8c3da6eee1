"""Lambda's API: invoking, looking at functions, and their own policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.functions.spec import VERSION
from sandbox.gate import AwsError
from sandbox.register.functions import EVENT_SIZE, PAYLOAD_SIZE, STATEMENT_ID

if TYPE_CHECKING:
    from sandbox.functions.function import Function
    from sandbox.functions.registry import Functions
    from sandbox.functions.spec import FunctionSpec, Invocation
    from sandbox.gate import Call, Gate
    from sandbox.world import Sandbox

PAYLOAD_LIMIT = 6 * 1024 * 1024
EVENT_LIMIT = 1024 * 1024


def register(functions: Functions, sandbox: Sandbox, gate: Gate) -> None:
    """Answer Lambda's operations; those that are not here are refused, not left to moto, which knows no function."""
    api = Api(functions, sandbox)
    gate.answer("lambda", "Invoke", api.invoke, waits=True)
    gate.answer("lambda", "GetFunction", api.get_function)
    gate.answer("lambda", "GetFunctionConfiguration", api.get_function_configuration)
    gate.answer("lambda", "ListFunctions", api.list_functions)
    gate.answer("lambda", "GetFunctionConcurrency", api.get_function_concurrency)
    gate.answer("lambda", "AddPermission", api.add_permission)
    gate.answer("lambda", "RemovePermission", api.remove_permission)
    gate.answer("lambda", "GetPolicy", api.get_policy)


class Api:
    """The answers."""

    def __init__(self, functions: Functions, sandbox: Sandbox) -> None:
        self._functions = functions
        self._sandbox = sandbox

    def invoke(self, call: Call) -> dict[str, Any]:
        """RequestResponse waits for the end; Event is queued; DryRun only looks."""
        function = self._function(call)
        event = _payload(call)
        how = call.parameters.get("InvocationType", "RequestResponse")
        if how == "DryRun":
            return {"StatusCode": 204, "Payload": b""}
        if how == "Event":
            self._functions.invoke_later(function.spec.arn, event, call.caller.account)
            return {"StatusCode": 202, "Payload": b""}
        invocation = self._wait_for(function, event)
        answer = {"StatusCode": 200, "ExecutedVersion": VERSION, "Payload": invocation.payload}
        return answer | ({"FunctionError": "Unhandled"} if invocation.error else {})

    def get_function(self, call: Call) -> dict[str, Any]:
        """Configuration and where the code is."""
        function = self._function(call)
        answer: dict[str, Any] = {
            "Configuration": configuration(function),
            "Code": {"RepositoryType": "S3", "Location": function.spec.code_root.as_uri()},
        }
        return answer | _concurrency(function, "Concurrency")

    def get_function_configuration(self, call: Call) -> dict[str, Any]:
        """The configuration alone."""
        return configuration(self._function(call))

    def list_functions(self, call: Call) -> dict[str, Any]:
        """All functions of the account and Region, on one page."""
        mine = self._functions.of(call.caller.account, call.region)
        return {"Functions": [configuration(function) for function in mine]}

    def get_function_concurrency(self, call: Call) -> dict[str, Any]:
        """The reserved concurrency, if there is one."""
        limit = self._function(call).spec.reserved_concurrency
        return {} if limit is None else {"ReservedConcurrentExecutions": limit}

    def add_permission(self, call: Call) -> dict[str, Any]:
        """One more statement in the function's own policy."""
        function, sid = self._function(call), call.parameters["StatementId"]
        STATEMENT_ID.refuse_if(sid in function.permissions, sid=sid)
        function.permissions[sid] = statement(call.parameters, function)
        return {"Statement": json.dumps(function.permissions[sid])}

    def remove_permission(self, call: Call) -> dict[str, Any]:
        """One statement less."""
        function, sid = self._function(call), call.parameters["StatementId"]
        if function.permissions.pop(sid, None) is None:
            raise AwsError("ResourceNotFoundException", f"Statement {sid} is not found in resource policy.", 404)
        return {}

    def get_policy(self, call: Call) -> dict[str, Any]:
        """The function's own policy."""
        policy = self._function(call).policy
        if policy is None:
            raise AwsError("ResourceNotFoundException", "The resource you requested does not exist.", 404)
        return {"Policy": json.dumps(policy), "RevisionId": "1"}

    def _function(self, call: Call) -> Function:
        return self._functions.find(call.parameters["FunctionName"], call.caller.account, call.region)

    def _wait_for(self, function: Function, event: Any) -> Invocation:
        if not self._sandbox.clock.can_wait:
            message = "the sandbox cannot let a handler wait for another function; invoke it with type Event"
            raise AwsError("InternalFailure", message, 501)
        invocation: Invocation = self._sandbox.clock.call(lambda: function.invoke(event))
        return invocation


def configuration(function: Function) -> dict[str, Any]:
    """A function in AWS's FunctionConfiguration shape."""
    spec = function.spec
    return {
        "FunctionName": spec.name,
        "FunctionArn": spec.arn,
        "Runtime": spec.runtime,
        "Role": spec.role_arn,
        "Handler": spec.handler,
        "Description": spec.description,
        "Timeout": spec.timeout,
        "MemorySize": spec.memory,
        "Version": VERSION,
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Environment": {"Variables": dict(spec.environment)},
        "LoggingConfig": {"LogFormat": "JSON", "LogGroup": spec.log_group},
    } | _optional(spec)


def _optional(spec: FunctionSpec) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if spec.dead_letter:
        found["DeadLetterConfig"] = {"TargetArn": spec.dead_letter}
    if spec.vpc:
        found["VpcConfig"] = {"SubnetIds": [*spec.vpc.subnets], "SecurityGroupIds": [*spec.vpc.groups]}
    return found


def statement(parameters: dict[str, Any], function: Function) -> dict[str, Any]:
    """AddPermission's parameters (also AWS::Lambda::Permission's properties) as a policy statement."""
    conditions: dict[str, dict[str, str]] = {}
    if "SourceArn" in parameters:
        conditions["ArnLike"] = {"AWS:SourceArn": parameters["SourceArn"]}
    if "SourceAccount" in parameters:
        conditions["StringEquals"] = {"AWS:SourceAccount": parameters["SourceAccount"]}
    made: dict[str, Any] = {
        "Sid": parameters["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(parameters["Principal"]),
        "Action": parameters["Action"],
        "Resource": function.spec.arn,
    }
    return made | ({"Condition": conditions} if conditions else {})


def _principal(name: str) -> Any:
    if name == "*":
        return "*"
    if name.endswith(".amazonaws.com"):
        return {"Service": name}
    return {"AWS": f"arn:aws:iam::{name}:root" if name.isdigit() else name}


def _concurrency(function: Function, key: str) -> dict[str, Any]:
    limit = function.spec.reserved_concurrency
    return {} if limit is None else {key: {"ReservedConcurrentExecutions": limit}}


def _payload(call: Call) -> Any:
    raw = call.parameters.get("Payload") or b"{}"
    PAYLOAD_SIZE.refuse_if(len(raw) > PAYLOAD_LIMIT, size=len(raw), most=PAYLOAD_LIMIT)
    later = call.parameters.get("InvocationType") == "Event"
    EVENT_SIZE.refuse_if(later and len(raw) > EVENT_LIMIT, size=len(raw), most=EVENT_LIMIT)
    try:
        return json.loads(raw)
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        raise AwsError("InvalidRequestContentException", message) from error
