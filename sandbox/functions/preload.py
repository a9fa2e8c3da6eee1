"""What all handlers' processes find done when they are forked: the imports of what functions are commonly shipped with.

Nothing of the deployed code is loaded here, and nothing reads the environment. Imports nothing of the sandbox.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# Loaded once for all processes; other services' models are loaded by the handlers that use them.
SERVICES = ("dynamodb", "events", "kms", "rds", "secretsmanager", "sqs", "ssm", "stepfunctions", "sts")
MODULES = (
    "boto3.dynamodb.types",
    "aws_lambda_powertools.logging",
    "aws_lambda_powertools.utilities.typing",
    "pydantic",
)
# As in sandbox/gate.py, which cannot be imported here.
DELAY_HEADER = "x-sandbox-delay"


def preload(before_a_call: Callable[[], None], sleep: Callable[[float], None]) -> None:
    """Import, load the services' models, and let every API call take its time.

    Args:
        before_a_call: is called before each request to AWS.
        sleep: lets virtual seconds pass.
    """
    for name in MODULES:
        if importlib.util.find_spec(name.partition(".")[0]):
            importlib.import_module(name)
    load_models()
    rehearse()
    take_time(before_a_call, sleep)


def load_models() -> None:
    """Read boto3's descriptions of the services."""
    import botocore.loaders  # noqa: PLC0415 -- after time.sleep is replaced
    import botocore.session  # noqa: PLC0415

    loader = botocore.loaders.create_loader()
    for name in ("endpoints", "partitions", "sdk-default-configuration", "_retry"):
        loader.load_data(name)
    for service in SERVICES:
        loader.load_service_model(service, "service-2")
        loader.load_service_model(service, "endpoint-rule-set-1")
    botocore.session.create_loader = lambda *_: loader


def rehearse() -> None:
    """Do once what takes long only the first time in a process: a client of boto3, a model of pydantic."""
    import boto3  # noqa: PLC0415

    boto3.Session("nobody", "nothing", region_name="eu-west-1").client("sts")
    boto3.setup_default_session()  # looks for Region and credentials when its first client is made
    if importlib.util.find_spec("pydantic"):
        pydantic = importlib.import_module("pydantic")
        pydantic.create_model("Rehearsal", name=(str, ""))


def take_time(before_a_call: Callable[[], None], sleep: Callable[[float], None]) -> None:
    """Call before every request, and wait before the answer as long as the sandbox wants it."""
    import botocore.endpoint  # noqa: PLC0415

    endpoint: Any = botocore.endpoint.Endpoint
    send = endpoint._send  # noqa: SLF001 -- each attempt passes here, retries too

    def send_in_time(self: Any, request: Any) -> Any:
        before_a_call()
        response = send(self, request)
        if DELAY_HEADER in response.headers:
            sleep(float(response.headers[DELAY_HEADER]))
        return response

    endpoint._send = send_in_time  # noqa: SLF001
