"""One account in one Region, as whoever runs a command sees it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

import boto3

from commands.problems import Refused


@dataclass(frozen=True)
class Account:
    """Clients, and time.

    Attributes:
        id: 12 digits.
        make_client: Gives boto3's client of a service.
        pause: Lets so many seconds pass.
    """

    id: str
    region: str
    make_client: Callable[[str], Any]
    pause: Callable[[float], None] = time.sleep
    _clients: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of_session(cls, region: str | None) -> Self:
        """Return the account of the profile in AWS_PROFILE.

        Raises:
            Refused: No Region is known.
        """
        session = boto3.Session(region_name=region)
        if session.region_name is None:
            raise Refused("No Region is known: say REGION=..., or give the profile one")
        identity = session.client("sts").get_caller_identity()
        return cls(identity["Account"], session.region_name, session.client)  # type: ignore[arg-type]  # any service

    def client(self, service: str) -> Any:
        """Return the client of a service."""
        if service not in self._clients:
            self._clients[service] = self.make_client(service)
        return self._clients[service]

    def pages(self, service: str, operation: str, member: str, /, **parameters: Any) -> list[Any]:
        """Return everything that an operation lists on all its pages."""
        pages = self.client(service).get_paginator(operation).paginate(**parameters)
        return [one for page in pages for one in page.get(member, [])]


def time_of(answer: dict[str, Any]) -> datetime:
    """Return AWS's own time when it answered: this machine's clock may be wrong, and the sandbox's runs faster."""
    told = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
    return parsedate_to_datetime(told).astimezone(UTC) if told else datetime.now(UTC)
