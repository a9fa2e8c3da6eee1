"""What a restored database has of what its source had and its profile says; docs/restore-settings.md says it, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sandbox.world import Sandbox
from tests.end_to_end.settings.page import HEAD, LINES, PAGE, Seen, section, see
from tests.end_to_end.settings.scene import ENGINES, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

SUPPORT = "open-source-rds-extended-support"
every_engine = pytest.mark.parametrize(
    "engine",
    [engine if engine in {"mysql", "aurora-postgresql"} else pytest.param(engine, marks=pytest.mark.long)
     for engine in ENGINES],
)  # fmt: skip


@pytest.fixture(scope="module")
def scene(simulator: Simulator) -> Iterator[Scene]:
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Scene.on(sandbox)


@pytest.fixture(scope="module")
def seen() -> dict[str, Seen]:
    return {}


def once(scene: Scene, seen: dict[str, Seen], engine: str) -> Seen:
    if engine not in seen:
        seen[engine] = see(scene, engine)
    return seen[engine]


@every_engine
def test_the_database_has_what_the_profile_says(scene: Scene, seen: dict[str, Seen], engine: str) -> None:
    one = once(scene, seen, engine)
    had = {line.field: line.read(one.restored) for line in LINES if line.field in one.said}
    assert had == {field: as_rds_says(field, value) for field, value in one.said.items()}
    kept = [line.setting for line in LINES if line.field in one.said and line.read(one.source) == had[line.field]]
    assert set(kept) <= {
        "IAM authentication",
        "Minor versions come by themselves",
        "Multi-AZ",
        "Network type",
        "Performance Insights",
        "Extended Support",
        "Storage type",
    }, "a profile that says what the source had shows nothing"


@every_engine
def test_what_nobody_says_is_on_the_safe_side(scene: Scene, seen: dict[str, Seen], engine: str) -> None:
    one = once(scene, seen, engine)
    stage = scene.story.stage
    for row in (one.restored, one.smallest):
        assert row["PubliclyAccessible"] is False
        assert row["KmsKeyId"] == row["MasterUserSecret"]["KmsKeyId"] == stage.own_key
        assert [group["VpcSecurityGroupId"] for group in row["VpcSecurityGroups"]] == [
            stage.target_network.security_group
        ]
    safe = {
        "BackupRetentionPeriod": 7,
        "CopyTagsToSnapshot": True,
        "DeletionProtection": True,
        "EngineLifecycleSupport": f"{SUPPORT}-disabled",
        "IAMDatabaseAuthenticationEnabled": False,
    }
    assert {member: one.smallest[member] for member in safe} == safe


@every_engine
def test_the_page_is_what_came_out(scene: Scene, seen: dict[str, Seen], engine: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.startswith(HEAD), "run: make restore-settings"
    assert f"\n{section(scene, engine, once(scene, seen, engine))}\n" in page, "run: make restore-settings"


def as_rds_says(field: str, value: Any) -> Any:
    if field == "scaling":
        return {"MinCapacity": value["least"], "MaxCapacity": value["most"]}
    if field == "extended_support":
        return SUPPORT if value else f"{SUPPORT}-disabled"
    return [f"{key}={tag}" for key, tag in value.items()] if field == "tags" else value
