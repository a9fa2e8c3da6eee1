"""State "Write down what went": connections forget the databases that are gone; what could not be deleted is told."""

from collections import defaultdict
from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.entry import Event, Result, entry_point
from snapferry.errors import NotTidiedUp
from snapferry.failures import explained
from snapferry.target.connections import Connections, editing

_DELETING: Final = "Deleting it"


@entry_point
def handler(event: Event, _context: LambdaContext) -> Result:
    items: list[dict[str, Any]] = event["items"]
    gone = [item for item in items if item["trouble"] is None]
    _forget(gone, event["execution_arn"])
    left = [item for item in items if item["trouble"] is not None]
    if left:
        raise NotTidiedUp(
            f"{len(left)} of {len(items)} could not be deleted: "
            + "; ".join(f"{item['arn']}: {': '.join(explained(item['trouble'], _DELETING))}" for item in left),
            resource=left[0]["arn"],
            remedy="mend what is said there; the next run tries again",
        )
    return {"deleted": [item["arn"] for item in gone]}


def _forget(gone: list[dict[str, Any]], execution_arn: str) -> None:
    ids: dict[str, set[str]] = defaultdict(set)
    for item in gone:
        if item["kind"] == "database":
            ids[item["connection"]].add(item["resource_id"])
    connections = Connections(aws.client("ssm"))
    for parameter, deleted in ids.items():
        with editing(parameter, execution_arn):
            found = connections.find(parameter)
            if found is not None and found != found.without(deleted):
                connections.publish(parameter, found.without(deleted))
