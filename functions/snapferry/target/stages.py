"""How long the stages of a restore took: the machine marks when each began."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from snapferry.waits import parse_time, seconds_between, show_time


def stages(marks: Sequence[Mapping[str, str]], finished: str) -> Iterator[tuple[str, int]]:
    """Yield each stage's name and its length in whole seconds.

    Args:
        marks: ``stage``, and when it ``begun``; in their order.
        finished: When the last one ended; UTC, ISO 8601.
    """
    ends = [*marks, {"stage": "end", "begun": finished}]
    for one, after in pairwise(ends):
        yield one["stage"], seconds_between(_whole(one["begun"]), _whole(after["begun"]))


def _whole(moment: str) -> str:
    return show_time(parse_time(moment))
