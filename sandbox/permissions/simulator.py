"""Asks the IAM simulator `@cloud-copilot/iam-simulate`, one Node process for the sandbox's whole life."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

WORKER = Path(__file__).with_name("worker.mjs")
PACKAGE = Path(__file__).parents[2] / "node_modules" / "@cloud-copilot" / "iam-simulate"

Policy = dict[str, Any]
Context = dict[str, str | list[str]]

# What a listing without a name is asked for: matched by a policy's `cluster:*`, not by its `cluster:a*`. The
# simulator would take a `*` in the request for a pattern, and allow what any narrower statement allows.
ANY_NAME = "~"

TIME_KEYS = frozenset({"aws:CurrentTime", "aws:EpochTime"})
REMEMBERED = 5_000  # answers; then it forgets them all


class UndecidableError(RuntimeError):
    """The simulator refused the question: a wrong ARN for the action, or a policy that IAM would not have taken."""


@dataclass(frozen=True)
class Question:
    """May `principal` do `action` to `resource`?"""

    principal: str
    """ARN of a user or of a role's session, or a service's name (`events.amazonaws.com`)."""
    action: str
    resource: str
    resource_account: str
    identity_policies: dict[str, Policy]
    """By name."""
    resource_policy: Policy | None
    boundary: Policy | None
    context: Context


@dataclass(frozen=True)
class Verdict:
    """What IAM's rules say."""

    allowed: bool
    explicit: bool
    """A Deny statement said no; else nothing said yes."""
    refused_by: frozenset[str]
    """The kinds of policy that refused: `identity`, `resource`, `pb` (a permissions boundary)."""


class Simulator:
    """The Node process. It ends with its standard input, so it never outlives this one."""

    def __init__(self) -> None:
        node = shutil.which("node")
        if node is None or not PACKAGE.is_dir():
            raise FileNotFoundError("the IAM simulator needs Node and `npm ci`")
        self._lock = threading.Lock()
        self._answers: dict[bytes, dict[str, Any]] = {}
        self._process = subprocess.Popen(
            [node, str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            start_new_session=True,  # Ctrl-C is for the sandbox, which ends it
        )

    @classmethod
    def where_installed(cls) -> Self | None:
        """A running simulator, or None where Node or the package is missing."""
        return cls() if cls.installed() else None

    @staticmethod
    def installed() -> bool:
        """Whether Node and the package are there; without them the sandbox checks no permissions."""
        return shutil.which("node") is not None and PACKAGE.is_dir()

    def decide(self, question: Question) -> Verdict:
        """Ask, about 0.6 ms; a question in which nobody looks at the time is asked once.

        Raises:
            UndecidableError: the question is malformed.
        """
        timeless = json.dumps(_simulation(question, without=TIME_KEYS))
        if any(key.lower() in timeless.lower() for key in TIME_KEYS):  # a policy names it
            answer = self._ask(json.dumps(_simulation(question)))
        else:
            answer = self._remembered(timeless)
        if answer["decision"] == "Error":
            raise UndecidableError(
                f"{question.principal} {question.action} {question.resource}: {json.dumps(answer['errors'])}"
            )
        denials = answer.get("denials", [])
        explicit = answer["decision"] == "ExplicitlyDenied"
        kind = "Explicit" if explicit else "Implicit"
        refused_by = frozenset(denial["policyType"] for denial in denials if denial["denialType"] == kind)
        return Verdict(answer["decision"] == "Allowed", explicit, refused_by)

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=10)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _remembered(self, line: str) -> dict[str, Any]:
        question = hashlib.sha256(line.encode()).digest()  # a line holds whole policies
        if question not in self._answers:
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
            self._answers[question] = self._ask(line)
        return self._answers[question]

    def _ask(self, line: str) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None  # noqa: S101 - both are pipes
        assert stdout is not None  # noqa: S101
        with self._lock:
            stdin.write(line + "\n")
            stdin.flush()
            answer = stdout.readline()
        if not answer:
            raise UndecidableError("the IAM simulator's process ended; its words are on standard error")
        return json.loads(answer)  # type: ignore[no-any-return]  # the worker's own shape


def _simulation(question: Question, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The question as `runSimulation` wants it, without some of the context's keys."""
    policies = question.identity_policies.items()
    simulation: dict[str, Any] = {
        "request": {
            "principal": question.principal,
            "action": question.action,
            "resource": {
                "resource": _without_wildcard(question.resource),
                "accountId": question.resource_account,
            },
            "contextVariables": {
                _single_valued(key): value for key, value in question.context.items() if key not in without
            },
        },
        "identityPolicies": [{"name": name, "policy": _mended(policy)} for name, policy in policies],
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }
    if question.resource_policy is not None:
        simulation["resourcePolicy"] = _mended(question.resource_policy)
    if question.boundary is not None:
        simulation["permissionBoundaryPolicies"] = [{"name": "boundary", "policy": _mended(question.boundary)}]
    return simulation


def _without_wildcard(resource: str) -> str:
    return resource if resource == "*" else resource.replace("*", ANY_NAME)


def _mended(policy: Policy) -> Policy:
    """The policy with the version that AWS assumes, and condition keys that the simulator reads as AWS does."""
    statements = policy.get("Statement", [])
    if isinstance(statements, dict):
        statements = [statements]
    return {"Version": "2012-10-17"} | policy | {"Statement": [_with_known_keys(one) for one in statements]}


def _with_known_keys(statement: dict[str, Any]) -> dict[str, Any]:
    if "Condition" not in statement:
        return statement
    condition = {
        operator: {_single_valued(key): value for key, value in keys.items()}
        for operator, keys in statement["Condition"].items()
    }
    return statement | {"Condition": condition}


def _single_valued(key: str) -> str:
    """Another name for keys that the simulator misreads, one that it takes as a single string.

    It holds `events:source` and `events:detail-type` for lists, so AWS's own example with StringEquals would never
    match; and it drops `kms:EncryptionContext:<name>` from the request.
    """
    lower = key.lower()
    if lower in ("events:source", "events:detail-type") or lower.startswith("kms:encryptioncontext:"):
        return f"aws:PrincipalTag/{key}"
    return key
