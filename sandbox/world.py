"""The sandbox as a whole: two AWS accounts, their services, one clock."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sandbox import parameter_store
from sandbox.accounts import ACCOUNTS, REGION, SOURCE, Identities
from sandbox.backend import Moto
from sandbox.clock import START, Clock
from sandbox.cloudwatch import Alarms, Metrics
from sandbox.data import open_directory
from sandbox.deploy import deploy
from sandbox.deploy import register as register_stacks
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.functions import Functions
from sandbox.gate import Gate
from sandbox.interpreter import Interpreter
from sandbox.interpreter.executions import find
from sandbox.interpreter.forgetting import forget_the_oldest
from sandbox.kms import Kms
from sandbox.pacer import Pacer
from sandbox.permissions import Permissions, Simulator, boundaries
from sandbox.rds import Rds
from sandbox.register import left_out
from sandbox.roles import RoleRefused, act_as
from sandbox.scheduler import Scheduler
from sandbox.server import Server
from sandbox.trail import Trail
from sandbox.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping
    from datetime import datetime
    from pathlib import Path

    from sandbox.accounts import Account, Credentials
    from sandbox.deploy import Stack

RUNNING = "RUNNING"


class Sandbox:
    """Two AWS accounts on this machine; close it (or use `with`), and nothing is left behind.

    One at a time in a process: moto's state and the process's time are shared.
    """

    on_open: ClassVar[list[Callable[[Sandbox], object]]] = []
    """Each is told of every sandbox that opens."""
    _one: ClassVar[Sandbox | None] = None

    def __init__(  # noqa: PLR0913 - each is a way to run the whole
        self,
        *,
        port: int = 0,
        speed: float | None = None,
        directory: Path | None = None,
        permissions: bool | Simulator = True,
        data: bool = True,
        start: datetime = START,
        without: Iterable[str] = (),
    ) -> None:
        """Start it; both accounts are empty.

        Args:
            port: of the HTTP server on 127.0.0.1; 0 takes a free one.
            speed: None lets time jump to the next thing due, whenever `run` or a wait asks; a number lets it pass
                so many times as fast as the wall's, by itself.
            directory: where databases and snapshots are kept; None takes a temporary one.
            permissions: whether calls are decided by the simulator (if Node is there), or all allowed; a running
                simulator is used and left running.
            data: whether databases are running servers, or control plane only.
            start: the virtual time to begin at.
            without: rules of the register, by their ids, that this sandbox does not keep.

        Raises:
            LookupError: there is no such rule.
            RuntimeError: another sandbox runs in this process.
        """
        if Sandbox._one is not None:
            raise RuntimeError("another sandbox runs in this process; close it first")
        Sandbox._one = self
        self._closing = ExitStack()
        with ExitStack() as undo:
            undo.callback(self.close)
            self._closing.enter_context(left_out(without))
            self._start_core(start, port)
            self._start_services(directory, permissions=permissions, data=data)
            self.pacer: Pacer | None = None
            if speed is not None:
                self.pace(speed)
            for hear in Sandbox.on_open:
                hear(self)
            undo.pop_all()

    def _start_core(self, start: datetime, port: int) -> None:
        moto = Moto()
        self._closing.callback(moto.close)
        self.clock = Clock(start)
        self.identities = Identities()
        self.gate = Gate(self.identities, self.clock, moto)
        self.trail = Trail(self.gate)
        self._closing.callback(self.trail.close)
        self.server = Server(self.gate.wsgi, port=port)
        self.url = self.server.url
        self.transport = Transport(self.gate, self.url)
        self.interpreter = Interpreter(self.clock, self.transport, self._act_as_step_functions, self._refusal_of_role)
        self._closing.callback(self.interpreter.close)
        self.on_state = self.interpreter.on_state
        self.on_execution_end = self.interpreter.on_end

    def _start_services(self, directory: Path | None, *, permissions: bool | Simulator, data: bool) -> None:
        simulator = permissions if isinstance(permissions, Simulator) else None
        if permissions is True:
            simulator = Simulator.where_installed()
            self._closing.callback(simulator.close if simulator else lambda: None)
        if directory is None:
            directory = self._closing.enter_context(open_directory("sandbox-"))
        self.stacks: MutableMapping[tuple[str, str], Stack] = {}
        self.permissions = Permissions(simulator, self.identities, self.clock)
        self.gate.before.append(self.permissions.authorise)
        self.gate.before.append(parameter_store.check)
        self.gate.before.append(boundaries.check)
        self.kms = Kms(self.permissions, self.clock)
        self.rds = Rds(self.clock, self.kms, self.permissions, directory, data=data)
        self._closing.callback(self.rds.close)
        self.functions = Functions(self)
        self.events = Events(self)
        self.scheduler = Scheduler(self)
        for service in (self.kms, self.rds, self.functions, self.events, self.scheduler, self.interpreter):
            service.register(self.gate)
        register_stacks(self, self.gate)
        self.gate.answer("sts", "GetCallerIdentity", self.identities.who_am_i)
        self.faults = Faults(self)
        self.metrics = Metrics(self)
        self.alarms = Alarms(self, self.metrics)
        self.on_execution_end.append(forget_the_oldest)

    def pace(self, speed: float) -> None:
        """From now on time passes by itself, so many times as fast as the wall's; it jumps no more."""
        self.pacer = Pacer(self.clock, speed)

    def listen(self, host: str) -> str:
        """Serve on another address of this machine too, such as a container engine's bridge; gives its URL.

        Raises:
            AddressTakenError: nobody can listen there.
        """
        server = Server(self.gate.wsgi, host=host, port=self.server.port)
        self._closing.callback(server.close)
        return server.url

    def client(self, service: str, account: Account = SOURCE) -> Any:
        """A boto3 client of the account's administrator, in process."""
        return self.transport.client(service, account.admin)

    def deploy(self, account: Account, name: str, template: Path, parameters: dict[str, str]) -> Stack:
        """Deploy a SAM template; see `sandbox.deploy.deploy`."""
        return deploy(self, account, name, template, parameters)

    def assume(self, role_arn: str, session_name: str) -> Credentials:
        """Credentials of a role, for a service that acts as it."""
        return self.identities.assume(role_arn, session_name)

    def start_execution(self, machine_arn: str, name: str, execution_input: object) -> str:
        """Start an execution as its account's administrator; gives its ARN."""
        started = self.client("stepfunctions", _account_of(machine_arn)).start_execution(
            stateMachineArn=machine_arn, name=name, input=json.dumps(execution_input)
        )
        return str(started["executionArn"])

    def describe(self, execution_arn: str) -> dict[str, Any]:
        """DescribeExecution, as its account's administrator."""
        client = self.client("stepfunctions", _account_of(execution_arn))
        described: dict[str, Any] = client.describe_execution(executionArn=execution_arn)
        return described

    def wait_for(self, execution_arn: str, limit: float = 7 * 86_400.0) -> dict[str, Any]:
        """Let time pass until an execution has ended; at most `limit` virtual seconds.

        Raises:
            Stuck: it has not ended, and nothing more is due within the limit.
        """
        execution = find(_account_of(execution_arn).id, REGION, execution_arn)
        self.clock.wait_until(lambda: execution.status != RUNNING, limit)
        return self.describe(execution_arn)

    def write_config(self, path: Path) -> None:
        """Write an AWS config file with the profiles `source` and `target`."""
        profiles = (
            f"[profile {account.profile}]\nregion = {REGION}\nendpoint_url = {self.url}\n"
            f"aws_access_key_id = {account.access_key}\naws_secret_access_key = {account.admin.secret_key}\n"
            "cli_pager =\n"
            for account in ACCOUNTS
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(profiles))

    def close(self) -> None:
        """Stop time, the handlers, the servers; forget everything."""
        pacer: Pacer | None = getattr(self, "pacer", None)
        if pacer is not None:
            pacer.stop()
        if hasattr(self, "functions"):
            self.functions.close()  # a virtual thread may be waiting for one of its handlers
        if pacer is not None:
            pacer.join()
        for part in ("clock", "server"):
            if hasattr(self, part):
                getattr(self, part).close()
        self._closing.close()
        Sandbox._one = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _act_as_step_functions(self, role_arn: str, session_name: str) -> Credentials:
        return act_as(self, "states.amazonaws.com", role_arn, session_name)

    def _refusal_of_role(self, role_arn: str, action: str, resource: str) -> str:
        """Why a machine's role may not do something, in AWS's words; empty if it may."""
        try:
            role = self._act_as_step_functions(role_arn, "StepFunctions")
        except RoleRefused as refusal:
            return str(refusal)
        return self.permissions.check(role.caller, action, resource).message


def _account_of(arn: str) -> Account:
    """The account that an ARN names."""
    owner = arn.split(":")[4]
    return next(account for account in ACCOUNTS if account.id == owner)
