"""Every kind of source is carried, or refused before anything is made; docs/sources.md tells which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.accounts import TARGET
from sandbox.world import Sandbox
from tests.end_to_end.sources.case import CARRIED, Case
from tests.end_to_end.sources.cases import CASES
from tests.end_to_end.sources.page import PAGE, play_all, row_of, without_time, written
from tests.end_to_end.sources.playing import Seen, play
from tests.end_to_end.sources.scene import KEPT, Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.permissions import Simulator

QUICK = {
    ("postgres", "none", "fresh"),
    ("aurora-mysql", "cmk", "AWS Backup"),
    ("postgres", "transfer key", "named"),
}
"""What is carried with every run of the tests; all the others take a second or two each."""


def each(*, carried: bool, originals: bool = False) -> pytest.MarkDecorator:
    """The cases that end so, on a stage of this kind."""
    chosen = [case for case in CASES if (case.outcome == CARRIED) is carried and case.originals is originals]
    quick = [(case.kind, case.encryption, case.start) in QUICK or not carried for case in chosen]
    marks = [() if one else pytest.mark.long for one in quick]
    found = [pytest.param(case, id=case.title, marks=mark) for case, mark in zip(chosen, marks, strict=True)]
    return pytest.mark.parametrize("case", found)


@pytest.fixture(scope="class")
def scene(simulator: Simulator, request: pytest.FixtureRequest) -> Iterator[Scene]:
    """One stage for all tests of a class; its attribute `originals` says what the deployer allows."""
    with Sandbox(permissions=simulator, data=False) as sandbox:
        yield Scene.of(sandbox, originals=request.cls.originals)


class TestAsDeployed:
    """Databases under the transfer key are refused."""

    originals = False

    @each(carried=False)
    def test_what_cannot_be_carried_is_refused_before_anything_is_made(self, scene: Scene, case: Case) -> None:
        assert_refused(case, play(scene, case))

    @each(carried=True)
    def test_what_can_be_carried_crosses_and_leaves_nothing(self, scene: Scene, case: Case) -> None:
        assert_carried(scene, case, play(scene, case))


class TestWithOriginals:
    """The deployer lets databases be under the transfer key."""

    originals = True

    @each(carried=True, originals=True)
    def test_what_is_under_the_transfer_key_is_shared_as_it_is(self, scene: Scene, case: Case) -> None:
        assert_carried(scene, case, play(scene, case))

    @each(carried=False, originals=True)
    def test_what_somebody_shares_already_is_refused(self, scene: Scene, case: Case) -> None:
        assert_refused(case, play(scene, case))


@pytest.mark.long
def test_the_page_is_what_was_seen() -> None:
    page, anew = (text.splitlines() for text in (PAGE.read_text(encoding="utf-8"), written(play_all())))
    assert [without_time(line) for line in page] == [without_time(line) for line in anew], "run: make sources"


def test_the_page_has_a_row_for_every_case() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert len(rows) == len(CASES) + 2  # and the head's two
    assert len({case.title + str(case.originals) for case in CASES}) == len(CASES)


def assert_refused(case: Case, seen: Seen) -> None:
    """By its own error, in words that help, before anything was made in either account."""
    assert (seen.status, seen.error) == ("FAILED", case.outcome), seen.cause
    assert seen.changes == []
    assert (seen.left, seen.gone) == ({"source": [], "target": []}, [])
    assert "What to do: " in seen.cause
    assert_told(case, seen)


def assert_carried(scene: Scene, case: Case, seen: Seen) -> None:
    """It crossed, nothing is left of it in the source, and nothing that was there before is gone or open."""
    assert seen.status == "SUCCEEDED", seen.cause
    assert seen.making == case.making
    assert seen.output["fresh"] is ("snapshot" in case.making)
    assert seen.left["source"] == []
    assert seen.gone == ([seen.given["snapshot"]] if case.start == KEPT else [])
    if case.restored:
        assert seen.output["restored"]["identifier"] == f"{seen.given['database']}-2"
    else:
        (copy,) = (
            one
            for one in scene.story.sandbox.rds.store.snapshots.values()
            if str(one.arn) == seen.output["target_snapshot"]
        )
        assert (copy.status, copy.key_arn) == ("available", scene.story.stage.own_key)
        assert seen.left["target"] == [copy.name]
    for snapshot in scene.story.sandbox.rds.store.snapshots.values():
        assert TARGET.id not in snapshot.shared_with or case.outcome != CARRIED
    scene.story.assert_nothing_is_open()
    assert_told(case, seen)


def assert_told(case: Case, seen: Seen) -> None:
    """The page says the same."""
    rows = PAGE.read_text(encoding="utf-8").splitlines()
    assert without_time(row_of(case, seen)) in [without_time(row) for row in rows], "run: make sources"
