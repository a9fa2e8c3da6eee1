"""boto3 clients inside the sandbox: no socket, the gate answers in the calling thread."""

from __future__ import annotations

import functools
import io
import os
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict
from botocore.config import Config
from moto.core.request import Request

from sandbox.accounts import REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.accounts import Caller, Credentials
    from sandbox.gate import Gate

NOWHERE = "http://sandbox.invalid"
CLIENTS_KEPT = 256
_making = threading.Lock()  # a boto3 session is not made for several threads


class _Body(io.BytesIO):
    """An answer's body as botocore reads it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


class Transport:
    """Gives clients whose calls go straight into the gate."""

    current: Transport | None = None
    """Where the calls go; clients are expensive, and so are kept for the next sandbox of this process."""

    def __init__(self, gate: Gate, url: str) -> None:
        self._gate = gate
        self._url = url
        self._sessions: dict[Caller, Credentials] = {}
        Transport.current = self

    def client(self, service: str, credentials: Credentials, region: str = REGION, *, validate: bool = True) -> Any:
        """A boto3 client. It never repeats a call, so that a fault is seen as it is.

        Args:
            service: boto3's name.
            credentials: whose calls these are.
            region: the Region that is asked.
            validate: whether boto3 checks parameters before it asks.
        """
        with _making:
            # Services act as a role again and again, in a session of its own each time: the first one's client serves.
            session = self._sessions.setdefault(credentials.caller, credentials)
            return _client(service, session, region, validate=validate)

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Let the gate answer, as if the request had come to the sandbox's own address."""
        url = self._url + request.url.removeprefix(NOWHERE)
        reply = self._gate.handle(_environ(request, url))
        headers: Any = HeadersDict(reply.headers)  # what botocore's own tests give it
        return AWSResponse(url, reply.status, headers, _Body(reply.body))


@functools.lru_cache(CLIENTS_KEPT)
def _client(service: str, credentials: Credentials, region: str, *, validate: bool) -> Any:
    client = _session().client(
        service,  # type: ignore[call-overload] # any service, by name
        region_name=region,
        endpoint_url=NOWHERE,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
        config=Config(
            retries={"total_max_attempts": 1, "mode": "standard"},
            parameter_validation=validate,
            inject_host_prefix=False,
            s3={"addressing_style": "path"},
        ),
    )
    client.meta.events.register("before-send.*.*", _send)
    return client


def _send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
    if Transport.current is None:
        raise RuntimeError("there is no sandbox")
    return Transport.current.send(request)


def _environ(request: AWSPreparedRequest, url: str) -> dict[str, Any]:
    environ = Request.from_primitives(request.method, url, request.headers, request.body).environ
    address = urlsplit(url)
    environ["HTTP_HOST"] = address.netloc
    # moto looks here for a path whose escapes are still as they were sent.
    environ["RAW_URI"] = address.path + (f"?{address.query}" if address.query else "")
    return environ


@functools.cache
def _session() -> boto3.session.Session:
    """A session that reads nobody's AWS configuration."""
    nothing = (None, None, os.devnull, None)
    variables = {
        "config_file": nothing,
        "credentials_file": nothing,
        "profile": (None, None, None, None),
    }
    return boto3.session.Session(botocore_session=botocore.session.Session(session_vars=variables))
