"""The words of docs/cost.md."""

from collections.abc import Sequence
from typing import Final

from bench import prices as of

COUNTS: Final = (
    "Database", "it takes", "transitions", "invocations", "GB-seconds", "events", "table", "KMS", "KB of logs",
)  # fmt: skip
BILLS: Final = ("Database", "transitions", "Lambda", "logs", "events, table, KMS", "**workflow**", "storage at most")
STANDING: Final = ("What", "how many", "USD each", "USD a month")
FLEET: Final = ("1,000 transfers", "workflow", "what stands", "ages of databases", "**together**", "storage at most")
PRICES: Final = ("What", "USD", "AWS says it today")

PAGE: Final = """\
# What it costs

Worked out by `make cost`, and anew by every `make bench`, from what that counts (`bench/transfers.json`, and the
[page that tells how](../bench/results.md#the-whole-transfer)) and from the prices in `bench/prices.py`; a test holds
it. All sums are US dollars: prices of {of}.
Put your Region's there, and run `make cost`.

* **One transfer** costs {least} to {most} for the workflow, in both accounts together: of {smallest} to {largest} GB.
* **Both stacks** cost {month} a month while nothing is carried, and {of_a_database} for each database.
* **RDS's own** is most of the bill: the snapshots while they exist, and the restored database.

## One transfer

What AWS counts:

{counts}

What it asks for that:

{bills}

The sum of each count times its price. For a {name}:

{arithmetic}

**Storage at most** is three snapshots of the database's full size, for as long as the whole transfer takes, where
nothing is left of the free allowance, at {backup} for a GB and month. How long RDS takes is the sandbox's guess.

**Billed durations are estimated**, for nothing runs on Lambda here: a function waits {call} s for each call; what its
handler computes is measured on the bench's machine and stretched by its memory's share of a processor (1,769 MB are
one); it starts cold where nobody has used it for {lives} s. Requests to the table all count as writes, and Lambda's
own lines as {platform} bytes an invocation.

## A month, whatever is carried

{standing}

A key costs as much again for each of its first two yearly rotations. [Keys outlive their
stack](operations.md#delete); `OwnKeyArn`, `TransferKeyArn` and `LogsKeyArn` let the next one go on with them. A key
that you name has its price where you made it.

Each database that was carried in the last 90 days adds {of_a_database} a month: the hourly `AgeOfNewestCopy` is a
metric of its own in each account. Each restored one has a secret, {secret} a month. E-mails, the queues, the fleets'
bucket and the table's storage are cents at most.

## A thousand transfers a month

Of a {usual}, {gigabytes} GB:

{fleet}

A [fleet](fleet.md) adds the states of its own Map to each transfer; they are in the sum. With many databases, their
ages cost more than their transfers.

## What is not in it

* **The databases**: the source as before, and the restored one from its first minute, by class, storage and hours.
  Both are RDS's prices.
* **Snapshots that stay**: received copies beyond a restore (`keep_snapshot`, `KeepCopies`), kept copies of transfers
  that failed (`KeepCopyHours`): storage by GB and month.
* **A charge for carrying data** from one account to the other in one Region: AWS's pages that this project goes by
  ([facts](aws-facts.md)) name none and exclude none. It is not included.
* Hooks: their own functions' time, and in a VPC the endpoints that they need.
* Taxes, support, and whatever your organisation adds to its accounts (CloudTrail data events, Config).

## Prices

List prices as they were known in November 2026. AWS's pages say them as they are today, and for every Region.

{prices}
"""


def prices() -> list[Sequence[object]]:
    """Return every price, and the page on which AWS says it."""
    rows: list[tuple[str, str, str]] = [
        ("1,000 state transitions", f"{of.TRANSITION * 1e3:.3f}", "Step Functions"),
        ("a million invocations", f"{of.INVOCATION * 1e6:.2f}", "Lambda"),
        ("a GB-second", f"{of.GB_SECOND:.10f}", "Lambda"),
        ("a million events on a bus", f"{of.EVENT * 1e6:.2f}", "EventBridge"),
        ("a million starts by a schedule", f"{of.SCHEDULED * 1e6:.2f}", "EventBridge"),
        ("a million writes to the table", f"{of.TABLE_REQUEST * 1e6:.3f}", "DynamoDB"),
        ("10,000 requests to KMS", f"{of.KMS_REQUEST * 1e4:.2f}", "KMS"),
        ("a key, a month", f"{of.KEY_MONTH:.2f}", "KMS"),
        ("a GB of logs taken in", f"{of.LOG_GB:.2f}", "CloudWatch"),
        ("a metric, a month", f"{of.METRIC_MONTH:.2f}", "CloudWatch"),
        ("a metric that an alarm looks at, a month", f"{of.ALARM_METRIC_MONTH:.2f}", "CloudWatch"),
        ("a dashboard, a month", f"{of.DASHBOARD_MONTH:.2f}", "CloudWatch"),
        ("a secret, a month", f"{of.SECRET_MONTH:.2f}", "Secrets Manager"),
        ("a GB of an instance's snapshots, a month", f"{of.BACKUP_GB_MONTH['instance']:.3f}", "RDS"),
        ("a GB of a cluster's snapshots, a month", f"{of.BACKUP_GB_MONTH['cluster']:.3f}", "Aurora"),
    ]
    return [(what, price, f"[{service}]({of.PAGES[service]})") for what, price, service in rows]
