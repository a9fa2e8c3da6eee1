"""All functions of both accounts, and their invocations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox.accounts import PARTITION, REGION
from sandbox.doors.processes import parents_of
from sandbox.functions import api
from sandbox.functions.asynchronous import Later
from sandbox.functions.function import Function
from sandbox.functions.process import Zygote
from sandbox.functions.spec import VERSION
from sandbox.gate import AwsError
from sandbox.register.functions import INTERFACES, UNRESERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.functions.function import PointHook
    from sandbox.functions.spec import FunctionSpec, Invocation
    from sandbox.gate import Gate
    from sandbox.world import Sandbox

# A name, a partial ARN (`123456789012:function:name`) or a whole one, each with an optional qualifier.
NAME = re.compile(
    r"(?:(?:arn:[\w-]+:lambda:(?P<region>[\w-]+):)?(?P<account>\d{12}):(?:function:)?)?"
    r"(?P<name>[A-Za-z0-9-_]+)(?::(?P<qualifier>\$LATEST|[A-Za-z0-9-_]+))?"
)


UNRESERVED_AT_LEAST = 100


class Functions:
    """Lambda in both accounts."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.at_points: list[PointHook] = []
        """Faults of handlers; see `Function.at_points`."""
        self.on_end: list[Callable[[FunctionSpec, Invocation], None]] = []
        """Who wants to know how each invocation ended."""
        self.concurrency_limit = 1000
        """Executions at once, per account and Region; AWS begins some new accounts with 10."""
        self._sandbox = sandbox
        self._zygote = Zygote()
        self._functions: dict[str, Function] = {}
        self._later = Later(sandbox)

    def register(self, gate: Gate) -> None:
        """Answer Lambda's operations."""
        api.register(self, self._sandbox, gate)
        self._sandbox.permissions.policy_sources.append(self.policy_of)
        firewall = self._sandbox.rds.firewall
        firewall.handlers, firewall.function_of = lambda: tuple(self._zygote.owners), self.behind

    def add(self, spec: FunctionSpec) -> None:
        """Deploy a function; one of the same ARN is replaced, and keeps its policy and its log.

        Raises:
            AwsError: InvalidParameterValueException, too little concurrency would stay unreserved, or its role cannot
                make the network interfaces that it needs.
        """
        self._check_concurrency(spec)
        self._check_interfaces(spec)
        self._zygote.start()
        function = Function(spec, self._sandbox, self._zygote, self.at_points)
        earlier = self._functions.get(spec.arn)
        if earlier is not None:
            earlier.retire()
            function.inherit(earlier)
        self._functions[spec.arn] = function

    def remove(self, arn: str) -> None:
        """Delete a function and its policy."""
        self._functions.pop(arn).retire()

    def find(self, name: str, account: str, region: str = REGION) -> Function:
        """The function behind a name or ARN, as the account sees it.

        Raises:
            AwsError: ResourceNotFoundException.
        """
        found = NAME.fullmatch(name)
        if found is not None and found["qualifier"] in (None, VERSION):
            owner, where = found["account"] or account, found["region"] or region
            arn = f"arn:{PARTITION}:lambda:{where}:{owner}:function:{found['name']}"
            if arn in self._functions:
                return self._functions[arn]
        arn = name if name.startswith("arn:") else f"arn:{PARTITION}:lambda:{region}:{account}:function:{name}"
        raise AwsError("ResourceNotFoundException", f"Function not found: {arn}", 404, Type="User")

    def invoke(self, name: str, event: Any, account: str) -> Invocation:
        """Run a function and wait for its end; in a virtual thread. See `Function.invoke`."""
        return self.find(name, account).invoke(event)

    def invoke_later(self, name: str, event: Any, account: str) -> None:
        """Put an event into a function's own queue: tried three times, then its failure queue. From any thread.

        Raises:
            AwsError: ResourceNotFoundException.
        """
        self._later.add(self.find(name, account), event)

    def add_permission(self, name: str, account: str, statement: dict[str, Any]) -> None:
        """Add a statement, with its Sid, to the function's own policy."""
        self.find(name, account).permissions[statement["Sid"]] = statement

    def policy_of(self, arn: str) -> dict[str, Any] | None:
        """The policy that stands on a function; None for none, and for what is no function."""
        function = self._functions.get(arn)
        return function.policy if function else None

    def behind(self, pid: int) -> FunctionSpec | None:
        """The function whose process this is, or is a child of; None if it is no function's."""
        owners = self._zygote.owners
        owner = next((owners[one] for one in parents_of(pid) if one in owners), None)
        return self._functions[owner].spec if owner in self._functions else None

    def logs(self, name: str, account: str | None = None) -> list[str]:
        """What the function of this name or ARN printed, line by line, oldest first."""
        return [line for function in self._named(name, account) for line in function.lines]

    def of(self, account: str, region: str = REGION) -> list[Function]:
        """The account's functions, by name."""
        mine = [f for f in self._functions.values() if (f.spec.account, f.spec.region) == (account, region)]
        return sorted(mine, key=lambda function: function.spec.name)

    def close(self) -> None:
        """End all handlers' processes."""
        for function in self._functions.values():
            function.retire()
        self._zygote.close()
        for function in self._functions.values():
            function.retire()  # their pipes

    def _check_concurrency(self, spec: FunctionSpec) -> None:
        others = [one.spec for one in self.of(spec.account, spec.region) if one.spec.arn != spec.arn]
        left = self.concurrency_limit - sum(one.reserved_concurrency or 0 for one in [*others, spec])
        too_few = spec.reserved_concurrency is not None and left < UNRESERVED_AT_LEAST
        UNRESERVED.refuse_if(too_few, least=UNRESERVED_AT_LEAST)

    def _check_interfaces(self, spec: FunctionSpec) -> None:
        if spec.vpc is None:
            return
        caller = self._sandbox.assume(spec.role_arn, spec.name).caller
        decision = self._sandbox.permissions.check(caller, "ec2:CreateNetworkInterface", "*")
        INTERFACES.refuse_if(not decision.allowed)

    def _named(self, name: str, account: str | None) -> Iterator[Function]:
        for arn, function in self._functions.items():
            if name in (arn, function.spec.name) and account in (None, function.spec.account):
                yield function
