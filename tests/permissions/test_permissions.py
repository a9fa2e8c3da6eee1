"""Nothing is allowed that no test uses, or a reason stands beside it; and nothing is used that is not allowed."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest

from sandbox.stage import set_stage
from sandbox.world import Sandbox
from tests.end_to_end.story import Story
from tests.permissions import page, record
from tests.permissions.authorization import arns_of, may_meet
from tests.permissions.grants import ALL, Grant, grants, void_resources
from tests.permissions.recorder import Noted, Recorder

if TYPE_CHECKING:
    from sandbox.permissions import Simulator

REFUSED_ON_PURPOSE = {"RunSqlScriptsFunctionRole"}
"""test_sql_hook has it ask for other objects, and for secrets under other keys."""

every = pytest.mark.parametrize("template", ALL)


def test_what_no_test_uses_says_why_it_is_there() -> None:
    """A new right is used by a test that `make permissions` plays, or a comment beside it says `no test: ...`."""
    assert [(grant.role, grant.key) for grant in record.read().unexplained()] == []


def test_what_a_test_uses_says_no_such_thing() -> None:
    known = record.read()
    assert [
        (grant.role, grant.key) for grant in record.everything() if known.tests_of(grant) and _says_untested(grant)
    ] == []


def test_nothing_is_taken_away_that_a_test_uses() -> None:
    assert record.read().missing() == []


def test_no_test_was_refused_what_no_policy_of_its_role_allows_but_on_purpose() -> None:
    assert {role for _, role, _ in record.read().refused} <= REFUSED_ON_PURPOSE


@every
def test_every_right_says_what_it_is_for(template: str) -> None:
    assert [(grant.role, grant.key) for grant in grants(template) if not grant.why] == []


@every
def test_every_resource_is_one_that_an_action_beside_it_knows(template: str) -> None:
    assert void_resources(template) == []


@every
def test_a_star_for_all_resources_stands_only_where_aws_knows_no_resource_level(template: str) -> None:
    wide = {grant.action for grant in grants(template) if grant.resource == "*" and not page.by_sam(grant)}
    known = arns_of(frozenset(wide))
    assert {action: arns for action, arns in known.items() if arns} == {}


@every
def test_no_action_is_a_pattern(template: str) -> None:
    assert [grant.action for grant in grants(template) if "*" in grant.action] == []


@every
def test_no_right_is_part_of_another_one_of_the_same_role(template: str) -> None:
    own = [grant for grant in grants(template) if not page.by_sam(grant)]
    assert [(part.role, part.key) for part in own for whole in own if _is_part(part, whole)] == []


def test_the_page_is_current() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "run `make permissions ARGS=--page`"


def test_a_transfer_uses_nothing_that_is_not_on_record(simulator: Simulator) -> None:
    noted, known = Noted(now="now"), record.read()
    Sandbox.on_open.append(lambda sandbox: Recorder(sandbox, noted))
    try:
        with Sandbox(permissions=simulator, data=False) as sandbox:
            run = Story(set_stage(sandbox, "aurora-mysql")).run(name="first")
    finally:
        Sandbox.on_open.pop()
    assert run.status == "SUCCEEDED"
    assert len(noted.used) > 200
    assert sorted(set(noted.used) - set(known.used)) == []
    assert noted.refused == {}


ARN = "arn:${Partition}:%s:${Region}:${Account}:%s"


@pytest.mark.parametrize(("pattern", "arn_format", "meets"), [
    ("rds:${Region}:${AccountId}:cluster:*", ARN % ("rds", "cluster:${Name}"), True),
    ("rds:${Region}:${AccountId}:cluster:*", ARN % ("rds", "cluster-snapshot:${Name}"), False),
    ("rds:${Region}:${AccountId}:snapshot:sf-*", ARN % ("rds", "snapshot:${Name}"), True),
    ("s3:::${Bucket}/${Key}", "arn:${Partition}:s3:::${BucketName}", True),
    ("ssm:${Region}:${AccountId}:parameter${Prefix}/*", ARN % ("ssm", "document/${Name}"), False),
])  # fmt: skip
def test_a_pattern_meets_the_arns_of_its_own_kind(pattern: str, arn_format: str, meets: bool) -> None:  # noqa: FBT001
    assert may_meet(pattern, arn_format) is meets


def _is_part(part: Grant, whole: Grant) -> bool:
    """Whether all that one allows, another one of the role allows too."""
    if part is whole or (part.role, part.action) != (whole.role, whole.action):
        return False
    as_free = whole.condition in ("", part.condition) and whole.only_if in ("", part.only_if)
    narrower = part.resource != whole.resource and fnmatchcase(part.resource, whole.resource.replace("[", "[[]"))
    return as_free and (narrower or (part.resource == whole.resource and part.key != whole.key))


def _says_untested(grant: Grant) -> bool:
    return bool(grant.untested) and not page.by_sam(grant)
