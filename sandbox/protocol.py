"""Reads and writes AWS's wire protocols, with the parsers and serialisers that moto holds."""

from __future__ import annotations

import functools
import io
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from botocore.exceptions import UnknownServiceError
from botocore.parsers import create_parser
from moto.core.errors import COMMON_ERROR_CODES
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import ServiceOperationRouter, get_service_router
from moto.core.serialize import SERIALIZERS, SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from sandbox import xml_answers

if TYPE_CHECKING:
    from moto.core.model import OperationModel, ServiceModel

CREDENTIAL = re.compile(r"Credential=([A-Z0-9]+)/\d+/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
# The name in the signature, where it is not boto3's name of the service.
SIGNED_AS = {
    "states": "stepfunctions",
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
    "email": "ses",
}
# AWS's common errors: codes that belong to no service's model, with their HTTP status.
STATUS_OF_COMMON_CODES = {
    "AccessDenied": 403,
    "AccessDeniedException": 403,
    "ExpiredToken": 403,
    "ExpiredTokenException": 403,
    "IncompleteSignature": 400,
    "InternalFailure": 500,
    "InvalidClientTokenId": 403,
    "MissingAuthenticationToken": 403,
    "NotAuthorized": 400,
    "NotAuthorizedException": 400,
    "OptInRequired": 403,
    "RequestExpired": 400,
    "RequestLimitExceeded": 503,
    "ServiceUnavailable": 503,
    "Throttling": 400,
    "ThrottlingException": 400,
    "UnknownOperationException": 404,
    "UnrecognizedClientException": 403,
}
# moto warns of codes outside a service's model, which finds mistyped ones; these are none.
COMMON_ERROR_CODES.extend(code for code in STATUS_OF_COMMON_CODES if code not in COMMON_ERROR_CODES)
ERROR_STATUS = 300


class AwsError(ServiceException):
    """An error as AWS answers it, written in the called service's own protocol.

    Further attributes of the error's shape (`Reason`, ...) are given by keyword.
    """

    def __init__(self, code: str, message: str, status: int | None = None, **attributes: Any) -> None:
        super().__init__(code, message)
        self.status = status or STATUS_OF_COMMON_CODES.get(code)
        for name, value in attributes.items():
            setattr(self, name, value)


def as_aws_error(error: ServiceException | JsonRESTError) -> AwsError:
    """An error of one of moto's two families as one of ours."""
    if isinstance(error, AwsError):
        return error
    if isinstance(error, JsonRESTError):
        return AwsError(error.error_type, error.message, error.code)
    return AwsError(error.code, error.message)


@dataclass(frozen=True)
class Signature:
    """What the Authorization header says."""

    access_key: str
    region: str
    service: str


@dataclass(frozen=True)
class Reply:
    """An HTTP answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def read_signature(environ: dict[str, Any]) -> Signature | None:
    """Who signed, for which Region and service (boto3's name); None for an unsigned request."""
    found = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if found is None:
        return None
    access_key, region, signed_as = found.groups()
    return Signature(access_key, region, SIGNED_AS.get(signed_as, signed_as))


def signed_name(service: str) -> str:
    """What a service is called in signatures and host names, given boto3's name."""
    return next((signed for signed, name in SIGNED_AS.items() if name == service), service)


def read_body(environ: dict[str, Any]) -> bytes:
    """The request's body; leaves it readable for whoever comes next."""
    length = environ.get("CONTENT_LENGTH")
    if length:
        body: bytes = environ["wsgi.input"].read(int(length))
    else:
        body = environ["wsgi.input"].read() if environ.get("wsgi.input_terminated") else b""
    environ["wsgi.input"] = io.BytesIO(body)
    return body


@functools.cache
def is_known(service: str) -> bool:
    """Whether there are a model of the service and a way to write its answers."""
    try:
        model = _model(service)
    except UnknownServiceError:
        return False
    protocols: list[str] = model.metadata.get("protocols", [model.protocol])
    return any(protocol in SERIALIZERS and protocol in PROTOCOL_PARSERS for protocol in protocols)


class Exchange:
    """One request of a service, and the way to answer it."""

    def __init__(self, service: str, environ: dict[str, Any], body: bytes, request_id: str) -> None:
        self.service = service
        self.request_id = request_id
        self._body = body
        self._request = Request(environ | {"wsgi.input": io.BytesIO(body)})
        self._model = _model(service)
        self._protocol = determine_request_protocol(self._model, self._request.content_type)
        self._operation, self._uri_parameters = self._match()

    @property
    def operation(self) -> str:
        """The operation's name as AWS writes it: `CopyDBSnapshot`."""
        return str(self._operation.name) if self._operation else ""

    @property
    def is_json(self) -> bool:
        """Whether errors are named as the JSON protocols name them."""
        return self._protocol in ("json", "rest-json")

    def parameters(self) -> dict[str, Any]:
        """The operation's input, typed as botocore's model says."""
        if self._operation is None:
            raise AwsError("UnknownOperationException", f"{self.service} has no such operation.")
        parsed: dict[str, Any] = PROTOCOL_PARSERS[self._protocol](self._operation).parse(
            {
                "method": self._request.method,
                "values": self._request.values,
                "headers": self._request.headers,
                "body": self._body,
                "url_path": self._request.path,
                "url_params": self._uri_parameters,
            }
        )
        return parsed

    def write(self, result: dict[str, Any] | ServiceException) -> Reply:
        """The answer to the caller: a result of the operation, or an error."""
        operation = self._operation or self._any_operation()
        if self._protocol == "query" and not isinstance(result, ServiceException):
            text = xml_answers.write(operation, result, self.request_id)
            about = [("Content-Type", xml_answers.CONTENT_TYPE), ("x-amzn-RequestId", self.request_id)]
            return Reply(HTTPStatus.OK, about, text.encode())
        serializer = get_serializer_class(self.service, self._protocol)
        written = serializer(operation, context=SerializationContext(self.request_id)).serialize(result)
        status = getattr(result, "status", None) or _status_in(result, operation) or written["status_code"]
        body = written["body"] or b""
        headers = [(name, str(value)) for name, value in written["headers"].items()]
        headers.append(("x-amzn-RequestId", self.request_id))
        return Reply(int(status), headers, body.encode() if isinstance(body, str) else body)

    def error_code(self, reply: Reply) -> str | None:
        """The error's code in somebody else's answer; None if it is a success."""
        if reply.status < ERROR_STATUS:
            return None
        answer = {"status_code": reply.status, "headers": _lower(reply.headers), "body": reply.body}
        # An error is read without the operation's output shape.
        parsed: dict[str, Any] = create_parser(self._protocol).parse(answer, None)  # type: ignore[arg-type]
        return str(parsed.get("Error", {}).get("Code", reply.status))

    def _match(self) -> tuple[OperationModel | None, dict[str, Any]]:
        try:
            operation, uri_parameters = _router(self.service).match(self._request)
        except HTTPException:
            return None, {}
        return operation, dict(uri_parameters)

    def _any_operation(self) -> OperationModel:
        """Only to find the protocol's way of writing an error."""
        operation: OperationModel = self._model.operation_model(self._model.operation_names[0])
        return operation


def _status_in(result: dict[str, Any] | ServiceException, operation: OperationModel) -> int | None:
    """The HTTP status where it is part of the operation's output, as in Lambda's Invoke; moto does not look there."""
    if isinstance(result, ServiceException) or operation.output_shape is None:
        return None
    members = operation.output_shape.members.items()
    return next((result.get(name) for name, one in members if one.serialization.get("location") == "statusCode"), None)


def _lower(headers: list[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


@functools.cache
def _model(service: str) -> ServiceModel:
    return get_service_model(service)


@functools.cache
def _router(service: str) -> ServiceOperationRouter:
    return get_service_router(service)
