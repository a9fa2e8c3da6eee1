"""What a rule or target may be; what EventBridge has and the sandbox does not honour is refused by name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.events.models import events_backends

from sandbox.events.pattern import unknown_filters
from sandbox.gate import AwsError
from sandbox.register.events import FIVE_TARGETS, PATTERN_FILTER, PATTERN_SIZE, POLICY_SIZE, TARGET_ROLE

if TYPE_CHECKING:
    from sandbox.gate import Call

MOST_TARGETS = 5
LONGEST_PATTERN = 2048
LONGEST_POLICY = 10_240
HONOURED = frozenset({"Id", "Arn", "RoleArn", "Input", "RetryPolicy", "DeadLetterConfig"})
NEEDS_ROLE = frozenset({"events", "states"})
KINDS = {"lambda": "function", "sqs": "", "events": "event-bus", "states": "stateMachine"}


def check(call: Call) -> None:
    """A hook before every call; looks at PutRule, PutTargets and PutPermission.

    Raises:
        AwsError: AWS's own refusals, and ValidationException for what the sandbox does not honour.
    """
    if (call.service, call.operation) == ("events", "PutRule"):
        _check_rule(call.parameters)
    elif (call.service, call.operation) == ("events", "PutPermission"):
        size = len(call.parameters.get("Policy", ""))
        POLICY_SIZE.refuse_if(size > LONGEST_POLICY, most=LONGEST_POLICY)
    elif (call.service, call.operation) == ("events", "PutTargets"):
        _check_number(call)
        for target in call.parameters["Targets"]:
            _check_target(target, call)


def _check_rule(parameters: dict[str, Any]) -> None:
    if "ScheduleExpression" in parameters:
        raise _not_honoured("rules with a ScheduleExpression; use EventBridge Scheduler")
    size = len(parameters.get("EventPattern", ""))
    PATTERN_SIZE.refuse_if(size > LONGEST_PATTERN, most=LONGEST_PATTERN)
    try:
        pattern = json.loads(parameters.get("EventPattern", "{}"))
    except ValueError:
        return  # moto refuses it, as AWS does
    unknown = unknown_filters(pattern)
    PATTERN_FILTER.refuse_if(unknown, filter=next(iter(unknown), ""))


def _check_number(call: Call) -> None:
    bus_name = (call.parameters.get("EventBusName") or "default").split("/")[-1]
    bus = events_backends[call.caller.account][call.region].event_buses.get(bus_name)
    rule = bus.rules.get(call.parameters["Rule"]) if bus else None
    ids = {target["Id"] for target in call.parameters["Targets"]}
    ids |= {target["Id"] for target in rule.targets} if rule else set()
    FIVE_TARGETS.refuse_if(len(ids) > MOST_TARGETS)


def _check_target(target: dict[str, Any], call: Call) -> None:
    service, account, resource = _parts(target["Arn"])
    if service not in KINDS or not resource.startswith(KINDS[service]):
        raise _not_honoured(f"targets such as {target['Arn']}")
    unknown = set(target) - HONOURED
    if unknown:
        raise _not_honoured(f"{', '.join(sorted(unknown))} of a target")
    TARGET_ROLE.refuse_if(service in NEEDS_ROLE and "RoleArn" not in target, arn=target["Arn"])
    if service not in NEEDS_ROLE and "RoleArn" in target:
        raise _not_honoured(f"RoleArn of a target of {service}")
    if service != "events" and account != call.caller.account:
        raise _not_honoured(f"targets of another account but event buses: {target['Arn']}")


def _parts(arn: str) -> tuple[str, str, str]:
    parts = arn.split(":", 5)
    if len(parts) != len(["arn", "partition", "service", "region", "account", "resource"]):
        message = f"Parameter {arn} is not valid. Reason: Provided Arn is not in correct format."
        raise AwsError("ValidationException", message)
    return parts[2], parts[4], parts[5]


def _not_honoured(what: str) -> AwsError:
    return AwsError("ValidationException", f"the sandbox does not honour {what}")
