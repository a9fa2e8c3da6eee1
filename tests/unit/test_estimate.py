"""How long, how many state transitions, at what cost: arithmetic that a person can follow."""

from hypothesis import given
from hypothesis import strategies as st

from snapferry import waits
from snapferry.source import estimate
from snapferry.source.estimate import Range, Work, cost, looks, stages, total, transitions

sizes = st.integers(min_value=1, max_value=65_536)


def work(gigabytes: int, **more: object) -> Work:
    given_: dict[str, object] = {
        "family": "instance",
        "gigabytes": gigabytes,
        "make_snapshot": True,
        "make_copy": True,
        "restore": True,
        "deadline_seconds": 48 * 3600,
        **more,
    }
    return Work(**given_)  # type: ignore[arg-type]


@given(sizes)
def test_the_quickest_is_never_slower_than_the_slowest(gigabytes: int) -> None:
    for stage in stages(work(gigabytes)):
        assert stage.seconds is not None
        assert 0 < stage.seconds.least < stage.seconds.most


@given(sizes, sizes)
def test_more_takes_longer(one: int, other: int) -> None:
    small, large = (total(stages(work(size))) for size in sorted((one, other)))
    assert small is not None
    assert large is not None
    assert (small.least, small.most) <= (large.least, large.most)


def test_what_is_not_made_takes_no_time() -> None:
    assert [stage.name for stage in stages(work(100, make_snapshot=False, make_copy=False, restore=False))] == [
        "copy under the target's own key"
    ]


def test_of_an_unknown_size_nothing_is_guessed_but_the_most_that_can_be() -> None:
    unknown = work(0, family="cluster", deadline_seconds=3600)
    planned = stages(unknown)
    assert {stage.seconds for stage in planned} == {None}
    assert total(planned) is None
    counted = transitions(planned, unknown)
    an_hour_of_looks = 2 * 3 * looks(3600, percent=False)
    assert counted["source"].most - counted["source"].least == an_hour_of_looks


@given(st.integers(min_value=1, max_value=30 * 24 * 3600))
def test_looks_are_counted_as_they_are_taken(seconds: int) -> None:
    elapsed, count = 0, 0
    while elapsed < seconds:
        elapsed += waits.next_look(elapsed, None)
        count += 1
    assert looks(seconds, percent=False) == count
    assert looks(seconds, percent=True) <= count


def test_a_price_is_known_or_not_and_never_guessed() -> None:
    counted = {"source": Range(least=100, most=400), "target": Range(least=300, most=600)}
    assert cost(counted, "eu-west-1") == (0.01, 0.025)
    assert cost(counted, "sa-east-1") == (0.015, 0.0375)
    assert cost(counted, "mars-north-1") is None
    assert all(0.02 < price < 0.05 for price in estimate.TRANSITION_PRICES.values())
