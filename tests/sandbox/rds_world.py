"""Two accounts with RDS, KMS and permissions behind the gate: no HTTP, no functions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import ClientError

from sandbox.accounts import SOURCE, TARGET, Account, Identities
from sandbox.backend import Moto
from sandbox.clock import Clock
from sandbox.gate import Gate
from sandbox.kms import Kms
from sandbox.permissions import Permissions, Simulator
from sandbox.rds import Rds
from sandbox.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = 86_400.0
ROOT_MAY_ALL = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}


@dataclass
class World:
    """Made by `World.open`; closed by its fixture."""

    clock: Clock
    rds: Rds
    transport: Transport
    identities: Identities
    moto: Moto
    simulator: Simulator | None

    @classmethod
    def open(cls, directory: Path, *, data: bool = False, permissions: bool = False) -> Self:
        clock, identities = Clock(), Identities()
        moto = Moto()
        gate = Gate(identities, clock, moto)
        simulator = Simulator() if permissions else None
        rights = Permissions(simulator, identities, clock)
        gate.before.append(rights.authorise)
        kms = Kms(rights, clock)
        kms.register(gate)
        rds = Rds(clock, kms, rights, directory, data=data)
        rds.register(gate)
        return cls(clock, rds, Transport(gate, "http://127.0.0.1:1"), identities, moto, simulator)

    def close(self) -> None:
        self.rds.close()
        self.clock.close()
        self.moto.close()
        if self.simulator is not None:
            self.simulator.close()

    def admit_everybody(self) -> None:
        """From now on the default groups of the default VPCs admit any address."""
        rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 65535, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        for account in (SOURCE, TARGET):
            ec2 = self.client("ec2", account)
            (group,) = ec2.describe_security_groups(GroupNames=["default"])["SecurityGroups"]
            ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[rule])

    def client(self, service: str = "rds", account: Account = SOURCE) -> Any:
        return self.transport.client(service, account.admin)

    def role(self, account: Account, name: str, *statements: dict[str, Any]) -> Any:
        """The RDS client of a new role with these rights."""
        iam = self.client("iam", account)
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=policy(*statements))
        return self.transport.client("rds", self.identities.assume(arn, "test"))

    def key(self, account: Account = SOURCE, *statements: dict[str, Any]) -> str:
        """The ARN of a new customer managed key; its policy admits the own account and these statements."""
        document = policy(own_account(account), *statements)
        arn = self.client("kms", account).create_key(Policy=document)["KeyMetadata"]["Arn"]
        return str(arn)

    def set_key_policy(self, key: str, *statements: dict[str, Any], account: Account = SOURCE) -> None:
        document = policy(own_account(account), *statements)
        self.client("kms", account).put_key_policy(KeyId=key, PolicyName="default", Policy=document)

    def instance(self, name: str = "db", account: Account = SOURCE, **more: Any) -> dict[str, Any]:
        """A new, available, encrypted PostgreSQL instance of 100 GB."""
        parameters = {
            "DBInstanceIdentifier": name,
            "DBInstanceClass": "db.t4g.medium",
            "Engine": "postgres",
            "AllocatedStorage": 100,
            "MasterUsername": "master",
            "MasterUserPassword": "Production-1",
            "StorageEncrypted": True,
            **more,
        }
        rds = self.client("rds", account)
        rds.create_db_instance(**parameters)
        self.wait(lambda: self.status_of_instance(name, account) == "available")
        return dict(rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0])

    def cluster(self, name: str = "example-db", account: Account = SOURCE, **more: Any) -> None:
        """A new, available, encrypted Aurora MySQL cluster, without instances."""
        parameters = {
            "DBClusterIdentifier": name,
            "Engine": "aurora-mysql",
            "MasterUsername": "master",
            "MasterUserPassword": "Production-1",
            "StorageEncrypted": True,
            **more,
        }
        self.client("rds", account).create_db_cluster(**parameters)
        self.wait(lambda: self.status_of_cluster(name, account) == "available")

    def option_group(
        self, name: str, *options: str, engine: str = "oracle-ee", version: str = "19", account: Account = SOURCE
    ) -> None:
        """A new option group with these options."""
        rds = self.client("rds", account)
        rds.create_option_group(
            OptionGroupName=name, EngineName=engine, MajorEngineVersion=version, OptionGroupDescription="d"
        )
        if options:
            included = [{"OptionName": option} for option in options]
            rds.modify_option_group(OptionGroupName=name, OptionsToInclude=included, ApplyImmediately=True)

    def multi_az_cluster(self, name: str = "example-db", **more: Any) -> None:
        """A new, available Multi-AZ DB cluster of MySQL with its three instances."""
        storage = {"AllocatedStorage": 100, "StorageType": "io1", "Iops": 1000}
        self.cluster(name, **{"Engine": "mysql", "DBClusterInstanceClass": "db.m6gd.large", **storage, **more})

    def member(
        self, name: str, cluster: str, account: Account = SOURCE, engine: str = "aurora-mysql", **more: Any
    ) -> None:
        """A new, available instance of a cluster."""
        self.client("rds", account).create_db_instance(
            DBInstanceIdentifier=name,
            Engine=engine,
            DBClusterIdentifier=cluster,
            **{"DBInstanceClass": "db.r6g.large", **more},
        )
        self.wait(lambda: self.status_of_instance(name, account) == "available")

    def snapshot(self, name: str, instance: str = "db", account: Account = SOURCE, **more: Any) -> str:
        """The ARN of a new, available snapshot."""
        rds = self.client("rds", account)
        rds.create_db_snapshot(DBSnapshotIdentifier=name, DBInstanceIdentifier=instance, **more)
        return self.until_snapshot(name, account)

    def copy(self, source: str, name: str, account: Account = SOURCE, **more: Any) -> str:
        """The ARN of a new, available copy."""
        rds = self.client("rds", account)
        rds.copy_db_snapshot(SourceDBSnapshotIdentifier=source, TargetDBSnapshotIdentifier=name, **more)
        return self.until_snapshot(name, account)

    def cluster_snapshot(self, name: str, cluster: str = "example-db", account: Account = SOURCE) -> str:
        """The ARN of a new, available snapshot of a cluster."""
        rds = self.client("rds", account)
        rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=name, DBClusterIdentifier=cluster)
        return self.until_cluster_snapshot(name, account)

    def share_cluster_snapshot(self, name: str, *accounts: str) -> None:
        self.client().modify_db_cluster_snapshot_attribute(
            DBClusterSnapshotIdentifier=name,
            AttributeName="restore",
            ValuesToAdd=list(accounts) or [TARGET.id],
        )

    def until_cluster_snapshot(self, name: str, account: Account = SOURCE) -> str:
        self.wait(lambda: self.cluster_snapshot_row(name, account)["Status"] == "available")
        return str(self.cluster_snapshot_row(name, account)["DBClusterSnapshotArn"])

    def cluster_snapshot_row(self, name: str, account: Account = SOURCE) -> dict[str, Any]:
        answer = self.client("rds", account).describe_db_cluster_snapshots(DBClusterSnapshotIdentifier=name)
        return dict(answer["DBClusterSnapshots"][0])

    def share(self, name: str, account: Account = TARGET) -> None:
        self.client().modify_db_snapshot_attribute(
            DBSnapshotIdentifier=name,
            AttributeName="restore",
            ValuesToAdd=[account.id],
        )

    def until_snapshot(self, name: str, account: Account = SOURCE, status: str = "available") -> str:
        self.wait(lambda: self.snapshot_row(name, account)["Status"] == status)
        return str(self.snapshot_row(name, account)["DBSnapshotArn"])

    def snapshot_row(self, name: str, account: Account = SOURCE) -> dict[str, Any]:
        return dict(self.client("rds", account).describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"][0])

    def status_of_instance(self, name: str, account: Account = SOURCE) -> str:
        rows = self.client("rds", account).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        return str(rows[0]["DBInstanceStatus"])

    def status_of_cluster(self, name: str, account: Account = SOURCE) -> str:
        rows = self.client("rds", account).describe_db_clusters(DBClusterIdentifier=name)["DBClusters"]
        return str(rows[0]["Status"])

    def wait(self, until: Callable[[], bool]) -> None:
        self.clock.run(until=until, limit=DAY)

    def pass_time(self, seconds: float) -> None:
        self.clock.run(limit=seconds)


def policy(*statements: dict[str, Any]) -> str:
    """An IAM or key policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def own_account(account: Account) -> dict[str, Any]:
    return ROOT_MAY_ALL | {"Principal": {"AWS": f"arn:aws:iam::{account.id}:root"}}


def lease(
    account: Account = TARGET, actions: list[str] | None = None, condition: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A key policy statement that lets another account use a key."""
    chosen = actions or [
        "kms:DescribeKey",
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:Encrypt",
        "kms:GenerateDataKey*",
        "kms:ReEncrypt*",
    ]
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account.id}:root"},
        "Action": chosen,
        "Resource": "*",
    }
    return statement | ({"Condition": condition} if condition else {})


def error_of(call: Callable[..., Any], *names: str, **parameters: Any) -> tuple[str, str]:
    """Code and message of the refusal; a failure of the test if there is none."""
    try:
        call(*names, **parameters)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    raise AssertionError("this was not refused")


def code_of(call: Callable[..., Any], *names: str, **parameters: Any) -> str:
    """The refusal's code."""
    return error_of(call, *names, **parameters)[0]
