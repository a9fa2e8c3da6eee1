"""Which of a database's tags its snapshots get."""

from hypothesis import given
from hypothesis import strategies as st

from snapferry import names
from snapferry.source.plan_checks import carried_tags

OURS = names.tags("0" * 16, "arn")
keys = st.sampled_from(["", "aws:", "snapferry:", "AWS:"]).flatmap(lambda head: st.text(max_size=20).map(head.__add__))


@given(st.dictionaries(keys, st.text(max_size=20), max_size=70))
def test_whatever_the_tags_are_rds_takes_those_that_are_carried(tags: dict[str, str]) -> None:
    carried, said = carried_tags(tags)
    assert carried.items() <= tags.items()
    assert not [key for key in carried if key.startswith(("aws:", "snapferry:"))]
    assert len(carried | OURS) <= 50
    dropped = set(tags) - set(carried)
    assert bool(said) == bool(dropped)
    assert all(key in said[0] for key in dropped)


def test_a_resource_has_50_tags_and_ours_are_among_them() -> None:
    tags = {f"tag-{number:02}": "x" for number in range(50)}
    carried, said = carried_tags(tags)
    assert (len(carried), len(carried | OURS)) == (48, 50)
    assert said == ["tags of the database that its snapshots do not get: tag-48, tag-49"]


def test_nothing_is_dropped_without_need() -> None:
    assert carried_tags({"team": "payments"}) == ({"team": "payments"}, [])
