"""What others do in the same accounts: nothing of it is Snapferry's business, and none of it may be touched."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sandbox.accounts import ACCOUNTS, SOURCE, TARGET
from sandbox.rds.models import DELETING, Cluster
from tests.soak.people import delete_database

if TYPE_CHECKING:
    from sandbox.accounts import Account
    from tests.soak.ground import Ground

THEIRS = "Auditors"
MOST_SNAPSHOTS = 8


def edit_key_policy(ground: Ground) -> str:
    """The key's administrator adds a statement, or takes his last one out again."""
    account = ground.chance.choice(ACCOUNTS)
    document = ground.invariants.ours.policy(account)  # what he sees is up to date
    statements = document["Statement"]
    theirs = [each for each in statements if str(each.get("Sid", "")).startswith(THEIRS)]
    if theirs and ground.chance.random() < 0.5:
        statements.remove(theirs[-1])
        what = f"without {theirs[-1]['Sid']}"
    else:
        sid = ground.name(THEIRS).replace("-", "")
        principal = {"AWS": f"arn:aws:iam::{account.id}:root"}
        statements.append(
            {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": "kms:ListGrants", "Resource": "*"}
        )
        what = f"with {sid}"
    key = ground.stage.transfer_key if account is SOURCE else ground.stage.own_key
    ground.client("kms", account).put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(document))
    ground.invariants.renew()
    return f"{account.profile}'s key policy {what}"


def tag(ground: Ground) -> str:
    """Somebody's cost centre on a database or a snapshot, ours among them."""
    account = ground.chance.choice(ACCOUNTS)
    databases = ground.sources() if account is SOURCE else ground.restored()
    arns = [str(each.arn) for each in databases] + [str(each.arn) for each in ground.snapshots(account, ours=True)]
    if not arns:
        return "nothing: there is nothing to tag"
    arn = ground.chance.choice(arns)
    tags = [{"Key": "cost-centre", "Value": ground.name("centre")}]
    ground.client("rds", account).add_tags_to_resource(ResourceName=arn, Tags=tags)
    ground.invariants.renew()
    return arn


def make_snapshot(ground: Ground) -> str:
    """One by hand; its name is often as one of ours would be."""
    database = ground.chance.choice(ground.sources())
    if len(ground.snapshots(SOURCE, ours=False)) >= MOST_SNAPSHOTS:
        return delete_snapshot(ground)
    number = ground.name("by-hand").rpartition("-")[2]
    name = ground.chance.choice((f"sf-{database.name}-{int(number):016x}", f"by-hand-{number}"))
    rds = ground.client("rds")
    if isinstance(database, Cluster):
        rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier=database.name)
    else:
        rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=database.name)
    ground.invariants.renew()
    return name


def delete_snapshot(ground: Ground) -> str:
    """One that somebody has made by hand; perhaps a transfer was about to start from it."""
    snapshots = ground.snapshots(SOURCE, ours=False)
    if not snapshots:
        return "nothing: there is no snapshot of others"
    snapshot = ground.chance.choice(snapshots)
    rds = ground.client("rds")
    if snapshot.arn.kind == "cluster-snapshot":
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=snapshot.name)
    else:
        rds.delete_db_snapshot(DBSnapshotIdentifier=snapshot.name)
    ground.invariants.renew()
    return snapshot.name


def write_parameter(ground: Ground) -> str:
    """Somebody's own, beside ours."""
    account: Account = ground.chance.choice(ACCOUNTS)
    name = f"/others/{ground.chance.randrange(3)}"
    ground.client("ssm", account).put_parameter(Name=name, Type="String", Value=ground.name("value"), Overwrite=True)
    ground.invariants.renew()
    return f"{account.profile}'s {name}"


def make_database_in_the_target(ground: Ground) -> str:
    """One that is nobody's business, under a name that a restore may want; or the last one goes."""
    ours = {str(each.arn) for each in ground.invariants.ours.databases()}
    theirs = [each for each in ground.databases(TARGET) if str(each.arn) not in ours]
    gone = [each for each in theirs if each.status == DELETING]
    if len(theirs) - len(gone) > 1:
        delete_database(ground, next(each for each in theirs if each.status != DELETING))
        return "the oldest of them goes"
    name = f"{ground.chance.choice(ground.sources()).name}-2-{ground.name('theirs')}"
    ground.client("rds", TARGET).create_db_instance(
        DBInstanceIdentifier=name,
        Engine="postgres",
        DBInstanceClass="db.r6g.large",
        AllocatedStorage=20,
        MasterUsername="theirs",
        MasterUserPassword="Nobodys-Business-1",
        DBSubnetGroupName=ground.stage.target_network.subnet_group,
    )
    ground.invariants.renew()
    return name


def delete_source(ground: Ground) -> str:
    """A database of the source's goes, whatever is carried of it just then."""
    sources = ground.sources()
    if len(sources) < 3:
        return "nothing: too few databases"
    database = ground.chance.choice(sources[1:])  # the schedule's stays
    delete_database(ground, database)
    return database.name
