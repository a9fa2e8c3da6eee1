"""What stays in the source account when its stack is gone, what that costs, and how to be rid of it."""

from dataclasses import dataclass

from commands.account import Account
from commands.deletion import keys
from commands.deletion.source_books import Books
from commands.screen import MARGIN, Screen
from commands.stacks import DeployedStack
from snapferry.databases import Snapshots
from snapferry.state.kept import KeptCopy


@dataclass(frozen=True)
class Left:
    """What stays.

    Attributes:
        key_arn: The transfer key.
        own_key: The stack has made it.
        other_keys: The stack's other keys.
        under_it: Names of the account's manual snapshots under it.
        kept: The copies that nothing deletes any more.
        buckets: Those with the fleets' lists and results, which end by themselves.
        in_queues: Events that could not be delivered or handled; they go with the stack.
    """

    key_arn: str
    own_key: bool
    other_keys: list[str]
    under_it: list[str]
    kept: list[KeptCopy]
    buckets: list[str]
    in_queues: int


def find(account: Account, stack: DeployedStack, books: Books) -> Left:
    """Return what will stay; asked while the stack can still tell."""
    rds = account.client("rds")
    snapshots = [one for family in ("instance", "cluster") for one in Snapshots(rds, family).manual()]
    return Left(
        key_arn=books.route.key_arn,
        own_key=bool(stack.physical("TransferKey")),
        other_keys=keys.others(stack, books.route.key_arn),
        under_it=[one.identifier for one in snapshots if one.key_arn == books.route.key_arn],
        kept=books.kept(),
        buckets=[name for kind, name in stack.resources.values() if kind == "AWS::S3::Bucket"],
        in_queues=waiting_in_queues(account, stack),
    )


def waiting_in_queues(account: Account, stack: DeployedStack) -> int:
    """Return how many messages stand in the stack's queues."""
    queues = [url for kind, url in stack.resources.values() if kind == "AWS::SQS::Queue"]
    wanted = "ApproximateNumberOfMessages"
    answers = [account.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[wanted]) for url in queues]
    return sum(int(one["Attributes"][wanted]) for one in answers)


def tell(left: Left, screen: Screen) -> None:
    """Print it."""
    screen.say("What stays:")
    screen.facts([("transfer key", f"{left.key_arn} ({keys.whose(made=left.own_key)}; {keys.COSTS})")])
    if left.under_it:
        screen.say(f"{MARGIN}snapshots under it, which need it: {', '.join(left.under_it)}")
    else:
        screen.say(f"{MARGIN}no snapshot of this account is under it")
    if left.own_key:
        keys.tell_again("TransferKeyArn", left.key_arn, screen)
    keys.tell_others(left.other_keys, screen)
    for each in left.kept:
        word = "db-cluster-snapshot" if each.family == "cluster" else "db-snapshot"
        screen.facts([("kept copy", f"{each.identifier} of {each.database} (storage by GB and month); to delete it:")])
        screen.say(f"{MARGIN}  aws rds delete-{word} --{word}-identifier {each.identifier}")
    for name in left.buckets:
        screen.facts([("bucket", f"{name} (of fleets; what is in it ends by itself); once it is empty:")])
        screen.say(f"{MARGIN}  aws s3 rb s3://{name}")
    screen.say(f"{MARGIN}the databases and all their own snapshots: nothing of them was touched")
    tell_gone(left.in_queues, screen)


def tell_gone(in_queues: int, screen: Screen) -> None:
    """Print what went with the stack."""
    screen.say("What is gone with it: executions and so their receipts, log groups, table, queues, roles.")
    if in_queues:
        screen.say(f"{MARGIN}{in_queues} undelivered or failed events stood in the queues")
