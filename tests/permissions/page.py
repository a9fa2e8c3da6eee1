"""Writes docs/permissions.md from the templates and the record: `make permissions ARGS=--page` does only that."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING

from sandbox.deploy.loading import load_template
from tests.permissions import record
from tests.permissions.grants import ADDED, ALL, Grant, grants
from tests.permissions.reasons import UNTESTED
from tests.templates.stacks import ROOT, of_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.permissions.record import Record

PAGE = ROOT / "docs" / "permissions.md"
HEAD = """\
# Permissions

Every right of every role, why it is there, and a test whose calls made use of it. Written by `make permissions`: it
plays tests, and IAM's simulator, which decides each of their calls, tells which right allowed it. What no test makes
use of says why it is there all the same, or `make test` is red; so it is if a right is taken away that a test uses.
A right is one action on one resource; what an action and a resource cannot have to do with each other, as AWS's
service authorization reference says, is none. The reasons are the comments beside each statement in the templates.
"""
RESOURCES = """\
In resources, `${Region}` and `${AccountId}` are the stack's own, and the ARN's beginning is left out. *If* names a
condition of the template.
"""
STARS = """\
## Rights on all resources

AWS knows no resource level for these actions; a test asks the service authorization reference.

| Action | Roles | Why |
| --- | --- | --- |
"""
BY_SAM = """\
Not counted: SAM gives every function's role AWS's policy `AWSLambdaBasicExecutionRole` (`logs:CreateLogGroup`,
`logs:CreateLogStream`, `logs:PutLogEvents` on `*`), and to the hook's in its VPC `AWSLambdaVPCAccessExecutionRole`
too; a template cannot leave them out.
"""
COLUMNS = "| Action | Resource | Condition | Why | Shown by |\n| --- | --- | --- | --- | --- |\n"


def write() -> None:
    """Write the page anew."""
    PAGE.write_text(page(), encoding="utf-8")


def page() -> str:
    """The whole page."""
    known = record.read()
    parts = [HEAD, numbers(known), RESOURCES, BY_SAM, stars(), *(of_template(name, known) for name in ALL)]
    return "\n".join(parts)


def numbers(known: Record) -> str:
    """How many rights there are, and how many of them are used."""
    rows = [
        "| Stack | Roles | Rights | Used | Not used, with a reason | Not shown | On `*` | Wildcards in actions |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for template in (*ALL, ""):
        mine = [grant for grant in record.everything() if template in ("", grant.template) and not by_sam(grant)]
        used = [grant for grant in mine if known.tests_of(grant)]
        explained = [grant for grant in mine if not known.tests_of(grant) and grant.untested]
        roles = sum(len(of_type(name, "AWS::IAM::Role")) for name in ALL if template in ("", name))
        cells = [
            f"`{template}`" if template else "all", roles, len(mine), len(used), len(explained),
            len(mine) - len(used) - len(explained), sum(grant.resource == "*" for grant in mine),
            sum("*" in grant.action for grant in mine),
        ]  # fmt: skip
        rows.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(rows) + "\n"


def stars() -> str:
    """The actions on all resources, each once."""
    found: dict[tuple[str, str], list[str]] = {}
    for grant in record.everything():
        if grant.resource == "*" and not by_sam(grant):
            found.setdefault((grant.action, grant.why), []).append(grant.role)
    rows = [f"| `{action}` | {len(roles)} | {why} |" for (action, why), roles in sorted(found.items())]
    return STARS + "\n".join(rows) + "\n"


def of_template(template: str, known: Record) -> str:
    """All roles of one stack."""
    lines = [f"## {template}\n", str(load_template(ROOT / template)["Description"]) + "\n"]
    mine = sorted((grant for grant in grants(template) if not by_sam(grant)), key=lambda grant: grant.role)
    for role, of_role in groupby(mine, key=lambda grant: grant.role):
        lines += [f"### {role}\n", COLUMNS + "\n".join(rows(of_role, known)) + "\n"]
    return "\n".join(lines)


def rows(of_role: Iterable[Grant], known: Record) -> Iterator[str]:
    """One row for what shares a condition, a reason and whether it is used."""
    together: dict[tuple[str, str, str, bool], list[Grant]] = {}
    for grant in of_role:
        together.setdefault((grant.condition, grant.only_if, grant.why, bool(known.tests_of(grant))), []).append(grant)
    for (condition, only_if, why, used), alike in together.items():
        shown = min(known.tests_of(grant)[0] for grant in alike) if used else "no test"
        cells = [
            _listed(grant.action for grant in alike),
            _listed(grant.resource for grant in alike),
            _condition(condition, only_if),
            UNTESTED.sub(r"\1", why),
            f"`{shown.removeprefix('tests/').split('[')[0].replace('::', '` `')}`" if used else shown,
        ]
        yield "| " + " | ".join(cells) + " |"


def by_sam(grant: Grant) -> bool:
    """Whether it comes with one of AWS's policies that SAM attaches."""
    return grant.why in (ADDED["AWSLambdaBasicExecutionRole"], ADDED["AWSLambdaVPCAccessExecutionRole"])


def _listed(texts: Iterable[str]) -> str:
    return "<br>".join(f"`{text}`" for text in dict.fromkeys(texts))


def _condition(condition: str, only_if: str) -> str:
    pairs = [
        f"`{key}` {operator} `{json.dumps(value).strip(chr(34))}`"
        for operator, keys in (json.loads(condition) if condition else {}).items()
        for key, value in keys.items()
    ]
    return "<br>".join([*pairs, *([f"*if {only_if}*"] if only_if else [])])
