"""The gate: who calls, what is asked, who answers, and what is told."""

from __future__ import annotations

import json
import socket
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.accounts import REGION, SOURCE, TARGET, Account, Identities
from sandbox.backend import Moto
from sandbox.clock import Clock
from sandbox.gate import AwsError, Call, Gate
from sandbox.server import Server
from sandbox.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Iterator


class Bare:
    """Gate, clock, moto and server without the services around them."""

    def __init__(self) -> None:
        self.moto = Moto()
        self.clock = Clock()
        self.identities = Identities()
        self.gate = Gate(self.identities, self.clock, self.moto)
        self.server = Server(self.gate.wsgi)
        self.transport = Transport(self.gate, self.server.url)

    def client(self, service: str, account: Account = SOURCE) -> Any:
        return self.transport.client(service, account.admin)

    def over_http(self, service: str, access_key: str = SOURCE.access_key) -> Any:
        return boto3.client(
            service,  # type: ignore[call-overload] # any service
            region_name=REGION,
            endpoint_url=self.server.url,
            aws_access_key_id=access_key,
            aws_secret_access_key="secret",
            config=Config(retries={"total_max_attempts": 1}),
        )

    def close(self) -> None:
        self.server.close()
        self.clock.close()
        self.moto.close()


@pytest.fixture
def bare() -> Iterator[Bare]:
    bare = Bare()
    yield bare
    bare.close()


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_each_account_has_its_own_backend(bare: Bare) -> None:
    bare.client("sqs", SOURCE).create_queue(QueueName="mine")
    assert bare.client("sqs", SOURCE).list_queues()["QueueUrls"][0].endswith(f"{SOURCE.id}/mine")
    assert "QueueUrls" not in bare.client("sqs", TARGET).list_queues()


def test_nothing_is_left_for_the_next_sandbox() -> None:
    for _ in range(2):
        bare = Bare()
        bare.client("kms").create_key()
        assert len(bare.client("kms").list_keys()["Keys"]) == 1
        bare.close()


@pytest.mark.parametrize(("service", "code"), [("rds", "InvalidClientTokenId"), ("kms", "UnrecognizedClientException")])
def test_an_unknown_key_is_refused_in_the_services_words(bare: Bare, service: str, code: str) -> None:
    client = bare.over_http(service, "AKIANOBODY0000000000")
    with pytest.raises(ClientError) as error:
        client.describe_db_instances() if service == "rds" else client.list_keys()
    client.close()
    assert code_of(error) == code
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_an_unsigned_request_is_refused(bare: Bare) -> None:
    with pytest.raises(HTTPError, match="403") as error:
        urllib.request.urlopen(bare.server.url + "/moto-api/reset")  # noqa: S310 - our own server
    error.value.close()


REFUSALS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("rds", "DescribeDBInstances", "describe_db_instances", {}),
    ("ec2", "DescribeVpcs", "describe_vpcs", {}),
    ("kms", "ListKeys", "list_keys", {}),
    ("lambda", "ListFunctions", "list_functions", {}),
    ("s3", "ListBuckets", "list_buckets", {}),
    ("sqs", "ListQueues", "list_queues", {}),
    ("cloudwatch", "ListMetrics", "list_metrics", {}),
    ("stepfunctions", "ListStateMachines", "list_state_machines", {}),
]


@pytest.mark.parametrize(("service", "operation", "method", "parameters"), REFUSALS)
def test_a_refusal_speaks_every_protocol(
    bare: Bare, service: str, operation: str, method: str, parameters: dict[str, Any]
) -> None:
    seen: list[Call] = []

    def refuse(call: Call) -> None:
        seen.append(call)
        raise AwsError("AccessDenied", "not you")

    bare.gate.before.append(refuse)
    with pytest.raises(ClientError, match="not you") as error:
        getattr(bare.client(service), method)(**parameters)
    assert code_of(error) == "AccessDenied"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert [(call.service, call.operation, call.error) for call in seen] == [(service, operation, "AccessDenied")]


def test_a_function_answers_in_motos_stead_until_it_gives_nothing(bare: Bare) -> None:
    bare.gate.answer("kms", "DescribeKey", lambda call: {"KeyMetadata": {"KeyId": call.parameters["KeyId"] + "!"}})
    assert bare.client("kms").describe_key(KeyId="k")["KeyMetadata"]["KeyId"] == "k!"
    bare.gate.answer("kms", "DescribeKey", lambda _: None)
    with pytest.raises(ClientError) as error:
        bare.client("kms").describe_key(KeyId="k")
    assert code_of(error) == "NotFoundException"


def test_parameters_are_typed_whatever_the_protocol(bare: Bare) -> None:
    seen: list[Call] = []
    bare.gate.before.append(seen.append)
    bare.client("rds").describe_db_snapshots(MaxRecords=20, IncludeShared=True)
    bare.client("lambda").list_functions(MaxItems=7)
    assert seen[0].parameters == {"MaxRecords": 20, "IncludeShared": True}
    assert seen[1].parameters["MaxItems"] == 7


def test_a_hook_may_send_a_call_to_the_other_accounts_backend(bare: Bare) -> None:
    key = bare.client("kms", TARGET).create_key()["KeyMetadata"]["Arn"]

    def route(call: Call) -> None:
        call.backend_account = TARGET.id

    bare.gate.before.append(route)
    assert bare.client("kms", SOURCE).describe_key(KeyId=key)["KeyMetadata"]["Arn"] == key


def test_an_answer_may_be_lost_after_the_effect(bare: Bare) -> None:
    def lose(call: Call) -> None:
        if call.operation == "CreateQueue":
            raise AwsError("ServiceUnavailable", "lost")

    bare.gate.after.append(lose)
    with pytest.raises(ClientError, match="lost"):
        bare.client("sqs").create_queue(QueueName="made")
    assert len(bare.client("sqs").list_queues()["QueueUrls"]) == 1


def test_what_moto_lacks_is_said_once_and_clearly(bare: Bare) -> None:
    with pytest.raises(ClientError, match="does not know kms:UpdateCustomKeyStore") as error:
        bare.over_http("kms").update_custom_key_store(CustomKeyStoreId="k")
    assert error.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_the_log_knows_who_asked_what_and_how_it_ended(bare: Bare) -> None:
    with pytest.raises(ClientError):
        bare.client("kms", TARGET).describe_key(KeyId="none")
    (call,) = bare.gate.calls_of("kms", "DescribeKey", TARGET.id)
    assert (call.caller.arn, call.error, call.time) == (
        f"arn:aws:iam::{TARGET.id}:user/admin",
        "NotFoundException",
        bare.clock.now,
    )


def test_a_role_session_is_known_by_the_key_that_sts_gave(bare: Bare) -> None:
    trust = {"Version": "2012-10-17", "Statement": []}
    role = bare.client("iam").create_role(RoleName="r", Path="/p/", AssumeRolePolicyDocument=json.dumps(trust))
    arn = role["Role"]["Arn"]
    key = bare.client("sts").assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]["AccessKeyId"]
    by_sts, by_service = bare.identities.caller_of(key), bare.identities.assume(arn, "session").caller
    assert by_sts == by_service
    assert by_service.arn == f"arn:aws:sts::{SOURCE.id}:assumed-role/r/session"
    assert by_service.role_arn == arn


def test_calls_from_outside_exclude_each_other(bare: Bare) -> None:
    inside, most = 0, 0
    pause = threading.Event()

    def count(_: Call) -> dict[str, Any]:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        pause.wait(0.01)
        inside -= 1
        return {"Keys": []}

    bare.gate.answer("kms", "ListKeys", count)

    def ask(_: int) -> None:
        client = bare.over_http("kms")
        client.list_keys()
        client.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask, range(8)))
    assert most == 1


def test_closing_does_not_wait_for_a_client_that_says_nothing() -> None:
    threads = set(threading.enumerate())
    bare = Bare()
    with socket.create_connection(("127.0.0.1", bare.server.port)) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        bare.close()
    assert set(threading.enumerate()) == threads


def test_a_service_that_the_sandbox_cannot_speak_is_named(bare: Bare) -> None:
    credential = f"Credential={SOURCE.access_key}/20260101/eu-west-1/nosuch/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {credential}"}
    request = urllib.request.Request(bare.server.url, headers=headers)  # noqa: S310 - our own
    with pytest.raises(HTTPError) as error:
        urllib.request.urlopen(request)  # noqa: S310 - our own server
    assert error.value.code == 501
    assert b"does not know nosuch" in error.value.read()
    error.value.close()
