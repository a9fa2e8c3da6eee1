"""The restore profile: how a database comes up in the target. JSON in Parameter Store, edited without a deployment."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from snapferry.contracts import examples
from snapferry.contracts.base import Contract
from snapferry.contracts.hook_contracts import Hook

_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)"

type ResourceName = Annotated[str, Field(min_length=1, max_length=255)]
type DailyWindow = Annotated[str, Field(pattern=f"^{_CLOCK}-{_CLOCK}$", description="hh:mm-hh:mm, UTC")]
type WeeklyWindow = Annotated[
    str, Field(pattern=f"^{_DAY}:{_CLOCK}-{_DAY}:{_CLOCK}$", description="ddd:hh:mm-ddd:hh:mm, UTC")
]
type StorageType = Literal["gp2", "gp3", "io1", "io2", "aurora", "aurora-iopt1"]


class Scaling(Contract):
    """Between which capacities a cluster's Serverless v2 instances move, in Aurora capacity units."""

    least: Annotated[float, Field(ge=0, le=256, strict=False)]
    most: Annotated[float, Field(gt=0, le=256, strict=False)]


class DatabaseSettings(Contract):
    """What a restore does not carry over, so that the profile decides; a default is AWS's, or on the safe side."""

    subnet_group: Annotated[str, Field(min_length=1, description="DB subnet group")]
    security_groups: Annotated[list[str], Field(min_length=1, description="Groups once the database may be used")]
    port: Annotated[int | None, Field(ge=1150, le=65535, description="Else the source's")] = None
    network_type: Annotated[Literal["IPV4", "DUAL"] | None, Field(description="Else the subnet group's")] = None
    instance_class: Annotated[
        str | None, Field(pattern=r"^db\..+$", description="Class of each instance; else the source's")
    ] = None
    scaling: Annotated[
        Scaling | None, Field(description="For instances of the class db.serverless; else the source's")
    ] = None
    multi_az: Annotated[bool | None, Field(description="An instance's standby; a cluster has instances instead")] = None
    storage_type: Annotated[StorageType | None, Field(description="Else AWS's default: gp3, or aurora")] = None
    iops: Annotated[int | None, Field(ge=1000, le=256_000, description="Of storage io1, io2 or gp3")] = None
    storage_throughput: Annotated[int | None, Field(ge=125, le=4000, description="MiB/s, of storage gp3")] = None
    max_gigabytes: Annotated[int | None, Field(ge=20, description="So far an instance's storage grows by itself")] = (
        None
    )
    parameter_group: Annotated[
        ResourceName | None, Field(description="For instances: DB parameter group; else the default")
    ] = None
    cluster_parameter_group: ResourceName | None = None
    option_group: Annotated[ResourceName | None, Field(description="For an instance; else the default")] = None
    backup_retention_days: Annotated[int, Field(ge=1, le=35)] = 7
    backup_window: Annotated[DailyWindow | None, Field(description="Else the source's")] = None
    copy_tags_to_snapshot: bool = True
    maintenance_window: Annotated[WeeklyWindow | None, Field(description="Else one that AWS draws by lot")] = None
    auto_minor_version_upgrade: bool = True
    extended_support: Annotated[
        bool, Field(description="Stay on a version past its standard support, for a fee; else AWS upgrades it")
    ] = False
    ca_certificate: Annotated[ResourceName | None, Field(description="Its authority; else the account's")] = None
    iam_authentication: bool = False
    log_exports: Annotated[list[str], Field(description="Logs that go to CloudWatch Logs")] = []
    monitoring_seconds: Annotated[
        Literal[0, 1, 5, 10, 15, 30, 60],
        Field(description="Enhanced Monitoring's interval, 0 for none; the role is the stack's MonitoringRoleArn"),
    ] = 0
    performance_insights: Annotated[bool, Field(description="Under the target's own key")] = False
    performance_insights_days: Annotated[
        int | None, Field(description="7, a multiple of 31 up to 713, or 731; else 7")
    ] = None
    database_insights: Annotated[Literal["standard", "advanced"] | None, Field(description="Else standard")] = None
    deletion_protection: Annotated[bool, Field(description="Once the database may be used")] = True


class Profile(DatabaseSettings):
    """The target's own configuration of how one database comes up (Parameter Store, JSON).

    ``{database}`` and ``{transfer}`` in ``identifier`` and ``name`` stand for the source database's name and the
    transfer's id.
    """

    model_config = ConfigDict(json_schema_extra={"examples": examples.PROFILES})

    version: Literal[1] = 1
    identifier: Annotated[str, Field(description="Name of the new database; must be free")] = "{database}-2"
    rename_to: Annotated[
        str | None,
        Field(
            description="Name that it is given in the end; one of Snapferry's that has it is moved away. Renaming is "
            "a reboot, a new endpoint, and a new secret where RDS makes it"
        ),
    ] = None
    name: Annotated[str, Field(description="Under which /snapferry/<name>/connection is published")] = "{database}"
    instances: Annotated[int, Field(ge=1, le=16, description="How many instances a cluster gets")] = 1
    managed_password: Annotated[
        bool,
        Field(
            description="RDS makes, keeps and rotates the master password; else it is made once and kept in a secret"
        ),
    ] = True
    keep_snapshot: Annotated[bool, Field(description="Keep the received snapshot once the restore is done")] = False
    keep_previous_hours: Annotated[
        int, Field(ge=0, le=8760, description="How long the database that served before is kept to go back to")
    ] = 72
    hooks: Annotated[list[Hook], Field(max_length=20, description="What runs before the database may be used")] = []
    tags: dict[str, str] = {}
