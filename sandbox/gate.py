"""The gate: one place before moto that sees every API call of both accounts.

Pipeline: who signed -> what is asked -> `before` hooks -> the sandbox's own answer, or moto's -> `after` hooks.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from moto.core.exceptions import JsonRESTError, ServiceException

from sandbox.backend import BackendFailure
from sandbox.protocol import AwsError, Exchange, Reply, Signature, as_aws_error, is_known, read_body, read_signature

if TYPE_CHECKING:
    from sandbox.accounts import Caller, Identities
    from sandbox.clock import Clock

__all__ = ["Answer", "AwsError", "Call", "Gate", "Hook"]

CALLS_KEPT = 20_000
# boto3 repeats a call answered by 500, 502, 503 or 504; a gap of the sandbox does not go away by repeating.
STATUS_OF_A_GAP = 501
# A handler's process waits so many virtual seconds before it gives the answer to its handler.
DELAY_HEADER = "x-sandbox-delay"
PLAIN_TEXT = [("Content-Type", "text/plain")]


@dataclass
class Call:
    """One API call, as the hooks and the answering functions see it."""

    caller: Caller
    region: str
    service: str
    """boto3's name: `rds`, `stepfunctions`, `events`."""
    operation: str
    parameters: dict[str, Any]
    backend_account: str
    """The account whose moto backend answers; a hook may change it."""
    time: float
    """Virtual epoch seconds."""
    error: str | None = None
    """The error's code once answered; None for a success."""
    request_id: str = ""
    address: str = ""
    """Where it came from; empty if from inside the sandbox."""
    agent: str = ""
    """What the client calls itself."""
    delay: float = 0.0
    """Virtual seconds that the answer takes to a handler, beyond what every answer takes; a hook may set it."""
    context: dict[str, Any] = field(default_factory=dict)
    """Notes of one hook for another."""


Hook = Callable[[Call], None]
Answer = Callable[[Call], dict[str, Any] | None]


class Backend(Protocol):
    """moto behind the gate."""

    def __call__(self, environ: dict[str, Any]) -> Reply:
        """Moto's answer; BackendFailure if it has none."""


class Gate:
    """Answers both accounts' API calls, over HTTP (`wsgi`) and in process (`handle`)."""

    def __init__(self, identities: Identities, clock: Clock, backend: Backend) -> None:
        self.before: list[Hook] = []
        self.after: list[Hook] = []
        self.log: deque[Call] = deque(maxlen=CALLS_KEPT)
        self._identities = identities
        self._clock = clock
        self._backend = backend
        self._answers: dict[tuple[str, str], tuple[Answer, bool]] = {}
        self._lock = threading.RLock()
        self._request_numbers = itertools.count(1)

    def answer(self, service: str, operation: str, function: Answer, *, waits: bool = False) -> None:
        """From now on `function` answers this operation; where it returns None, moto does.

        Args:
            service: boto3's name.
            operation: as AWS writes it, `CopyDBSnapshot`.
            function: gives the operation's output, or raises AwsError.
            waits: it may take virtual time, and so runs outside the gate's lock.
        """
        self._answers[service, operation] = (function, waits)

    def calls_of(self, service: str, operation: str | None = None, account: str | None = None) -> list[Call]:
        """The calls that were made so far, oldest first."""
        return [
            call
            for call in list(self.log)
            if call.service == service
            and operation in (None, call.operation)
            and account in (None, call.caller.account)
        ]

    def wsgi(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """The WSGI application: what the HTTP server calls."""
        reply = self.handle(environ, over_http=True)
        named = {name.lower() for name, _ in reply.headers}
        more = [] if "content-length" in named else [("Content-Length", str(len(reply.body)))]
        more.append(("Date", formatdate(self._clock.now, usegmt=True)))  # the accounts' own time, not this machine's
        start_response(f"{reply.status} {HTTPStatus(reply.status).phrase}", reply.headers + more)
        return [reply.body]

    def handle(self, environ: dict[str, Any], *, over_http: bool = False) -> Reply:
        """Answer one request, given as a WSGI environment."""
        body = read_body(environ)
        signature = read_signature(environ)
        if signature is None:
            return Reply(403, PLAIN_TEXT, b"MissingAuthenticationToken: sign the request\n")
        if not is_known(signature.service):
            return Reply(STATUS_OF_A_GAP, PLAIN_TEXT, f"the sandbox does not know {signature.service}\n".encode())
        exchange = Exchange(signature.service, environ, body, self._next_request_id())
        # A handler's process calls over HTTP; whoever calls in process is a virtual thread, or outside.
        inside = over_http and self._identities.is_service_session(signature.access_key)
        with self._clock.request(inside=inside):
            return self._answered(exchange, signature, environ)

    def _answered(self, exchange: Exchange, signature: Signature, environ: dict[str, Any]) -> Reply:
        call: Call | None = None
        try:
            with self._alone():
                call = self._read(exchange, signature, environ)
                _run(self.before, call)
            reply = self._reply(call, exchange, environ)
            call.error = exchange.error_code(reply)
        except (ServiceException, JsonRESTError) as raised:
            error = as_aws_error(raised)
            reply = exchange.write(error)
            if call is not None:
                call.error = error.code
        return reply if call is None else self._finish(call, exchange, reply)

    def _read(self, exchange: Exchange, signature: Signature, environ: dict[str, Any]) -> Call:
        caller = self._identities.caller_of(signature.access_key)
        if caller is None:
            code = "UnrecognizedClientException" if exchange.is_json else "InvalidClientTokenId"
            raise AwsError(code, "The security token included in the request is invalid.")
        return Call(
            caller=caller,
            region=signature.region,
            service=signature.service,
            operation=exchange.operation,
            parameters=exchange.parameters(),
            backend_account=caller.account,
            time=self._clock.now,
            request_id=exchange.request_id,
            address=environ.get("REMOTE_ADDR", ""),
            agent=environ.get("HTTP_USER_AGENT", ""),
        )

    def _reply(self, call: Call, exchange: Exchange, environ: dict[str, Any]) -> Reply:
        function, waits = self._answers.get((call.service, call.operation), (None, False))
        if function is not None and waits:
            result = function(call)
            if result is not None:
                return exchange.write(result)
        with self._alone():
            if function is not None and not waits:
                result = function(call)
                if result is not None:
                    return exchange.write(result)
            return self._ask_moto(call, environ)

    def _ask_moto(self, call: Call, environ: dict[str, Any]) -> Reply:
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = call.backend_account
        try:
            return self._backend(environ)
        except BackendFailure as failure:
            message = f"the sandbox does not know {call.service}:{call.operation} ({failure})"
            raise AwsError("InternalFailure", message, STATUS_OF_A_GAP) from failure

    def _finish(self, call: Call, exchange: Exchange, reply: Reply) -> Reply:
        with self._alone():
            self.log.append(call)
            try:
                _run(self.after, call)
            except AwsError as error:
                call.error = error.code
                reply = exchange.write(error)
        if call.delay:
            reply.headers.append((DELAY_HEADER, str(call.delay)))
        return reply

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One call at a time; whoever is in here must not wait for the clock."""
        with self._clock.no_waiting(), self._lock:
            yield

    def _next_request_id(self) -> str:
        return f"00000000-0000-4000-8000-{next(self._request_numbers):012d}"


def _run(hooks: list[Hook], call: Call) -> None:
    for hook in hooks:
        hook(call)
