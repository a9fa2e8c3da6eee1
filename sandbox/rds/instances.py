"""CreateDBInstance: alone, or into a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rds.attributes import of_new
from sandbox.rds.engines import engine_named
from sandbox.rds.families import INSTANCES
from sandbox.rds.members import OF_THE_CLUSTER, check_member, member_record
from sandbox.rds.models import Instance
from sandbox.rds.network import Vpcs, parameter_group
from sandbox.rds.parameters import refuse_unknown
from sandbox.rds.provision import arn_of_new, begin, begin_new, insights_key, new_record, publicly_accessible
from sandbox.rds.setting_checks import check_settings
from sandbox.rds.tags import read_tags
from sandbox.rds.views import instance_row
from sandbox.register.rds_databases import AURORA_NEEDS_CLUSTER, SMALLEST_STORAGE

if TYPE_CHECKING:
    from sandbox.gate import Call
    from sandbox.rds.core import Core
    from sandbox.rds.identifiers import Arn
    from sandbox.rds.passwords import Passwords

SMALLEST_GB = 20
OF_MEMBERS = frozenset(
    {
        "AvailabilityZone",
        "DBClusterIdentifier",
        "DBInstanceClass",
        "DBInstanceIdentifier",
        "DBParameterGroupName",
        "DBSubnetGroupName",
        "Engine",
        "PromotionTier",
        "PubliclyAccessible",
        "Tags",
    },
)


class Instances:
    """New DB instances."""

    def __init__(self, core: Core, passwords: Passwords) -> None:
        self._core = core
        self._passwords = passwords

    def create(self, call: Call) -> dict[str, Any]:
        """CreateDBInstance."""
        refuse_unknown(call, OF_MEMBERS | OF_THE_CLUSTER)
        arn, durations = arn_of_new(self._core, call, INSTANCES), self._core.durations
        if call.parameters.get("DBClusterIdentifier"):
            instance = self._member(call, arn)
            begin(self._core, instance, durations.member_creation)
        else:
            instance = self._standalone(call, arn)
            begin_new(self._core, self._passwords, call, instance, durations.instance_creation)
        return {"DBInstance": instance_row(instance, self._core.store)}

    def _standalone(self, call: Call, arn: Arn) -> Instance:
        given = call.parameters
        engine = engine_named(given["Engine"])
        AURORA_NEEDS_CLUSTER.refuse_if(engine.always_clustered, engine=engine.name)
        size = given.get("AllocatedStorage", 0)
        SMALLEST_STORAGE.refuse_if(size < SMALLEST_GB, engine=engine.name, smallest=SMALLEST_GB)
        record = new_record(self._core, call, arn, INSTANCES)
        return Instance(
            database_name=given.get("DBName"),
            size_gb=size,
            instance_class=given["DBInstanceClass"],
            publicly_accessible=publicly_accessible(call, record["network"]),
            multi_az=bool(given.get("MultiAZ")),
            **record,
        )

    def _member(self, call: Call, arn: Arn) -> Instance:
        given = call.parameters
        cluster = self._core.store.cluster(call, given["DBClusterIdentifier"])
        check_member(call, cluster)
        group = given.get("DBSubnetGroupName", cluster.network.subnet_group)
        groups = list(cluster.network.security_groups)
        network = Vpcs.of(call).place(group, groups, given.get("AvailabilityZone"))
        engine = engine_named(cluster.engine)
        check_settings(given, engine, cluster.engine_version)
        family = engine.parameter_family(cluster.engine_version)
        return member_record(
            self._core,
            cluster,
            arn,
            given["DBInstanceClass"],
            network=network,
            parameter_group=parameter_group(call, given.get("DBParameterGroupName"), family, of_cluster=False),
            tags=read_tags(given.get("Tags")),
            publicly_accessible=publicly_accessible(call, network),
            promotion_tier=given.get("PromotionTier", 1),
            shown=of_new(given, engine, INSTANCES, cluster.resource_id) | insights_key(self._core, call),
        )
