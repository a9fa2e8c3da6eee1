"""The fleet's bench counts right; the fleet itself is played by `make bench`."""

from collections import Counter
from dataclasses import replace

from bench import fleet
from bench.fleet_played import Copied, Played

TARGET, SOURCE = ("target", "instance"), ("source", "instance")
SNAPSHOTS = {"a": 30, "b": 20, "c": 10}


def played() -> Played:
    """Three copies in the source, of which two overlap; three in the target, one behind the other, back to back."""
    copies = [Copied(SOURCE, 0, 100, "a"), Copied(SOURCE, 50, 150, "b"), Copied(SOURCE, 150, 250, "c")]
    copies += [Copied(TARGET, 100, 400, "a"), Copied(TARGET, 400, 500, "b"), Copied(TARGET, 500, 700, "c")]
    snapshots = [Copied(("snapshot", "instance"), 0, seconds, transfer) for transfer, seconds in SNAPSHOTS.items()]
    calls = Counter({("1", "rds:CopyDBSnapshot", 7): 3, ("2", "rds:CopyDBSnapshot", 7): 2, ("1", "kms:Encrypt", 8): 4})
    errors = Counter({("rds", "CopyDBSnapshot", "SnapshotQuotaExceeded"): 5, ("rds", "X", "Throttling"): 2})
    return Played(begun=0, copies=copies, snapshots=snapshots, calls=calls, errors=errors)


def test_copies_that_follow_each_other_are_not_at_once() -> None:
    assert (played().most_at_once(SOURCE), played().most_at_once(TARGET)) == (2, 1)
    assert played().most_at_once(("target", "cluster")) == 0


def test_the_least_time_is_a_line_of_copies_with_what_must_come_before_it_and_after_it() -> None:
    at_one = {"instance": 1}
    assert fleet.least_seconds(played(), "instance", at_one) == (10 + 100) + (300 + 100 + 200)
    longer = [Copied(SOURCE, 50, 450, "b"), Copied(SOURCE, 150, 550, "c")]
    busy = replace(played(), copies=[played().copies[0], *longer, *played().copies[3:]])
    assert fleet.least_seconds(busy, "instance", at_one) == 10 + (100 + 400 + 400) + 100


def test_no_limit_makes_a_fleet_quicker_than_its_longest_transfer() -> None:
    assert fleet.least_seconds(played(), "instance", {"instance": 100}) == 30 + 100 + 300


def test_a_peak_is_one_accounts_in_one_second() -> None:
    assert list(played().peaks().items()) == [("kms:Encrypt", 4), ("rds:CopyDBSnapshot", 3)]


def test_what_rds_makes_no_room_for_is_no_throttle() -> None:
    assert (played().copies_refused, played().throttles) == (5, 2)
