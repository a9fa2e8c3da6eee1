"""Each wrong set-up is found by the plan or by the offer, before anything is made; docs/wrong-set-ups.md tells how."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.wrong_setups.page import CASES, PAGE, told, written
from tests.end_to_end.wrong_setups.playing import Found, play
from tests.end_to_end.wrong_setups.scene import Scene

if TYPE_CHECKING:
    from tests.end_to_end.story import Story
    from tests.end_to_end.wrong_setups.case import Case


@pytest.fixture(scope="module")
def scene(cluster_story: Story) -> Scene:
    return Scene(cluster_story)


@pytest.fixture(scope="module")
def seen() -> dict[Case, Found]:
    """What each test of this module has seen; for the page."""
    return {}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.side}: {case.wrong}")
def test_it_is_found_before_anything_is_made(scene: Scene, seen: dict[Case, Found], case: Case) -> None:
    found = seen[case] = play(scene, case)
    assert (found.status, found.error) == ("FAILED", case.error), found.cause
    assert case.says in found.cause
    assert found.found_by == case.found_by
    assert found.made == []
    assert "What to do: " in found.cause
    assert f"In the {'target' if case.error == 'TransferDeclined' else 'source'} account" in found.cause


def test_there_are_at_least_forty() -> None:
    assert len(CASES) >= 40
    assert len({(case.side, case.wrong) for case in CASES}) == len(CASES)


def test_the_page_tells_what_was_seen(seen: dict[Case, Found]) -> None:
    """Where a person picks some cases, their rows; else the whole page."""
    page, rows = PAGE.read_text(encoding="utf-8"), told(seen)
    assert [row for row in rows if row not in page.splitlines()] == [], "run: make wrong-set-ups"
    assert page.startswith(written([]).rstrip("\n"))
    assert len(page.splitlines()) == len(written([]).rstrip("\n").splitlines()) + len(CASES)
    if len(seen) == len(CASES):
        assert page == written(rows), "run: make wrong-set-ups"
