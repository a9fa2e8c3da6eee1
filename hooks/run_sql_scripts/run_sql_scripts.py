"""The hook ``snapferry-hook-sql``: runs SQL scripts from S3 against a database in quarantine, and checks the outcome.

It logs in with the secret that RDS manages. What a script says, and what a database answers, can hold secrets and
personal data: neither is logged or returned, but for the values of expectations.
"""

import json
import sys
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from sql_hook import sources
from sql_hook.request import Expectation, Request, Script
from sql_hook.sessions import Session, log_in
from sql_hook.settings import Settings

# In a VPC without an endpoint a call would hang for a minute at a time.
_CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "max_attempts": 3})


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Run the scripts in their order, then check the expectations; the first trouble fails the hook.

    Args:
        event: As docs/schemas/hook-input.json has it; docs/hooks.md says what ``input`` holds.
        _context: Lambda's.
    """
    request, settings = Request.read(event), Settings.read()
    s3, secrets = (boto3.client(service, config=_CONFIG) for service in ("s3", "secretsmanager"))
    texts = [sources.script(s3, settings, one.name) for one in request.scripts]
    login = sources.login(secrets, request.secret_arn)
    with log_in(request, login, sources.trust(s3, settings)) as session:
        log = Log(event["transfer"])
        done = [_run(session, script, text, log) for script, text in zip(request.scripts, texts, strict=True)]
        found = [_check(session, expectation, log) for expectation in request.expectations]
    return {"scripts": done, "expectations": found}


def _run(session: Session, script: Script, text: str, log: "Log") -> dict[str, Any]:
    counted = session.run(script, text)
    done = {"script": script.name, "statements": counted.statements, "rows": counted.rows}
    log("script done", **done)
    return done


def _check(session: Session, expectation: Expectation, log: "Log") -> dict[str, Any]:
    found = session.value(expectation.query)
    expectation.hold_against(found)
    log("as expected", query=expectation.query)
    return {"query": expectation.query, "found": found}


@dataclass(frozen=True, slots=True)
class Log:
    """Lines of JSON, each with the transfer's id, as all of Snapferry's functions write them."""

    transfer: str

    def __call__(self, message: str, **facts: Any) -> None:
        """Write one line."""
        line = {"level": "INFO", "message": message, "transfer": self.transfer, **facts}
        sys.stdout.write(json.dumps(line) + "\n")
