"""A sample of the matrix; `make faults` plays all of it. What `docs/faults.json` tells of the sample is so."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.faults.cases import CallCase, PointCase, StopCase
from tests.faults.choosing import plays, representatives
from tests.faults.generating import GOOD, matrix
from tests.faults.kinds import Kind
from tests.faults.matrix import told
from tests.faults.places import Place, Site

if TYPE_CHECKING:
    from tests.faults.cases import Case
    from tests.faults.matrix import Troupe
    from tests.faults.recording import Recording

SEED = 7
TRANSFERS, ALONE = 1, 5
# Each has been wrong once.
WERE_WRONG = (
    "cluster: source ferry-snapshot, Delete the snapshots: rds DeleteDBClusterSnapshot: 500 after its effect",
    "cluster: target restore-database, Publish the connection: dynamodb DeleteItem: access denied",
    "cluster: target restore-database, Restore the database: rds RestoreDBClusterFromSnapshot: 500 after its effect",
    "cluster: target restore-database, Replace the master password: rds ModifyDBCluster: 500 after its effect",
)
_GIVING_BACK = Place("target", "restore-database", "Give the name back", "", "GiveNameBack")
WERE_WRONG_WITH_NAMES: tuple[Case, ...] = (
    StopCase("switch back", Kind.STOPPED, "target-switch-back", "Wait for the name"),
    CallCase("failing renaming", Kind.DENIED, Site(_GIVING_BACK, "function", "rds", "ModifyDBInstance"), 1),
)


@pytest.fixture(scope="module")
def recording(troupe: Troupe) -> Recording:
    return troupe.record(GOOD)


@pytest.fixture(scope="module")
def cases(recording: Recording) -> list[Case]:
    return matrix({GOOD: recording})


def test_every_call_fails_in_every_way(recording: Recording, cases: list[Case]) -> None:
    of_calls = {(case.site, case.kind) for case in cases if isinstance(case, CallCase)}
    kinds = (Kind.THROTTLED, Kind.THROTTLED_LONG, Kind.BROKEN, Kind.UNHEARD, Kind.DENIED)
    assert of_calls == {(site, kind) for site in recording.sites for kind in kinds}
    killed = {(case.place, case.point) for case in cases if isinstance(case, PointCase) and case.kind is Kind.KILLED}
    assert len(killed) == sum(len(sites) + 2 for _, sites in recording.calls.values())
    assert len({str(case) for case in cases}) == len(cases)


def test_each_function_of_the_good_way_is_in_it(recording: Recording) -> None:
    functions = {f"{place.side} {place.function}" for place in recording.calls}
    assert functions >= {
        *(f"source {name}" for name in ("PlanTransfer", "EditKeyPolicy", "EditShare", "HearAnswer", "DeleteSnapshots")),
        *(f"target {name}" for name in ("AnswerOffer", "TakeQuestion", "CopySnapshot", "RestoreDatabase")),
        *(f"target {name}" for name in ("SecureDatabase", "OpenDatabase", "PublishConnection", "AnswerSource")),
    }


def test_what_becomes_of_each_case_is_told(cases: list[Case]) -> None:
    """The other scenes' cases follow from recordings that take a minute: `make faults` counts those."""
    assert {str(case) for case in representatives(cases)} <= told().keys()


def test_each_case_is_played_once_and_those_that_last_alone(cases: list[Case]) -> None:
    transfers = list(plays(cases))
    assert sorted(str(case) for transfer in transfers for case in transfer) == sorted(map(str, cases))
    assert all(case.kind.is_passing for transfer in transfers if len(transfer) > 1 for case in transfer)


def test_a_sample_ends_rightly(troupe: Troupe, cases: list[Case]) -> None:
    chance = random.Random(SEED)  # noqa: S311 - no secret
    known, by_name = told(), {str(case): case for case in cases}
    riding = [case for case in cases if case.kind.is_passing]
    alone = [case for case in cases if not case.kind.is_passing]
    chosen: list[tuple[Case, ...]] = [(by_name[name],) for name in WERE_WRONG]
    chosen += [(case,) for case in chance.sample(alone, ALONE)]
    chosen += chance.sample(list(plays(riding)), TRANSFERS)
    for each in chosen:
        for played, verdict in troupe.play(each):
            assert verdict.wrong == (), [str(case) for case in played]
            assert {known.get(str(case), verdict.outcome) for case in played} == {verdict.outcome}


@pytest.mark.parametrize("case", WERE_WRONG_WITH_NAMES, ids=str)
def test_names_that_were_half_changed_are_given_back(troupe: Troupe, case: Case) -> None:
    [(_, verdict)] = troupe.play((case,))
    assert verdict.wrong == ()
