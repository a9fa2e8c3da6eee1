"""State "Plan the fleet": which databases shall cross, and how many at a time. Writes the lists into S3."""

from dataclasses import asdict
from typing import Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from snapferry import aws
from snapferry.contracts.fleet_contracts import FleetRequest
from snapferry.contracts.incoming import parsed
from snapferry.entry import Event, Result, account_of, entry_point, partition_of
from snapferry.fleet.again import Again, find_again
from snapferry.fleet.books import PLAN, Books
from snapferry.fleet.planning import FleetPlan, Wanted, plan_fleet
from snapferry.settings import Settings
from snapferry.transfers import Execution
from snapferry.vocabulary import Family


@entry_point
def handler(event: Event, context: LambdaContext) -> Result:
    request = parsed(FleetRequest, event["input"], what="The execution's input")
    execution, settings = Execution(**event["execution"]), Settings()
    books = Books(aws.client("s3"), settings.text("FLEET_BUCKET"), execution.transfer)
    again = _again(request.again, settings, context) if request.again else None
    if again:
        request = again.wanted(request)
    most: dict[Family, int] = {
        "instance": int(settings.text("MAX_CONCURRENT_INSTANCES")),
        "cluster": int(settings.text("MAX_CONCURRENT_CLUSTERS")),
    }
    names = again.names if again else request.databases
    if request.databases_in:
        names = books.named(request.databases_in)
    plan = plan_fleet(Wanted(request=request, names=names, again=again, most=most), execution, aws.client("rds"))
    books.write(PLAN, asdict(plan))
    return {
        "fleet": execution.transfer,
        "instances": _part(plan, "instance", books),
        "clusters": _part(plan, "cluster", books),
    }


def _part(plan: FleetPlan, family: Family, books: Books) -> Result:
    """What the Map of one family needs to know: where its items are, where its results go, how many at a time."""
    items, name = plan.items_of(family), _FILES[family]
    books.write(f"{name}.json", items)
    return {
        "count": len(items),
        "at_once": plan.at_once[family],
        "items": books.key(f"{name}.json"),
        "results": books.key(f"{name}-results"),
    }


def _again(fleet: str, settings: Settings, context: LambdaContext) -> Again:
    books = Books(aws.client("s3"), settings.text("FLEET_BUCKET"), fleet)
    machine = f"{settings.stack}-ferry-snapshot"
    begin = f"arn:{partition_of(context)}:states:{settings.region}:{account_of(context)}:execution:{machine}:"
    return find_again(books, aws.client("stepfunctions"), lambda name: begin + name)


_FILES: Final[dict[Family, str]] = {"instance": "instances", "cluster": "clusters"}
