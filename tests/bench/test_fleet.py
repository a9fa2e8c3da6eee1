"""The fleet's bench counts right; the fleet itself is played by `make bench`."""

from collections import Counter

from bench import fleet
from bench.fleet_played import Copied, Played

TARGET, SOURCE = ("target", "instance"), ("source", "instance")


def played() -> Played:
    """Three copies in the source, of which two overlap; two in the target, one behind the other, back to back."""
    copies = [Copied(SOURCE, 0, 100), Copied(SOURCE, 50, 150), Copied(SOURCE, 150, 250)]
    copies += [Copied(TARGET, 100, 400), Copied(TARGET, 400, 500)]
    calls = Counter({("1", "rds:CopyDBSnapshot", 7): 3, ("2", "rds:CopyDBSnapshot", 7): 2, ("1", "kms:Encrypt", 8): 4})
    errors = Counter({("rds", "CopyDBSnapshot", "SnapshotQuotaExceeded"): 5, ("rds", "X", "Throttling"): 2})
    return Played(begun=0, copies=copies, calls=calls, errors=errors)


def test_copies_that_follow_each_other_are_not_at_once() -> None:
    assert (played().most_at_once(SOURCE), played().most_at_once(TARGET)) == (2, 1)
    assert played().most_at_once(("target", "cluster")) == 0


def test_the_least_time_is_the_busier_accounts_copies_by_so_many_at_once() -> None:
    assert fleet.least_seconds(played(), "instance", {"instance": 2}) == 400 / 2


def test_a_peak_is_one_accounts_in_one_second() -> None:
    assert list(played().peaks().items()) == [("kms:Encrypt", 4), ("rds:CopyDBSnapshot", 3)]


def test_what_rds_makes_no_room_for_is_no_throttle() -> None:
    assert (played().copies_refused, played().throttles) == (5, 2)
